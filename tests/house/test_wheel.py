"""What `pip install jobyard` brings: the code, its SQL, the built page, the demo's workflows, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house import tree

PACKAGE = tree.ROOT / "src" / "jobyard"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release is, from this tree and with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(tree.ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": ""})
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("jobyard-*.whl"))


def _inside(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    sources = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    missing = {path.relative_to(PACKAGE.parent).as_posix() for path in sources} - _inside(wheel)
    assert missing == set()


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    strange = {
        name
        for name in _inside(wheel)
        if not name.startswith(("jobyard/web/assets/", "jobyard/demo/drawn/"))
        and not name.endswith((".py", ".sql", "jobyard/py.typed"))
        and ".dist-info/" not in name
    }
    assert strange == set()
    assert {name.split("/")[0].split("-")[0] for name in _inside(wheel)} == {"jobyard"}


def test_the_page_is_built_into_the_wheel(wheel: Path) -> None:
    assets = {name.removeprefix("jobyard/web/assets/") for name in _inside(wheel) if "/web/assets/" in name}
    assert "index.html" in assets
    assert any(name.endswith(".js") for name in assets)
    assert any(name.endswith(".css") for name in assets)
    assert not any(name.endswith((".ts", ".svelte", ".map")) for name in assets)


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = next(name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name)
        metadata = archive.read(f"{info}/METADATA").decode()
        entries = archive.read(f"{info}/entry_points.txt").decode()
        licences = [name for name in archive.namelist() if name.startswith(f"{info}/licenses/")]
    assert "\nLicense-Expression: Apache-2.0\n" in metadata
    assert "\nRequires-Python: >=3.11\n" in metadata
    assert "jobyard = jobyard.__main__:main" in entries
    assert "[jobyard.kinds]" in entries
    assert licences == [f"{info}/licenses/LICENSE"]
