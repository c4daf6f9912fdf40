"""What all tests share: how hard Hypothesis tries, and the three stores."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from jobyard.store.contract import Store
from jobyard.store.memory import MemoryStore
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.every_store import emptied_rooms, every_store, shared_rooms
from tests.postgres_server import (
    bare_postgres_address,
    emptied_postgres,
    kept_connections,
    postgres_address,
    postgres_server,
    postgres_template,
    shared_postgres,
)
from tests.spreading import spread
from tests.sqlite_file import LayOut, sqlite_folder

__all__ = [
    "bare_postgres_address",
    "emptied_postgres",
    "emptied_rooms",
    "every_store",
    "kept_connections",
    "postgres_address",
    "postgres_server",
    "postgres_template",
    "shared_postgres",
    "shared_rooms",
    "sqlite_folder",
]

settings.register_profile("fast", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "storm", max_examples=10_000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fast")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among ten thousand tests: while they are made there is none, and later they all stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several processes, let those tests that mostly wait go along with those that mostly compute."""
    if hasattr(config, "workerinput"):
        items[:] = spread(items, config.workerinput["workercount"])


@pytest.fixture
def memory_store() -> Iterator[MemoryStore]:
    store = MemoryStore()
    yield store
    store.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, sqlite_folder: LayOut) -> Iterator[SqliteStore]:
    store = SqliteStore.open(sqlite_folder(tmp_path / "data"))
    yield store
    store.close()


@pytest.fixture
def postgres_store(emptied_postgres: str) -> Iterator[PostgresStore]:
    store = PostgresStore.open(emptied_postgres, threads=4)
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store in turn."""
    made: Store = request.getfixturevalue(f"{request.param}_store")
    return made
