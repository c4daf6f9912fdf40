"""What a schedule is: a job that is to be submitted again and again. When that is stands in `timetable`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field


class CatchUp(StrEnum):
    """What becomes of runs whose time passed while no house was up to make them."""

    SKIP = "skip"
    """They are left out."""
    ONCE = "once"
    """However many there were, one run is made for the last of them."""
    ALL = "all"
    """Each is made, oldest first, but no more than the last hundred."""


class Overlap(StrEnum):
    """What becomes of a run whose time comes while a job of the same schedule is still queued or running."""

    SKIP = "skip"
    """It is left out."""
    ALLOW = "allow"
    """It is made all the same."""


class Schedule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A job that is to be submitted again and again. All times are microseconds since 1970, UTC."""

    id: str
    name: str
    """What people call it; unique among its owner's."""
    owner: str
    """Whose jobs it makes, with the rights that they have when a run is made."""
    project: str | None = None
    """The id of the project that shares it and its jobs; None for a private one."""

    kind: str
    """What kind of work is submitted."""
    parameters: dict[str, Any] = field(default_factory=dict)
    job_name: str = ""
    """What its jobs are called; the schedule's own name where nobody said."""
    queue: str | None = None
    """None here and below means: as the kind has it."""
    priority: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    tries: int | None = None
    time_limit: float | None = None
    memory_limit: int | None = None
    marks: dict[str, Any] = field(default_factory=dict)
    """What a face keeps that has no field of ours; never read by the engine."""

    cron: str | None = None
    """Five fields or a word such as `@daily`; None where it has an interval."""
    interval: int | None = None
    """Seconds between two runs, counted from `starts_at`, else from its creation; None where it has an expression."""
    zone: str = "UTC"
    """The IANA name of the time zone in which the expression is read."""
    starts_at: int | None = None
    """No run before this time."""
    ends_at: int | None = None
    """No run after this time."""
    catch_up: CatchUp = CatchUp.ONCE
    overlap: Overlap = Overlap.SKIP

    paused: bool = False
    paused_by: str = ""
    """Who paused it: a user's name, or `jobyard` where a run could not be made."""
    paused_because: str = ""
    """One sentence, where it was the house."""
    created_at: int = 0
    created_by: str = ""
    updated_at: int = 0
    updated_by: str = ""

    next_at: int | None = None
    """The time of the next run; None while it is paused, and when no run is left."""
    held_because: str = ""
    """Why the run of `next_at` waits though its time has come; it is tried again by itself."""
    last_at: int | None = None
    """The time for which its last job was made."""
    last_job: str | None = None
    """The id of its last job."""
    runs: int = 0
    """How many jobs it has made."""
    skipped_at: int | None = None
    """The time of the last run that was left out."""
    skipped_because: str = ""
    """Why that one was; one sentence."""

    @property
    def over(self) -> bool:
        """Whether no run is left, though nobody paused it."""
        return not self.paused and self.next_at is None

    @property
    def anchor(self) -> int:
        """The time from which an interval is counted."""
        return self.created_at if self.starts_at is None else self.starts_at
