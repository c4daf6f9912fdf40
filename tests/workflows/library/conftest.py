from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from jobyard.store.contract import Store
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.postgres_server import database
from tests.workflows.library.yard import Yard

PACKAGES = ["jobyard.workflows"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_workflows(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The name of a database that also holds the tables of this room, and nothing in them."""
    with database(postgres_server, postgres_template) as address:
        PostgresStore.open(address, packages=PACKAGES, threads=1).close()
        yield str(conninfo_to_dict(address)["dbname"])


@pytest.fixture
def postgres_workflows_address(postgres_server: str, postgres_workflows: str) -> Iterator[str]:
    with database(postgres_server, postgres_workflows) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store that keeps tables, with those of this room."""
    store: Store
    if request.param == "sqlite":
        folder = request.getfixturevalue("sqlite_folder")(tmp_path / "data", *PACKAGES)
        store = SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF")
    else:
        store = PostgresStore.open(request.getfixturevalue("postgres_workflows_address"), packages=PACKAGES, threads=4)
    yield store
    store.close()


@pytest.fixture
async def yard(store: Store, tmp_path: Path) -> Yard:
    yard = Yard(store, tmp_path)
    await yard.people()
    return yard
