"""Shapes of the house itself: kinds, queues, workers, counts, and the body of every refusal."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jobyard.faces.native.wire.words import RoleName, Time


class KindOut(Struct, kw_only=True):
    """A kind of work this house can do."""

    name: str
    title: str
    queue: str
    tries: int
    least_role: RoleName
    parameters: dict[str, Any]
    """JSON Schema of the parameters."""


class QueueOut(Struct, kw_only=True):
    """A named line."""

    name: str
    paused: bool
    paused_by: str | None
    """Who paused it."""
    paused_at: Time | None
    queued: int
    running: int
    workers: int
    """Live workers that take jobs from it."""
    oldest_queued_at: Time | None
    """Since when the job that waits longest is in line; jobs that are not due or wait for others do not count."""
    ended_last_5_minutes: int
    """Jobs of everybody that ended, however they ended; of all queues together the newest 10,000 are counted."""
    ended_last_hour: int


class PaceOut(Struct, kw_only=True):
    """How many jobs of one queue or one worker ended in each step, by how they ended."""

    name: str
    succeeded: list[int]
    failed: list[int]
    cancelled: list[int]


class ThroughputOut(Struct, kw_only=True):
    """How many jobs of everybody ended over time. The last step is the one that is going on."""

    begins_at: Time
    """When the first step began."""
    step: float
    """How many seconds each one is long."""
    steps: int
    whole_from: Time
    """From here on every end is counted; with very many, steps before may lack some."""
    queues: list[PaceOut]
    """Those of which some job ended."""
    workers: list[PaceOut]


class HeldOut(Struct, kw_only=True):
    """A job a worker is running."""

    id: str
    number: int
    name: str
    kind: str


class WorkerOut(Struct, kw_only=True):
    """A worker process."""

    name: str
    host: str
    pid: int
    queues: list[str]
    kinds: list[str]
    slots: int
    started_at: Time
    seen_at: Time
    alive: bool
    draining: bool
    """It finishes what it holds and is given nothing more."""
    running: list[HeldOut]


class CountsOut(Struct, kw_only=True):
    """Jobs the reader may see, by state."""

    draft: int
    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    total: int
    waiting_unserved: list[str]
    """Queues in which jobs wait and that no live worker serves."""


class FieldFault(Struct, kw_only=True):
    """An offending place of bad input."""

    path: str
    message: str


class Problem(Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details."""

    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"
    errors: list[FieldFault] = []
    job: str | None = None
    """Id of the job that stands in the way, where one does."""
