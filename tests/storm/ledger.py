"""The checker after every storm. It knows nothing of the engine and reads the database with its own SQL.

The client writes each intent and each acknowledgement to files of its own; the work writes each effect. The invariants
are numbered I1 to I10.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

FINAL = {"succeeded", "failed", "cancelled"}
ENDS = {"finished": "succeeded", "failed": "failed", "cancelled": "cancelled"}
Rows = Callable[[str], Sequence[tuple[Any, ...]]]


class Ledger:
    """What one storm did, as seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.effects = folder / "effects"
        self.acknowledged: dict[str, str] = {}
        """Job by idempotency key."""
        self.intents: set[str] = set()
        self.kills = 0

    def done(self) -> int:
        """Return how many times a job took effect."""
        return self.effects.read_bytes().count(b"\n") if self.effects.exists() else 0

    def check(self, rows: Rows, *, all_final: bool = True) -> list[str]:
        """Return every broken invariant, a sentence each."""
        jobs = {row[0]: row for row in rows("SELECT id, state, attempt, failures, worker FROM jobs")}
        events = defaultdict(list)
        for job, type_, state, attempt in rows("SELECT job, type, state, attempt FROM events ORDER BY number"):
            events[job].append((type_, state, attempt))
        broken = self._kept(jobs)
        broken += [line for job in jobs for line in _story(job, jobs[job][1], events[job])]
        broken += self._effects(jobs)
        broken += _results(rows)
        broken += _numbers([row[0] for row in rows("SELECT number FROM events ORDER BY number")])
        broken += _sums(rows)
        if all_final:
            broken += [f"stuck: job {job} is {row[1]}" for job, row in jobs.items() if row[1] not in FINAL]
        return broken

    def _kept(self, jobs: dict[str, tuple[Any, ...]]) -> list[str]:
        lost = [f"I1: acknowledged job {job} is gone" for job in self.acknowledged.values() if job not in jobs]
        extra = len(jobs) - len(self.intents)
        twice = [job for job, count in Counter(self.acknowledged.values()).items() if count > 1]
        lost += [f"I2: {extra} more jobs than intents"] if extra > 0 else []
        return lost + [f"I2: job {job} stands for several intents" for job in twice]

    def _effects(self, jobs: dict[str, tuple[Any, ...]]) -> list[str]:
        lines = self.effects.read_text().splitlines() if self.effects.exists() else []
        done = Counter(lines)
        broken = [f"I7: {line} took effect {count} times" for line, count in done.items() if count > 1]
        ran = {line.split()[0] for line in lines}
        broken += [
            f"job {job} succeeded without an effect"
            for job, row in jobs.items()
            if row[1] == "succeeded" and job not in ran
        ]
        attempts = sum(row[2] for row in jobs.values())
        most = len(jobs) + self.kills * 64
        return broken + ([f"I7: {attempts} attempts for {len(jobs)} jobs"] if attempts > most else [])


def _story(job: str, state: str, events: list[tuple[str, str, int]]) -> list[str]:
    told = [event for event in events if event[0] != "refused"]
    broken = []
    if not told or told[-1][1] != state:
        broken.append(f"I4: job {job} is {state}, its events end in {told[-1:]}")
    over = False
    for type_, after, _ in told:
        if over and type_ not in {"retried", "started", "kept", "expired", "marked"}:
            broken.append(f"I3: job {job} was {type_} after its end")
        over = after in FINAL
        if type_ in ENDS and ENDS[type_] != after:
            broken.append(f"I3: job {job} was {type_} and is {after}")
    claims = [attempt for type_, _, attempt in told if type_ == "claimed"]
    if claims != sorted(set(claims)):
        broken.append(f"I6: job {job} was claimed as {claims}")
    return broken


def _results(rows: Rows) -> list[str]:
    """The work's result is its attempt's number: a job must carry the result of the attempt that ended it."""
    broken = []
    for job, attempt, lively in rows("SELECT id, attempt, lively FROM jobs WHERE state = 'succeeded'"):
        result = json.loads(lively).get("result")
        if result != attempt:
            broken.append(f"I3: job {job} ended by attempt {attempt} carries the result of attempt {result}")
    return broken


def _numbers(numbers: list[int]) -> list[str]:
    return [] if numbers == sorted(set(numbers)) else ["I5: event numbers do not ascend"]


def _sums(rows: Rows) -> list[str]:
    counted: dict[str, int] = dict(rows("SELECT state, COUNT(*) FROM jobs GROUP BY state"))
    kept: Counter[str] = Counter()
    for state, count in rows("SELECT state, SUM(count) FROM counters GROUP BY state"):
        kept[state] += int(count)
    return [
        f"I9: {kept[state]} jobs are counted as {state}, {counted.get(state, 0)} are"
        for state in kept.keys() | counted.keys()
        if kept[state] != counted.get(state, 0)
    ]
