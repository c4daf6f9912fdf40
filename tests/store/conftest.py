"""What the tests of single stores share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres.connection import configure
from jobyard.store.sqlite import SqliteStore
from tests.store.making import Hand


@pytest.fixture
def on_postgres(postgres_store: PostgresStore) -> Hand:
    return Hand(postgres_store)


@pytest.fixture
def on_sqlite(sqlite_store: SqliteStore) -> Hand:
    return Hand(sqlite_store)


@pytest.fixture
def second(emptied_postgres: str, postgres_store: PostgresStore) -> Iterator[PostgresStore]:
    """Another server on the same database."""
    store = PostgresStore.open(emptied_postgres, threads=2)
    yield store
    store.close()


@pytest.fixture
def raw(emptied_postgres: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of nobody's."""
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        yield connection
