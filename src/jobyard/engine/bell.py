"""Wakes workers that wait for work.

Only a hint: whoever is woken looks into the store, and looks by itself once a second.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection


class Bell:
    """Who waits for which queues, longest wait first. Used from the event loop only."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, tuple[frozenset[str], asyncio.Future[None]]] = OrderedDict()
        self._next = 0

    async def wait(self, queues: Collection[str], seconds: float) -> bool:
        """Wait until one of the queues rings; False when `seconds` passed first."""
        future = asyncio.get_running_loop().create_future()
        ticket = self._next = self._next + 1
        self._waiting[ticket] = (frozenset(queues), future)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self._waiting.pop(ticket, None)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def ring(self, queue: str, times: int = 1) -> None:
        """Wake up to `times` of those who wait for the queue."""
        woken = [ticket for ticket, (queues, _) in self._waiting.items() if queue in queues][:times]
        for ticket in woken:
            self._wake(ticket)

    def ring_all(self) -> None:
        """Wake everybody: another server changed something, or the house closes."""
        for ticket in list(self._waiting):
            self._wake(ticket)

    def _wake(self, ticket: int) -> None:
        _, future = self._waiting.pop(ticket)
        if not future.done():
            future.set_result(None)
