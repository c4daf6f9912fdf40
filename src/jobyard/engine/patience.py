"""How many sign-ins are borne in a minute: of each name at an address, of each address, of each name. Bounded.

A sign-in is counted before its password is looked at and forgiven when it was right, so that many at once get no
further than one after the other. A name alone bears most: else anybody could shut out anybody.
"""

from __future__ import annotations

from collections import OrderedDict, deque

from jobyard.job.clock import SECOND, Clock
from jobyard.job.errors import TooMuch

_WINDOW = 60 * SECOND
_REMEMBERED = 30_000
_ADDRESS = 5
"""How many times the limit one address is borne: people share addresses."""
_NAME = 10
"""How many times the limit one name is borne from all addresses together."""


class Patience:
    """Counts sign-ins that were not right. A name that does not exist is counted like one that does."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self._clock = clock
        self._limit = limit
        self._wrong: OrderedDict[str, deque[int]] = OrderedDict()

    def take(self, name: str, address: str) -> int:
        """Count a sign-in and return the receipt to forgive it by. Raises TooMuch where the minute's are used up."""
        now = self._clock.now()
        limits = self._limits(name, address)
        for key, limit in limits.items():
            times = self._wrong.get(key)
            while times and times[0] <= now - _WINDOW:
                times.popleft()
            if times and len(times) >= limit:
                wait = max(1, (times[0] + _WINDOW - now) // SECOND)
                raise TooMuch(reason="Too many wrong passwords", retry_after=wait)
        for key in limits:
            self._wrong.setdefault(key, deque()).append(now)
            self._wrong.move_to_end(key)
        while len(self._wrong) > _REMEMBERED:
            self._wrong.popitem(last=False)
        return now

    def forgive(self, name: str, address: str, receipt: int) -> None:
        """Take back what was counted: the password was right."""
        for key in self._limits(name, address):
            times = self._wrong.get(key)
            if times and receipt in times:
                times.remove(receipt)

    def _limits(self, name: str, address: str) -> dict[str, int]:
        return {
            f"{len(name)} {name} at {address}": self._limit,
            f"address {address}": self._limit * _ADDRESS,
            f"name {name}": self._limit * _NAME,
        }
