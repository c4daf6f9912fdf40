"""Who may import whom: the contracts hold, and each of them would notice if it did not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house import tree

# contract, where it is planted (below src/jobyard), what is planted there
PLANTED = [
    ("floors", "job/states.py", "jobyard.store.queries"),
    ("floors", "people/record.py", "jobyard.job.record"),
    ("floors", "settings.py", "jobyard.job.clock"),
    ("floors", "store/queries.py", "jobyard.kinds.registry"),
    ("floors", "client/errors.py", "jobyard.access.rules"),
    ("floors", "engine/bell.py", "jobyard.faces.native.wire"),
    ("floors", "engine/bell.py", "jobyard.datasets"),
    ("floors", "datasets/__init__.py", "jobyard.commands"),
    ("floors", "worker/loop.py", "jobyard.web.pages"),
    ("floors", "web/pages.py", "jobyard.faces.native.wire"),
    ("floors", "server.py", "jobyard.cli"),
    ("faces-apart", "faces/native/other_way.py", "jobyard.faces.second.wire"),
    ("inside-a-face", "faces/native/wire/planted.py", "jobyard.faces.native.words"),
    ("inside-a-face", "faces/native/words/planted.py", "jobyard.faces.native.routes"),
    ("inside-a-face", "faces/native/words/planted.py", "jobyard.faces.native.login"),
    ("one-chooser", "engine/bell.py", "jobyard.store.memory"),
    ("one-chooser", "cli/planted.py", "jobyard.store.sqlite"),
    ("one-chooser", "datasets/planted.py", "jobyard.store.postgres"),
    ("store-behind-engine", "faces/native/words/planted.py", "jobyard.store.contract"),
    ("store-behind-engine", "worker/loop.py", "jobyard.store.contract"),
    ("store-behind-engine", "web/pages.py", "jobyard.store.blobs"),
    ("drivers-in-store", "engine/bell.py", "apsw"),
    ("drivers-in-store", "cli/planted.py", "psycopg"),
    ("drivers-in-store", "datasets/planted.py", "sqlite3"),
    ("http-at-the-edge", "engine/bell.py", "litestar"),
    ("http-at-the-edge", "cli/planted.py", "uvicorn"),
    ("http-at-the-edge", "worker/loop.py", "litestar"),
    ("pure-ground", "job/moves.py", "subprocess"),
    ("pure-ground", "job/filters.py", "pathlib"),
    ("pure-ground", "people/record.py", "asyncio"),
    ("thin-client", "client/errors.py", "jobyard.people.record"),
    ("thin-client", "client/errors.py", "jobyard.settings"),
]
CONTRACTS = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
SECOND_FACE = ("routes", "words", "faults", "login", "wire")


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Check the tree in a folder against some contracts (all, where none is named)."""
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache", *chosen]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house with a second face beside the first, which keeps every contract."""
    return copied(tmp_path)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], dict[str, str]]:
    """A copy in which everything is planted: what a report has to name, and what it said, by contract."""
    folder = copied(tmp_path_factory.mktemp("broken"))
    planted = defaultdict[str, list[str]](list)
    for contract, where, what in PLANTED:
        planted[contract].append(plant(folder, where, what))
    checked = lint(folder, *planted)
    assert checked.returncode == 1, checked.stderr
    ids = {contract["name"]: contract["id"] for contract in CONTRACTS}
    return planted, {ids[name]: said for name, said in complaints(checked.stdout).items()}


def copied(folder: Path) -> Path:
    """Fill a folder with a copy of the house that has a second face."""
    shutil.copytree(
        tree.ROOT / "src" / "jobyard",
        folder / "src" / "jobyard",
        ignore=shutil.ignore_patterns("__pycache__", "assets"),
    )
    shutil.copy(tree.ROOT / "pyproject.toml", folder)
    second = folder / "src" / "jobyard" / "faces" / "second"
    second.mkdir()
    for name in ("__init__", *SECOND_FACE):
        (second / f"{name}.py").write_text("")
    return folder


def plant(folder: Path, where: str, what: str) -> str:
    """Add an import to a module of the copy, and return how a report names it; make the module where it is missing."""
    path = folder / "src" / "jobyard" / where
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"\nimport {what}\n" if what else "")
    importer = where.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"jobyard.{importer} -> {what} "


def complaints(report: str) -> dict[str, str]:
    """Return what a report says about each broken contract, by the contract's name."""
    names = [contract["name"] for contract in CONTRACTS]
    _, _, details = report.partition("Broken contracts")
    parts = re.split(rf"^({'|'.join(map(re.escape, names))})$", details, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_house_keeps_every_contract(copy: Path) -> None:
    checked = lint(copy)
    assert checked.returncode == 0, checked.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in checked.stdout


@pytest.mark.parametrize("contract", sorted({contract for contract, _, _ in PLANTED}))
def test_every_planted_violation_of_a_contract_is_caught(
    broken: tuple[dict[str, list[str]], dict[str, str]], contract: str
) -> None:
    planted, said = broken
    assert [line for line in planted[contract] if line not in said[contract].replace("\n", " ")] == [], said[contract]


def test_a_room_on_no_floor_is_caught(copy: Path) -> None:
    plant(copy, "attic/__init__.py", "")
    checked = lint(copy, "floors")
    assert checked.returncode == 1
    assert "attic" in checked.stdout


def test_a_circle_is_caught(copy: Path) -> None:
    plant(copy, "job/record.py", "jobyard.job.moves")
    checked = lint(copy, "no-circles")
    assert checked.returncode == 1
    assert ".record -> .moves" in checked.stdout


def test_a_face_without_one_of_its_five_files_is_caught(copy: Path) -> None:
    for name in SECOND_FACE:
        path = copy / "src" / "jobyard" / "faces" / "second" / f"{name}.py"
        path.unlink()
        assert lint(copy, "inside-a-face").returncode == 1, name
        path.write_text("")


def test_every_contract_has_been_broken_once() -> None:
    assert {contract for contract, _, _ in PLANTED} | {"no-circles"} == {contract["id"] for contract in CONTRACTS}
