"""Shapes of jobs and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

State = Literal["draft", "queued", "running", "succeeded", "failed", "cancelled"]
OnFailure = Literal["cancel", "run", "wait"]
"""What becomes of a waiting job when one that it waits for does not end well."""
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
    """`error`, `lost`, `memory`, `timeout`, `signal`, `unreadable` or `needed`."""
    message: str
    detail: str
    code: str
    """The stable name of the error, such as `source_missing`; empty where it has none."""


class ProjectRef(Struct, frozen=True, kw_only=True):
    """A project by id and name."""

    id: str
    name: str


class Waiting(Struct, frozen=True, kw_only=True):
    """Why a queued job waits."""

    cause: str
    """`client`, `needs`, `due`, `back_off`, `paused`, `unserved`, `unable`, `owner_limit`, `queue_limit`, `kind_limit`,
    `busy` or `next`."""
    sentence: str
    """The cause in one sentence for people."""
    ahead: int | None
    """Jobs of its queue that stand before it; None where the line does not matter to it."""
    more: bool
    """At least `ahead` stand before it; further ones were not counted."""
    until: datetime | None
    """When the cause ends by itself, where that is known."""
    starts_at: datetime | None
    """When it likely begins, judged by recent runs; None where nobody can say."""
    needs: list[str]
    """Ids of the jobs it waits for."""


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
    after: list[str]
    """Ids of the jobs it waits for."""
    on_failure: OnFailure
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
    """Verbs you may ask of it in its present state, such as `cancel`, `retry`, `edit`, `again`, `delete`."""
    waiting: Waiting | None
    """Why it waits; only where one job or a list was asked for, None in the answers of verbs and in the feed."""

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


class BulkRefusal(Struct, frozen=True, kw_only=True):
    """Why some of many jobs stayed as they were."""

    reason: str
    count: int


class Bulk(Struct, frozen=True, kw_only=True):
    """What a verb that was asked of many jobs did."""

    matched: int | None
    """Jobs that were meant before anything was done; None where that was not counted."""
    matched_exact: bool
    """False where there are more than were counted, or where nothing was counted."""
    looked_at: int
    done: int
    refused: list[BulkRefusal]
    """How many stayed as they are, by the sentence that says why, the most frequent first."""
    next: str | None
    """Where the next call goes on; None when all were looked at."""
