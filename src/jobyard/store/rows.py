"""What a store hands out beside jobs and people: pages, queues, workers, cards, counts."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jobyard.job.filters import Cursor
from jobyard.job.record import Job
from jobyard.job.states import State

Row = tuple[Any, ...]
LAST = 2**63 - 1
"""Where nothing is bounded: the greatest number there can be."""


class Page(Struct, frozen=True, kw_only=True):
    """One page of jobs."""

    jobs: list[Job]
    next: Cursor | None = None
    """Where the next page begins; None on the last page."""


class QueueRow(Struct, frozen=True, kw_only=True):
    """A named line."""

    name: str
    paused: bool = False
    paused_by: str = ""
    """Who paused it."""
    paused_at: int | None = None
    """When it was paused."""


class WorkerRow(Struct, frozen=True, kw_only=True):
    """A worker as it last introduced itself."""

    name: str
    session: str
    host: str = ""
    pid: int = 0
    queues: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    slots: int = 1
    started_at: int = 0
    seen_at: int = 0
    draining: bool = False
    """It finishes what it holds and is given nothing more."""


class Running(Struct, frozen=True, kw_only=True):
    """How many jobs our workers run for one owner, from one queue, of one kind."""

    owner: str
    queue: str
    kind: str
    count: int


class Ends(Struct, frozen=True, kw_only=True):
    """How many jobs of one queue and one worker ended in one state within one step of time."""

    queue: str
    worker: str
    """Of ours, who had them to the end; empty where none did."""
    state: State
    step: int
    """Steps are counted from the beginning of the time that was asked for."""
    count: int
    first: int
    """When the first of them ended."""


class Card(Struct, frozen=True, kw_only=True):
    """Something people set up, of which there are few: a limit, a schedule, a webhook. Its room knows the body."""

    drawer: str
    id: str
    """Unique within its drawer; cards are sorted by it."""
    body: str
    """JSON."""
    due_at: int | None = None
    """When its room wants to look at it again; None for never."""


class Tally(Struct, frozen=True, kw_only=True):
    """A kept counter: how many jobs of one queue are in one state."""

    queue: str
    state: State
    count: int


class Reused(Struct, frozen=True, kw_only=True):
    """What an idempotency key stands for."""

    job: str
    digest: str
    """The SHA-256 of the request it came with."""


class Aged(Struct, frozen=True, kw_only=True):
    """As much of a final job as it takes to say whether it has been remembered for long enough."""

    finished_at: int
    number: int
    id: str
    kind: str
    project: str | None
    kept: bool

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among all jobs that ended."""
        return (self.finished_at, self.number)


class Sizes(Struct, frozen=True, kw_only=True):
    """What a database takes on the disk, in bytes."""

    database: int = 0
    """All of it, its indexes included."""
    free: int = 0
    """How much of that holds nothing now, as far as that is known."""
    log: int = 0
    """What was written lately and not yet put in place."""
    shrinks: bool = True
    """Whether free room can be given back a little at a time."""
