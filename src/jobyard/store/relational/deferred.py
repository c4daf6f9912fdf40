"""What a transaction may write at its end instead of at once: counters and searchable words, many changes in one."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.job.record import Job
from jobyard.store.relational.database import Database

Counted = tuple[str, str, str, str]
"""Owner, project, queue, state."""


class Deferred:
    """Changes of counters and words that wait to be written."""

    def __init__(self) -> None:
        self.counts: dict[Counted, int] = {}
        self.words: dict[int, str | None] = {}
        """New words by job number; None where the job is gone."""

    def count(self, old: Job | None, new: Job | None) -> None:
        """Note that a job left one counter and entered another."""
        left = None if old is None else _counted(old)
        entered = None if new is None else _counted(new)
        if left == entered:
            return
        if left is not None:
            self.counts[left] = self.counts.get(left, 0) - 1
        if entered is not None:
            self.counts[entered] = self.counts.get(entered, 0) + 1


def write(database: Database, deferred: Sequence[Deferred]) -> int:
    """Write what was deferred, the newest word on each thing; return how many counters were touched."""
    counts: dict[Counted, int] = {}
    words: dict[int, str | None] = {}
    for part in deferred:
        for counted, change in part.counts.items():
            counts[counted] = counts.get(counted, 0) + change
        words |= part.words
    return _write_counts(database, counts) + _write_words(database, words)


def _write_counts(database: Database, counts: dict[Counted, int]) -> int:
    rows = [
        {"owner": owner, "project": project, "queue": queue, "state": state, "count": change}
        for (owner, project, queue, state), change in sorted(counts.items())
    ]
    # A change of zero is written too: it makes the queue known although its job moved on within the transaction.
    if rows:
        database.post("bump_counter", *rows)
    return len(rows)


def _write_words(database: Database, words: dict[int, str | None]) -> int:
    gone = [{"job": job} for job, found in words.items() if found is None]
    fresh = [{"job": job, "words": found} for job, found in words.items() if found is not None]
    if gone:
        database.post("delete_words", *gone)
    if fresh:
        database.post("put_words", *fresh)
    return 0


def _counted(job: Job) -> Counted:
    return (job.owner, job.project or "", job.queue, job.state.value)
