"""Frames of the streams: the feed, and a followed log."""

from __future__ import annotations

from msgspec import Struct

from jobyard.client.shapes.jobs import Event, Job, Progress


class FeedJob(Struct, frozen=True, kw_only=True):
    """Something happened to a job: the event, and the job as it is now (None when it was deleted)."""

    event: Event
    job: Job | None


class FeedProgress(Struct, frozen=True, kw_only=True):
    """The newest progress of some running jobs, by id."""

    jobs: dict[str, Progress]
    reported: list[str]
    """Ids of all jobs of which something was told: progress, or figures, pictures and lines of an experiment."""


class FeedResync(Struct, frozen=True, kw_only=True):
    """Events were left out, because this reader was too slow or away too long; read the lists again."""

    last: int


class FeedHello(Struct, frozen=True, kw_only=True):
    """The feed begins; what follows comes behind event number `last`."""

    last: int
    version: str


class LogEnd(Struct, frozen=True, kw_only=True):
    """The followed attempt has ended."""

    attempt: int
    last: int
    """The number of its last line; 0 when it has none."""
