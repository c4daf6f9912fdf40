"""The worker's pulse: beats that keep what it holds, and news of running work, several times a second."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from msgspec import Struct

from jobyard.job.clock import Clock
from jobyard.job.desk import LOG_BATCH, Beat, Report, Told, Wish
from jobyard.job.errors import Fault
from jobyard.job.record import LogLine, Progress
from jobyard.worker.desk import Declined, Desk, Pauses
from jobyard.worker.hand import Hand, Holding, Phase

_log = logging.getLogger("jobyard.worker")
NEWS_EVERY = 0.2
REPORT_SIZE = 750_000
"""Characters of log in one report."""
END_SIZE = 100_000
"""Characters of log that may go along with an end."""
_SURE_SHARE = 0.5
_SHORTEST_PATIENCE = 0.5
_LONGEST_PATIENCE = 10.0
_PRINT_PATIENCE = 2.0
"""Seconds that work with much to say waits for a house that is away, before its words are dropped."""
Heed = Callable[[Wish], None]


class Identity(Struct, frozen=True):
    """Who the worker is to the house."""

    name: str
    session: str


class Pulse:
    """Speaks for everything in hand, and hears what the house wishes."""

    def __init__(self, desk: Desk, hand: Hand, identity: Identity, clock: Clock, heed: Heed) -> None:
        self._desk = desk
        self._hand = hand
        self._identity = identity
        self._clock = clock
        self._heed = heed
        self._soon = asyncio.Event()
        self._turn = asyncio.Lock()
        self._away = False
        self._unheard_since: float | None = None
        self._confirmed = asyncio.Event()

    async def beat(self, every: float) -> None:
        """Beat every so many seconds, or five times a lease where that is more often."""
        loop = asyncio.get_running_loop()
        pauses = Pauses(every)
        while True:
            sent = loop.time()
            self._soon.clear()
            pause = min(every, self._hand.shortest_lease / 5)
            try:
                await self._beat(sent)
                pauses.reset()
            except Fault as fault:
                self._lose(fault)
                pause = max(pause, min(pauses.after(fault), self._hand.shortest_lease / 5))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, sent + pause - loop.time())):
                    await self._soon.wait()

    async def confirm(self, holding: Holding) -> None:
        """Return when the attempt is surely ours, or was taken from us."""
        loop = asyncio.get_running_loop()
        while holding.phase is Phase.WAITING and loop.time() > holding.sure:
            self._confirmed.clear()
            self._soon.set()
            await self._confirmed.wait()

    def wake(self) -> None:
        """Let those who wait for confirmation look again at what became of their attempt."""
        self._confirmed.set()

    async def tell(self) -> None:
        """Tell news for as long as the worker lives; at once again while much is waiting."""
        while True:
            await asyncio.sleep(NEWS_EVERY)
            while await self.report() and any(self._much(holding) for holding in self._hand):
                pass

    async def report(self) -> bool:
        """Tell what news there is. Return whether the house has taken some."""
        async with self._turn:
            told = self._news()
            if not told:
                return False
            try:
                answer = await self._desk.report(Report(worker=self._identity.name, told=tuple(told)))
            except Declined as fault:
                _log.error("the house declined news, which is lost: %s", fault.sentence)
            except Fault as fault:
                _log.debug("news is not taken: %s", fault.sentence)
                self._unheard()
                return False
            else:
                for wish in answer.wishes:
                    self._heed(wish)
            self._heard()
            self._note(told)
            return True

    async def clear(self, holding: Holding) -> None:
        """Return when so little of an attempt's log is left that it can go along with its end."""
        while holding.output is not None and last_lines(holding) is None:
            if not await self.report():
                await asyncio.sleep(NEWS_EVERY)

    async def farewell(self, patience: float) -> None:
        """Tell the house that this worker ends, so that its name is free; where it does not hear, silence will tell."""
        held = tuple(holding.held for holding in self._hand)
        beat = Beat(worker=self._identity.name, session=self._identity.session, held=held, leaving=True)
        with contextlib.suppress(Fault):
            await self._desk.beat(beat, patience)

    async def _beat(self, sent: float) -> None:
        held = list(self._hand)
        lease = self._hand.shortest_lease
        patience = max(_SHORTEST_PATIENCE, min(_LONGEST_PATIENCE, lease / 3))
        beat = Beat(
            worker=self._identity.name, session=self._identity.session, held=tuple(holding.held for holding in held)
        )
        wishes = (await self._desk.beat(beat, patience)).wishes
        self._find()
        for holding in held:
            holding.sure = max(holding.sure, sent + holding.lease * _SURE_SHARE)
        for wish in wishes:
            self._heed(wish)
        self._confirmed.set()

    def _news(self) -> list[Told]:
        now = self._clock.now()
        left = REPORT_SIZE
        news = []
        for holding in self._hand:
            if holding.phase is not Phase.RUNNING or left <= 0:
                continue
            holding.look(now)
            lines = self._lines(holding, left)
            left -= sum(len(line.text) for line in lines)
            progress = holding.progress if holding.progress is not holding.told else None
            if lines or progress is not None or not holding.begun_told:
                job, attempt = holding.key
                since = 0 if holding.begun_told else holding.ran()
                begun = not holding.begun_told
                news.append(Told(job=job, attempt=attempt, begun=begun, since=since, progress=progress, lines=lines))
        return news

    def _lines(self, holding: Holding, size: int) -> tuple[LogLine, ...]:
        if holding.output is None:
            return ()
        holding.output.glance()
        return holding.output.first(LOG_BATCH, size)

    def _note(self, news: list[Told]) -> None:
        for told in news:
            holding = self._hand.get(told.job, told.attempt)
            if holding is None:
                continue
            holding.begun_told = True
            if told.progress is not None:
                holding.told = told.progress
            if told.lines and holding.output is not None:
                holding.output.forget(told.lines[-1].number)

    def _much(self, holding: Holding) -> bool:
        return holding.output is not None and last_lines(holding) is None

    def _lose(self, fault: Fault) -> None:
        if not self._away:
            _log.warning("%s Running work goes on.", fault.sentence)
            self._away = True

    def _find(self) -> None:
        if self._away:
            _log.info("the house answers again")
            self._away = False

    def _unheard(self) -> None:
        now = asyncio.get_running_loop().time()
        self._unheard_since = self._unheard_since or now
        if now - self._unheard_since >= _PRINT_PATIENCE:
            self._calm(patient=False)

    def _heard(self) -> None:
        if self._unheard_since is not None:
            self._unheard_since = None
            self._calm(patient=True)

    def _calm(self, *, patient: bool) -> None:
        for holding in self._hand:
            if holding.output is not None:
                holding.output.calm(patient=patient)


def last_lines(holding: Holding) -> tuple[LogLine, ...] | None:
    """Return the rest of an attempt's log if it is little enough to go along with its end; None when it is more."""
    if holding.output is None:
        return ()
    lines = holding.output.first(LOG_BATCH, END_SIZE)
    return lines if len(lines) == len(holding.output) else None


def last_progress(holding: Holding) -> Progress | None:
    """Return the progress that the house does not know yet."""
    return holding.progress if holding.progress is not holding.told else None
