"""Shapes of schedules: jobs that are submitted again and again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.native.wire.jobs import JobName, Labels, Priority, ProjectRef
from jobyard.faces.native.wire.words import LARGEST, Name, Slug, StateName, Time

ScheduleName = Annotated[str, Meta(min_length=1, max_length=100)]
Cron = Annotated[str, Meta(min_length=1, max_length=200)]
Interval = Annotated[int, Meta(ge=10, le=316_224_000)]
Zone = Annotated[str, Meta(min_length=1, max_length=64)]
Tries = Annotated[int, Meta(ge=1, le=100)]
TimeLimit = Annotated[float, Meta(gt=0, le=31_536_000)]
MemoryLimit = Annotated[int, Meta(ge=16_777_216, le=LARGEST)]
Because = Annotated[str, Meta(max_length=300)]
CatchUpName = Literal["skip", "once", "all"]
OverlapName = Literal["skip", "allow"]


class TimesIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """When a schedule would run: either `cron` or `interval` is said."""

    cron: Cron | None = None
    """Five fields (minute, hour, day of month, month, day of week), or a word such as `@daily`."""
    interval: Interval | None = None
    """Seconds between two runs, counted from `starts_at`, else from the making of the schedule."""
    zone: Zone = "UTC"
    """The IANA name of the time zone in which `cron` is read."""
    starts_at: Time | None = None
    """No run before this time."""
    ends_at: Time | None = None
    """No run after this time."""


class ScheduleIn(TimesIn, kw_only=True, forbid_unknown_fields=True):
    """A new schedule: when it runs, and what job it submits then. Null means: as the kind has it."""

    name: ScheduleName
    """Unique among your schedules."""
    kind: Name
    parameters: dict[str, Any] = {}
    job_name: JobName = ""
    """What its jobs are called; the schedule's name where it is left out."""
    queue: Slug | None = None
    priority: Priority = 0
    project: Name | None = None
    """Id or name of a project that shares it and its jobs."""
    labels: Labels = {}
    tries: Tries | None = None
    time_limit: TimeLimit | None = None
    memory_limit: MemoryLimit | None = None
    catch_up: CatchUpName = "once"
    """What becomes of runs that were missed: left out, one for all of them, or all up to the last hundred."""
    overlap: OverlapName = "skip"
    """Whether a run is made while the job of the last one is still queued or running."""


class ScheduleChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a schedule; what is left out stays as it is."""

    name: ScheduleName | UnsetType = UNSET
    kind: Name | UnsetType = UNSET
    parameters: dict[str, Any] | UnsetType = UNSET
    """All of them; the old ones go."""
    job_name: JobName | UnsetType = UNSET
    queue: Slug | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    project: Name | UnsetType | None = UNSET
    labels: Labels | UnsetType = UNSET
    """All of them; the old ones go."""
    tries: Tries | UnsetType | None = UNSET
    time_limit: TimeLimit | UnsetType | None = UNSET
    memory_limit: MemoryLimit | UnsetType | None = UNSET
    cron: Cron | UnsetType | None = UNSET
    """An expression takes the place of an interval, and an interval that of an expression."""
    interval: Interval | UnsetType | None = UNSET
    zone: Zone | UnsetType = UNSET
    starts_at: Time | UnsetType | None = UNSET
    ends_at: Time | UnsetType | None = UNSET
    catch_up: CatchUpName | UnsetType = UNSET
    overlap: OverlapName | UnsetType = UNSET


class PauseIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why a schedule shall rest."""

    because: Because = ""


class LastJobOut(Struct, kw_only=True):
    """The last job of a schedule."""

    id: str
    number: int
    state: StateName


class ScheduleOut(Struct, kw_only=True):
    """A schedule as its reader may see it."""

    id: str
    name: str
    owner: str
    """Whose jobs it makes, with the rights that they have when a run is made."""
    project: ProjectRef | None
    kind: str
    parameters: dict[str, Any]
    job_name: str
    queue: str | None
    priority: int
    labels: dict[str, str]
    tries: int | None
    time_limit: float | None
    memory_limit: int | None
    cron: str | None
    interval: int | None
    zone: str
    starts_at: Time | None
    ends_at: Time | None
    catch_up: CatchUpName
    overlap: OverlapName
    state: Literal["active", "paused", "over"]
    """`over` where no run is left."""
    paused_by: str | None
    """Who paused it; `jobyard` where a run could not be made."""
    paused_because: str | None
    held_because: str | None
    """Why the next run waits though its time has come; it is tried again by itself."""
    next_at: Time | None
    upcoming: list[Time]
    """The times of the next runs, at most five."""
    last_at: Time | None
    """The time for which the last job was made."""
    last_job: LastJobOut | None
    """Null where there is none, and where it was deleted."""
    runs: int
    """How many jobs it has made."""
    skipped_at: Time | None
    """The time of the last run that was left out."""
    skipped_because: str | None
    created_at: Time
    created_by: str
    updated_at: Time
    updated_by: str
    may: list[str]
    """Verbs this reader may ask of it: `update`, `pause` or `resume`, `run`, `delete`."""


class SchedulePage(Struct, kw_only=True):
    """Schedules, newest first."""

    schedules: list[ScheduleOut]
    next: str | None
    """Pass as `cursor` for the next page; null on the last."""


class UpcomingOut(Struct, kw_only=True):
    """When a schedule would run next."""

    upcoming: list[Time]
    """At most five times; none where no run is left."""
