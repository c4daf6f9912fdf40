"""A worker's parts on a stage: a scripted desk, a hand, and tasks that end with the test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from jobyard.job.clock import SystemClock
from jobyard.job.desk import Wish
from jobyard.worker.desk import Away, Declined
from jobyard.worker.hand import Hand, Holding, Phase
from jobyard.worker.output import Output
from jobyard.worker.pulse import Identity, Pulse
from tests.worker.scripted import ScriptedDesk, assignment

AWAY = Away(reason="gone")
DECLINED = Declined(sentence="No", status=400)


class Scene:
    """A desk, a hand, and whatever of the worker a test wants."""

    def __init__(self, slots: int = 2, ahead: int = 16) -> None:
        self.desk = ScriptedDesk()
        self.hand = Hand(slots, ahead)
        self.wishes: list[Wish] = []
        self.pulse = Pulse(self.desk, self.hand, Identity("w", "s"), SystemClock(), self.wishes.append)
        self.tasks: list[asyncio.Task[Any]] = []

    def go(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(coroutine))
        return self.tasks[-1]

    def hold(self, name: str, phase: Phase = Phase.RUNNING, lease: float = 30.0) -> Holding:
        holding = self.hand.take_in(assignment(name, lease=lease), asyncio.get_running_loop().time())
        assert holding is not None
        holding.phase = phase
        if phase is not Phase.WAITING:
            holding.output = Output(SystemClock().now, 100_000, 10**9)
        return holding


def play(act: Callable[[Scene], Awaitable[None]], slots: int = 2, ahead: int = 16) -> Scene:
    async def whole() -> Scene:
        scene = Scene(slots, ahead)
        try:
            async with asyncio.timeout(20):
                await act(scene)
        finally:
            for task in scene.tasks:
                task.cancel()
            await asyncio.gather(*scene.tasks, return_exceptions=True)
        return scene

    return asyncio.run(whole())
