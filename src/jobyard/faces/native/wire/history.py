"""Shapes of what became of a job: its events, attempts, log, result files, and the frames of the feed."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from jobyard.faces.native.wire.jobs import FailureOut, JobOut, ProgressOut
from jobyard.faces.native.wire.words import StateName, Time


class EventOut(Struct, kw_only=True):
    """One thing that happened to a job."""

    number: int
    job: str
    type: str
    at: Time
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
    claimed_at: Time
    begun_at: Time | None
    ended_at: Time | None
    outcome: str
    failure: FailureOut | None


class LogLineOut(Struct, kw_only=True):
    """One line of output."""

    number: int
    at: Time
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


class LogEnd(Struct, kw_only=True):
    """The frame `end` of a followed log: the attempt has ended."""

    attempt: int
    last: int
    """The number of its last line; 0 when it has none."""


class ResultOut(Struct, kw_only=True):
    """A result file."""

    name: str
    size: int
    sha256: str
    media_type: str
    attempt: int
    url: str


class FeedHello(Struct, kw_only=True):
    """The first frame `hello` of the feed: what follows comes behind event number `last`."""

    last: int
    version: str


class FeedJob(Struct, kw_only=True):
    """A frame `job` of the feed: what happened, and the job as it is now (null when it was deleted)."""

    event: EventOut
    job: JobOut | None


class FeedProgress(Struct, kw_only=True):
    """A frame `progress` of the feed: the newest progress of some running jobs; not numbered, not repeated."""

    jobs: dict[str, ProgressOut]
    reported: list[str]
    """Ids of all jobs of which something was told: progress, or figures, pictures and lines of an experiment."""


class FeedResync(Struct, kw_only=True):
    """A frame `resync` of the feed: this reader was too slow or was away too long; read the lists again."""

    last: int
