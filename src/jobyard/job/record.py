"""What a job is: frozen records, each field with a sentence. All times are microseconds since 1970, UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from jobyard.job.states import FINAL, State


class Reason(StrEnum):
    """Why an attempt ended badly."""

    ERROR = "error"
    """The work itself raised an error or exited with a code other than 0."""
    LOST = "lost"
    """Its worker stopped beating: the process or the machine went away."""
    MEMORY = "memory"
    """It asked for more memory than its limit."""
    TIMEOUT = "timeout"
    """It ran longer than its time limit."""
    SIGNAL = "signal"
    """Its process was killed by a signal that was not ours."""
    UNREADABLE = "unreadable"
    """Its parameters could not be read by the worker that claimed it."""
    NEEDED = "needed"
    """A job it waited for did not end well."""


class OnFailure(StrEnum):
    """What becomes of a waiting job when one that it waits for does not end well."""

    CANCEL = "cancel"
    """It is cancelled, and the failure names the job that it waited for."""
    RUN = "run"
    """It runs all the same once everything it waits for has ended, however that ended."""
    WAIT = "wait"
    """It goes on waiting until the other was tried again and ended well."""


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a job or an attempt failed."""

    reason: Reason
    """The class of the cause, for programs."""
    message: str
    """One plain sentence for people."""
    detail: str = ""
    """The technical rest, such as a traceback; may be long, never holds secrets of the server."""
    code: str = ""
    """The stable name of the error for programs, such as `source_missing`; empty where it has none."""


class Progress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the work is, as its holder last told."""

    done: float = 0.0
    """Units done, in whatever the work counts."""
    total: float | None = None
    """Units in all; None while unknown."""
    text: str = ""
    """What is being done right now, one short line."""
    at: int = 0
    """When it was told."""

    @property
    def share(self) -> float | None:
        """The part that is done, 0.0 to 1.0; None while the total is unknown or zero."""
        if self.total is None or self.total <= 0:
            return None
        return min(1.0, max(0.0, self.done / self.total))


class Resource(Struct, frozen=True, kw_only=True):
    """The thing a job works on, so that people find the job by it."""

    type: str
    """What it is, such as `dataset`, `task`, `workflow`."""
    id: str
    """Its id in its own room."""
    name: str = ""
    """Its name when the job was submitted."""


class ResultFile(Struct, frozen=True, kw_only=True):
    """A file that a job gave back."""

    name: str
    """The file's name, without any folder."""
    size: int
    """Its length in bytes."""
    sha256: str
    """The SHA-256 of its bytes, 64 hexadecimal characters."""
    blob: str
    """Where the blob store keeps the bytes."""
    media_type: str = "application/octet-stream"
    """Its media type as the work declared it."""
    attempt: int = 0
    """The attempt that made it."""


class Attempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try at running a job. Its number is the fence: a late word under an old number is refused."""

    number: int
    worker: str
    """The worker's name, or the client's for an external job."""
    claimed_at: int
    begun_at: int | None = None
    """When the work began; None while it was only claimed."""
    ended_at: int | None = None
    outcome: str = ""
    """The arrow that ended it (finish, fail, back_off, give_back, stop); empty while it runs."""
    failure: Failure | None = None


class LogLine(Struct, frozen=True, kw_only=True, array_like=True):
    """One line of an attempt's output."""

    number: int
    """Counts from 1 within the attempt."""
    at: int
    stream: str
    """`out`, `err`, or `log` for lines written by the work through its context."""
    text: str
    """The line without its end."""


class Job(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of background work with a life."""

    id: str
    kind: str
    """Which kind of work it is; names a class in the registry."""
    owner: str
    """The name of the user it belongs to."""
    number: int = 0
    """Counts submissions in this house from 1; given by the store. Order within a priority."""
    name: str = ""
    """What people call it; the kind's title where nobody said."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """What the kind needs, already checked against its types."""
    project: str | None = None
    """The id of the project that shares it; None for a private job."""
    queue: str = "default"
    priority: int = 0
    """Higher goes first; -1000 to 1000."""
    labels: dict[str, str] = field(default_factory=dict)
    """Free words to find it by; a bare tag has an empty value."""
    parent: str | None = None
    """The job that submitted it, if any."""
    after: tuple[str, ...] = ()
    """Ids of the jobs it waits for."""
    on_failure: OnFailure = OnFailure.CANCEL
    """What becomes of it when one of these does not end well."""
    unique: str | None = None
    """Of all queued and running jobs at most one has this key."""
    schedule: str | None = None
    """The id of the schedule that submitted it, if any."""
    origin: str | None = None
    """The job that this one runs again with changes, if any."""
    face: str = "native"
    """The door it came through."""
    external: bool = False
    """Its running is reported by its own client; our workers never claim it."""
    resource: Resource | None = None
    marks: dict[str, Any] = field(default_factory=dict)
    """What a face keeps that has no field of ours; never read by the engine."""

    state: State = State.DRAFT
    revision: int = 1
    """Grows by one with every change; the guard against lost updates."""
    attempt: int = 0
    """The number of the newest attempt; 0 before the first."""
    failures: int = 0
    """Tries burnt since it was last asked to run."""
    losses: int = 0
    """Attempts in a row whose worker went away; they burn no try, but are not borne for ever."""
    tries: int = 1
    """How many tries it has before it counts as failed."""
    time_limit: float | None = None
    """Seconds one attempt may run; None for no limit."""
    memory_limit: int | None = None
    """Bytes of private memory one attempt may hold; None for no limit."""

    created_at: int = 0
    queued_at: int | None = None
    """When it was last put in line."""
    due_at: int | None = None
    """Not to be claimed before this; None for at once, and when its time has come."""
    turn: int = 0
    """Its turn among the owners of its queue and priority (see `line`)."""
    waits: int = 0
    """How many of the jobs it waits for have not ended as it needs."""
    started_at: int | None = None
    """When the newest attempt was claimed."""
    begun_at: int | None = None
    """When the newest attempt's work began; None between claim and beginning."""
    finished_at: int | None = None
    """When it became final."""

    worker: str | None = None
    """Who holds it now; None unless running."""
    lease_until: int | None = None
    """When the holder counts as lost unless it beats again; None unless running."""
    cancel_asked_at: int | None = None
    """When somebody wished a running job to stop."""
    cancel_asked_by: str | None = None

    progress: Progress | None = None
    result: Any = None
    """A small JSON value that the work gave back."""
    failure: Failure | None = None
    """Why it failed, or why the last attempt did while the next one waits."""
    results_until: int | None = None
    """When its result files expire; None while there are none or they never do."""
    results_expired: bool = False
    """Its result files were removed because their time was over."""
    kept: bool = False
    """Never pruned by age."""

    @property
    def final(self) -> bool:
        """Whether only retry, start or delete can still change what became of it."""
        return self.state in FINAL

    @property
    def cancelling(self) -> bool:
        """Whether it runs under a wish to stop."""
        return self.state is State.RUNNING and self.cancel_asked_at is not None
