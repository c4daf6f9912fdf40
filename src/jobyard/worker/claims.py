"""Claims work whenever there is room for more, waiting at the house's door when it has none."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable

import msgspec

from jobyard.job.desk import Ask, Wish
from jobyard.job.errors import Fault
from jobyard.worker.desk import Away, Desk, Pauses
from jobyard.worker.hand import Hand
from jobyard.worker.options import WorkerOptions

_log = logging.getLogger("jobyard.worker")
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_LONG = 0.1
"""Seconds after which an empty answer counts as one that was waited for."""


class Claims:
    """One claim at a time, never for more than there is room."""

    def __init__(self, desk: Desk, hand: Hand, options: WorkerOptions, heed: Callable[[Wish], None]) -> None:
        self._desk = desk
        self._hand = hand
        self._wait = options.wait
        self._heed = heed
        self._leaving = False
        self.ask = Ask(
            worker=options.name,
            session="",
            host=socket.gethostname(),
            pid=os.getpid(),
            queues=options.queues,
            slots=options.slots,
        )
        """What every claim says; session and kinds are filled in at the start."""

    def leave(self) -> None:
        """Claim nothing more after the claim that is under way."""
        self._leaving = True
        self._hand.changed.set()

    async def run(self) -> None:
        """Claim until told to leave."""
        loop = asyncio.get_running_loop()
        pauses = Pauses(_FIRST_PAUSE, _LONGEST_PAUSE)
        quick = Pauses(_FIRST_PAUSE, _LONGEST_PAUSE)
        while not self._leaving:
            self._hand.changed.clear()
            room = self._hand.room()
            if not room:
                await self._hand.changed.wait()
                continue
            asked = loop.time()
            try:
                found = await self._claim(room, asked)
            except Fault as fault:
                _log.log(logging.DEBUG if isinstance(fault, Away) else logging.ERROR, "no claim: %s", fault.sentence)
                await self._rest(pauses.after(fault))
                continue
            pauses.reset()
            if found or loop.time() - asked > _LONG:
                quick.reset()
            else:
                await self._rest(quick.after(Fault()))

    async def _claim(self, room: int, asked: float) -> int:
        # A lease counts from the moment of asking, so a long wait would leave little of a short one.
        wait = min(self._wait, self._hand.shortest_lease / 3)
        ask = msgspec.structs.replace(self.ask, limit=room, wait=wait)
        claimed = await self._desk.claim(ask)
        for assignment in claimed.assignments:
            self._hand.take_in(assignment, asked)
        for wish in claimed.wishes:
            self._heed(wish)
        return len(claimed.assignments)

    async def _rest(self, seconds: float) -> None:
        """Wait, but not on when it is time to leave."""
        until = asyncio.get_running_loop().time() + seconds
        while not self._leaving and (left := until - asyncio.get_running_loop().time()) > 0:
            self._hand.changed.clear()
            try:
                async with asyncio.timeout(left):
                    await self._hand.changed.wait()
            except TimeoutError:
                return
