"""How fast the queues go: how many of each one's jobs ended lately, looked up again after a few seconds only."""

from __future__ import annotations

from msgspec import Struct

from jobyard.job.clock import SECOND
from jobyard.store.contract import Finishes, View

SHORT, LONG = 300, 3_600
"""The two lengths of time, in seconds, for which ends are counted."""
LIMIT = 5_000
"""Ends are counted up to this many; beyond, the newest so many say what all will have been."""
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
            short = _scaled(view.finishes(now - SHORT * SECOND, LIMIT), now, SHORT)
            long = _scaled(view.finishes(now - LONG * SECOND, LIMIT), now, LONG)
            self._known = {name: Ended(short.get(name, 0), long.get(name, 0)) for name in short | long}
            self._known_until = now + _KNOWN_FOR
        return self._known


def _scaled(found: Finishes, now: int, seconds: int) -> dict[str, int]:
    """Return the counts for the whole time where only its newest part was looked at."""
    asked, seen = seconds * SECOND, max(1, now - found.since)
    if seen >= asked:
        return found.counts
    return {queue: round(count * asked / seen) for queue, count in found.counts.items()}
