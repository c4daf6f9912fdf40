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
from tests.workflows.sharing.neighbours import Neighbours


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_sharing(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The name of a database that also holds the tables of every room, and nothing in them."""
    with database(postgres_server, postgres_template) as address:
        PostgresStore.open(address, packages=PACKAGES, threads=1).close()
        yield str(conninfo_to_dict(address)["dbname"])


@pytest.fixture
def postgres_sharing_address(postgres_server: str, postgres_sharing: str) -> Iterator[str]:
    with database(postgres_server, postgres_sharing) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store that keeps tables, with those of every room."""
    store: Store
    if request.param == "sqlite":
        folder = request.getfixturevalue("sqlite_folder")(tmp_path / "data", *PACKAGES)
        store = SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF")
    else:
        store = PostgresStore.open(request.getfixturevalue("postgres_sharing_address"), packages=PACKAGES, threads=4)
    yield store
    store.close()


@pytest.fixture
async def street(store: Store, tmp_path: Path) -> Neighbours:
    found = Neighbours(store, tmp_path)
    await found.move_in()
    return found
