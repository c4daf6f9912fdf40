"""Data folders whose database has all tables and nothing in them: copied, since making tables takes its time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jobyard.store.sqlite import SqliteStore
from jobyard.store.sqlite.store import FILE

LayOut = Callable[..., Path]


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> LayOut:
    """Lay out a folder with an empty database, with the tables of some packages too, and return it."""
    made: dict[tuple[str, ...], Path] = {}

    def lay_out(folder: Path, *packages: str) -> Path:
        if packages not in made:
            made[packages] = tmp_path_factory.mktemp("tables") / "made"
            SqliteStore.open(made[packages], packages=packages, synchronous="OFF").close()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(made[packages] / FILE, folder / FILE)
        return folder

    return lay_out
