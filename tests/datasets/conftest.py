from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from jobyard.datasets import sync
from jobyard.store.contract import Store
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.datasets.yard import Yard
from tests.postgres_server import database

PACKAGES = ["jobyard.datasets"]


@pytest.fixture(scope="session")
def postgres_datasets(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The name of a database that also holds the tables of this room, and nothing in them."""
    with database(postgres_server, postgres_template) as address:
        PostgresStore.open(address, packages=PACKAGES, threads=1).close()
        yield str(conninfo_to_dict(address)["dbname"])


@pytest.fixture
def postgres_datasets_address(postgres_server: str, postgres_datasets: str) -> Iterator[str]:
    with database(postgres_server, postgres_datasets) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store that keeps tables, with those of this room."""
    store: Store
    if request.param == "sqlite":
        folder = request.getfixturevalue("sqlite_folder")(tmp_path / "data", *PACKAGES)
        store = SqliteStore.open(folder, packages=PACKAGES, synchronous="NORMAL")
    else:
        store = PostgresStore.open(request.getfixturevalue("postgres_datasets_address"), packages=PACKAGES, threads=4)
    yield store
    store.close()


@pytest.fixture
def yard(store: Store, tmp_path: Path) -> Yard:
    return Yard(store, tmp_path)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten, so that a small folder has several."""
    monkeypatch.setattr(sync, "BATCH_ENTRIES", 10)
