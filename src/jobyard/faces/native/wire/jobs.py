"""Shapes of jobs: what is asked for, what is shown, and what an external job's own client tells."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from jobyard.faces.native.wire.words import LARGEST, AttemptNumber, Id, Name, ReasonName, Slug, StateName, Time


class ResourceOut(Struct, kw_only=True):
    """The thing a job works on."""

    type: str
    id: str
    name: str


class ProgressOut(Struct, kw_only=True):
    """How far the work is."""

    done: float
    total: float | None
    share: float | None
    """0.0 to 1.0; null while the total is unknown."""
    text: str
    at: Time


class FailureOut(Struct, kw_only=True):
    """Why it failed."""

    reason: ReasonName
    message: str
    detail: str


class ProjectRef(Struct, kw_only=True):
    """A project by id and name."""

    id: str
    name: str


class JobOut(Struct, kw_only=True):
    """A job as its reader may see it."""

    id: str
    number: int
    kind: str
    name: str
    state: StateName
    revision: int
    owner: str
    project: ProjectRef | None
    queue: str
    priority: int
    labels: dict[str, str]
    parent: str | None
    face: str
    external: bool
    resource: ResourceOut | None
    parameters: dict[str, Any]
    attempt: int
    """Number of the newest attempt; 0 before the first."""
    tries: int
    failures: int
    time_limit: float | None
    memory_limit: int | None
    created_at: Time
    queued_at: Time | None
    due_at: Time | None
    started_at: Time | None
    begun_at: Time | None
    finished_at: Time | None
    worker: str | None
    cancelling: bool
    cancel_asked_at: Time | None
    cancel_asked_by: str | None
    progress: ProgressOut | None
    result: Any
    failure: FailureOut | None
    results_until: Time | None
    results_expired: bool
    kept: bool
    may: list[str]
    """Verbs this reader may ask of it in its present state, such as `cancel`, `retry`, `delete`, `keep`."""


class JobPage(Struct, kw_only=True):
    """One page of jobs."""

    jobs: list[JobOut]
    next: str | None
    """Pass as `cursor` for the next page; null on the last."""
    total: int
    """Jobs the filter matches, counted up to 10,000."""
    total_exact: bool


class JobIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is asked for with a new job."""

    kind: Name
    parameters: dict[str, Any] = {}
    name: Annotated[str, Meta(max_length=300)] = ""
    queue: Slug | None = None
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    project: Name | None = None
    """Id or name of a project."""
    labels: Annotated[dict[Name, Annotated[str, Meta(max_length=200)]], Meta(max_length=50)] = {}
    parent: Id | None = None
    draft: bool = False
    external: bool = False
    due_at: Time | None = None
    tries: Annotated[int, Meta(ge=1, le=100)] | None = None
    time_limit: Annotated[float, Meta(gt=0, le=31_536_000)] | None = None
    memory_limit: Annotated[int, Meta(ge=16_777_216, le=LARGEST)] | None = None


class ReleaseIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """When a released draft shall run."""

    due_at: Time | None = None
    """Not before this; null for at once."""


class KeepIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """How long results shall live."""

    until: Time | None = None
    """Null: without end."""
    always: bool = False
    """Also never prune the record by age."""


class ProgressIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Progress of an external job, told by its own client."""

    attempt: AttemptNumber
    done: Annotated[float, Meta(ge=0)] = 0.0
    total: Annotated[float, Meta(ge=0)] | None = None
    text: Annotated[str, Meta(max_length=500)] = ""
    lines: Annotated[list[Annotated[str, Meta(max_length=16_384)]], Meta(max_length=1000)] = []


class BeatIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A sign of life of an external job, or the word that it stopped as was wished."""

    attempt: AttemptNumber


class FinishIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """The good end of an external job."""

    attempt: AttemptNumber
    result: Any = None
    """A small JSON value, up to 64 kB."""


class FailIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """The bad end of an external job."""

    attempt: AttemptNumber
    message: Annotated[str, Meta(min_length=1, max_length=2000)]
    detail: Annotated[str, Meta(max_length=65_536)] = ""
