"""What is in the repository: the committed files, and those that are about to be."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = {"frontend/src/lib/api/schema.d.ts", "frontend/package-lock.json", "frontend/openapi.json"}
"""Files that a program writes; nobody reads them."""


def files(*endings: str) -> list[Path]:
    """Return the repository's files with one of the endings (all, where none is given), generated ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    found = [ROOT / name for name in listed if name and name not in GENERATED and name.endswith(endings or ("",))]
    return sorted(path for path in found if path.is_file())


def python_files(*tops: str) -> list[Path]:
    """Return the Python files below some folders of the repository."""
    return [path for path in files(".py") if path.relative_to(ROOT).parts[0] in tops]


def name(path: Path) -> str:
    """Return a file's name as people say it: from the repository's root where it lies there."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give out every function of a file, inner ones and methods included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
