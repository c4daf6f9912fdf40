"""Shapes of schedules: jobs that are submitted again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from jobyard.client.shapes.jobs import ProjectRef, State

CatchUp = Literal["skip", "once", "all"]
"""What becomes of runs that were missed: left out, one for all of them, or all up to the last hundred."""
Overlap = Literal["skip", "allow"]
"""Whether a run is made while the job of the last one is still queued or running."""


class LastJob(Struct, frozen=True, kw_only=True):
    """The last job of a schedule."""

    id: str
    number: int
    state: State


class Schedule(Struct, frozen=True, kw_only=True):
    """A schedule as it was when the house answered; ask again for news."""

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
    starts_at: datetime | None
    ends_at: datetime | None
    catch_up: CatchUp
    overlap: Overlap
    state: Literal["active", "paused", "over"]
    """`over` where no run is left."""
    paused_by: str | None
    """Who paused it; `jobyard` where a run could not be made."""
    paused_because: str | None
    held_because: str | None
    """Why the next run waits though its time has come; it is tried again by itself."""
    next_at: datetime | None
    upcoming: list[datetime]
    """The times of the next runs, at most five."""
    last_at: datetime | None
    """The time for which the last job was made."""
    last_job: LastJob | None
    """None where there is none, and where it was deleted."""
    runs: int
    """How many jobs it has made."""
    skipped_at: datetime | None
    """The time of the last run that was left out."""
    skipped_because: str | None
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    may: list[str]
    """Verbs you may ask of it: `update`, `pause` or `resume`, `run`, `delete`."""


class SchedulePage(Struct, frozen=True, kw_only=True):
    """Schedules, newest first."""

    schedules: list[Schedule]
    next: str | None


class Upcoming(Struct, frozen=True, kw_only=True):
    """When a schedule would run next."""

    upcoming: list[datetime]
