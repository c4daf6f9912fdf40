"""Which jobs a claim may take: for each priority of each open queue, its first ready jobs in their turns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from jobyard.job import line
from jobyard.store.contract import Row
from jobyard.store.relational.database import QUERIES, Database
from jobyard.store.relational.rows import NUMBER, TURN
from jobyard.store.text import storable

OWNERS_LIMIT = 200
"""Where some owners are barred, up to so many others are asked one by one; beyond, the line is walked past them."""
_AT_ONCE = 64
"""Levels that are asked together."""

Level = tuple[str, int]
"""A queue and the rank of one priority in it."""


class Claim:
    """One look at the line."""

    def __init__(
        self, database: Database, kinds: Sequence[str], limit: int, barred: Collection[str], worker: str
    ) -> None:
        self._database = database
        self._worker = worker
        self._barred = frozenset(barred)
        self._values: Mapping[str, Any] = {
            "kinds": database.array(kinds),
            "limit": limit,
            "barred": database.array(sorted(self._barred)),
        }

    def levels(self, queues: Sequence[str], now: int) -> list[list[Row]]:
        """Let what is due join the line; return the rows of each level, best ones first, up to the limit of each."""
        due, paused = self._database.each(
            [(self._text("due_jobs"), {"now": now}), (self._text("paused_queues"), {"worker": self._worker})]
        )
        if due:
            join(self._database, due)
        resting = {row[0] for row in paused}
        if None in resting:
            return []
        open_ = [name for name in dict.fromkeys(queues) if name not in resting and storable(name)]
        ranks = self._database.each([(self._text("levels"), {"queue": name}) for name in open_])
        found: list[list[Row]] = []
        for queue, rows in zip(open_, ranks, strict=True):
            found += self._compared(queue, [row[0] for row in rows], now)
        return found

    def _compared(self, queue: str, ranks: Sequence[int], now: int) -> list[list[Row]]:
        """Return the rows of the levels of a queue that this claim compares; `ranks` ascend."""
        most, others = line.compared()
        best = self._filled([(queue, rank) for rank in ranks], most)
        found = list(best.values())
        if len(best) == most and others:
            _, last = next(reversed(best))
            rest = line.others_in_turn([-rank for rank in ranks if rank > last], now)
            found += self._filled([(queue, -priority) for priority in rest], others).values()
        return found

    def _filled(self, levels: Sequence[Level], limit: int) -> dict[Level, list[Row]]:
        """Return the first of the levels that have rows for this claim, with these."""
        found: dict[Level, list[Row]] = {}
        for at in range(0, len(levels), _AT_ONCE):
            some = levels[at : at + _AT_ONCE]
            found |= {level: rows for level, rows in zip(some, self._looked_at(some), strict=True) if rows}
            if len(found) >= limit:
                break
        return dict(islice(found.items(), limit))

    def _looked_at(self, levels: Sequence[Level]) -> list[list[Row]]:
        if self._barred:
            return [self._open_to_some(level) for level in levels]
        return self._database.each([self._asked("ready_jobs", level) for level in levels])

    def _open_to_some(self, level: Level) -> list[Row]:
        queue, rank = level
        values = {"queue": queue, "rank": rank, "limit": OWNERS_LIMIT + len(self._barred)}
        owners = {row[0] for row in self._database.all("waiting_owners", values)} - self._barred
        if len(owners) >= OWNERS_LIMIT:
            return self._database.each([self._asked("ready_jobs_but", level)])[0]
        found = self._database.each([self._asked("ready_jobs_of", level, owner=owner) for owner in sorted(owners)])
        return sorted((row for rows in found for row in rows), key=lambda row: (row[TURN], row[NUMBER]))

    def _asked(self, name: str, level: Level, **more: Any) -> tuple[str, Mapping[str, Any]]:
        queue, rank = level
        return self._text(name), {**self._values, "queue": queue, "rank": rank, **more}

    def _text(self, name: str) -> str:
        return QUERIES[name].text(self._database.dialect)


def join(database: Database, due: Iterable[Row]) -> None:
    """Let jobs whose time has come join the line, each behind what its owner has there.

    A row holds a job's number, its queue, the rank of its priority and its owner.
    """
    places: dict[tuple[str, int, str], list[int]] = {}
    for number, *place in due:
        places.setdefault((place[0], place[1], place[2]), []).append(number)
    text = QUERIES["turns"].text(database.dialect)
    asked = [(text, {"queue": queue, "rank": rank, "owner": owner}) for queue, rank, owner in places]
    joined: list[Mapping[str, Any]] = []
    for jobs, rows in zip(places.values(), database.each(asked), strict=True):
        front, last = rows[0]
        for job in jobs:
            last = line.next_turn(front, last)
            joined.append({"job": job, "turn": last})
    database.post("join_line", *joined)
