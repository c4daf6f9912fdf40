"""Whether holders could be heard: nobody is lost for a silence that was the house's own doing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from jobyard.engine.ledger import Ledger
from jobyard.job.clock import SECOND
from jobyard.job.errors import Unavailable

_LOOKS = 20
"""How often the house looks within a lease whether it is awake."""
_NAPS = 4
"""A part of a lease that the house may sleep through without anybody's beat coming too late."""


class Vigil:
    """Knows since when every holder could be heard; each gets one whole lease from then on to be heard again.

    The house hears nobody before its start, while its process is stopped or its machine asleep, while somebody else
    keeps the watch, and while beats cannot be written down.
    """

    def __init__(self, ledger: Ledger, lease: int) -> None:
        self._ledger = ledger
        self._lease = lease
        self._heard_since = ledger.now()
        self._awake: float | None = None

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

    def broken(self) -> None:
        """Note that somebody could not be heard until now."""
        self._heard_since = self._ledger.now()

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Note, where the store cannot take in what is said meanwhile, that somebody was not heard."""
        try:
            yield
        except Unavailable:
            self.broken()
            raise

    def _look(self, moment: float) -> None:
        if self._awake is not None and moment - self._awake > self._lease / SECOND / _NAPS:
            self.broken()
        self._awake = moment
