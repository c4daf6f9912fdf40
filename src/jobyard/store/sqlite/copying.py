"""Copying a database that is in use, and looking a database file over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import apsw

from jobyard.store.sqlite.connection import fault

_PAGES = 256
"""Pages copied between two signs of progress."""


def copy(source: apsw.Connection, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy the database as it is at this moment into `target`, which appears whole or not at all."""
    aside = target.with_name(f"{target.name}.part")
    aside.unlink(missing_ok=True)
    # A transaction held open keeps the moment, so that writes going on meanwhile do not make the copy start over.
    source.execute("BEGIN")
    try:
        source.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        _copy_pages(source, aside, progress)
        _sync(aside)
        aside.replace(target)
        _sync(target.parent)
    except apsw.Error as error:
        raise fault(error) from error
    finally:
        source.execute("ROLLBACK")
        aside.unlink(missing_ok=True)


def damage(connection: apsw.Connection) -> list[str]:
    """Return what SQLite finds wrong with the file."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    told = [f"The database file is damaged: {line}." for line in found if line != "ok"]
    return told + [f"A row of {row[0]} points to a row of {row[2]} that is not there." for row in strays[:20]]


def _copy_pages(source: apsw.Connection, aside: Path, progress: Callable[[int, int], None]) -> None:
    os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    copied = apsw.Connection(str(aside))
    try:
        with copied.backup("main", source, "main") as backup:
            while not backup.done:
                backup.step(_PAGES)
                progress(backup.page_count - backup.remaining, backup.page_count)
        # The copy stands alone: no write-ahead log beside it.
        copied.execute("PRAGMA journal_mode = DELETE")
    finally:
        copied.close()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
