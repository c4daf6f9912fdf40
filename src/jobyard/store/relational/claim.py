"""Which jobs a claim may take: for each priority of each open queue, its first ready jobs in their turns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from jobyard.job.line import LEVEL_LIMIT
from jobyard.store.contract import Row
from jobyard.store.relational.database import QUERIES, Database
from jobyard.store.relational.rows import NUMBER, TURN
from jobyard.store.text import storable

OWNERS_LIMIT = 200
"""Where some owners are barred, up to so many others are asked one by one; beyond, the line is walked past them."""

Level = tuple[str, int]
"""A queue and the rank of one priority in it."""


class Claim:
    """One look at the line."""

    def __init__(self, database: Database, kinds: Sequence[str], limit: int, barred: Collection[str]) -> None:
        self._database = database
        self._barred = frozenset(barred)
        self._values: Mapping[str, Any] = {
            "kinds": database.array(kinds),
            "limit": limit,
            "barred": database.array(sorted(self._barred)),
        }

    def levels(self, queues: Sequence[str]) -> list[list[Row]]:
        """Return the rows of each level, best ones first, up to the limit of each."""
        paused = {row[0] for row in self._database.all("paused_queues", {})}
        open_ = [name for name in dict.fromkeys(queues) if name not in paused and storable(name)]
        asked = [(self._text("levels"), {"queue": name, "limit": LEVEL_LIMIT}) for name in open_]
        levels = [
            (queue, row[0]) for queue, rows in zip(open_, self._database.each(asked), strict=True) for row in rows
        ]
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
