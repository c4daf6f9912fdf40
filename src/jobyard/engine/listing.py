"""What people may look at: jobs, their history, log and attempts, queues, workers, counts.

Asks access, changes nothing.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.engine.ledger import Ledger, allowed
from jobyard.engine.pace import Course, Ended, Pace, Span
from jobyard.engine.waiting import AHEAD_LIMIT, Waits
from jobyard.job.errors import NotFound
from jobyard.job.events import Event
from jobyard.job.filters import Filter, Query
from jobyard.job.record import Attempt, Job, LogLine
from jobyard.job.states import State
from jobyard.job.waiting import Waiting
from jobyard.people.record import Actor
from jobyard.store.contract import Page, QueueRow, Tally, View, WorkerRow

TOTAL_LIMIT = 10_000
"""Totals are exact up to this many jobs."""
ALIVE = 20.0
"""Seconds of silence after which a worker is shown as gone."""
_QUICK = ("states", "owners", "projects", "queues")


class JobsFound(Struct, frozen=True, kw_only=True):
    """A page with its total."""

    page: Page
    waiting: dict[str, Waiting]
    """Why the queued ones among them wait, by id."""
    total: int
    exact: bool


class Counts(Struct, frozen=True, kw_only=True):
    """How many jobs the actor may see, by state, and where work waits that nobody takes."""

    states: dict[State, int]
    unserved: list[str]


class QueueState(Struct, frozen=True, kw_only=True):
    """A queue with what is in it."""

    row: QueueRow
    queued: int
    running: int
    workers: int
    """Live workers that take jobs from it."""
    oldest: int | None
    """Since when the job that waits longest is in line."""
    ended: Ended
    """How many jobs ended lately."""


class WorkerState(Struct, frozen=True, kw_only=True):
    """A worker with what it holds, as far as the actor may see it."""

    row: WorkerRow
    alive: bool
    running: list[Job]


class LogPart(Struct, frozen=True, kw_only=True):
    """Lines of one attempt."""

    attempt: int
    lines: list[LogLine]
    complete: bool


class Listing:
    """Every question people ask about jobs."""

    def __init__(self, ledger: Ledger, waits: Waits) -> None:
        self._ledger = ledger
        self._pace = Pace()
        self._waits = waits

    async def job(self, actor: Actor, id_: str) -> Job:
        """Return a job. Raises JobNotFound where there is none that the actor may see."""
        return await self._ledger.read(lambda view: allowed(view, actor, Verb.SEE, id_))

    async def waiting(self, actor: Actor, id_: str) -> tuple[Job, Waiting | None]:
        """Return a job and, while it is queued, why it waits. Raises JobNotFound like `job`."""

        def work(view: View) -> tuple[Job, Waiting | None]:
            job = allowed(view, actor, Verb.SEE, id_)
            return job, self._waits.explained(view, [job], AHEAD_LIMIT).get(job.id)

        return await self._ledger.read(work)

    async def find(self, actor: Actor, query: Query) -> JobsFound:
        """Return one page of the jobs the actor may see, with the total up to TOTAL_LIMIT."""
        scoped = replace(query, scope=rules.scope(actor))

        def work(view: View) -> JobsFound:
            total = view.count(scoped.filter, scoped.scope, TOTAL_LIMIT)
            page = view.find(scoped)
            waiting = self._waits.explained(view, page.jobs)
            return JobsFound(page=page, waiting=waiting, total=total, exact=total < TOTAL_LIMIT)

        # SQLite is read where one stands, and that is the event loop, which nobody may hold up.
        return await (self._ledger.read(work) if _quick(query.filter) else self._ledger.search(work))

    async def counts(self, actor: Actor) -> Counts:
        """Return the kept counters of what the actor may see."""
        now = self._ledger.now()

        def work(view: View) -> Counts:
            tallies = view.tallies(rules.scope(actor))
            states = dict.fromkeys(State, 0)
            for tally in tallies:
                states[tally.state] += tally.count
            waiting = {tally.queue for tally in tallies if tally.state is State.QUEUED and tally.count}
            served = {queue for row in view.workers() if _serves(row, now) for queue in row.queues}
            return Counts(states=states, unserved=self._unserved(view, actor, sorted(waiting - served)))

        return await self._ledger.search(work)

    async def history(self, actor: Actor, id_: str, after: int = 0, limit: int = 200) -> list[Event]:
        """Return a job's events above a number, oldest first."""

        def work(view: View) -> list[Event]:
            allowed(view, actor, Verb.SEE, id_)
            return view.history(id_, after, limit)

        return await self._ledger.read(work)

    async def attempts(self, actor: Actor, id_: str) -> list[Attempt]:
        """Return a job's attempts, first one first."""

        def work(view: View) -> list[Attempt]:
            allowed(view, actor, Verb.SEE, id_)
            return view.attempts(id_)

        return await self._ledger.read(work)

    async def log(self, actor: Actor, id_: str, attempt: int | None, after: int = 0, limit: int = 1_000) -> LogPart:
        """Return lines of one attempt (the newest when None) above a number."""

        def work(view: View) -> LogPart:
            job = allowed(view, actor, Verb.SEE, id_)
            number = job.attempt if attempt is None else attempt
            lines = view.log(id_, number, after, limit)
            held = job.state is State.RUNNING and job.attempt == number
            return LogPart(attempt=number, lines=lines, complete=not held and len(lines) < limit)

        return await self._ledger.read(work)

    async def queues(self, actor: Actor) -> list[QueueState]:
        """Return the queues with the counts of what the actor may see; how they go is told of all jobs in them."""
        rules.require_house(actor, House.SEE_QUEUES)
        now = self._ledger.now()

        def work(view: View) -> list[QueueState]:
            tallies = view.tallies(rules.scope(actor))
            rows = {row.name: row for row in view.queues()}
            live = [row for row in view.workers() if _serves(row, now)]
            ended = self._pace.ended(view, now)
            names = rows.keys() | {tally.queue for tally in tallies} | {queue for row in live for queue in row.queues}
            oldest = view.oldest(sorted(names))
            return [
                QueueState(
                    row=rows.get(name, QueueRow(name=name)),
                    queued=_counted(tallies, name, State.QUEUED),
                    running=_counted(tallies, name, State.RUNNING),
                    workers=sum(name in row.queues for row in live),
                    oldest=oldest.get(name),
                    ended=ended.get(name, Ended()),
                )
                for name in sorted(names)
            ]

        return await self._ledger.search(work)

    async def course(self, actor: Actor, span: Span) -> Course:
        """Return how many jobs of everybody ended over time, by queue and by worker."""
        rules.require_house(actor, House.SEE_QUEUES)
        now = self._ledger.now()
        return await self._ledger.search(lambda view: self._pace.course(view, now, span))

    async def queue(self, actor: Actor, name: str) -> QueueState:
        """Return one queue; one that nobody ever used is empty."""
        empty = QueueState(row=QueueRow(name=name), queued=0, running=0, workers=0, oldest=None, ended=Ended())
        return next((state for state in await self.queues(actor) if state.row.name == name), empty)

    async def worker(self, actor: Actor, name: str) -> WorkerState:
        """Return one worker. Raises NotFound."""
        found = next((state for state in await self.workers(actor) if state.row.name == name), None)
        if found is None:
            raise NotFound(what="worker", name=name)
        return found

    async def workers(self, actor: Actor) -> list[WorkerState]:
        """Return the workers with those of their jobs that the actor may see."""
        rules.require_house(actor, House.SEE_QUEUES)
        now = self._ledger.now()

        def work(view: View) -> list[WorkerState]:
            rows = view.workers()
            running = Filter(states=frozenset({State.RUNNING}), workers=frozenset(row.name for row in rows))
            query = Query(filter=running, scope=rules.scope(actor), limit=500)
            held = view.find(query).jobs if rows else []
            return [
                WorkerState(row=row, alive=alive(row, now), running=[job for job in held if job.worker == row.name])
                for row in rows
            ]

        return await self._ledger.read(work)

    def _unserved(self, view: View, actor: Actor, queues: list[str]) -> list[str]:
        unserved = []
        for queue in queues:
            waiting = Filter(states=frozenset({State.QUEUED}), queues=frozenset({queue}))
            first = view.find(Query(filter=waiting, scope=rules.scope(actor), limit=1)).jobs
            if first and not first[0].external:
                unserved.append(queue)
        return unserved


def _quick(filter_: Filter) -> bool:
    """Tell whether kept counters and one walk along an index answer this."""
    empty = Filter()
    return filter_ == replace(empty, **{name: getattr(filter_, name) for name in _QUICK})


def alive(row: WorkerRow, now: int) -> bool:
    """Tell whether a worker was heard of lately."""
    return now - row.seen_at < int(ALIVE * 1_000_000)


def _serves(row: WorkerRow, now: int) -> bool:
    """Tell whether a worker takes new jobs."""
    return alive(row, now) and not row.draining


def _counted(tallies: list[Tally], queue: str, state: State) -> int:
    return sum(tally.count for tally in tallies if tally.queue == queue and tally.state is state)
