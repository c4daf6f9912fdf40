"""The shapes of the native protocol. JSON in snake case; times are RFC 3339 in UTC; sizes are bytes, durations seconds.

Errors are `application/problem+json` (RFC 9457): type, title, status, detail, code, and errors [{path, message}]
for bad input.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Slug = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
UserName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
StateName = Literal["draft", "queued", "running", "succeeded", "failed", "cancelled"]
RoleName = Literal["viewer", "member", "operator", "administrator"]


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
    at: datetime


class FailureOut(Struct, kw_only=True):
    """Why it failed."""

    reason: Literal["error", "lost", "memory", "timeout", "signal", "unreadable"]
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
    created_at: datetime
    queued_at: datetime | None
    due_at: datetime | None
    started_at: datetime | None
    begun_at: datetime | None
    finished_at: datetime | None
    worker: str | None
    cancelling: bool
    cancel_asked_at: datetime | None
    cancel_asked_by: str | None
    progress: ProgressOut | None
    result: Any
    failure: FailureOut | None
    results_until: datetime | None
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
    parent: str | None = None
    draft: bool = False
    external: bool = False
    due_at: datetime | None = None
    tries: Annotated[int, Meta(ge=1, le=100)] | None = None
    time_limit: Annotated[float, Meta(gt=0, le=31_536_000)] | None = None
    memory_limit: Annotated[int, Meta(ge=16_777_216)] | None = None


class KeepIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """How long results shall live."""

    until: datetime | None = None
    """Null: without end."""
    always: bool = False
    """Also never prune the record by age."""


class ProgressIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Progress of an external job, told by its own client."""

    attempt: Annotated[int, Meta(ge=1)]
    done: Annotated[float, Meta(ge=0)] = 0.0
    total: Annotated[float, Meta(ge=0)] | None = None
    text: Annotated[str, Meta(max_length=500)] = ""
    lines: Annotated[list[Annotated[str, Meta(max_length=16_384)]], Meta(max_length=1000)] = []


class BeatIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A sign of life of an external job."""

    attempt: Annotated[int, Meta(ge=1)]


class FinishIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """The good end of an external job."""

    attempt: Annotated[int, Meta(ge=1)]
    result: Any = None


class FailIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """The bad end of an external job."""

    attempt: Annotated[int, Meta(ge=1)]
    message: Annotated[str, Meta(min_length=1, max_length=2000)]
    detail: Annotated[str, Meta(max_length=65_536)] = ""


class EventOut(Struct, kw_only=True):
    """One thing that happened to a job."""

    number: int
    job: str
    type: str
    at: datetime
    actor: str
    state: StateName
    attempt: int
    data: dict[str, Any]


class EventPage(Struct, kw_only=True):
    """Events, oldest first."""

    events: list[EventOut]
    next: int | None
    """Pass as `after` for more; null when that was all."""


class AttemptOut(Struct, kw_only=True):
    """One try at running a job."""

    number: int
    worker: str
    claimed_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    outcome: str
    failure: FailureOut | None


class LogLineOut(Struct, kw_only=True):
    """One line of output."""

    number: int
    at: datetime
    stream: Literal["out", "err", "log"]
    text: str


class LogPage(Struct, kw_only=True):
    """Lines of one attempt, oldest first."""

    attempt: int
    lines: list[LogLineOut]
    next: int | None
    """Pass as `after` for more that is there already; null when that was all for now."""
    complete: bool
    """Whether the attempt has ended, so that no more will come."""


class ResultOut(Struct, kw_only=True):
    """A result file."""

    name: str
    size: int
    sha256: str
    media_type: str
    attempt: int
    url: str


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
    started_at: datetime
    seen_at: datetime
    alive: bool
    running: list[HeldOut]


class UserOut(Struct, kw_only=True):
    """A user."""

    id: str
    name: str
    role: RoleName
    disabled: bool
    created_at: datetime


class SessionOut(Struct, kw_only=True):
    """Who is signed in."""

    user: UserOut
    scope: Literal["full", "read", "desk"]
    version: str
    last_event: int
    """The newest number of the feed; pass as `after`."""


class SignIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A name with its password."""

    user: Annotated[str, Meta(max_length=200)]
    password: Annotated[str, Meta(max_length=1024)]


class UserIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new user; without a password one is made and shown once."""

    name: UserName
    role: RoleName = "member"
    password: Annotated[str, Meta(min_length=8, max_length=1024)] | None = None


class UserChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall change about a user."""

    role: RoleName | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    password: Annotated[str, Meta(min_length=8, max_length=1024)] | UnsetType = UNSET


class KeyIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new key for oneself, or, asked by an administrator, for another user."""

    label: Annotated[str, Meta(max_length=100)] = ""
    form: Literal["token", "pair"] = "token"
    scope: Literal["full", "read", "desk"] = "full"
    user: UserName | None = None
    expires_at: datetime | None = None


class KeyOut(Struct, kw_only=True):
    """A key without its secret."""

    id: str
    user: str
    form: Literal["token", "pair", "session"]
    scope: Literal["full", "read", "desk"]
    label: str
    access: str | None
    """The access key of a pair; null for tokens."""
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class KeyMade(Struct, kw_only=True):
    """A fresh key. The secret is shown this once."""

    key: KeyOut
    secret: str


class CredentialsIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """For whom client settings are wanted."""

    user: UserName | None = None
    new_password: bool = False


class ProjectIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new project."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


class MemberIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A user's place in a project."""

    role: RoleName


class MemberOut(Struct, kw_only=True):
    """A user's place in a project."""

    user: str
    role: RoleName


class ProjectOut(Struct, kw_only=True):
    """A project with its members."""

    id: str
    name: str
    owner: str
    created_at: datetime
    members: list[MemberOut]


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
    created_at: datetime
    synced_at: datetime | None
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
    """Relative to the dataset's source; bytes that are no UTF-8 appear as surrogate escapes in \\udcXX form."""
    size: int
    modified_at: datetime
    added_at: datetime


class SamplePage(Struct, kw_only=True):
    """Samples in the order of their paths' bytes."""

    samples: list[SampleOut]
    next: str | None
    total: int


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


class FeedJob(Struct, kw_only=True):
    """A frame `job` of the feed: what happened, and the job as it is now (null when it was deleted)."""

    event: EventOut
    job: JobOut | None


class FeedProgress(Struct, kw_only=True):
    """A frame `progress` of the feed: the newest progress of some running jobs; not numbered, not repeated."""

    jobs: dict[str, ProgressOut]


class FeedResync(Struct, kw_only=True):
    """A frame `resync` of the feed: this reader was too slow or was away too long; read the lists again."""

    last: int


class BackupOut(Struct, kw_only=True):
    """A finished backup."""

    folder: str
    size: int
    blobs: int


class PruneIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to prune."""

    older_than_days: Annotated[float, Meta(ge=0)]
    dry_run: bool = False


class PruneOut(Struct, kw_only=True):
    """What was (or, in a dry run, would be) pruned."""

    jobs: int
    freed: int


class DoctorOut(Struct, kw_only=True):
    """What is wrong with the house; empty when it is sound."""

    findings: list[str]


class Problem(Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details."""

    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"
    errors: list[dict[str, str]] = []
