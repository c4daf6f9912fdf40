"""The lock of the one process that keeps house. It lives and dies with a connection of its own."""

from __future__ import annotations

import threading

import psycopg

from jobyard.job.errors import Unavailable
from jobyard.store.postgres.connection import WATCHING, Connection
from jobyard.store.postgres.links import Links


class Watch:
    """Holds the lock, or asks for it again and again."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._connection: Connection | None = None
        self._guard = threading.Lock()

    def hold(self) -> bool:
        """Tell whether the lock is ours, taking it when it is free."""
        with self._guard:
            try:
                return self._hold()
            except (psycopg.Error, Unavailable):
                self._drop()
                return False

    def close(self) -> None:
        """Give the lock up."""
        with self._guard:
            self._drop()

    def _hold(self) -> bool:
        if self._connection is not None:
            # A connection that still answers has kept its lock.
            self._connection.execute("SELECT 1")
            return True
        connection = self._links.connect()
        taken = connection.execute(f"SELECT pg_try_advisory_lock({WATCHING})").fetchall()[0][0]
        if taken:
            self._connection = connection
        else:
            connection.close()
        return bool(taken)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
