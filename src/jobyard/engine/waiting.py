"""Answers why jobs wait: what stands in the way, the place in line, and an estimate from recent runs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from msgspec import Struct

from jobyard.engine.ledger import Ledger
from jobyard.engine.limits import Limits, Room, Subject
from jobyard.job.clock import SECOND
from jobyard.job.filters import Order, Query
from jobyard.job.record import Job, OnFailure
from jobyard.job.states import State
from jobyard.job.waiting import Cause, Waiting
from jobyard.store.contract import View, WorkerRow

AHEAD_LIMIT = 100_000
"""The most jobs that are counted before one."""
AHEAD_IN_LISTS = 1_000
"""The same where many jobs are asked for at once."""
ALIVE = 20 * SECOND
"""Silence after which a worker counts as gone."""
_RECENT = 500
_PACES_FOR = 10 * SECOND
_LIMITED = {
    Subject.OWNER: (Cause.OWNER_LIMIT, "{owner} runs as many jobs at once as is allowed."),
    Subject.QUEUE: (Cause.QUEUE_LIMIT, "Queue {queue} runs as many jobs at once as is allowed."),
    Subject.KIND: (Cause.KIND_LIMIT, "As many jobs of kind {kind} run at once as is allowed."),
}


class Paces(Struct, frozen=True, kw_only=True):
    """How long jobs took lately, in microseconds."""

    kinds: dict[str, int]
    overall: int | None

    def of(self, kind: str) -> int | None:
        """Return the time of one kind, or that of all where it did not run lately; None where nothing did."""
        return self.kinds.get(kind, self.overall)


class House(Struct, frozen=True, kw_only=True):
    """What one answer looks at, read once for many jobs."""

    now: int
    paused: dict[str, str]
    """Paused queues, with who paused each."""
    workers: list[WorkerRow]
    room: Room | None
    paces: Paces
    running: dict[str, int]
    """Jobs that our workers run, by queue."""

    def serving(self, queue: str) -> list[WorkerRow]:
        """Return live workers that take new jobs from a queue."""
        return [row for row in self.workers if queue in row.queues]


class Waits:
    """Says why jobs wait."""

    def __init__(self, ledger: Ledger, limits: Limits) -> None:
        self._ledger = ledger
        self._limits = limits
        self._paces = Paces(kinds={}, overall=None)
        self._paces_until = 0

    def explained(self, view: View, jobs: Sequence[Job], limit: int = AHEAD_IN_LISTS) -> dict[str, Waiting]:
        """Return why each of the queued jobs among these waits, by id; `limit` bounds the counting of places."""
        queued = [job for job in jobs if job.state is State.QUEUED]
        if not queued:
            return {}
        house = self._house(view)
        return {job.id: self._explained(view, job, house, limit) for job in queued}

    def _explained(self, view: View, job: Job, house: House, limit: int) -> Waiting:
        return _apart(job, house.now) or _in_the_way(job, house) or self._in_line(view, job, house, limit)

    def _in_line(self, view: View, job: Job, house: House, limit: int) -> Waiting:
        kinds = view.ahead(job, limit)
        ahead = sum(kinds.values())
        more = ahead >= limit
        starts_at = None if more else _starts_at(job, house, kinds)
        subject = None if house.room is None else house.room.full(job)
        if subject is not None:
            cause, sentence = _LIMITED[subject]
            sentence = sentence.format(owner=job.owner, queue=job.queue, kind=job.kind)
            return Waiting(cause=cause, sentence=sentence, ahead=ahead, more=more)
        slots = sum(row.slots for row in house.serving(job.queue))
        if not ahead and house.running.get(job.queue, 0) < slots:
            sentence = "It is next: a worker takes it at once."
            return Waiting(cause=Cause.NEXT, sentence=sentence, ahead=0, starts_at=house.now)
        sentence = _line_sentence(ahead, slots, more=more)
        return Waiting(cause=Cause.BUSY, sentence=sentence, ahead=ahead, more=more, starts_at=starts_at)

    def _house(self, view: View) -> House:
        now = self._ledger.now()
        running: dict[str, int] = {}
        for one in view.running():
            running[one.queue] = running.get(one.queue, 0) + one.count
        return House(
            now=now,
            paused={row.name: row.paused_by for row in view.queues() if row.paused},
            workers=[row for row in view.workers() if now - row.seen_at < ALIVE and not row.draining],
            room=self._limits.room(view),
            paces=self._recent(view, now),
            running=running,
        )

    def _recent(self, view: View, now: int) -> Paces:
        """Return how long jobs took lately; looked up again when it is older than ten seconds."""
        if now >= self._paces_until:
            took: dict[str, list[int]] = {}
            for job in view.find(Query(order=Order.ENDED, limit=_RECENT)).jobs:
                if job.begun_at is not None and job.finished_at is not None and job.state is not State.CANCELLED:
                    took.setdefault(job.kind, []).append(job.finished_at - job.begun_at)
            every = [one for times in took.values() for one in times]
            self._paces = Paces(
                kinds={kind: int(statistics.median(times)) for kind, times in took.items()},
                overall=int(statistics.median(every)) if every else None,
            )
            self._paces_until = now + _PACES_FOR
        return self._paces


def _apart(job: Job, now: int) -> Waiting | None:
    """Return why a job does not stand in line at all."""
    if job.external:
        return Waiting(cause=Cause.CLIENT, sentence="Its own client has not said yet that it runs.")
    if job.waits > 0:
        some = "another job" if job.waits == 1 else f"{job.waits} other jobs"
        well = "" if job.on_failure is OnFailure.RUN else " well"
        return Waiting(cause=Cause.NEEDS, sentence=f"It waits for {some} to end{well}.", needs=job.after)
    if job.due_at is not None and job.due_at > now:
        if job.failure is not None:
            sentence = "Its last attempt failed; the next one comes after a pause."
            return Waiting(cause=Cause.BACK_OFF, sentence=sentence, until=job.due_at, starts_at=job.due_at)
        return Waiting(cause=Cause.DUE, sentence="Its time has not come yet.", until=job.due_at, starts_at=job.due_at)
    return None


def _in_the_way(job: Job, house: House) -> Waiting | None:
    """Return what keeps the whole queue, or all work of its kind, from running."""
    if job.queue in house.paused:
        by = house.paused[job.queue]
        return Waiting(cause=Cause.PAUSED, sentence=f"Queue {job.queue} is paused{f' by {by}' if by else ''}.")
    serving = house.serving(job.queue)
    if not serving:
        return Waiting(cause=Cause.UNSERVED, sentence=f"No live worker serves queue {job.queue}.")
    if not any(job.kind in row.kinds for row in serving):
        sentence = f"No live worker of queue {job.queue} can do {job.kind}."
        return Waiting(cause=Cause.UNABLE, sentence=sentence)
    return None


def _line_sentence(ahead: int, slots: int, *, more: bool) -> str:
    busy = "all workers are busy" if slots != 1 else "the worker is busy"
    if not ahead:
        return f"It is next in line; {busy}."
    before = f"{ahead:,}{' or more' if more else ''} {'job is' if ahead == 1 else 'jobs are'}"
    return f"{before} before it in line."


def _starts_at(job: Job, house: House, kinds: dict[str, int]) -> int | None:
    """Return when the job likely begins: the work before it, and half of what runs, shared by all slots."""
    slots = sum(row.slots for row in house.serving(job.queue) if job.kind in row.kinds)
    pace = house.paces.of(job.kind)
    paces = {kind: house.paces.of(kind) for kind in kinds}
    if not slots or pace is None or any(one is None for one in paces.values()):
        return None
    before = sum(count * (paces[kind] or 0) for kind, count in kinds.items())
    running = min(house.running.get(job.queue, 0), slots)
    return house.now + (before + running * pace // 2) // slots
