"""Writing to a relational database: one Transaction over SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import asdict, replace

from jobyard.job import line
from jobyard.job.errors import ChangedMeanwhile, JobNotFound, KeyReused, NameTaken, UniqueTaken
from jobyard.job.events import Change, Event
from jobyard.job.filters import Filter, Query, Scope, Tallied, searchable
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
from jobyard.job.states import LIVE
from jobyard.people.record import Key, Membership, Project, User
from jobyard.store.contract import Card, Page, QueueRow, Reused, Row, Statement, Tally, WorkerRow
from jobyard.store.facets import numbers
from jobyard.store.relational import claim, deferred, records
from jobyard.store.relational.claim import Claim
from jobyard.store.relational.database import Database
from jobyard.store.relational.deferred import Deferred
from jobyard.store.relational.rows import Extent, extent, new_words, to_job, to_motion, to_renewal, to_row
from jobyard.store.relational.view import RelationalView
from jobyard.store.rows import LAST


class RelationalTransaction(RelationalView):
    """A Transaction over one connection.

    It remembers the jobs it has seen under its lock, so that a change knows what it changes without asking again.
    `earlier` is what works before this one, in the same commit, have deferred.
    """

    def __init__(self, database: Database, served: line.Served, earlier: Sequence[Deferred] = ()) -> None:
        super().__init__(database)
        self.offers = line.Offers(served)
        """What the line offers to this work."""
        self.deferred = Deferred()
        """What is still to be written at the end."""
        self.flushed = False
        """Whether what `earlier` holds has been written by this transaction."""
        self.happened: list[tuple[Event, Job | None]] = []
        self.told = False
        """Whether an event was written."""
        self.people = False
        """Whether a user, a key or a membership was written."""
        self._earlier = earlier
        self._seen: dict[str, Job] = {}

    def flush(self) -> int:
        """Write what was deferred; return how many counters that touched."""
        parts = [self.deferred] if self.flushed else [*self._earlier, self.deferred]
        touched = deferred.write(self._database, parts)
        self.deferred = Deferred()
        self.flushed = True
        return touched

    def job(self, id_: str) -> Job | None:
        return next(iter(self._see(self._database.all("job_locked", {"id": id_}))), None)

    def find(self, query: Query) -> Page:
        if query.filter.text:
            self.flush()
        return super().find(query)

    def count(self, filter_: Filter, scope: Scope, limit: int) -> int:
        self.flush()
        return super().count(filter_, scope, limit)

    def blocks(self, owner: str) -> list[Tallied]:
        self.flush()
        return super().blocks(owner)

    def tallies(self, scope: Scope) -> list[Tally]:
        self.flush()
        return super().tallies(scope)

    def queues(self) -> list[QueueRow]:
        self.flush()
        return super().queues()

    def stored(self, owner: str | None) -> int:
        self.flush()
        return super().stored(owner)

    def insert(self, change: Change) -> Job:
        self._require_unique(change.job)
        given = self._database.returning("insert_job", to_row(change.job))
        if not given:
            raise NameTaken(what="job", name=change.job.id)
        job = replace(change.job, number=given[0][0])
        self.deferred.words[job.number] = searchable(job)
        self.deferred.count(None, job)
        self._put_labels(job, job.labels.items())
        self._put_marks(job, numbers(job))
        self._put_needs(job)
        return self._written(job, change)

    def apply(self, change: Change) -> Job:
        old = self._known(change.job.id)
        if old is None:
            raise ChangedMeanwhile(id=change.job.id)
        job = replace(change.job, number=old.number)
        # A change that comes too late shall be told so, and not that it is in somebody's way.
        if change.guard == old.revision and (job.unique, job.state in LIVE) != (old.unique, old.state in LIVE):
            self._require_unique(job)
        if not self._update(old, job, change.guard):
            raise ChangedMeanwhile(id=change.job.id)
        words = new_words(old, job)
        if words is not None:
            self.deferred.words[job.number] = words
        self.deferred.count(old, job)
        self._change_labels(old, job)
        self._change_marks(old, job)
        self._change_needs(old, job)
        self._change_owner(old, job)
        self.offers.follow(job)
        return self._written(job, change)

    def note(self, event: Event) -> None:
        there = event.job in self._seen or bool(self._database.all("job_exists", {"id": event.job}))
        self._tell([event], None, gone=not there)

    def remove(self, job: str) -> list[str]:
        old = self._require(job)
        blobs = self.drop_files(job)
        for name in ("delete_attempts", "delete_log", "delete_reused", "delete_needs", "delete_job"):
            self._database.post(name, {"job": old.number})
        self._drop_labels(old, old.labels.items())
        self._drop_marks(old, numbers(old))
        self._database.post("mark_events_gone", {"id": job})
        self.deferred.words[old.number] = None
        self.deferred.count(old, None)
        del self._seen[job]
        return blobs

    def join(self, now: int) -> None:
        due = self._database.all("due_jobs", {"now": now})
        if due:
            claim.join(self._database, due)

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
        look = Claim(self._database, kinds, limit, barred, worker)
        levels = [[to_job(row) for row in rows] for rows in look.levels(queues, now)]
        return self._seen_all(self.offers.best(levels, kinds, now, limit))

    def turn(self, queue: str, priority: int, owner: str) -> int:
        place = {"queue": queue, "rank": -priority, "owner": owner}
        front, last = next(iter(self._database.all("turns", place)), (None, None))
        return line.next_turn(front, last)

    def dependents(self, ids: Sequence[str], after: int = 0, upto: int = LAST, limit: int = LAST) -> list[Job]:
        asked = {"ids": self._database.array(ids), "after": after, "upto": upto, "limit": max(limit, 0)}
        return self._see(self._database.all("dependents", asked)) if ids else []

    def last_dependent(self, ids: Sequence[str]) -> int:
        rows = self._database.all("last_dependent", {"ids": self._database.array(ids)}) if ids else []
        return int(rows[0][0] or 0) if rows else 0

    def alone(self, word: str) -> None:
        if self._database.dialect == "postgres":
            self._database.all("alone", {"word": word})

    def lapsed(self, now: int, after: str, limit: int) -> list[Job]:
        return self._see(self._database.all("lapsed_jobs", {"now": now, "after": after, "limit": max(limit, 0)}))

    def outlived(self, now: int, limit: int) -> list[Job]:
        return self._see(self._database.all("outlived_jobs", {"now": now, "limit": max(limit, 0)}))

    def prunable(self, ids: Sequence[str]) -> list[Job]:
        return self._see(self._database.all("prunable_jobs", {"ids": self._database.array(ids)}))

    def remember(self, owner: str, key: str, reused: Reused, now: int) -> None:
        number = self._require(reused.job).number
        values = {"owner": owner, "word": key, "job": number, "digest": reused.digest, "made_at": now}
        if not self._database.run("bind_key", values):
            bound = self.reused(owner, key)
            raise KeyReused(key=key, id="" if bound is None else bound.job)

    def add_log(self, job: str, attempt: int, lines: Sequence[LogLine]) -> None:
        number = self._require(job).number
        if lines:
            self._database.post("insert_line", *(records.line_row(number, attempt, line) for line in lines))

    def add_file(self, job: str, file: ResultFile) -> None:
        owned = self._require(job)
        replaced = sum(old.size for old in self.files(job) if (old.attempt, old.name) == (file.attempt, file.name))
        self._database.post("put_file", asdict(file) | {"job": owned.number})
        self.deferred.store(owned.owner, file.size - replaced)

    def drop_files(self, job: str) -> list[str]:
        old = self._require(job)
        files = self.files(job)
        if files:
            self._database.post("delete_files", {"job": old.number})
            self.deferred.store(old.owner, -sum(file.size for file in files))
        return [file.blob for file in files]

    def card(self, drawer: str, id_: str) -> Card | None:
        rows = self._database.all("card_locked", {"drawer": drawer, "id": id_})
        return next(map(records.to_card, rows), None)

    def due_cards(self, drawer: str, now: int, limit: int) -> list[Card]:
        rows = self._database.all("due_cards", {"drawer": drawer, "now": now, "limit": max(limit, 0)})
        return [records.to_card(row) for row in rows]

    def put_card(self, card: Card) -> None:
        self._database.post("put_card", asdict(card))

    def drop_card(self, drawer: str, id_: str) -> bool:
        return self._database.run("drop_card", {"drawer": drawer, "id": id_}) > 0

    def put_queue(self, queue: QueueRow) -> None:
        self._database.post("put_queue", asdict(queue) | {"paused": int(queue.paused)})

    def put_worker(self, worker: WorkerRow) -> None:
        self._database.post("put_worker", records.worker_row(worker))

    def drain(self, name: str, *, draining: bool) -> bool:
        return self._database.run("drain_worker", {"name": name, "draining": int(draining)}) > 0

    def drop_worker(self, name: str) -> None:
        self._database.post("drop_worker", {"name": name})

    def put_user(self, user: User) -> None:
        self._require_free("other_user", "user", user.name, {"name": user.name, "id": user.id})
        self._database.post("put_user", records.user_row(user))
        self.people = True

    def put_key(self, key: Key) -> None:
        self._require_free("other_key", "key", key.label, {"access": key.access, "id": key.id})
        self._database.post("put_key", records.key_row(key))
        self.people = True

    def drop_key(self, id_: str) -> bool:
        self.people = True
        return self._database.run("drop_key", {"id": id_}) > 0

    def put_project(self, project: Project) -> None:
        self._require_free("other_project", "project", project.name, {"name": project.name, "id": project.id})
        self._database.post("put_project", asdict(project))

    def drop_project(self, id_: str) -> bool:
        self._database.post("drop_members", {"project": id_})
        self.people = True
        return self._database.run("drop_project", {"id": id_}) > 0

    def put_membership(self, membership: Membership) -> None:
        values = {"project": membership.project, "member": membership.user, "role": membership.role.value}
        self._database.post("put_membership", values)
        self.people = True

    def drop_membership(self, project: str, user: str) -> bool:
        self.people = True
        return self._database.run("drop_membership", {"project": project, "member": user}) > 0

    def put_setting(self, name: str, value: str) -> None:
        self._database.post("put_setting", {"name": name, "value": value})

    def prune_events(self, before: int, limit: int) -> int:
        return self._database.run("prune_events", {"before": before, "limit": max(limit, 0)})

    def run(self, query: Statement, parameters: Mapping[str, Any]) -> int:
        return self._database.execute(query.text(self._database.dialect), parameters)

    def run_many(self, query: Statement, parameters: Sequence[Mapping[str, Any]]) -> None:
        if parameters:
            self._database.execute_many(query.text(self._database.dialect), parameters)

    def _see(self, rows: Iterable[Row]) -> list[Job]:
        return self._seen_all([to_job(row) for row in rows])

    def _seen_all(self, jobs: list[Job]) -> list[Job]:
        self._seen.update((job.id, job) for job in jobs)
        return jobs

    def _known(self, id_: str) -> Job | None:
        return self._seen.get(id_) or self.job(id_)

    def _require(self, id_: str) -> Job:
        job = self._known(id_)
        if job is None:
            raise JobNotFound(id=id_)
        return job

    def _update(self, old: Job, job: Job, guard: int) -> bool:
        match extent(old, job):
            case Extent.REWRITTEN:
                touched = self._database.run("rewrite_job", {**to_row(job), "guard": guard})
            case Extent.MOVED:
                touched = self._database.run("move_job", {**to_motion(job), "guard": guard})
            case Extent.RENEWED:
                touched = self._database.run("renew_job", {**to_renewal(job), "guard": guard})
        return touched == 1

    def _written(self, job: Job, change: Change) -> Job:
        self._seen[job.id] = job
        self._tell(change.events, job, gone=False)
        if change.attempt is not None:
            self._put_attempt(job, change.attempt)
        return job

    def _tell(self, events: Sequence[Event], job: Job | None, *, gone: bool) -> None:
        for event in events:
            self._database.post("insert_event", records.event_row(event, gone=gone))
            self.happened.append((event, job))
            self.told = True

    def _put_attempt(self, job: Job, attempt: Attempt) -> None:
        self._database.post("put_attempt", records.attempt_row(job.number, attempt))

    def _require_unique(self, job: Job) -> None:
        if job.unique is not None and job.state in LIVE:
            other = self.unique(job.unique)
            if other is not None and other.id != job.id:
                raise UniqueTaken(key=job.unique, job=other.id)

    def _change_needs(self, old: Job, job: Job) -> None:
        if old.after != job.after:
            self._database.post("delete_needs", {"job": job.number})
            self._put_needs(job)

    def _change_owner(self, old: Job, job: Job) -> None:
        if old.owner != job.owner:
            size = sum(file.size for file in self.files(job.id))
            self.deferred.store(old.owner, -size)
            self.deferred.store(job.owner, size)

    def _put_needs(self, job: Job) -> None:
        if job.after:
            rows = [{"needed": needed, "job": job.number} for needed in dict.fromkeys(job.after)]
            self._database.post("insert_need", *rows)

    def _change_labels(self, old: Job, job: Job) -> None:
        if old.labels != job.labels:
            self._drop_labels(job, old.labels.items() - job.labels.items())
            self._put_labels(job, job.labels.items() - old.labels.items())

    def _change_marks(self, old: Job, job: Job) -> None:
        if old.marks != job.marks or old.parameters != job.parameters:
            left, entered = numbers(old), numbers(job)
            self._drop_marks(job, left - entered)
            self._put_marks(job, entered - left)

    def _put_marks(self, job: Job, marks: Iterable[tuple[str, int]]) -> None:
        rows = [{"name": name, "number": number, "job": job.number} for name, number in marks]
        if rows:
            self._database.post("insert_mark", *rows)

    def _drop_marks(self, job: Job, marks: Iterable[tuple[str, int]]) -> None:
        rows = [{"name": name, "number": number, "job": job.number} for name, number in marks]
        if rows:
            self._database.post("delete_mark", *rows)

    def _put_labels(self, job: Job, labels: Iterable[tuple[str, str]]) -> None:
        rows = [{"name": name, "value": value, "job": job.number} for name, value in labels]
        if rows:
            self._database.post("insert_label", *rows)

    def _drop_labels(self, job: Job, labels: Iterable[tuple[str, str]]) -> None:
        rows = [{"name": name, "value": value, "job": job.number} for name, value in labels]
        if rows:
            self._database.post("delete_label", *rows)

    def _require_free(self, query: str, what: str, name: str, values: Mapping[str, Any]) -> None:
        if self._database.all(query, values):
            raise NameTaken(what=what, name=name)
