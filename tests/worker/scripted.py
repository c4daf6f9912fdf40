"""A desk without a house: it remembers what was said and answers what the test wants, or raises it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, BinaryIO

from jobyard.job.desk import (
    Ask,
    Assignment,
    Beat,
    Call,
    Claimed,
    Finish,
    GiveBack,
    Held,
    Report,
    Settled,
    Wishes,
)
from jobyard.job.errors import Fault
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.worker.desk import Reply, Taken


def assignment(name: str, attempt: int = 1, lease: float = 30.0) -> Assignment:
    job = Job(id=name, kind="k", owner="ann", attempt=attempt, state=State.RUNNING)
    return Assignment(job=job, lease=int(lease * 1_000_000), grace=1.0)


class ScriptedDesk:
    """What is in `script` under a verb is answered (or raised) first, one a word; then the plain answer."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Any]] = []
        self.script: dict[str, list[Any]] = {}
        self.heard = asyncio.Event()
        self.slow: Callable[[str], asyncio.Event | None] = lambda verb: None

    def of(self, verb: str) -> list[Any]:
        return [body for name, body in self.said if name == verb]

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.heard.clear()
                await self.heard.wait()

    async def _say(self, verb: str, body: Any, plain: Any) -> Any:
        self.said.append((verb, body))
        self.heard.set()
        gate = self.slow(verb)
        if gate is not None:
            await gate.wait()
        await asyncio.sleep(0)
        answers = self.script.get(verb)
        answer = answers.pop(0) if answers else plain
        self.heard.set()
        if isinstance(answer, Fault):
            raise answer
        return answer

    async def claim(self, ask: Ask) -> Claimed:
        answer: Claimed | None = await self._say("claim", ask, None)
        if answer is None:
            await asyncio.sleep(ask.wait)
            return Claimed()
        return answer

    async def beat(self, beat: Beat, patience: float) -> Wishes:
        answer: Wishes = await self._say("beat", beat, Wishes())
        return answer

    async def report(self, report: Report) -> Wishes:
        answer: Wishes = await self._say("report", report, Wishes())
        return answer

    async def finish(self, finish: Finish) -> Settled:
        states = tuple("succeeded" for _ in finish.outcomes)
        answer: Settled = await self._say("finish", finish, Settled(states=states))
        return answer

    async def give_back(self, back: GiveBack) -> Settled:
        answer: Settled = await self._say("give_back", back, Settled(states=tuple("queued" for _ in back.held)))
        return answer

    async def call(self, call: Call) -> Reply:
        answer: Reply = await self._say("call", call, Reply())
        return answer

    async def upload(self, held: Held, name: str, file: BinaryIO, size: int) -> Taken:
        answer: Taken = await self._say("upload", name, Taken(blob=name, size=size, sha256=""))
        return answer

    async def close(self) -> None:
        self.said.append(("close", None))
