"""The room a database file takes: how much it is, and how it is given back to the disk while work goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import apsw

from jobyard.job.errors import StoreFull
from jobyard.store.relational.database import QUERIES
from jobyard.store.rows import Sizes
from jobyard.store.sqlite.connection import BUSY_MILLISECONDS

STEP = 1024 * 1024
"""Bytes given back between two commits."""
RESERVE = 4 * 1024 * 1024
"""Free bytes that stay in the file for what is written next."""
RESERVE_SHARE = 16
"""Of a large file this part may stay free."""
LOG = 1024 * 1024
"""Bytes of write-ahead log that a quiet house keeps."""
QUIET_SECONDS = 3.0
QUIET_COMMITS = 15
"""A house that commits so often in so many seconds, or less, is quiet."""
_INCREMENTAL = 2


def sizes(connection: apsw.Connection) -> Sizes:
    """Return what the file and its log take."""
    page = _number(connection, "page_size")
    return Sizes(
        database=page * _number(connection, "page_count"),
        free=page * _number(connection, "freelist_count"),
        log=log_size(connection),
        shrinks=_number(connection, "auto_vacuum") == _INCREMENTAL,
    )


def give_back(connection: apsw.Connection) -> int:
    """Cut some free pages off the end of the file; return how many bytes that were, 0 when enough was given back."""
    now = sizes(connection)
    spare = now.free - max(RESERVE, now.database // RESERVE_SHARE)
    if not now.shrinks or spare <= 0:
        return 0
    page = _number(connection, "page_size")
    connection.execute(f"PRAGMA incremental_vacuum({max(1, min(spare, STEP) // page)})").fetchall()
    return now.free - page * _number(connection, "freelist_count")


def empty_log(connection: apsw.Connection) -> bool:
    """Put the log in place and cut it to nothing, where no reader stands in the way; tell whether it was done.

    The file of the database becomes as short as it can only then.
    """
    connection.set_busy_timeout(0)
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        return False
    finally:
        connection.set_busy_timeout(BUSY_MILLISECONDS)
    return True


def log_size(connection: apsw.Connection) -> int:
    """Return the bytes of the write-ahead log."""
    try:
        return Path(connection.filename_wal).stat().st_size
    except FileNotFoundError:
        return 0


def compact(connection: apsw.Connection) -> None:
    """Write the whole file anew, without free pages and able to shrink from then on. Raises StoreFull."""
    now = sizes(connection)
    folder = Path(connection.filename).parent
    # A copy is written aside, and all of it passes through the log.
    if shutil.disk_usage(folder).free < 2 * (now.database - now.free) + now.log:
        raise StoreFull
    connection.execute(QUERIES["gather_words"].text("sqlite"))
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("VACUUM")
    empty_log(connection)


def _number(connection: apsw.Connection, pragma: str) -> int:
    found: int = connection.pragma(pragma)
    return found
