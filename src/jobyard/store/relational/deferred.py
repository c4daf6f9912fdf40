"""What a transaction may write at its end instead of at once: counters and searchable words, many changes in one."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.job.record import Job
from jobyard.store.facets import Block, block
from jobyard.store.relational.database import Database

Counted = tuple[str, str, str, str, str]
"""Owner, project, queue, kind, state."""


class Deferred:
    """Changes of counters and words that wait to be written."""

    def __init__(self) -> None:
        self.counts: dict[Counted, int] = {}
        self.words: dict[int, str | None] = {}
        """New words by job number; None where the job is gone."""
        self.bytes: dict[str, int] = {}
        """Change of the bytes of result files by owner."""
        self.blocks: dict[Block, int] = {}
        """Change of how many jobs of each facet stand in each block."""

    def count(self, old: Job | None, new: Job | None) -> None:
        """Note that a job left one counter and entered another."""
        left = None if old is None else _counted(old)
        entered = None if new is None else _counted(new)
        if left == entered:
            if old is not None and new is not None and old.parameters != new.parameters:
                self._move(block(old), block(new))
            return
        self._move(None if old is None else block(old), None if new is None else block(new))
        if left is not None:
            self.counts[left] = self.counts.get(left, 0) - 1
        if entered is not None:
            self.counts[entered] = self.counts.get(entered, 0) + 1

    def _move(self, left: Block | None, entered: Block | None) -> None:
        if left is not None:
            self.blocks[left] = self.blocks.get(left, 0) - 1
        if entered is not None:
            self.blocks[entered] = self.blocks.get(entered, 0) + 1

    def store(self, owner: str, change: int) -> None:
        """Note that an owner's result files take so many bytes more."""
        self.bytes[owner] = self.bytes.get(owner, 0) + change


def write(database: Database, deferred: Sequence[Deferred]) -> int:
    """Write what was deferred, the newest word on each thing; return how many counters were touched."""
    counts: dict[Counted, int] = {}
    words: dict[int, str | None] = {}
    stored: dict[str, int] = {}
    blocks: dict[Block, int] = {}
    for part in deferred:
        for counted, change in part.counts.items():
            counts[counted] = counts.get(counted, 0) + change
        for owner, change in part.bytes.items():
            stored[owner] = stored.get(owner, 0) + change
        for place, change in part.blocks.items():
            blocks[place] = blocks.get(place, 0) + change
        words |= part.words
    _write_words(database, words)
    _write_stored(database, stored)
    if database.dialect == "sqlite":  # where many write at the same time, they would wait for each other
        _write_blocks(database, blocks)
    return _write_counts(database, counts)


def _write_counts(database: Database, counts: dict[Counted, int]) -> int:
    rows = [
        {"owner": owner, "project": project, "queue": queue, "kind": kind, "state": state, "count": change}
        for (owner, project, queue, kind, state), change in sorted(counts.items())
    ]
    # A change of zero is written too: it makes the queue known although its job moved on within the transaction.
    if rows:
        database.post("bump_counter", *rows)
    return len(rows)


def _write_stored(database: Database, stored: dict[str, int]) -> None:
    # Sorted, so that two transactions never wait for each other crosswise.
    rows = [{"owner": owner, "bytes": change} for owner, change in sorted(stored.items()) if change]
    if rows:
        database.post("bump_stored", *rows)


def _write_blocks(database: Database, blocks: dict[Block, int]) -> None:
    rows = [
        {"owner": owner, "block": number, "kind": kind, "state": state, "format": format_, "given": given, "count": by}
        for (owner, number, kind, state, format_, given), by in blocks.items()
        if by
    ]
    if rows:
        database.post("bump_block", *rows)


def _write_words(database: Database, words: dict[int, str | None]) -> None:
    gone = [{"job": job} for job, found in words.items() if found is None]
    fresh = [{"job": job, "words": found} for job, found in words.items() if found is not None]
    if gone:
        database.post("delete_words", *gone)
    if fresh:
        database.post("put_words", *fresh)


def _counted(job: Job) -> Counted:
    return (job.owner, job.project or "", job.queue, job.kind, job.state.value)
