"""Who may import whom: the contracts hold, and each of them would notice if it did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house import tree

# contract, where it is planted (below src/jobyard), what is planted there
PLANTED = [
    ("floors", "job/states.py", "import jobyard.store.queries"),
    ("floors", "people/record.py", "import jobyard.job.record"),
    ("floors", "settings.py", "import jobyard.job.clock"),
    ("floors", "store/queries.py", "import jobyard.kinds.registry"),
    ("floors", "client/errors.py", "import jobyard.access.rules"),
    ("floors", "engine/bell.py", "import jobyard.faces.native.wire"),
    ("floors", "engine/bell.py", "import jobyard.datasets"),
    ("floors", "datasets/__init__.py", "import jobyard.commands"),
    ("floors", "worker/loop.py", "import jobyard.web.pages"),
    ("floors", "web/pages.py", "import jobyard.faces.native.wire"),
    ("floors", "server.py", "import jobyard.cli"),
    ("floors", "attic/__init__.py", ""),
    ("faces-apart", "faces/native/other_way.py", "import jobyard.faces.second.wire"),
    ("inside-a-face", "faces/native/wire/planted.py", "import jobyard.faces.native.words"),
    ("inside-a-face", "faces/native/words/planted.py", "import jobyard.faces.native.routes"),
    ("inside-a-face", "faces/native/words/planted.py", "import jobyard.faces.native.login"),
    ("one-chooser", "engine/bell.py", "import jobyard.store.memory"),
    ("one-chooser", "cli/planted.py", "import jobyard.store.sqlite"),
    ("one-chooser", "datasets/planted.py", "import jobyard.store.postgres"),
    ("store-behind-engine", "faces/native/words/planted.py", "import jobyard.store.contract"),
    ("store-behind-engine", "worker/loop.py", "import jobyard.store.contract"),
    ("store-behind-engine", "web/pages.py", "import jobyard.store.blobs"),
    ("drivers-in-store", "engine/bell.py", "import apsw"),
    ("drivers-in-store", "cli/planted.py", "import psycopg"),
    ("drivers-in-store", "datasets/planted.py", "import sqlite3"),
    ("http-at-the-edge", "engine/bell.py", "import litestar"),
    ("http-at-the-edge", "cli/planted.py", "import uvicorn"),
    ("http-at-the-edge", "worker/loop.py", "import litestar"),
    ("pure-ground", "job/moves.py", "import subprocess"),
    ("pure-ground", "job/filters.py", "from pathlib import Path"),
    ("pure-ground", "people/record.py", "import asyncio"),
    ("thin-client", "client/errors.py", "import jobyard.people.record"),
    ("thin-client", "client/errors.py", "import jobyard.settings"),
    ("no-circles", "job/record.py", "import jobyard.job.moves"),
]
SECOND_FACE = ("routes", "words", "faults", "login", "wire")


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Check the tree in a folder against some contracts (all, where none is named)."""
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache", *chosen]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def contracts() -> list[str]:
    """Return the ids of all contracts."""
    tool = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return [contract["id"] for contract in tool["contracts"]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house with a second face beside the first, which keeps every contract."""
    shutil.copytree(
        tree.ROOT / "src" / "jobyard",
        tmp_path / "src" / "jobyard",
        ignore=shutil.ignore_patterns("__pycache__", "assets"),
    )
    shutil.copy(tree.ROOT / "pyproject.toml", tmp_path)
    second = tmp_path / "src" / "jobyard" / "faces" / "second"
    second.mkdir()
    for name in ("__init__", *SECOND_FACE):
        (second / f"{name}.py").write_text("")
    return tmp_path


def plant(folder: Path, where: str, what: str) -> None:
    """Add a line to a module of the copy; make the module where it is missing."""
    path = folder / "src" / "jobyard" / where
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"\n{what}\n")


def test_the_house_keeps_every_contract(copy: Path) -> None:
    checked = lint(copy)
    assert checked.returncode == 0, checked.stdout
    assert f"{len(contracts())} kept, 0 broken" in checked.stdout


@pytest.mark.parametrize(("contract", "where", "what"), PLANTED)
def test_a_planted_violation_is_caught(copy: Path, contract: str, where: str, what: str) -> None:
    plant(copy, where, what)
    checked = lint(copy, contract)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "1 broken" in checked.stdout or "not listed as a layer" in checked.stdout.lower(), checked.stdout


def test_a_face_without_one_of_its_five_files_is_caught(copy: Path) -> None:
    for name in SECOND_FACE:
        path = copy / "src" / "jobyard" / "faces" / "second" / f"{name}.py"
        path.unlink()
        assert lint(copy, "inside-a-face").returncode == 1, name
        path.write_text("")


def test_every_contract_has_been_broken_once() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(contracts())
