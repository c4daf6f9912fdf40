"""Shapes of the house itself: kinds, queues, workers, counts, datasets, upkeep, and the body of every refusal."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from jobyard.faces.native.wire.jobs import ProjectRef
from jobyard.faces.native.wire.words import Name, RoleName, Time


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
    queued: int
    running: int
    workers: int
    """Live workers that serve it."""


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


class DatasetIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new dataset over an allowed folder."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    source: Annotated[str, Meta(min_length=1, max_length=4096)]
    """A folder inside one of the allowed source roots."""
    project: Name | None = None


class DatasetOut(Struct, kw_only=True):
    """A dataset and what its last synchronization found."""

    id: str
    number: int
    name: str
    source: str
    owner: str
    project: ProjectRef | None
    samples: int
    size: int
    created_at: Time
    synced_at: Time | None
    last_job: str | None


class DatasetPage(Struct, kw_only=True):
    """Datasets, newest first."""

    datasets: list[DatasetOut]
    next: str | None
    total: int


class SampleOut(Struct, kw_only=True):
    """One file of a dataset."""

    id: str
    path: str
    """Relative to the dataset's source; a byte that is no UTF-8 appears as `\\udcXX`, its value in XX."""
    size: int
    modified_at: Time
    added_at: Time


class SamplePage(Struct, kw_only=True):
    """Samples in the order of their paths' bytes."""

    samples: list[SampleOut]
    next: str | None
    total: int


class PruneIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to prune."""

    older_than_days: Annotated[float, Meta(ge=0, le=100_000)]
    dry_run: bool = False


class PruneOut(Struct, kw_only=True):
    """What was (or, in a dry run, would be) pruned."""

    jobs: int
    freed: int


class BackupIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a backup shall go."""

    folder: Annotated[str, Meta(min_length=1, max_length=4096)]
    """An absolute path on the server's machine: a folder that is empty or does not exist."""


class BackupOut(Struct, kw_only=True):
    """A finished backup."""

    folder: str
    size: int
    blobs: int


class DoctorOut(Struct, kw_only=True):
    """What is wrong with the house; empty when it is sound."""

    findings: list[str]


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
