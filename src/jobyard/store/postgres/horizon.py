"""How far the feed may be read, so that a number once passed by is never filled later.

Numbers come from a sequence, but transactions end in any order: 7 may be there while 6 is still under way. Comparing
transaction ids does not help, since the lower number may belong to the higher id. So each writer, before it takes a
number, holds a shared advisory lock that names the number last given at its beginning; all its own will be higher. A
reader looks first at the sequence, then at the locks: whatever is not above either is settled for good, for its writer
has ended. Nobody ever waits for these locks; they are only looked at.
"""

from __future__ import annotations

import threading

from jobyard.store.postgres.connection import Connection
from jobyard.store.relational.database import QUERIES

_MASK = 2**31 - 1

BEGIN_WRITE = QUERIES["begin_write"].text("postgres").encode()
"""How a writing transaction begins."""
_LOOK = QUERIES["look_at_numbers"].text("postgres").encode()


class Horizon:
    """What one process knows of the feed's settled part."""

    def __init__(self) -> None:
        self.settled = 0
        """The newest number that may be shown."""
        self.behind = False
        """Whether the last look found writers under way, so that looking again soon is worth it."""
        self._lock = threading.Lock()
        self._written = 1
        self._looked = 0

    @property
    def stale(self) -> bool:
        """Whether events were written since the last look that saw everything settled."""
        return self._looked != self._written

    def touch(self) -> None:
        """Say that events were written, here or elsewhere."""
        with self._lock:
            self._written += 1

    def refresh(self, connection: Connection) -> None:
        """Look again. The connection must be outside a transaction, and the reading must begin after this."""
        written = self._written
        cursor = connection.execute(_LOOK, prepare=False)
        given: int = cursor.fetchall()[0][0]
        cursor.nextset()
        settled = min([given, *(_unmasked(row[0], given) for row in cursor.fetchall())])
        with self._lock:
            self.settled = max(self.settled, settled)
            self.behind = settled < given
            if not self.behind:
                self._looked = max(self._looked, written)


def _unmasked(low: int, given: int) -> int:
    """Return a number of which only the lower 31 bits are known and that lies near `given`, but not above it."""
    distance = (given - low) & _MASK
    return given if distance > _MASK // 2 else given - distance
