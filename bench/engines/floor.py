"""The floor: what SQLite itself can do with the same promise and nothing around it. No house can be quicker."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

PROMISE = "an answer means it is on disk; no network, no rules, no second process"
_SCHEMA = """
CREATE TABLE job (
    id INTEGER PRIMARY KEY, state TEXT NOT NULL, queue TEXT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL,
    rank INTEGER NOT NULL, attempt INTEGER NOT NULL, worker TEXT, lease INTEGER, created INTEGER NOT NULL,
    started INTEGER, finished INTEGER, parameters TEXT NOT NULL
) STRICT;
CREATE INDEX line ON job (queue, rank, id) WHERE state = 'queued';
CREATE INDEX by_state ON job (state, id);
CREATE INDEX by_owner ON job (owner, state, id);
CREATE TABLE event (number INTEGER PRIMARY KEY, job INTEGER NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
"""
_INSERT = """
INSERT INTO job (state, queue, kind, owner, rank, attempt, created, parameters)
VALUES ('queued', 'default', 'bench.append', 'admin', 0, 0, ?, '{"number":1}') RETURNING id
"""
_CLAIM = """
UPDATE job SET state = 'running', attempt = attempt + 1, worker = 'bench', started = ?, lease = ?
WHERE id IN (SELECT id FROM job WHERE state = 'queued' AND queue = 'default' ORDER BY rank, id LIMIT ?) RETURNING id
"""
_FINISH = "UPDATE job SET state = 'succeeded', finished = ?, lease = NULL WHERE id = ? AND attempt = 1"
_EVENT = "INSERT INTO event (job, at, state) VALUES (?, ?, ?)"
_PAGE = "SELECT * FROM job WHERE state = 'succeeded' AND id < ? ORDER BY id DESC LIMIT 25"


class Floor:
    """One database, one connection, every commit on disk."""

    def __init__(self, folder: Path) -> None:
        self._connection = apsw.Connection(str(folder / "floor.db"))
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_SCHEMA)
        self._execute = self._connection.execute

    def submit(self, count: int, together: int) -> float:
        """Insert jobs with their events, so many in one transaction; return the seconds it took."""
        began = time.perf_counter()
        for _ in range(0, count, together):
            self._execute("BEGIN IMMEDIATE")
            for _ in range(together):
                now = time.time_ns()
                ids = self._execute(_INSERT, (now,)).fetchall()
                self._tell(ids, now, "queued")
            self._execute("COMMIT")
        return time.perf_counter() - began

    def drain(self, together: int) -> tuple[int, float, float]:
        """Finish and claim until nothing waits: count, seconds, processor seconds."""
        count, held, began, spent = 0, self._turn([], together), time.perf_counter(), time.process_time()
        while held:
            count += len(held)
            held = self._turn(held, together)
        return count, time.perf_counter() - began, time.process_time() - spent

    def pages(self, repeats: int) -> list[float]:
        """Return the seconds of each look at the 25 newest of a state."""
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            self._execute(_PAGE, (2**62,)).fetchall()
            times.append(time.perf_counter() - began)
        return times

    def fill(self, count: int) -> None:
        """Write so many ended jobs."""
        with self._connection:
            for _ in range(count):
                self._execute(_INSERT, (0,)).fetchall()
            self._execute("UPDATE job SET state = 'succeeded', finished = 1 WHERE state = 'queued'")

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _turn(self, held: Sequence[Sequence[Any]], together: int) -> list[tuple[Any, ...]]:
        now = time.time_ns()
        self._execute("BEGIN IMMEDIATE")
        for (job,) in held:
            self._execute(_FINISH, (now, job))
        self._tell(held, now, "succeeded")
        claimed = self._execute(_CLAIM, (now, now, together)).fetchall()
        self._tell(claimed, now, "running")
        self._execute("COMMIT")
        return claimed

    def _tell(self, jobs: Sequence[Sequence[Any]], now: int, state: str) -> None:
        for (job,) in jobs:
            self._execute(_EVENT, (job, now, state))
