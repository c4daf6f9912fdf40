"""What is happening, as a stream: numbered events, each with its job as it is now, and the newest progress in between.

One task reads new events from the store and shares them with all readers. A reader holds only its place: behind by more
than the shared frames it reads on from the store, behind by more than the limit it is told to start over.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

from jobyard.access import rules
from jobyard.engine.interest import subject, visible
from jobyard.engine.ledger import Ledger
from jobyard.engine.ticks import Ticks
from jobyard.job.events import Event
from jobyard.job.filters import Scope
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.store.contract import View

_PAGE = 500
_LOOK_AGAIN = 1.0
_TICK = 0.1
_GATHER = 0.25
"""Seconds in which events gather while nobody waits for them."""


class Happened(Struct, frozen=True, kw_only=True):
    """An event with its job as it was when the frame was made; None when the job is gone."""

    event: Event
    job: Job | None


class Progressed(Struct, frozen=True, kw_only=True):
    """Jobs of which something was told that is no event, such as their progress."""

    jobs: list[Job]


class Resync(Struct, frozen=True, kw_only=True):
    """Frames were skipped; what comes next follows event number `last`."""

    last: int


class Quiet(Struct, frozen=True, kw_only=True):
    """Nothing happened for a while."""


Frame = Happened | Progressed | Resync | Quiet


class Feed:
    """The shared end of the stream. `run` keeps it going; `reader` opens a place in it."""

    def __init__(self, ledger: Ledger, ticks: Ticks, limit: int) -> None:
        self._ledger = ledger
        self._ticks = ticks
        self._limit = limit
        self._wake = asyncio.Event()
        self._news = asyncio.Event()
        self._on_news: list[Callable[[], None]] = []
        self._waiting = 0
        self._wanted = asyncio.Event()
        self._next_progress = 0.0
        self.frames: list[Happened] = []
        """The newest frames, oldest first, at most the limit."""
        self.last = 0
        """The number of the newest event that was shared."""
        self.progress = Progressed(jobs=[])
        self.progress_round = 0
        """Counts the rounds of progress, so that a reader knows whether it saw this one."""

    async def run(self) -> None:
        """Share what happens until cancelled."""
        loop = asyncio.get_running_loop()
        self.last = await self._ledger.read(lambda view: view.last_event())
        self._ledger.store.listen(lambda: _call_soon(loop, self._wake.set))
        self._ticks.on_note = self._wake.set
        while True:
            await self._until_wanted()
            self._wake.clear()
            while await self._share():
                pass
            if self._ticks and loop.time() >= self._next_progress:
                self._next_progress = loop.time() + _TICK
                await self._share_progress()
            await _event_or(self._wake, max(0.01, self._next_progress - loop.time()) if self._ticks else _LOOK_AGAIN)

    def on_news(self, call: Callable[[], None]) -> None:
        """Call this on the event loop whenever events were shared."""
        self._on_news.append(call)

    def reader(self, actor: Actor, after: int | None = None) -> Reader:
        """Open a place behind event `after`, or at the end. Only what the actor may see is given out."""
        return Reader(self, rules.scope(actor), self.last if after is None else after)

    async def end(self) -> int:
        """Return the number of the newest event there is; while nobody waits it may not have been shared yet."""
        return await self._ledger.read(lambda view: view.last_event())

    async def news(self, seconds: float) -> bool:
        """Wait until something is shared; False when `seconds` passed first."""
        self._waiting += 1
        self._wanted.set()
        try:
            return await _event_or(self._news, seconds)
        finally:
            self._waiting -= 1

    async def page(self, after: int) -> list[Happened]:
        """Read frames above a number from the store, up to the newest that was shared."""
        return [frame for frame in await self._read(after) if frame.event.number <= self.last]

    @property
    def waiting(self) -> int:
        """How many wait for news now."""
        return self._waiting

    def lag_limit(self) -> int:
        """Return how many events a reader may be behind before it is told to start over."""
        return self._limit

    async def _until_wanted(self) -> None:
        """Return at once while somebody waits for news; else let some gather, as reading after every commit is dear."""
        if not self._waiting and not self._on_news:
            self._wanted.clear()
            await _event_or(self._wanted, _GATHER)

    async def _share(self) -> bool:
        frames = await self._read(self.last)
        if not frames:
            return False
        self.frames += frames
        del self.frames[: max(0, len(self.frames) - self._limit)]
        self.last = frames[-1].event.number
        self._announce()
        for call in self._on_news:
            call()
        return len(frames) == _PAGE

    async def _share_progress(self) -> None:
        ids = self._ticks.take()
        if not ids:
            return
        jobs = await self._ledger.read(lambda view: view.jobs(ids))
        self.progress = Progressed(jobs=jobs)
        self.progress_round += 1
        self._announce()

    async def _read(self, after: int) -> list[Happened]:
        def work(view: View) -> list[Happened]:
            events = view.events(after, _PAGE)
            jobs = {job.id: job for job in view.jobs(sorted({event.job for event in events}))}
            return [Happened(event=event, job=jobs.get(event.job)) for event in events]

        return await self._ledger.read(work)

    def _announce(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


class Reader:
    """One reader's place in the feed."""

    def __init__(self, feed: Feed, scope: Scope, after: int) -> None:
        self._feed = feed
        self._scope = scope
        self._seen = after
        self._pending: deque[Happened] = deque()
        self._progress_round = feed.progress_round

    async def next(self, seconds: float) -> Frame:
        """Return the next frame for this reader, or Quiet after `seconds` without one."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            frame = await self._ready()
            if frame is not None:
                return frame
            left = until - loop.time()
            if left <= 0 or not await self._feed.news(left):
                return Quiet()

    async def _ready(self) -> Frame | None:
        while self._seen < self._feed.last:
            if not self._pending and self._feed.last - self._seen > self._feed.lag_limit():
                self._seen = self._feed.last
                return Resync(last=self._seen)
            if not self._pending:
                self._pending.extend(await self._ahead())
            if not self._pending:
                break
            frame = self._pending.popleft()
            self._seen = frame.event.number
            if self._covers(frame):
                return frame
        if self._progress_round == self._feed.progress_round:
            return None
        self._progress_round = self._feed.progress_round
        jobs = [job for job in self._feed.progress.jobs if self._scope.covers(job.owner, job.project)]
        return Progressed(jobs=jobs) if jobs else None

    async def _ahead(self) -> list[Happened]:
        shared = self._feed.frames
        if not shared or shared[0].event.number > self._seen + 1:
            return await self._feed.page(self._seen)
        return shared[bisect_right(shared, self._seen, key=_number) :][:_PAGE]

    def _covers(self, frame: Happened) -> bool:
        return visible(self._scope, subject(frame.event, frame.job))


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop may be closed while the store still finishes a write
        loop.call_soon_threadsafe(call)


def _number(frame: Happened) -> int:
    return frame.event.number


async def _event_or(event: asyncio.Event, seconds: float) -> bool:
    try:
        # Before Python 3.12 `wait_for` loses a cancellation that comes in the moment in which the event is set.
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
