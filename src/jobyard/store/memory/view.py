"""Reading from the memory store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from jobyard.job.errors import Unavailable
from jobyard.job.events import Event
from jobyard.job.filters import (
    BLOCK,
    OUTLINE_LIMIT,
    PAGE_LIMIT,
    Cursor,
    Faceted,
    Filter,
    Order,
    Outline,
    Query,
    Scope,
    Tallied,
)
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
from jobyard.job.states import LIVE, State
from jobyard.people.record import Key, Membership, Project, User
from jobyard.store.contract import (
    Aged,
    Card,
    Ends,
    Page,
    QueueRow,
    Reused,
    Row,
    Running,
    Statement,
    Tally,
    WorkerRow,
)
from jobyard.store.facets import facet
from jobyard.store.memory.matching import matches, rank, sort_value
from jobyard.store.memory.tables import Tables

T = TypeVar("T")


class MemoryView:
    """A View of the dicts; the store holds its lock while one is in use."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def job(self, id_: str) -> Job | None:
        return self._tables.jobs.get(id_)

    def jobs(self, ids: Sequence[str]) -> list[Job]:
        return [self._tables.jobs[id_] for id_ in ids if id_ in self._tables.jobs]

    def find(self, query: Query) -> Page:
        after = None if query.after is None else rank(query.after, query.order)
        found: list[tuple[tuple[int, int], Cursor, Job]] = []
        for job in self._matching(query.filter, query.scope):
            value = sort_value(job, query.order)
            if value is None:
                continue
            cursor = Cursor(value=value, number=job.number)
            place = rank(cursor, query.order)
            if after is None or place > after:
                found.append((place, cursor, job))
        found.sort(key=lambda entry: entry[0])
        limit = min(max(query.limit, 1), PAGE_LIMIT)
        shown = found[:limit]
        return Page(jobs=[job for _, _, job in shown], next=shown[-1][1] if len(found) > limit else None)

    def count(self, filter_: Filter, scope: Scope, limit: int) -> int:
        return sum(1 for _ in islice(self._matching(filter_, scope), max(limit, 0)))

    def outlines(self, query: Query) -> list[Outline]:
        return [
            Outline(
                number=job.number,
                id=job.id,
                kind=job.kind,
                state=job.state,
                parameters=job.parameters,
                marks=job.marks,
                resource=None if job.resource is None else (job.resource.type, job.resource.id),
                project=job.project,
            )
            for job in self._in_order(query)[:OUTLINE_LIMIT]
        ]

    def blocks(self, owner: str) -> list[Tallied]:
        mine = (job for job in self._tables.jobs.values() if job.owner == owner)
        counts = Counter((job.number // BLOCK, facet(job)) for job in mine)
        return [Tallied(block=block, facet=one, count=count) for (block, one), count in counts.items()]

    def block(self, owner: str, block: int) -> list[Faceted]:
        mine = (job for job in self._tables.jobs.values() if job.owner == owner and job.number // BLOCK == block)
        return [
            Faceted(number=job.number, id=job.id, facet=facet(job)) for job in sorted(mine, key=lambda job: job.number)
        ]

    def tallies(self, scope: Scope) -> list[Tally]:
        counts = Counter((job.queue, job.state) for job in self._matching(Filter(), scope))
        return [Tally(queue=queue, state=state, count=count) for (queue, state), count in sorted(counts.items())]

    def running(self) -> list[Running]:
        counts = Counter(
            (job.owner, job.queue, job.kind)
            for job in self._tables.jobs.values()
            if job.state is State.RUNNING and not job.external
        )
        return [
            Running(owner=owner, queue=queue, kind=kind, count=count)
            for (owner, queue, kind), count in sorted(counts.items())
        ]

    def ahead(self, job: Job, limit: int) -> dict[str, int]:
        place = (-job.priority, job.turn, job.number)
        before = sorted(
            ((-other.priority, other.turn, other.number), other.kind)
            for other in self._tables.jobs.values()
            if ready(other) and other.queue == job.queue and (-other.priority, other.turn, other.number) < place
        )
        counts = Counter(kind for _, kind in before[: max(limit, 0)])
        return dict(sorted(counts.items()))

    def unique(self, key: str) -> Job | None:
        live = (job for job in self._tables.jobs.values() if job.unique == key and job.state in LIVE)
        return next(live, None)

    def stored(self, owner: str | None) -> int:
        return self.files_size([job.id for job in self._tables.jobs.values() if owner in {None, job.owner}])

    def oldest(self, queues: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for job in self._tables.jobs.values():
            if job.queue in queues and ready(job) and job.queued_at is not None:
                found[job.queue] = min(job.queued_at, found.get(job.queue, job.queued_at))
        return found

    def finishes(self, since: int, limit: int) -> dict[str, int]:
        ended = sorted(self._ended(), key=lambda job: (job.finished_at or 0, job.number), reverse=True)
        lately = _first((job for job in ended if (job.finished_at or 0) >= since), limit)
        return dict(sorted(Counter(job.queue for job in lately).items()))

    def ends(self, since: int, step: int, limit: int) -> list[Ends]:
        ended = sorted(self._ended(), key=lambda job: (job.finished_at or 0, job.number), reverse=True)
        found: dict[tuple[str, str, State, int], list[int]] = {}
        for job in _first((job for job in ended if (job.finished_at or 0) >= since), limit):
            at = job.finished_at or 0
            attempt = next(iter(self.attempts(job.id)[-1:]), None)
            ran = attempt is not None and attempt.ended_at == at and not job.external
            worker = attempt.worker if attempt is not None and ran else ""
            found.setdefault((job.queue, worker, job.state, (at - since) // step), []).append(at)
        return [
            Ends(queue=queue, worker=worker, state=state, step=place, count=len(times), first=min(times))
            for (queue, worker, state, place), times in sorted(found.items())
        ]

    def card(self, drawer: str, id_: str) -> Card | None:
        return self._tables.cards.get((drawer, id_))

    def cards(
        self, drawer: str, *, prefix: str = "", after: str = "", limit: int = 1_000, newest: bool = False
    ) -> list[Card]:
        found = [card for _, card in sorted(self._tables.cards.items()) if card.drawer == drawer]
        found = [card for card in found if card.id.startswith(prefix)]
        if newest:
            return _first((card for card in reversed(found) if not after or card.id < after), limit)
        return _first((card for card in found if card.id > after), limit)

    def next_card(self, drawer: str) -> int | None:
        dues = (card.due_at for card in self._tables.cards.values() if card.drawer == drawer)
        return min((due for due in dues if due is not None), default=None)

    def events(self, after: int, limit: int) -> list[Event]:
        last = self._tables.numbers["event"]
        numbers = (number for number in range(max(after, 0) + 1, last + 1) if number in self._tables.events)
        return [self._tables.events[number] for number in _first(numbers, limit)]

    def history(self, job: str, after: int, limit: int) -> list[Event]:
        told = self._tables.histories.get(job, {})
        return _first((event for number, event in sorted(told.items()) if number > after), limit)

    def last_event(self) -> int:
        return max(self._tables.events, default=0)

    def attempts(self, job: str) -> list[Attempt]:
        return [attempt for _, attempt in sorted(self._tables.attempts.get(job, {}).items())]

    def log(self, job: str, attempt: int, after: int, limit: int) -> list[LogLine]:
        lines = sorted(self._tables.logs.get(job, {}).items())
        return _first((line for (of, number), line in lines if of == attempt and number > after), limit)

    def last_line(self, job: str, attempt: int) -> int:
        return max((number for of, number in self._tables.logs.get(job, {}) if of == attempt), default=0)

    def files(self, job: str) -> list[ResultFile]:
        return [file for _, file in sorted(self._tables.files.get(job, {}).items())]

    def aged(self, before: int, after: tuple[int, int], limit: int, project: str | None = None) -> list[Aged]:
        found = [
            Aged(
                finished_at=job.finished_at or 0,
                number=job.number,
                id=job.id,
                kind=job.kind,
                project=job.project,
                kept=job.kept,
            )
            for job in self._ended()
            if project in {None, job.project}
        ]
        behind = [one for one in found if one.finished_at < before and one.place > after]
        return _first(sorted(behind, key=lambda one: one.place), limit)

    def files_size(self, jobs: Sequence[str]) -> int:
        return sum(file.size for id_ in set(jobs) for file in self.files(id_))

    def known_blobs(self, blobs: Sequence[str]) -> set[str]:
        return set(blobs) & {file.blob for files in self._tables.files.values() for file in files.values()}

    def files_after(self, blob: str, limit: int) -> list[ResultFile]:
        files = (file for files in self._tables.files.values() for file in files.values() if file.blob > blob)
        return _first(sorted(files, key=lambda file: file.blob), limit)

    def queues(self) -> list[QueueRow]:
        names = self._tables.queues.keys() | self._tables.used_queues.keys()
        return [self._tables.queues.get(name, QueueRow(name=name)) for name in sorted(names)]

    def workers(self) -> list[WorkerRow]:
        return [worker for _, worker in sorted(self._tables.workers.items())]

    def reused(self, owner: str, key: str) -> Reused | None:
        return self._tables.reused.get((owner, key))

    def user(self, name: str) -> User | None:
        return next((user for user in self._tables.users.values() if user.name == name), None)

    def users(self) -> list[User]:
        return sorted(self._tables.users.values(), key=lambda user: user.name)

    def key(self, access: str) -> Key | None:
        return next((key for key in self._tables.keys.values() if key.access == access), None)

    def keys(self, user: str) -> list[Key]:
        mine = [key for key in self._tables.keys.values() if key.user == user]
        return sorted(mine, key=lambda key: (key.created_at, key.id), reverse=True)

    def project(self, id_or_name: str) -> Project | None:
        by_name = (project for project in self._tables.projects.values() if project.name == id_or_name)
        return self._tables.projects.get(id_or_name) or next(by_name, None)

    def projects(self) -> list[Project]:
        return sorted(self._tables.projects.values(), key=lambda project: project.name)

    def memberships(self, *, user: str | None = None, project: str | None = None) -> list[Membership]:
        return [
            membership
            for _, membership in sorted(self._tables.memberships.items())
            if user in {None, membership.user} and project in {None, membership.project}
        ]

    def setting(self, name: str) -> str | None:
        return self._tables.settings.get(name)

    def rows(self, query: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        raise Unavailable(reason="the memory store runs no SQL")

    def _in_order(self, query: Query) -> list[Job]:
        backward = query.order is Order.NEWEST
        jobs = sorted(self._matching(query.filter, query.scope), key=lambda job: job.number, reverse=backward)
        if query.after is None:
            return jobs
        last = query.after.value
        return [job for job in jobs if (job.number < last if backward else job.number > last)]

    def _matching(self, filter_: Filter, scope: Scope) -> Iterable[Job]:
        jobs = self._tables.jobs.values()
        return (
            job
            for job in jobs
            if scope.covers(job.owner, job.project, job.schedule) and matches(job, filter_, self._workers(job.id))
        )

    def _workers(self, job: str) -> list[str]:
        return [attempt.worker for attempt in self.attempts(job)]

    def _ended(self) -> list[Job]:
        return [job for job in self._tables.jobs.values() if job.finished_at is not None]


def ready(job: Job) -> bool:
    """Tell whether a job stands in line for our workers and waits for nothing else, not even for its time."""
    return job.state is State.QUEUED and not job.external and job.due_at is None and job.waits == 0


def _first(items: Iterable[T], limit: int) -> list[T]:
    return list(islice(items, max(limit, 0)))
