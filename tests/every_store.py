"""Each store that keeps tables, with those of every room of the house in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from jobyard.server import PACKAGES
from jobyard.store.contract import Store
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.postgres_server import database


@pytest.fixture(scope="session")
def postgres_rooms(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The name of a database that also holds the tables of every room, and nothing in them."""
    with database(postgres_server, postgres_template) as address:
        PostgresStore.open(address, packages=PACKAGES, threads=1).close()
        yield str(conninfo_to_dict(address)["dbname"])


@pytest.fixture
def postgres_rooms_address(postgres_server: str, postgres_rooms: str) -> Iterator[str]:
    """The address of a fresh database of that sort."""
    with database(postgres_server, postgres_rooms) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def every_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """SQLite, then PostgreSQL."""
    store: Store
    if request.param == "sqlite":
        folder = request.getfixturevalue("sqlite_folder")(tmp_path / "data", *PACKAGES)
        store = SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF")
    else:
        store = PostgresStore.open(request.getfixturevalue("postgres_rooms_address"), packages=PACKAGES, threads=4)
    yield store
    store.close()
