"""The only room that asks the machine for the time. Times are integers: microseconds since 1970 in UTC."""

from __future__ import annotations

import time
from typing import Protocol

SECOND = 1_000_000
"""Microseconds in a second: multiply seconds by it to get our unit."""


class Clock(Protocol):
    """Tells the time to whoever was handed it."""

    def now(self) -> int:
        """Return the time in microseconds since 1970, UTC."""


class SystemClock:
    """The machine's time, read once at the start and carried on by the monotonic clock.

    A wall clock that is set while we run (by hand, by NTP, by daylight saving) can therefore neither rob a live
    worker of its lease nor expire a result early. The wall clock is read again at the next start.
    """

    def __init__(self) -> None:
        self._offset = time.time_ns() - time.monotonic_ns()

    def now(self) -> int:
        """Return the time in microseconds since 1970, UTC; never less than before in the same process."""
        return (time.monotonic_ns() + self._offset) // 1000
