"""Open streams of server-sent events: what keeps them alive, honest and bounded."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from types import MappingProxyType

from litestar.response import Stream

from jobyard.engine.engine import Engine
from jobyard.faces import ClosingStream
from jobyard.faces.native import login
from jobyard.faces.native.login import Came
from jobyard.job.errors import Invalid, TooMuch
from jobyard.people.record import Actor

MEDIA_TYPE = "text/event-stream"
HEARTBEAT = 15.0
"""Seconds of silence after which a sign of life is sent."""
RECHECK = 4.0
"""Seconds after which an open stream asks again whether its reader may still come in."""
LOOK_AGAIN = 1.0
"""Seconds after which whoever waits looks whether the house closes."""
MOST = 100
"""The most streams one user may hold open."""

_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        # A proxy that gathers an answer before it passes it on would hold back the news.
        "X-Accel-Buffering": "no",
    }
)


def last_seen(header: str | None, asked: int | None) -> int | None:
    """Return behind which number to go on: what the reader saw last counts more than where it began."""
    if header is None:
        return asked
    text = header
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise Invalid(reason="Last-Event-ID is not a number of this stream.")
    return int(text)


class Streams:
    """The open streams of one house, counted by user."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def answer(self, actor: Actor, frames: AsyncGenerator[bytes, None]) -> Stream:
        """Return the frames as an answer. Raises TooMuch when the actor holds too many streams open."""
        if self._open[actor.name] >= MOST:
            raise TooMuch(reason=f"You hold {MOST} streams open already", retry_after=5)
        return ClosingStream(self._counted(actor.name, frames), media_type=MEDIA_TYPE, headers=dict(_HEADERS))

    def count(self, user: str) -> int:
        """Return how many streams a user holds open."""
        return self._open[user]

    async def _counted(self, user: str, frames: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        async with aclosing(frames):
            with self._one(user):
                async for piece in frames:
                    yield piece

    @contextmanager
    def _one(self, user: str) -> Iterator[None]:
        self._open[user] += 1
        try:
            yield
        finally:
            self._open[user] -= 1
            self._open += Counter()  # forgets who holds none


class Watch:
    """Looks after one open stream: when to send a sign of life, and whether its reader may still come in."""

    def __init__(self, engine: Engine, came: Came, actor: Actor) -> None:
        self._engine = engine
        self._came = came
        self._actor = actor
        self._loop = asyncio.get_running_loop()
        self._check_at = self._loop.time() + RECHECK
        self._people = engine.people.version()
        self.spoke()

    def spoke(self) -> None:
        """Note that something was sent just now."""
        self._speak_at = self._loop.time() + HEARTBEAT

    def silent(self) -> bool:
        """Tell whether a sign of life is due."""
        return self._loop.time() >= self._speak_at

    @property
    def over(self) -> bool:
        """Whether the house closes; a reader comes back where it was when another one answers."""
        return not self._engine.desk.open

    def left(self) -> float:
        """Return the seconds until this has to be looked at again."""
        return min(LOOK_AGAIN, max(0.01, min(self._check_at, self._speak_at) - self._loop.time()))

    async def actor(self) -> Actor:
        """Return who reads, with the rights they have now. Raises Unauthenticated when they may not any more.

        Where nobody can change rights unseen, that is known at once; elsewhere they are asked for now and then.
        """
        people = self._engine.people.version()
        if people != self._people or self._loop.time() >= self._check_at:
            self._actor = await login.actor(self._engine.people, self._came)
            self._people = people
            self._check_at = self._loop.time() + RECHECK
        return self._actor
