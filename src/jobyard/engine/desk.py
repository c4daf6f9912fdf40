"""Where workers stand: the six verbs claim, beat, report, finish, give_back, call.

Every word is fenced by its attempt.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.bell import Bell
from jobyard.engine.capability import Capability
from jobyard.engine.ledger import Ledger
from jobyard.engine.limits import Limits, Subject
from jobyard.engine.roster import Presence, Roster
from jobyard.engine.settling import Settling
from jobyard.engine.ticks import Ticks
from jobyard.engine.vigil import Vigil
from jobyard.job import moves
from jobyard.job.desk import (
    Answer,
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
    Told,
    Wish,
    Wishes,
)
from jobyard.job.errors import NotFound
from jobyard.job.events import Change
from jobyard.job.record import Job
from jobyard.kinds.registry import Registry
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

LONGEST_WAIT = 30.0
"""Seconds a claim may wait for work."""
CLAIM_LIMIT = 256
"""The most jobs one claim gives out."""
_LOOK_AGAIN = 1.0


class Desk:
    """What a worker may ask of the house."""

    def __init__(
        self,
        ledger: Ledger,
        bell: Bell,
        registry: Registry,
        capabilities: dict[str, Capability],
        settling: Settling,
        limits: Limits,
        vigil: Vigil,
    ) -> None:
        self._ledger = ledger
        self._vigil = vigil
        self._bell = bell
        self._registry = registry
        self._capabilities = capabilities
        self._settling = settling
        self._limits = limits
        self._roster = Roster(ledger, settling)
        self.ticks: Ticks = settling.ticks
        self.open = True

    async def claim(self, actor: Actor, ask: Ask, gone: asyncio.Future[Any] | None = None) -> Claimed:
        """Give out work, best first, or wait up to `ask.wait` seconds for some.

        The first claim of a worker that was started anew takes over its name: what it held before is lost and in line
        again. `gone` is done once the worker waits no more. Raises WorkerDoubled while another worker is at work under
        its name.
        """
        rules.require_house(actor, House.WORK)
        loop = asyncio.get_running_loop()
        until = loop.time() + min(max(ask.wait, 0.0), LONGEST_WAIT)
        while self.open and not (gone is not None and gone.done()):
            presence, assignments = await self._ledger.write(lambda transaction: self._take(transaction, ask))
            self._roster.note(presence)
            self._settling.needs.ring(presence.woken)
            left = until - loop.time()
            if assignments or left <= 0:
                return Claimed(assignments=assignments)
            await self._bell.wait(ask.queues, min(left, _LOOK_AGAIN))
        return Claimed()

    async def beat(self, actor: Actor, beat: Beat) -> Wishes:
        """Renew the leases of what the worker holds and tell what it shall stop or drop."""
        rules.require_house(actor, House.WORK)
        with self._vigil.hearing():
            (stale, wishes), due = await self._ledger.read(
                lambda view: (self._look(view, beat.held), self._roster.hear(view, beat))
            )
            if stale:
                await self._ledger.write(lambda transaction: self._renew(transaction, stale))
        if due:
            self._roster.note(await self._ledger.write(lambda transaction: self._roster.write(transaction, beat)))
        return Wishes(wishes=wishes)

    async def bury(self, actor: Actor, worker: str, fate: str) -> int:
        """End at once what a worker held that is surely dead; return how many attempts that were.

        For whoever has seen its process end. `fate` is what became of it, such as "ended". Its name is free then.
        """
        rules.require_house(actor, House.WORK)
        presence = await self._ledger.write(lambda transaction: self._roster.bury(transaction, worker, fate))
        self._roster.note(presence)
        self._settling.needs.ring(presence.woken)
        return presence.lost

    async def report(self, actor: Actor, report: Report) -> Wishes:
        """Take news of attempts: that work began, progress, log lines.

        Stale news is dropped and answered with a wish.
        """
        rules.require_house(actor, House.WORK)

        def work(transaction: Transaction) -> list[Wish]:
            return [wish for told in report.told for wish in self._hear(transaction, told)]

        wishes = await self._ledger.write(work)
        self.ticks.note([told.job for told in report.told])
        return Wishes(wishes=tuple(wishes))

    async def finish(self, actor: Actor, finish: Finish) -> Settled:
        """Settle attempts that ended.

        A repeated word is answered the same; a late one is noted and answered `stale`.
        """
        rules.require_house(actor, House.WORK)
        return await self._settling.settle(finish)

    async def give_back(self, actor: Actor, back: GiveBack) -> Settled:
        """Put unfinished attempts in line again without burning a try."""
        rules.require_house(actor, House.WORK)

        def work(transaction: Transaction) -> tuple[list[Job | None], list[Job]]:
            jobs = [self._return(transaction, held) for held in back.held]
            returned = [job for job in jobs if job is not None]
            return jobs, returned + self._settling.needs.ended(transaction, returned)

        jobs, woken = await self._ledger.write(work)
        self._settling.needs.ring(woken)
        return Settled(states=tuple(job.state.value if job else "stale" for job in jobs))

    async def call(self, actor: Actor, call: Call) -> Answer:
        """Let running work use a capability, in one transaction with the check that it still holds the job."""
        rules.require_house(actor, House.WORK)
        room, _, verb = call.verb.partition(".")
        capability = self._capabilities.get(room)
        if capability is None:
            raise NotFound(what="capability", name=room)

        def work(transaction: Transaction) -> Answer:
            job = transaction.job(call.job)
            if job is None or not moves.holds(job, call.attempt):
                return Answer(wish="drop")
            if job.cancelling:
                return Answer(wish="stop")
            now = self._ledger.now()
            return Answer(value=capability.call(transaction, job, verb, call.payload, now))

        return await self._ledger.write(work)

    async def holds(self, actor: Actor, job: str, attempt: int) -> bool:
        """Tell whether the attempt holds the job; asked before its result files are taken in."""
        rules.require_house(actor, House.WORK)
        found = await self._ledger.read(lambda view: view.job(job))
        return found is not None and moves.holds(found, attempt)

    def close(self) -> None:
        """Send waiting workers away; the server stops."""
        self.open = False
        self._bell.ring_all()

    def _take(self, transaction: Transaction, ask: Ask) -> tuple[Presence, tuple[Assignment, ...]]:
        now = self._ledger.now()
        presence = self._roster.introduce(transaction, ask, now)
        limit = min(max(ask.limit, 1), CLAIM_LIMIT)
        lease = self._settling.lease
        claimed = [
            transaction.apply(moves.claim(job, now, ask.worker, lease))
            for job in self._chosen(transaction, ask, now, limit)
        ]
        given = tuple(Assignment(job=job, lease=lease, grace=self._registry.kind(job.kind).grace) for job in claimed)
        return presence, given

    def _chosen(self, transaction: Transaction, ask: Ask, now: int, limit: int) -> list[Job]:
        room = self._limits.claiming(transaction)
        if room is None:
            return transaction.candidates(ask.queues, ask.kinds, now, limit, worker=ask.worker)
        queues, kinds = room.open(Subject.QUEUE, ask.queues), room.open(Subject.KIND, ask.kinds)
        barred, wanted = set(room.barred), limit
        while found := transaction.candidates(queues, kinds, now, wanted, barred, ask.worker):
            taken = room.take(found)[:limit]
            if taken:
                return taken
            # Who may run nothing, because nobody may who is not named, must not hold up those behind him.
            barred.update(job.owner for job in found)
            wanted = CLAIM_LIMIT
        return []

    def _look(self, view: View, held: tuple[Held, ...]) -> tuple[list[Held], tuple[Wish, ...]]:
        jobs = {job.id: job for job in view.jobs([one.job for one in held])}
        soon = self._ledger.now() + self._settling.lease * 2 // 3
        stale, wishes = list[Held](), list[Wish]()
        for one in held:
            job = jobs.get(one.job)
            if job is None or not moves.holds(job, one.attempt):
                wishes.append(Wish(job=one.job, attempt=one.attempt, what="drop"))
                continue
            if job.cancelling:
                wishes.append(Wish(job=one.job, attempt=one.attempt, what="stop"))
            if (job.lease_until or 0) < soon:
                stale.append(one)
        return stale, tuple(wishes)

    def _renew(self, transaction: Transaction, held: list[Held]) -> None:
        for one in sorted(held, key=_by_job):
            job = transaction.job(one.job)
            if job is not None and moves.holds(job, one.attempt):
                transaction.apply(moves.beat(job, one.attempt, self._ledger.now(), self._settling.lease))

    def _hear(self, transaction: Transaction, told: Told) -> list[Wish]:
        job = transaction.job(told.job)
        if job is None or not moves.holds(job, told.attempt):
            return [Wish(job=told.job, attempt=told.attempt, what="drop")]
        now = self._ledger.now()
        self._settling.logs.write(transaction, job.id, told.attempt, told.lines)
        news: Change | None = None
        if told.begun and job.begun_at is None:
            news = moves.begin(job, told.attempt, now, told.since)
            job = news.job
        if told.progress is not None:
            news = moves.report(job, told.attempt, now, self._settling.lease, told.progress).after(news)
        if news is not None:
            job = transaction.apply(news)
        return [Wish(job=job.id, attempt=told.attempt, what="stop")] if job.cancelling else []

    def _return(self, transaction: Transaction, held: Held) -> Job | None:
        job = transaction.job(held.job)
        if job is None or not moves.holds(job, held.attempt):
            return None
        now = self._ledger.now()
        until = self._settling.lifetimes.results_until(transaction, job, now) if job.cancelling else None
        return transaction.apply(moves.give_back(job, held.attempt, now, until))


def _by_job(held: Held) -> str:
    return held.job
