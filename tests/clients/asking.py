"""Runs a program in a client family's environment and takes what it saw: one process for many calls."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.clients.environments import environment

_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


def ask(family: str, program: Path, given: dict[str, Any], folder: Path, within: float = 100.0) -> Any:
    """Hand a program its facts as JSON; return the JSON document that it wrote. What it says on stderr is shown."""
    python = environment(family) / "python"
    ended = subprocess.run(
        [str(python), str(program)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        env=surroundings(folder),
        cwd=folder,
        timeout=within,
    )
    assert ended.returncode == 0, f"{program.name}: {ended.stderr}"
    return json.loads(ended.stdout)


def typed(
    family: str, words: list[str], folder: Path, variables: dict[str, str], within: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Type a command of a client family, with these variables and none of ours; return how it ended."""
    command = [str(environment(family) / words[0]), *words[1:]]
    surrounding = surroundings(folder) | variables
    return subprocess.run(command, capture_output=True, text=True, env=surrounding, cwd=folder, timeout=within)


def surroundings(folder: Path) -> dict[str, str]:
    """Return variables for a process that finds nothing of this machine's user and no proxy."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"HOME": str(folder), "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": ""}
