"""Connections to databases of tests that stay open from one test to the next.

A new connection begins with an empty memory of all tables, which costs PostgreSQL more than most tests do.
"""

from __future__ import annotations

import select

from jobyard.store.postgres.connection import Connection
from jobyard.store.postgres.links import Links

MOST = 6
"""Connections that are kept for one database."""


class KeptConnections:
    """What stores left behind idle, for the stores that come after them. Only of databases that `keep` names."""

    def __init__(self) -> None:
        self._left: dict[str, list[Connection]] = {}

    def keep(self, address: str) -> None:
        """Keep connections to this database from now on."""
        self._left.setdefault(address, [])

    def end(self, address: str) -> None:
        """Close what is kept of it, and keep no more."""
        for connection in self._left.pop(address, []):
            connection.close()

    def links(self, address: str) -> Links:
        """Return links that begin with what is kept, and leave behind what they have."""
        return _KeptLinks(address, self) if address in self._left else Links(address)

    def take(self, address: str) -> list[Connection]:
        """Hand out what is kept and was not cut meanwhile."""
        left, self._left[address] = self._left[address], []
        for connection in left:
            if not _lives(connection):
                connection.close()
        return [connection for connection in left if not connection.closed]

    def put(self, address: str, connections: list[Connection]) -> None:
        """Keep these, or close them where nothing is kept."""
        kept = self._left.get(address, [])
        while connections:
            connection = connections.pop()
            if address in self._left and len(kept) < MOST:
                kept.append(connection)
            else:
                connection.close()


class _KeptLinks(Links):
    def __init__(self, address: str, kept: KeptConnections) -> None:
        super().__init__(address)
        self._kept = kept
        self._idle = kept.take(address)

    def close(self) -> None:
        self._closed = True
        self._kept.put(self._address, self._idle)


def _lives(connection: Connection) -> bool:
    """Tell whether nobody cut it: PostgreSQL says nothing on an idle connection but that it ends."""
    return not connection.closed and not select.select([connection.fileno()], [], [], 0)[0]
