"""Who signed wrongly too often in a row. Bounded.

It is counted by access key and address: an access key is no secret, so whoever has read one elsewhere could otherwise
shut its owner out with five bad requests. A key that does not exist is counted like one that does.
"""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct

from jobyard.job.clock import SECOND, Clock

IN_A_ROW = 5
LOCKED = 5 * 60 * SECOND
_REMEMBERED = 10_000
"""Pairs that are remembered; of more, the oldest are forgotten. A secret key is beyond guessing all the same."""


class _Wrong(Struct):
    count: int
    at: int


class Lockout:
    """Counts wrong signatures."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[tuple[str, str], _Wrong] = OrderedDict()

    def left(self, access: str, address: str) -> int:
        """Return for how many seconds the key is locked for this address; 0 where it is not."""
        known = self._wrong.get((access, address))
        if known is None or known.count < IN_A_ROW:
            return 0
        left = known.at + LOCKED - self._clock.now()
        if left <= 0:
            del self._wrong[access, address]
            return 0
        return -(-left // SECOND)

    def wrong(self, access: str, address: str) -> None:
        """Count a wrong signature."""
        known = self._wrong.setdefault((access, address), _Wrong(0, 0))
        known.count += 1
        known.at = self._clock.now()
        self._wrong.move_to_end((access, address))
        while len(self._wrong) > _REMEMBERED:
            self._wrong.popitem(last=False)

    def right(self, access: str, address: str) -> None:
        """Begin anew: a right signature ends the row."""
        self._wrong.pop((access, address), None)
