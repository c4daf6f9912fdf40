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

_FAILED_BEFORE = "One of the statements had failed, so everything was taken back."
_TEXTS = MappingProxyType(
    {name: QUERIES[name].text("postgres").encode() for name in QUERIES if QUERIES[name].speaks("postgres")}
)

Connection = psycopg.Connection[Row]


def configure(connection: Connection) -> None:
    """Make a fresh connection ours."""
    connection.execute(f"SET search_path TO {SCHEMA}")
    # A queue is empty now and full a second later: how its tables are best read is decided each time.
    connection.execute("SET plan_cache_mode TO 'force_custom_plan'")
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
    if isinstance(error, errors.InFailedSqlTransaction):
        return Conflict(reason=_FAILED_BEFORE)
    if isinstance(error, errors.IntegrityError):
        return Conflict(reason="Something that was to be written stands in the way of what is there already.")
    if isinstance(error, (psycopg.OperationalError, errors.ReadOnlySqlTransaction)):
        return Unavailable(reason="the database does not answer")
    return error


class PostgresDatabase:
    """A Database over one connection; transactions are begun by its owner.

    Statements whose answer nobody needs wait and travel together with the next one that is answered, so that a work
    costs few round trips.
    """

    dialect = "postgres"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._cursor = connection.cursor()
        self._posted: list[tuple[bytes, Mapping[str, Any]]] = []

    def array(self, values: Iterable[Any]) -> list[Any]:
        return [value for value in values if storable(value)]

    def all(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        return self._ask(_TEXTS[name], parameters).fetchall() if possible(parameters) else []

    def each(self, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Row]]:
        able = [(text.encode(), parameters) for text, parameters in asked if possible(parameters)]
        if len(able) <= 1:
            return [self._ask(text, parameters).fetchall() for text, parameters in able]
        with self.connection.pipeline():
            self._send()
            cursors = [self.connection.execute(text, parameters) for text, parameters in able]
        return [cursor.fetchall() for cursor in cursors]

    def run(self, name: str, parameters: Mapping[str, Any]) -> int:
        _require(parameters)
        return self._ask(_TEXTS[name], parameters).rowcount

    def returning(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        _require(parameters)
        return self._ask(_TEXTS[name], parameters).fetchall()

    def post(self, name: str, *parameters: Mapping[str, Any]) -> None:
        for one in parameters:
            _require(one)
            self._posted.append((_TEXTS[name], one))

    def rows(self, text: str, parameters: Mapping[str, Any]) -> list[Row]:
        return self._ask(text.encode(), parameters).fetchall()

    def execute(self, text: str, parameters: Mapping[str, Any]) -> int:
        _require(parameters)
        return self._ask(text.encode(), parameters).rowcount

    def execute_many(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        for one in parameters:
            _require(one)
            self._posted.append((text.encode(), one))

    def commit(self) -> None:
        """End the transaction well, with whatever still waits. Raises Conflict when a statement before had failed."""
        with self.connection.pipeline():
            self._send()
            ended = self.connection.execute("COMMIT")
        if ended.statusmessage != "COMMIT":
            raise Conflict(reason=_FAILED_BEFORE)

    def _ask(self, text: bytes, parameters: Mapping[str, Any]) -> psycopg.Cursor[Row]:
        if not self._posted:
            return self._cursor.execute(text, parameters)
        with self.connection.pipeline():
            self._send()
            return self.connection.execute(text, parameters)

    def _send(self) -> None:
        posted, self._posted = self._posted, []
        for text, parameters in posted:
            self.connection.execute(text, parameters)

    def statement(self, text: str) -> None:
        """Run one statement of a schema file."""
        self._cursor.execute(text.encode(), prepare=False)

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
