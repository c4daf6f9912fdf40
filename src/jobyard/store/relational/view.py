"""Reading from a relational database: one View over SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any, TypeVar

from jobyard.job.events import Event
from jobyard.job.filters import BLOCK, OUTLINE_LIMIT, Faceted, Filter, Outline, Query, Scope, Tallied
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
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
from jobyard.store.relational import records
from jobyard.store.relational.database import QUERIES, Database
from jobyard.store.relational.finding import Search, cursor, outline, page_limit, place
from jobyard.store.relational.rows import to_job
from jobyard.store.text import storable

X = TypeVar("X")

ALL = 2**63 - 1
"""A number above every event's."""
LAST = "\U0010ffff"
"""A character that sorts behind all that ids are made of."""


class RelationalView:
    """A View over one connection. `until` is the newest event that may be shown."""

    def __init__(self, database: Database, until: int = ALL) -> None:
        self._database = database
        self._until = until

    def job(self, id_: str) -> Job | None:
        return _first(to_job(row) for row in self._database.all("job_by_id", {"id": id_}))

    def jobs(self, ids: Sequence[str]) -> list[Job]:
        if not ids:
            return []
        rows = self._database.all("jobs_by_ids", {"ids": self._database.array(ids)})
        found = {job.id: job for job in map(to_job, rows)}
        return [found[id_] for id_ in ids if id_ in found]

    def find(self, query: Query) -> Page:
        search = Search(self._database, query.filter, query.scope)
        if search.impossible():
            return Page(jobs=[])
        limit = page_limit(query)
        found = self._database.each(search.page(query, limit + 1))
        merged = found[0] if len(found) == 1 else merge(*found, key=lambda row: place(row, query.order))
        rows = list(islice(merged, limit + 1))
        more = len(rows) > limit
        return Page(
            jobs=[to_job(row) for row in rows[:limit]], next=cursor(rows[limit - 1], query.order) if more else None
        )

    def count(self, filter_: Filter, scope: Scope, limit: int) -> int:
        search = Search(self._database, filter_, scope)
        if limit <= 0 or search.impossible():
            return 0
        asked = [search.kept()] if search.counted() else search.total(limit)
        return min(limit, sum(int(rows[0][0]) for rows in self._database.each(asked)))

    def outlines(self, query: Query) -> list[Outline]:
        search = Search(self._database, query.filter, query.scope)
        if search.impossible():
            return []
        found = self._database.each(search.page(query, OUTLINE_LIMIT, "select_outlines"))
        merged = found[0] if len(found) == 1 else merge(*found, key=lambda row: place(row, query.order))
        return [outline(row) for row in islice(merged, OUTLINE_LIMIT)]

    def blocks(self, owner: str) -> list[Tallied]:
        facets = records.Facets()
        rows = self._database.all("blocks_of", {"owner": owner, "size": BLOCK})
        return [Tallied(block=row[0], facet=facets[row[1:5]], count=int(row[5])) for row in rows]

    def block(self, owner: str, block: int) -> list[Faceted]:
        facets = records.Facets()
        place = {"owner": owner, "low": block * BLOCK, "high": (block + 1) * BLOCK}
        return [Faceted(number=row[0], id=row[1], facet=facets[row[2:6]]) for row in self._database.all("block", place)]

    def tallies(self, scope: Scope) -> list[Tally]:
        parameters = {
            "everything": int(scope.everything),
            "owner": scope.owner,
            "projects": self._database.array(sorted(scope.projects)),
        }
        return [records.to_tally(row) for row in self._database.all("tallies", parameters)]

    def running(self) -> list[Running]:
        return [records.to_running(row) for row in self._database.all("running", {})]

    def ahead(self, job: Job, limit: int) -> dict[str, int]:
        place = {"queue": job.queue, "rank": -job.priority, "turn": job.turn, "number": job.number}
        return dict(self._database.all("ahead", place | {"limit": max(limit, 0)}))

    def unique(self, key: str) -> Job | None:
        return _first(to_job(row) for row in self._database.all("unique_job", {"unique_key": key}))

    def stored(self, owner: str | None) -> int:
        if owner is None:
            return self._number("stored_in_all", {})
        return self._number("stored_bytes", {"owner": owner})

    def oldest(self, queues: Sequence[str]) -> dict[str, int]:
        names = [name for name in dict.fromkeys(queues) if storable(name)]
        text = QUERIES["oldest"].text(self._database.dialect)
        found = self._database.each([(text, {"queue": name}) for name in names])
        return {name: rows[0][0] for name, rows in zip(names, found, strict=True) if rows[0][0] is not None}

    def finishes(self, since: int, limit: int) -> dict[str, int]:
        rows = self._database.all("finishes", {"since": since, "limit": max(limit, 0)})
        return {row[0]: int(row[1]) for row in rows}

    def ends(self, since: int, step: int, limit: int) -> list[Ends]:
        rows = self._database.all("ends", {"since": since, "step": step, "limit": max(limit, 0)})
        return [records.to_ends(row) for row in rows]

    def card(self, drawer: str, id_: str) -> Card | None:
        return _first(records.to_card(row) for row in self._database.all("card", {"drawer": drawer, "id": id_}))

    def cards(
        self, drawer: str, *, prefix: str = "", after: str = "", limit: int = 1_000, newest: bool = False
    ) -> list[Card]:
        values = {"drawer": drawer, "prefix": prefix, "beyond": prefix + LAST, "after": after, "limit": max(limit, 0)}
        rows = self._database.all("cards_before" if newest else "cards_after", values)
        return [records.to_card(row) for row in rows]

    def next_card(self, drawer: str) -> int | None:
        return _first(row[0] for row in self._database.all("next_card", {"drawer": drawer}))

    def events(self, after: int, limit: int) -> list[Event]:
        if after >= self._until:
            return []
        parameters = {"after": min(after, ALL), "until": self._until, "limit": max(limit, 0)}
        return [records.to_event(row) for row in self._database.all("events_after", parameters)]

    def history(self, job: str, after: int, limit: int) -> list[Event]:
        parameters = {"job": job, "after": min(after, ALL), "limit": max(limit, 0)}
        return [records.to_event(row) for row in self._database.all("history_after", parameters)]

    def last_event(self) -> int:
        return self._number("newest_event", {"until": self._until})

    def attempts(self, job: str) -> list[Attempt]:
        return [records.to_attempt(row) for row in self._database.all("attempts_of", {"id": job})]

    def log(self, job: str, attempt: int, after: int, limit: int) -> list[LogLine]:
        parameters = {"id": job, "attempt": attempt, "after": min(after, ALL), "limit": max(limit, 0)}
        return [records.to_line(row) for row in self._database.all("lines_after", parameters)]

    def last_line(self, job: str, attempt: int) -> int:
        return self._number("last_line", {"id": job, "attempt": attempt})

    def files(self, job: str) -> list[ResultFile]:
        return [records.to_file(row) for row in self._database.all("files_of", {"id": job})]

    def aged(self, before: int, after: tuple[int, int], limit: int, project: str | None = None) -> list[Aged]:
        place = {"before": before, "at": after[0], "number": after[1], "limit": max(limit, 0)}
        if project is None:
            return [records.to_aged(row) for row in self._database.all("aged", place)]
        return [records.to_aged(row) for row in self._database.all("aged_of", place | {"project": project})]

    def files_size(self, jobs: Sequence[str]) -> int:
        return self._number("files_size", {"ids": self._database.array(jobs)})

    def known_blobs(self, blobs: Sequence[str]) -> set[str]:
        return {row[0] for row in self._database.all("known_blobs", {"blobs": self._database.array(blobs)})}

    def files_after(self, blob: str, limit: int) -> list[ResultFile]:
        rows = self._database.all("files_after", {"blob": blob, "limit": max(limit, 0)})
        return [records.to_file(row) for row in rows]

    def queues(self) -> list[QueueRow]:
        return [records.to_queue(row) for row in self._database.all("all_queues", {})]

    def workers(self) -> list[WorkerRow]:
        return [records.to_worker(row) for row in self._database.all("all_workers", {})]

    def reused(self, owner: str, key: str) -> Reused | None:
        rows = self._database.all("bound_key", {"owner": owner, "word": key})
        return _first(Reused(job=row[0], digest=row[1]) for row in rows)

    def user(self, name: str) -> User | None:
        return _first(records.to_user(row) for row in self._database.all("user_by_name", {"name": name}))

    def users(self) -> list[User]:
        return [records.to_user(row) for row in self._database.all("all_users", {})]

    def key(self, access: str) -> Key | None:
        return _first(records.to_key(row) for row in self._database.all("key_by_access", {"access": access}))

    def keys(self, user: str) -> list[Key]:
        return [records.to_key(row) for row in self._database.all("keys_of", {"owner": user})]

    def project(self, id_or_name: str) -> Project | None:
        parameters = {"name": id_or_name}
        rows = self._database.all("project_by_id", parameters) or self._database.all("project_by_name", parameters)
        return _first(records.to_project(row) for row in rows)

    def projects(self) -> list[Project]:
        return [records.to_project(row) for row in self._database.all("all_projects", {})]

    def memberships(self, *, user: str | None = None, project: str | None = None) -> list[Membership]:
        name = {
            (False, False): "all_memberships",
            (True, False): "memberships_of_user",
            (False, True): "memberships_of_project",
            (True, True): "membership",
        }[user is not None, project is not None]
        rows = self._database.all(name, {"member": user, "project": project})
        return [records.to_membership(row) for row in rows]

    def setting(self, name: str) -> str | None:
        return _first(row[0] for row in self._database.all("setting", {"name": name}))

    def rows(self, query: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        return self._database.rows(query.text(self._database.dialect), parameters)

    def _number(self, name: str, parameters: Mapping[str, Any]) -> int:
        rows = self._database.all(name, parameters)
        return int(rows[0][0] or 0) if rows else 0


def _first(items: Iterable[X]) -> X | None:
    return next(iter(items), None)
