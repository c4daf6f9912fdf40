"""One SQLite connection and what the relational half asks of it; also SQLite's errors in our words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import apsw
import msgspec

from jobyard.job.errors import Conflict, Invalid, StoreFull, Unavailable
from jobyard.store.contract import Row
from jobyard.store.relational.database import QUERIES
from jobyard.store.text import possible, storable, unstorable

_TEXTS = MappingProxyType({name: QUERIES[name].text("sqlite") for name in QUERIES if QUERIES[name].speaks("sqlite")})
_CACHED_STATEMENTS = 300
BUSY_MILLISECONDS = 5_000
"""How long a statement waits for another connection."""


def open_writer(path: Path, synchronous: str) -> apsw.Connection:
    """Open the one connection that writes. Raises Unavailable or StoreFull."""
    try:
        connection = _open(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        # Counts for a file in which there is nothing yet; an older one is changed by `room.compact`.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if synchronous.upper() == 'NORMAL' else 'FULL'}")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA cache_size = -32768")
        # What a statement or a savepoint could take back waits on the disk once it is large, and not in memory.
        connection.execute("PRAGMA temp_store = FILE")
    except apsw.Error as error:
        raise fault(error) from error
    return connection


def open_reader(path: Path) -> apsw.Connection:
    """Open a connection that only reads and leaves checkpoints to the writer. Raises Unavailable."""
    try:
        connection = _open(path, apsw.SQLITE_OPEN_READONLY)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cache_size = -8192")
    except apsw.Error as error:
        raise fault(error) from error
    return connection


def fault(error: BaseException) -> BaseException:
    """Return SQLite's error in our words; any other error as it is."""
    if not isinstance(error, apsw.Error):
        return error
    if isinstance(error, apsw.FullError):
        return StoreFull()
    if isinstance(error, apsw.ConstraintError):
        return Conflict(reason="Something that was to be written stands in the way of what is there already.")
    if isinstance(error, apsw.TooBigError):
        return Invalid(reason="This is more than one row of the database can hold.")
    if isinstance(error, (apsw.SQLError, apsw.BindingsError, apsw.MisuseError)):
        return error
    return Unavailable(reason=_reason(error))


def is_storage(error: BaseException) -> bool:
    """Tell whether an error speaks of the disk or the file rather than of one request."""
    return isinstance(fault(error), Unavailable) and isinstance(error, apsw.Error)


class SqliteDatabase:
    """A Database over one connection; transactions are begun and ended by its owner."""

    dialect = "sqlite"

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self._execute = connection.execute

    def array(self, values: Iterable[Any]) -> str:
        return msgspec.json.encode([value for value in values if storable(value)]).decode()

    def all(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        return self._execute(_TEXTS[name], parameters).fetchall() if possible(parameters) else []

    def each(self, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Row]]:
        return [self._execute(text, parameters).fetchall() for text, parameters in asked if possible(parameters)]

    def run(self, name: str, parameters: Mapping[str, Any]) -> int:
        return self.execute(_TEXTS[name], parameters)

    def returning(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        _require(parameters)
        return self.rows(_TEXTS[name], parameters)

    def post(self, name: str, *parameters: Mapping[str, Any]) -> None:
        self.execute_many(_TEXTS[name], parameters)

    def rows(self, text: str, parameters: Mapping[str, Any]) -> list[Row]:
        return self._execute(text, parameters).fetchall()

    def execute(self, text: str, parameters: Mapping[str, Any]) -> int:
        _require(parameters)
        self._execute(text, parameters)
        return self.connection.changes()

    def execute_many(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        # One look at all texts of all rows together.
        if not storable("".join([value for one in parameters for value in one.values() if type(value) is str])):
            raise unstorable()
        if len(parameters) == 1:
            self._execute(text, parameters[0])
        else:
            self.connection.executemany(text, parameters)

    def statement(self, text: str) -> None:
        """Run one statement of a schema file."""
        self._execute(text)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the database's write lock for one transaction."""
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self._execute("ROLLBACK")
            raise


def _open(path: Path, flags: int) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags, statementcachesize=_CACHED_STATEMENTS)
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    # Without this a statement over a partial index is prepared anew for each new value of a parameter.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    for pragma in ("mmap_size = 0", "temp_store = MEMORY", "trusted_schema = OFF", "wal_autocheckpoint = 0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _require(parameters: Mapping[str, Any]) -> None:
    if not possible(parameters):
        raise unstorable()


def _reason(error: apsw.Error) -> str:
    if isinstance(error, apsw.BusyError):
        return "another program holds the database"
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return "the database file is damaged"
    return f"the database file cannot be used ({type(error).__name__})"
