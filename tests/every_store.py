"""Each store that keeps tables, with those of every room of the house in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.server import PACKAGES
from jobyard.store.contract import Store
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.kept_connections import KeptConnections
from tests.postgres_server import empty, shared


@pytest.fixture(scope="session")
def shared_rooms(postgres_server: str, postgres_template: str, kept_connections: KeptConnections) -> Iterator[str]:
    """The address of this test process's own database with the tables of every room."""
    with shared(postgres_server, postgres_template, kept_connections) as address:
        PostgresStore.open(address, packages=PACKAGES, threads=1).close()
        yield address


@pytest.fixture
def emptied_rooms(shared_rooms: str, kept_connections: KeptConnections) -> str:
    """The address of that database, emptied: much quicker than a fresh one."""
    empty(shared_rooms, kept_connections)
    return shared_rooms


@pytest.fixture(params=["sqlite", "postgres"])
def every_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """SQLite, then PostgreSQL."""
    store: Store
    if request.param == "sqlite":
        folder = request.getfixturevalue("sqlite_folder")(tmp_path / "data", *PACKAGES)
        store = SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF")
    else:
        store = PostgresStore.open(request.getfixturevalue("emptied_rooms"), packages=PACKAGES, threads=4)
    yield store
    store.close()
