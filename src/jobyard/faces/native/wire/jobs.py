"""Shapes of jobs: what is asked for, what is shown, and what an external job's own client tells."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from jobyard.faces.native.wire.words import (
    LARGEST,
    AttemptNumber,
    CauseName,
    Id,
    Name,
    OnFailureName,
    ReasonName,
    Slug,
    StateName,
    Time,
)

JobName = Annotated[str, Meta(max_length=300)]
Priority = Annotated[int, Meta(ge=-1000, le=1000)]
Labels = Annotated[dict[Name, Annotated[str, Meta(max_length=200)]], Meta(max_length=50)]
Needs = Annotated[list[Id], Meta(max_length=100)]
UniqueWord = Annotated[str, Meta(min_length=1, max_length=200)]


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
    code: str
    """The stable name of the error, such as `source_missing`; empty where it has none."""


class ProjectRef(Struct, kw_only=True):
    """A project by id and name."""

    id: str
    name: str


class WaitingOut(Struct, kw_only=True):
    """Why a queued job waits."""

    cause: CauseName
    sentence: str
    """The cause in one sentence for people."""
    ahead: int | None
    """Jobs of its queue that stand before it; null where the line does not matter to it."""
    more: bool
    """At least `ahead` stand before it; further ones were not counted."""
    until: Time | None
    """When the cause ends by itself, where that is known."""
    starts_at: Time | None
    """When it likely begins, judged by recent runs; null where nobody can say."""
    needs: list[str]
    """Ids of the jobs it waits for."""


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
    after: list[str]
    """Ids of the jobs it waits for."""
    on_failure: OnFailureName
    """What becomes of it when one of these does not end well."""
    waits: int
    """How many of these have not ended as it needs."""
    unique: str | None
    """At most one queued or running job of the project, or of the owner where there is none, has this key."""
    schedule: str | None
    """Id of the schedule that submitted it."""
    origin: str | None
    """Id of the job that this one runs again with changes."""
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
    """Verbs this reader may ask of it in its present state, such as `cancel`, `retry`, `edit`, `again`, `delete`."""
    waiting: WaitingOut | None
    """Why it waits; only where one job or a list is read, null in the answers of verbs and in the feed."""


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
    name: JobName = ""
    queue: Slug | None = None
    priority: Priority = 0
    project: Name | None = None
    """Id or name of a project."""
    labels: Labels = {}
    parent: Id | None = None
    after: Needs = []
    """Ids of jobs that have to end first."""
    on_failure: OnFailureName = "cancel"
    """What becomes of it when one of these does not end well."""
    unique: UniqueWord | None = None
    """At most one queued or running job of the project, or of the owner where there is none, has this key."""
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
