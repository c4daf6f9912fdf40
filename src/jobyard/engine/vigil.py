"""Whether holders could be heard: nobody is lost for a silence that was the house's own doing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jobyard.engine.ledger import Ledger
from jobyard.job.clock import SECOND
from jobyard.job.errors import Unavailable
from jobyard.job.record import Job

_LOOKS = 20
"""How often the house looks within a lease whether it is awake."""
_NAPS = 4
"""A part of a lease that the house may sleep through without anybody's beat coming too late."""


class Vigil:
    """Knows since when every holder could be heard; each gets one whole lease from then on to be heard again.

    The house hears nobody before its start, while its process is stopped or its machine asleep, while somebody else
    keeps the watch, and while beats cannot be written down. Where that took at least a lease, whoever may be silent for
    longer than one gets all of that time from then on; words that are lost in less are said again in time.
    """

    def __init__(self, ledger: Ledger, lease: int) -> None:
        self._ledger = ledger
        self._lease = lease
        self._heard_since = ledger.now()
        self._deaf_from = 0
        """When the last time began in which the house did not hear; the first one began long before its start."""
        self._back_since = self._heard_since
        """When the house heard again after it did not for a lease or longer."""
        self._silences = dict[str, Callable[[Job], int]]()
        self._awake: float | None = None

    def allow(self, kind: str, silence: Callable[[Job], int]) -> None:
        """Take in who tells how many microseconds the holder of a job of this kind may be silent."""
        self._silences[kind] = silence

    async def run(self) -> None:
        """Notice when this process was asleep, until cancelled."""
        while True:
            self._look(time.monotonic())
            await asyncio.sleep(self._lease / SECOND / _LOOKS)

    def complete(self) -> bool:
        """Tell whether holders could be heard for one whole lease until now."""
        if self._awake is not None:
            # Of all that is overdue when a process wakes, this may be what goes on first.
            self._look(time.monotonic())
        return self._ledger.now() - self._heard_since >= self._lease

    def owes(self, job: Job) -> bool:
        """Tell whether the holder of a job, whose lease is over, still has time to be heard again."""
        silence = self._silences.get(job.kind)
        return silence is not None and self._ledger.now() - self._back_since < silence(job)

    def broken(self, seconds: float = 0.0) -> None:
        """Note that somebody could not be heard in the last seconds, until now."""
        now = self._ledger.now()
        began = now - int(seconds * SECOND)
        if began - self._heard_since >= self._lease:
            self._deaf_from = began
        self._heard_since = now
        if now - self._deaf_from >= self._lease:
            self._back_since = now

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Note, where the store cannot take in what is said meanwhile, that somebody was not heard."""
        try:
            yield
        except Unavailable:
            self.broken()
            raise

    def _look(self, moment: float) -> None:
        slept = 0.0 if self._awake is None else moment - self._awake
        if slept > self._lease / SECOND / _NAPS:
            self.broken(slept)
        self._awake = moment
