"""Every engine test runs on the memory store and on SQLite; PostgreSQL is held to the same by the store's own suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.store.contract import Store
from jobyard.store.memory import MemoryStore
from tests.engine.yard import Yard


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        store: Store = MemoryStore()
    else:
        from jobyard.store.sqlite import SqliteStore

        store = SqliteStore.open(request.getfixturevalue("sqlite_folder")(tmp_path / "house"))
    yield store
    store.close()


@pytest.fixture
def yard(any_store: Store, tmp_path: Path) -> Yard:
    return Yard(any_store, tmp_path)
