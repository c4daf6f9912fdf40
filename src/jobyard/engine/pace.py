"""How fast the queues go: how many of each one's jobs ended lately, looked up again after a few seconds only."""

from __future__ import annotations

from msgspec import Struct

from jobyard.job.clock import SECOND
from jobyard.store.contract import View

SHORT, LONG = 300, 3_600
"""The two lengths of time, in seconds, for which ends are counted."""
LIMIT = 10_000
"""Of all queues together so many of the newest ends are counted, however many more there were."""
_KNOWN_FOR = 3 * SECOND


class Ended(Struct, frozen=True):
    """How many jobs of a queue ended."""

    short: int = 0
    """In the last five minutes."""
    long: int = 0
    """In the last hour."""


class Pace:
    """Remembers what it found for a moment, so that many who look cost no more than one."""

    def __init__(self) -> None:
        self._known: dict[str, Ended] = {}
        self._known_until = 0

    def ended(self, view: View, now: int) -> dict[str, Ended]:
        """Return how many jobs ended lately, by queue; queues where none did are left out."""
        if now >= self._known_until:
            short = view.finishes(now - SHORT * SECOND, LIMIT)
            long = view.finishes(now - LONG * SECOND, LIMIT)
            self._known = {name: Ended(short.get(name, 0), long.get(name, 0)) for name in short | long}
            self._known_until = now + _KNOWN_FOR
        return self._known
