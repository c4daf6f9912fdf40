"""Writing to the memory store: everything goes through the journal, so that a work that raises changes nothing."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from jobyard.job import line
from jobyard.job.errors import (
    ChangedMeanwhile,
    Invalid,
    JobNotFound,
    KeyReused,
    NameTaken,
    Unavailable,
    UniqueTaken,
)
from jobyard.job.events import Change, Event
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
from jobyard.job.states import FINAL, LIVE, State
from jobyard.people.record import Key, Membership, Project, User
from jobyard.store import text
from jobyard.store.contract import Card, QueueRow, Reused, Statement, WorkerRow
from jobyard.store.memory.tables import Journal, Tables
from jobyard.store.memory.view import MemoryView, ready
from jobyard.store.rows import LAST

S = TypeVar("S", bound=msgspec.Struct)
_MAY_WAIT = frozenset({State.DRAFT, State.QUEUED})


class MemoryTransaction(MemoryView):
    """A Transaction over the dicts."""

    def __init__(self, tables: Tables, journal: Journal, served: line.Served) -> None:
        super().__init__(tables)
        self._journal = journal
        self.happened: list[tuple[Event, Job | None]] = []
        self.offers = line.Offers(served)
        """What the line offers to this work."""

    def insert(self, change: Change) -> Job:
        self._require_unique(change.job)
        if change.job.id in self._tables.jobs:
            raise NameTaken(what="job", name=change.job.id)
        number = self._journal.count(self._tables.numbers, "job")
        return self._write(replace(change.job, number=number), change)

    def apply(self, change: Change) -> Job:
        stored = self._tables.jobs.get(change.job.id)
        if stored is None or stored.revision != change.guard:
            raise ChangedMeanwhile(id=change.job.id)
        self._require_unique(change.job)
        kept = self._write(replace(change.job, number=stored.number), change)
        self.offers.follow(kept)
        return kept

    def note(self, event: Event) -> None:
        self._tell(event, None)

    def _tell(self, event: Event, job: Job | None) -> None:
        number = self._journal.count(self._tables.numbers, "event")
        kept = _kept(replace(event, number=number))
        text.require([kept.job, kept.actor])
        self._journal.put(self._tables.events, number, kept)
        self._journal.put(self._journal.below(self._tables.histories, event.job), number, kept)
        self._journal.told = True
        self.happened.append((kept, job))

    def remove(self, job: str) -> list[str]:
        self._require(job)
        blobs = self.drop_files(job)
        self._journal.drop(self._tables.jobs, job)
        self._journal.drop(self._tables.attempts, job)
        self._journal.drop(self._tables.logs, job)
        for bound in [bound for bound, reused in self._tables.reused.items() if reused.job == job]:
            self._journal.drop(self._tables.reused, bound)
        return blobs

    def join(self, now: int) -> None:
        jobs = self._tables.jobs.values()
        due = [(job.due_at, job.number, job) for job in jobs if job.due_at is not None and job.due_at <= now]
        for _, _, job in sorted(due, key=lambda entry: entry[:2]):
            joined = replace(job, due_at=None, turn=self.turn(job.queue, job.priority, job.owner))
            if ready(joined):
                self._journal.put(self._tables.jobs, job.id, joined)

    def candidates(
        self,
        queues: Sequence[str],
        kinds: Sequence[str],
        now: int,
        limit: int,
        barred: Collection[str] = (),
        worker: str = "",
    ) -> list[Job]:
        if limit <= 0 or not kinds:
            return []
        open_ = {name for name in queues if name not in self._tables.queues or not self._tables.queues[name].paused}
        self.join(now)
        asking = self._tables.workers.get(worker)
        if asking is not None and asking.draining:
            return []
        levels: dict[tuple[str, int], list[Job]] = {}
        for job in sorted(self._tables.jobs.values(), key=lambda job: (job.turn, job.number)):
            if job.queue in open_ and ready(job) and job.kind in kinds and job.owner not in barred:
                levels.setdefault((job.queue, job.priority), []).append(job)
        return self.offers.best(_looked_at(levels, list(queues), now), kinds, now, limit)

    def turn(self, queue: str, priority: int, owner: str) -> int:
        jobs = self._tables.jobs.values()
        here = [job for job in jobs if ready(job) and (job.queue, job.priority) == (queue, priority)]
        front = min((job.turn for job in here), default=None)
        return line.next_turn(front, max((job.turn for job in here if job.owner == owner), default=None))

    def dependents(self, ids: Sequence[str], after: int = 0, upto: int = LAST, limit: int = LAST) -> list[Job]:
        waiting = [job for job in self._needing(ids) if job.waits and job.state in _MAY_WAIT]
        found = [job for job in waiting if after < job.number <= upto]
        return sorted(found, key=lambda job: job.number)[: max(limit, 0)]

    def last_dependent(self, ids: Sequence[str]) -> int:
        return max((job.number for job in self._needing(ids)), default=0)

    def alone(self, word: str) -> None:
        return None  # there is only one transaction at a time

    def lapsed(self, now: int, after: str, limit: int) -> list[Job]:
        found = [
            job
            for id_, job in sorted(self._tables.jobs.items())
            if job.state is State.RUNNING and job.lease_until is not None and job.lease_until < now and id_ > after
        ]
        return found[: max(limit, 0)]

    def outlived(self, now: int, limit: int) -> list[Job]:
        found = [
            (job.results_until, job.number, job)
            for job in self._tables.jobs.values()
            if job.state in FINAL
            and job.results_until is not None
            and job.results_until < now
            and not job.results_expired
        ]
        return [job for _, _, job in sorted(found, key=lambda entry: entry[:2])][: max(limit, 0)]

    def prunable(self, ids: Sequence[str]) -> list[Job]:
        found = [job for job in self.jobs(list(dict.fromkeys(ids))) if job.state in FINAL and not job.kept]
        return sorted(found, key=lambda job: job.number)

    def remember(self, owner: str, key: str, reused: Reused, now: int) -> None:
        self._require(reused.job)
        text.require([owner, key, reused.digest])
        bound = self._tables.reused.get((owner, key))
        if bound is not None:
            raise KeyReused(key=key, id=bound.job)
        self._journal.put(self._tables.reused, (owner, key), reused)

    def add_log(self, job: str, attempt: int, lines: Sequence[LogLine]) -> None:
        self._require(job)
        table = self._journal.below(self._tables.logs, job)
        for told in lines:
            if (attempt, told.number) not in table:
                text.require([told.stream])
                self._journal.put(table, (attempt, told.number), told)

    def add_file(self, job: str, file: ResultFile) -> None:
        self._require(job)
        text.require([file.name, file.sha256, file.blob, file.media_type])
        self._journal.put(self._journal.below(self._tables.files, job), (file.attempt, file.name), file)

    def drop_files(self, job: str) -> list[str]:
        self._require(job)
        files = self._journal.drop(self._tables.files, job) or {}
        return [file.blob for _, file in sorted(files.items())]

    def due_cards(self, drawer: str, now: int, limit: int) -> list[Card]:
        due = [
            (card.due_at, card.id, card)
            for card in self._tables.cards.values()
            if card.drawer == drawer and card.due_at is not None and card.due_at <= now
        ]
        return [card for _, _, card in sorted(due, key=lambda entry: entry[:2])][: max(limit, 0)]

    def put_card(self, card: Card) -> None:
        text.require([card.drawer, card.id, card.body])
        self._journal.put(self._tables.cards, (card.drawer, card.id), card)

    def drop_card(self, drawer: str, id_: str) -> bool:
        return self._journal.drop(self._tables.cards, (drawer, id_)) is not None

    def put_queue(self, queue: QueueRow) -> None:
        text.require([queue.name, queue.paused_by])
        self._journal.put(self._tables.queues, queue.name, queue)

    def put_worker(self, worker: WorkerRow) -> None:
        text.require([worker.name, worker.session, worker.host])
        known = self._tables.workers.get(worker.name)
        same = known is not None and known.session == worker.session
        kept = replace(worker, draining=known.draining) if known is not None and same else worker
        self._journal.put(self._tables.workers, worker.name, _kept(kept))

    def drain(self, name: str, *, draining: bool) -> bool:
        known = self._tables.workers.get(name)
        if known is None:
            return False
        self._journal.put(self._tables.workers, name, replace(known, draining=draining))
        return True

    def drop_worker(self, name: str) -> None:
        self._journal.drop(self._tables.workers, name)

    def put_user(self, user: User) -> None:
        text.require([user.id, user.name, user.password_hash])
        if any(other.name == user.name and other.id != user.id for other in self._tables.users.values()):
            raise NameTaken(what="user", name=user.name)
        self._journal.put(self._tables.users, user.id, user)

    def put_key(self, key: Key) -> None:
        text.require([key.id, key.user, key.label, key.face, key.access])
        if any(other.access == key.access and other.id != key.id for other in self._tables.keys.values()):
            raise NameTaken(what="key", name=key.label)
        self._journal.put(self._tables.keys, key.id, key)

    def drop_key(self, id_: str) -> bool:
        return self._journal.drop(self._tables.keys, id_) is not None

    def put_project(self, project: Project) -> None:
        text.require([project.id, project.name, project.owner])
        if any(other.name == project.name and other.id != project.id for other in self._tables.projects.values()):
            raise NameTaken(what="project", name=project.name)
        self._journal.put(self._tables.projects, project.id, project)

    def drop_project(self, id_: str) -> bool:
        for place in [place for place in self._tables.memberships if place[0] == id_]:
            self._journal.drop(self._tables.memberships, place)
        return self._journal.drop(self._tables.projects, id_) is not None

    def put_membership(self, membership: Membership) -> None:
        text.require([membership.project, membership.user])
        self._journal.put(self._tables.memberships, (membership.project, membership.user), membership)

    def drop_membership(self, project: str, user: str) -> bool:
        return self._journal.drop(self._tables.memberships, (project, user)) is not None

    def put_setting(self, name: str, value: str) -> None:
        text.require([name, value])
        self._journal.put(self._tables.settings, name, value)

    def prune_events(self, before: int, limit: int) -> int:
        found = [
            (event.at, number)
            for number, event in self._tables.events.items()
            if event.at < before and event.job not in self._tables.jobs
        ]
        chosen = sorted(found)[: max(limit, 0)]
        for _, number in chosen:
            event = self._journal.drop(self._tables.events, number)
            if event is not None:
                self._journal.drop(self._tables.histories[event.job], number)
        return len(chosen)

    def run(self, query: Statement, parameters: Mapping[str, Any]) -> int:
        raise Unavailable(reason="the memory store runs no SQL")

    def run_many(self, query: Statement, parameters: Sequence[Mapping[str, Any]]) -> None:
        raise Unavailable(reason="the memory store runs no SQL")

    def _require_unique(self, job: Job) -> None:
        other = self.unique(job.unique) if job.unique is not None and job.state in LIVE else None
        if other is not None and other.id != job.id:
            raise UniqueTaken(key=job.unique, job=other.id)

    def _write(self, job: Job, change: Change) -> Job:
        text.require(text.columns(job))
        if job.progress is not None and not math.isfinite(job.progress.done):
            raise Invalid(reason="Progress must be a finite number.")
        kept = _kept(job)
        self._journal.put(self._tables.jobs, job.id, kept)
        self._journal.put(self._tables.used_queues, job.queue, True)
        for event in change.events:
            self._tell(event, kept)
        if change.attempt is not None:
            self._put_attempt(job.id, change.attempt)
        return kept

    def _put_attempt(self, job: str, attempt: Attempt) -> None:
        text.require([attempt.worker, attempt.outcome])
        self._journal.put(self._journal.below(self._tables.attempts, job), attempt.number, _kept(attempt))

    def _needing(self, ids: Sequence[str]) -> list[Job]:
        return [job for job in self._tables.jobs.values() if not set(ids).isdisjoint(job.after)]

    def _require(self, job: str) -> None:
        if job not in self._tables.jobs:
            raise JobNotFound(id=job)


def _looked_at(levels: Mapping[tuple[str, int], list[Job]], queues: Sequence[str], now: int) -> list[list[Job]]:
    found: list[list[Job]] = []
    most, others = line.compared()
    for queue in dict.fromkeys(queues):
        priorities = sorted((priority for name, priority in levels if name == queue), reverse=True)
        chosen = priorities[:most] + line.others_in_turn(priorities[most:], now)[:others]
        found += [levels[queue, priority] for priority in chosen]
    return found


def _kept(record: S) -> S:
    """Return the record as it comes back from JSON, cut off from whatever its maker does with his copy."""
    try:
        return msgspec.json.decode(msgspec.json.encode(record), type=type(record))
    except UnicodeEncodeError:
        raise text.unstorable() from None
