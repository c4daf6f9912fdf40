"""A few read-only connections, handed to whoever reads, in the reader's own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import apsw

from jobyard.job.errors import Unavailable
from jobyard.store.contract import View
from jobyard.store.relational.view import RelationalView
from jobyard.store.sqlite.connection import SqliteDatabase, fault

T = TypeVar("T")

READER_LIMIT = 16
"""Connections that may read at the same time; a further reader waits."""


class Readers:
    """Keeps connections that are open but idle."""

    def __init__(self, opened: Callable[[], apsw.Connection]) -> None:
        self._opened = opened
        self._idle: list[apsw.Connection] = []
        self._places = threading.BoundedSemaphore(READER_LIMIT)
        self._closed = False

    def read(self, work: Callable[[View], T]) -> T:
        """Run `work` on one moment of the database."""
        with self.connection() as connection:
            try:
                connection.execute("BEGIN")
                return work(RelationalView(SqliteDatabase(connection)))
            except apsw.Error as error:
                raise fault(error) from error
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def connection(self) -> Iterator[apsw.Connection]:
        """Lend a connection that is outside any transaction; one that comes back with an error is thrown away."""
        with self._places:
            if self._closed:
                raise Unavailable(reason="the store is closed")
            connection = self._idle.pop() if self._idle else self._opened()
            try:
                yield connection
            except (apsw.Error, Unavailable):
                connection.close()
                raise
            except BaseException:
                self._give_back(connection)
                raise
            self._give_back(connection)

    def close(self) -> None:
        """Close the idle connections; those still lent are closed when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _give_back(self, connection: apsw.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)
