"""What the house answers, as the client's users see it. Times are aware datetimes in UTC, sizes bytes, lengths seconds.

Each class mirrors one shape of the native protocol, field by field; fields that a newer house adds are ignored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

State = Literal["draft", "queued", "running", "succeeded", "failed", "cancelled"]
Role = Literal["viewer", "member", "operator", "administrator"]
FINAL: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})
"""The states in which a job has ended."""


class Resource(Struct, frozen=True, kw_only=True):
    """The thing a job works on."""

    type: str
    id: str
    name: str


class Progress(Struct, frozen=True, kw_only=True):
    """How far the work is."""

    done: float
    total: float | None
    share: float | None
    """0.0 to 1.0; None while the total is unknown."""
    text: str
    at: datetime


class Failure(Struct, frozen=True, kw_only=True):
    """Why it failed."""

    reason: str
    """`error`, `lost`, `memory`, `timeout`, `signal` or `unreadable`."""
    message: str
    detail: str


class ProjectRef(Struct, frozen=True, kw_only=True):
    """A project by id and name."""

    id: str
    name: str


class Job(Struct, frozen=True, kw_only=True):
    """A job as it was when the house answered; ask again for news."""

    id: str
    number: int
    kind: str
    name: str
    state: State
    revision: int
    owner: str
    project: ProjectRef | None
    queue: str
    priority: int
    labels: dict[str, str]
    parent: str | None
    face: str
    external: bool
    resource: Resource | None
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
    """It runs under a wish to stop."""
    cancel_asked_at: datetime | None
    cancel_asked_by: str | None
    progress: Progress | None
    result: Any
    failure: Failure | None
    results_until: datetime | None
    results_expired: bool
    kept: bool
    may: list[str]
    """Verbs you may ask of it in its present state, such as `cancel`, `retry`, `delete`, `keep`."""

    @property
    def final(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL


class JobPage(Struct, frozen=True, kw_only=True):
    """One page of jobs."""

    jobs: list[Job]
    next: str | None
    """Pass as `cursor` for the next page; None on the last."""
    total: int
    """Jobs the filter matches, counted up to 10,000."""
    total_exact: bool


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened to a job."""

    number: int
    job: str
    type: str
    at: datetime
    actor: str
    state: State
    attempt: int
    data: dict[str, Any]


class EventPage(Struct, frozen=True, kw_only=True):
    """Events, oldest first."""

    events: list[Event]
    next: int | None


class Attempt(Struct, frozen=True, kw_only=True):
    """One try at running a job."""

    number: int
    worker: str
    claimed_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    outcome: str
    failure: Failure | None


class LogLine(Struct, frozen=True, kw_only=True):
    """One line of output."""

    number: int
    at: datetime
    stream: str
    """`out`, `err`, or `log` for lines the work wrote through its context."""
    text: str


class LogPage(Struct, frozen=True, kw_only=True):
    """Lines of one attempt, oldest first."""

    attempt: int
    lines: list[LogLine]
    next: int | None
    complete: bool
    """Whether the attempt has ended, so that no more will come."""


class ResultFile(Struct, frozen=True, kw_only=True):
    """A file that a job gave back."""

    name: str
    size: int
    sha256: str
    media_type: str
    attempt: int
    url: str


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of work this house can do."""

    name: str
    title: str
    queue: str
    tries: int
    least_role: Role
    parameters: dict[str, Any]
    """JSON Schema of the parameters."""


class Queue(Struct, frozen=True, kw_only=True):
    """A named line."""

    name: str
    paused: bool
    queued: int
    running: int
    workers: int
    """Live workers that serve it."""


class Held(Struct, frozen=True, kw_only=True):
    """A job a worker is running."""

    id: str
    number: int
    name: str
    kind: str


class Worker(Struct, frozen=True, kw_only=True):
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
    running: list[Held]


class User(Struct, frozen=True, kw_only=True):
    """A user."""

    id: str
    name: str
    role: Role
    disabled: bool
    created_at: datetime


class Session(Struct, frozen=True, kw_only=True):
    """Who you are to the house."""

    user: User
    scope: str
    """What your key is good for: `full`, `read` or `desk`."""
    version: str
    """The version of the house."""
    last_event: int
    """The newest number of the feed."""


class Key(Struct, frozen=True, kw_only=True):
    """A key without its secret."""

    id: str
    user: str
    form: str
    """`token`, `pair` or `session`."""
    scope: str
    label: str
    access: str | None
    """The access key of a pair; None for tokens."""
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class KeyMade(Struct, frozen=True, kw_only=True):
    """A fresh key. The secret is shown this once."""

    key: Key
    secret: str


class Member(Struct, frozen=True, kw_only=True):
    """A user's place in a project."""

    user: str
    role: Role


class Project(Struct, frozen=True, kw_only=True):
    """A project with its members."""

    id: str
    name: str
    owner: str
    created_at: datetime
    members: list[Member]


class Dataset(Struct, frozen=True, kw_only=True):
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


class DatasetPage(Struct, frozen=True, kw_only=True):
    """Datasets, newest first."""

    datasets: list[Dataset]
    next: str | None
    total: int


class Sample(Struct, frozen=True, kw_only=True):
    """One file of a dataset."""

    id: str
    path: str
    """Relative to the dataset's source."""
    size: int
    modified_at: datetime
    added_at: datetime


class SamplePage(Struct, frozen=True, kw_only=True):
    """Samples in the order of their paths' bytes."""

    samples: list[Sample]
    next: str | None
    total: int


class Counts(Struct, frozen=True, kw_only=True):
    """Jobs you may see, by state."""

    draft: int
    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    total: int
    waiting_unserved: list[str]
    """Queues in which jobs wait and that no live worker serves."""


class FeedJob(Struct, frozen=True, kw_only=True):
    """Something happened to a job: the event, and the job as it is now (None when it was deleted)."""

    event: Event
    job: Job | None


class FeedProgress(Struct, frozen=True, kw_only=True):
    """The newest progress of some running jobs, by id."""

    jobs: dict[str, Progress]


class FeedResync(Struct, frozen=True, kw_only=True):
    """Events were left out, because this reader was too slow or away too long; read the lists again."""

    last: int


class Backup(Struct, frozen=True, kw_only=True):
    """A finished backup."""

    folder: str
    size: int
    blobs: int


class Pruned(Struct, frozen=True, kw_only=True):
    """What was (or, in a dry run, would be) pruned."""

    jobs: int
    freed: int


class Doctor(Struct, frozen=True, kw_only=True):
    """What is wrong with the house; empty when it is sound."""

    findings: list[str]


class Problem(Struct, frozen=True, kw_only=True):
    """A refusal as it travels (RFC 9457)."""

    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"
    errors: list[dict[str, str]] = []
