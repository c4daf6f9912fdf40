"""Connections that lie idle between two uses. One that died is thrown away; a new one is made when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.pq import TransactionStatus

from jobyard.job.errors import Unavailable, WrongDatabase
from jobyard.store.postgres.connection import Connection, configure

_SECONDS = 5
"""How long a new connection may take."""


class Links:
    """Connections to one database. There are never more of them than threads that use them."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: list[Connection] = []
        self._closed = False

    def connect(self) -> Connection:
        """Make a connection that its user closes. Raises Unavailable or WrongDatabase."""
        try:
            connection: Connection = psycopg.connect(self._address, autocommit=True, connect_timeout=_SECONDS)
        except psycopg.ProgrammingError as error:
            raise WrongDatabase(reason="its address cannot be read") from error
        except psycopg.OperationalError as error:
            raise Unavailable(reason="the database does not answer") from error
        configure(connection)
        return connection

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """Lend a connection that is outside any transaction."""
        if self._closed:
            raise Unavailable(reason="the store is closed")
        connection = self._idle.pop() if self._idle else self.connect()
        try:
            yield connection
        finally:
            self._take_back(connection)

    def forget(self) -> None:
        """Close what lies idle."""
        while self._idle:
            self._idle.pop().close()

    def close(self) -> None:
        """Close what lies idle now and what comes back later."""
        self._closed = True
        self.forget()

    def _take_back(self, connection: Connection) -> None:
        if self._closed or connection.info.transaction_status is not TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.append(connection)
