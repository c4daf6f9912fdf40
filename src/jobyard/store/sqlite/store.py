"""SqliteStore: the store of one process and one folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import apsw

from jobyard.store import migrate
from jobyard.store.contract import Sizes, Transaction, View
from jobyard.store.relational import soundness
from jobyard.store.sqlite import room
from jobyard.store.sqlite.connection import SqliteDatabase, fault, open_reader, open_writer
from jobyard.store.sqlite.copying import copy, damage
from jobyard.store.sqlite.folder import Lock, require_safe
from jobyard.store.sqlite.readers import Readers
from jobyard.store.sqlite.writer import Writer

T = TypeVar("T")

FILE = "jobyard.sqlite"
"""The database's name inside the data folder."""


class SqliteStore:
    """A Store on SQLite. Made by `open`; one for each data folder."""

    def __init__(self, path: Path, lock: Lock, synchronous: str) -> None:
        self._path = path
        self._lock: Lock | None = lock
        self._writer = Writer(lambda: open_writer(path, synchronous), self._wake)
        self._readers = Readers(lambda: open_reader(path))
        self._wakes: list[Callable[[], None]] = []
        self._looked = (time.monotonic(), 0)
        """When tidying last looked how many commits there were, and how many."""

    @classmethod
    def open(cls, folder: Path, *, packages: Sequence[str] = (), synchronous: str = "FULL") -> SqliteStore:
        """Open the database in `folder`, made and brought up to date where needed.

        `packages` are the rooms that bring a schema of their own. Raises FolderInUse, UnsafeFolder, WrongDatabase,
        Unavailable or StoreFull.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        require_safe(folder)
        path = folder / FILE
        lock = Lock(folder)
        try:
            _touch(path)
            connection = open_writer(path, synchronous)
            _bring_up_to_date(connection, packages)
        except BaseException:
            lock.release()
            raise
        store = cls(path, lock, synchronous)
        store._writer.start(connection)
        return store

    @property
    def dialect(self) -> str:
        return "sqlite"

    def write(self, work: Callable[[Transaction], T]) -> Future[T]:
        return self._writer.write(work)

    def read(self, work: Callable[[View], T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            result = self._readers.read(work)
        except BaseException as error:  # noqa: BLE001 - whatever a work raises is its future's to tell
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def listen(self, wake: Callable[[], None]) -> None:
        self._wakes.append(wake)

    def people_version(self) -> int | None:
        # The folder's lock keeps every other writer out.
        return self._writer.people_version

    def hold_watch(self) -> bool:
        return True

    def backup(self, target: str, progress: Callable[[int, int], None]) -> None:
        with self._readers.connection() as connection:
            copy(connection, Path(target), progress)

    def sizes(self) -> Sizes:
        with self._readers.connection() as connection:
            try:
                return room.sizes(connection)
            except apsw.Error as error:
                raise fault(error) from error

    def tidy(self) -> int:
        return self._writer.between(self._tidied).result()

    def compact(self) -> None:
        self._writer.between(room.compact).result()

    def measure(self, told: Callable[[int, float], None]) -> None:
        self._writer.measures.append(told)

    def check(self) -> list[str]:
        # A connection that has searched before holds on to pages of the search index that its own check finds wrong.
        with closing(open_reader(self._path)) as connection:
            try:
                connection.execute("BEGIN")
                return [*damage(connection), *soundness.findings(SqliteDatabase(connection))]
            except apsw.Error as error:
                raise fault(error) from error

    def close(self) -> None:
        self._readers.close()
        self._writer.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _tidied(self, connection: apsw.Connection) -> int:
        given = room.give_back(connection)
        if not given and self._quiet() and room.log_size(connection) > room.LOG:
            room.empty_log(connection)
        return given

    def _quiet(self) -> bool:
        """Tell whether little was written since this was asked before; False where that was just now."""
        now, (then, commits) = time.monotonic(), self._looked
        if now - then < room.QUIET_SECONDS:
            return False
        self._looked = (now, self._writer.commits)
        return (self._writer.commits - commits) * room.QUIET_SECONDS <= room.QUIET_COMMITS * (now - then)

    def _wake(self) -> None:
        for wake in self._wakes:
            # A listener that fails, such as one whose loop has ended, must not stop the writer.
            with suppress(Exception):
                wake()


def _touch(path: Path) -> None:
    """Make the file readable by its owner alone before SQLite can make it otherwise."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


def _bring_up_to_date(connection: apsw.Connection, packages: Sequence[str]) -> None:
    try:
        migrate.migrate(SqliteDatabase(connection), packages)
    except BaseException as error:
        connection.close()
        raise fault(error) from error
