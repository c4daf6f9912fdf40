"""Whose letters wait for whose: slow receivers hold up only their owner, and rights count when a letter goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from jobyard.engine.webhooks.rounds import OF_ONE
from jobyard.people.record import Actor, Role
from tests.engine.webhooks.conftest import Posted
from tests.engine.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.anyio


class Slow:
    """Receivers that take letters and answer when they may."""

    def __init__(self, receivers: list[Receiver]) -> None:
        self.receivers = receivers
        self.may = asyncio.Event()
        self._came = asyncio.Event()
        for receiver in receivers:
            receiver.answer = self._answer

    @property
    def got(self) -> int:
        return sum(len(one.got) for one in self.receivers)

    async def until(self, count: int) -> None:
        """Wait until so many letters have come to all of them together."""
        async with asyncio.timeout(10):
            while self.got < count:
                self._came.clear()
                await self._came.wait()

    async def _answer(self, receiver: Receiver, writer: asyncio.StreamWriter) -> None:
        self._came.set()
        await self.may.wait()
        writer.write(b"HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def slow(posted: Posted, owner: Actor, count: int) -> AsyncIterator[Slow]:
    """Let an owner have so many webhooks to slow receivers."""
    async with AsyncExitStack() as stack:
        found = Slow([await stack.enter_async_context(receiving()) for _ in range(count)])
        for receiver in found.receivers:
            await posted.webhook(owner, receiver)
        try:
            yield found
        finally:
            found.may.set()
            await posted.rounds.idle()


async def test_slow_receivers_of_one_owner_hold_up_nobody_elses_letters(
    posted: Posted, mia: Actor, receiver: Receiver
) -> None:
    leo = await posted.person("leo")
    async with slow(posted, mia, OF_ONE + 6) as stuck:
        await posted.webhook(leo, receiver)
        await posted.submit(mia)
        await posted.rounds.round()
        await stuck.until(OF_ONE)
        await posted.submit(leo)
        await posted.rounds.round()
        await receiver.until(1)
        assert stuck.got == OF_ONE
    assert stuck.got == OF_ONE + 6


async def test_who_lost_the_right_while_a_letter_waited_for_its_turn_is_not_told(posted: Posted, mia: Actor) -> None:
    async with slow(posted, mia, OF_ONE + 1) as stuck:
        await posted.submit(mia)
        await posted.rounds.round()
        await stuck.until(OF_ONE)
        await posted.person("mia", Role.VIEWER)
    assert stuck.got == OF_ONE
