"""One PostgreSQL connection and what the relational half asks of it; also PostgreSQL's errors in our words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg import errors

from jobyard.job.errors import Conflict, Invalid, StoreFull, Unavailable
from jobyard.store.contract import Row
from jobyard.store.relational.database import QUERIES
from jobyard.store.text import possible, storable, unstorable

SCHEMA = "jobyard"
"""The PostgreSQL schema that holds all our tables, so that a database may be shared with others."""
MIGRATING = 7_211_001
"""Advisory lock of whoever changes the schema."""
WATCHING = 7_211_002
"""Advisory lock of whoever keeps house. 7211003 in the .sql file belongs to those who take event numbers."""

_TEXTS = MappingProxyType(
    {name: QUERIES[name].text("postgres").encode() for name in QUERIES if QUERIES[name].speaks("postgres")}
)

Connection = psycopg.Connection[Row]


def configure(connection: Connection) -> None:
    """Make a fresh connection ours."""
    connection.execute(f"SET search_path TO {SCHEMA}")
    # A process that hangs inside a transaction must not hold back the feed of all the others.
    connection.execute("SET idle_in_transaction_session_timeout TO '60s'")
    # An answer means that it is on disk, whatever the server's default; stricter defaults stay.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )


def fault(error: BaseException) -> BaseException:
    """Return PostgreSQL's error in our words; any other error as it is."""
    if isinstance(error, (errors.DiskFull, errors.InsufficientResources)):
        return StoreFull() if isinstance(error, errors.DiskFull) else Unavailable(reason="the database is overloaded")
    if isinstance(error, (errors.DataError, errors.ProgramLimitExceeded)):
        return Invalid(reason="A value is larger than the database can hold.")
    if isinstance(error, errors.IntegrityError):
        return Conflict(reason="Something that was to be written stands in the way of what is there already.")
    if isinstance(error, (psycopg.OperationalError, errors.ReadOnlySqlTransaction)):
        return Unavailable(reason="the database does not answer")
    return error


class PostgresDatabase:
    """A Database over one connection; transactions are begun and ended by its owner."""

    dialect = "postgres"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._cursor = connection.cursor()

    def array(self, values: Iterable[Any]) -> list[Any]:
        return [value for value in values if storable(value)]

    def all(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        if not possible(parameters):
            return []
        return self._cursor.execute(_TEXTS[name], parameters).fetchall()

    def each(self, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Row]]:
        able = [(text, parameters) for text, parameters in asked if possible(parameters)]
        if len(able) <= 1:
            return [self.rows(text, parameters) for text, parameters in able]
        with self.connection.pipeline():
            cursors = [self.connection.execute(text.encode(), parameters) for text, parameters in able]
        return [cursor.fetchall() for cursor in cursors]

    def run(self, name: str, parameters: Mapping[str, Any]) -> int:
        _require(parameters)
        return self._cursor.execute(_TEXTS[name], parameters).rowcount

    def returning(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        _require(parameters)
        return self._cursor.execute(_TEXTS[name], parameters).fetchall()

    def many(self, name: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        for one in parameters:
            _require(one)
        self._cursor.executemany(_TEXTS[name], parameters)

    def rows(self, text: str, parameters: Mapping[str, Any]) -> list[Row]:
        return self._cursor.execute(text.encode(), parameters).fetchall()

    def execute(self, text: str, parameters: Mapping[str, Any]) -> int:
        _require(parameters)
        return self._cursor.execute(text.encode(), parameters).rowcount

    def execute_many(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        for one in parameters:
            _require(one)
        self._cursor.executemany(text.encode(), parameters)

    def statement(self, text: str) -> None:
        """Run one statement of a schema file."""
        self._cursor.execute(text.encode())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of schema changes for one transaction."""
        with self.connection.transaction():
            self._cursor.execute(f"SELECT pg_advisory_xact_lock({MIGRATING})")
            self._cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            yield


def _require(parameters: Mapping[str, Any]) -> None:
    if not possible(parameters):
        raise unstorable()
