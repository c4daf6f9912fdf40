"""How many wrong passwords are borne: a sliding minute for each name and each address, bounded in memory."""

from __future__ import annotations

from collections import OrderedDict, deque

from jobyard.job.clock import SECOND, Clock
from jobyard.job.errors import TooMuch

_WINDOW = 60 * SECOND
_REMEMBERED = 10_000


class Patience:
    """Counts wrong passwords. A name that does not exist is counted like one that does."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self._clock = clock
        self._limit = limit
        self._wrong: OrderedDict[str, deque[int]] = OrderedDict()

    def ask(self, name: str, address: str) -> None:
        """Raise TooMuch where the minute's wrong passwords are used up."""
        now = self._clock.now()
        for key in (f"name {name}", f"address {address}"):
            times = self._wrong.get(key)
            while times and times[0] <= now - _WINDOW:
                times.popleft()
            if times and len(times) >= self._limit:
                wait = max(1, (times[0] + _WINDOW - now) // SECOND)
                raise TooMuch(reason="Too many wrong passwords", retry_after=wait)

    def note(self, name: str, address: str) -> None:
        """Count a wrong password."""
        for key in (f"name {name}", f"address {address}"):
            self._wrong.setdefault(key, deque(maxlen=self._limit)).append(self._clock.now())
            self._wrong.move_to_end(key)
        while len(self._wrong) > _REMEMBERED:
            self._wrong.popitem(last=False)
