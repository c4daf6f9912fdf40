"""What happened to jobs, as data: the only history. Events are numbered by the store and never rewritten."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from jobyard.job.record import Attempt, Job
from jobyard.job.states import State


class EventType(StrEnum):
    """What an event tells."""

    SUBMITTED = "submitted"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    CLAIMED = "claimed"
    STARTED = "started"
    """An external job's client says that it runs."""
    BEGUN = "begun"
    FINISHED = "finished"
    FAILED = "failed"
    BACKED_OFF = "backed_off"
    """An attempt failed; the next is due later."""
    GIVEN_BACK = "given_back"
    CANCEL_ASKED = "cancel_asked"
    CANCELLED = "cancelled"
    RETRIED = "retried"
    KEPT = "kept"
    EXPIRED = "expired"
    MARKED = "marked"
    DELETED = "deleted"
    REFUSED = "refused"
    """A late word of an old attempt was turned away; the job did not change."""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to one job."""

    job: str
    """The job's id."""
    type: EventType
    at: int
    actor: str
    """Who did it: a user's name, `worker:NAME`, or `jobyard` for the house itself."""
    state: State
    """The job's state after it."""
    revision: int
    """The job's revision after it."""
    attempt: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    """What else is worth keeping, such as the failure or the due time."""
    number: int = 0
    """Its place in the feed, ascending over all jobs; given by the store."""


class Change(Struct, frozen=True, kw_only=True):
    """What a move decided: the job as it shall be and the events that tell of it. Applied whole or not at all."""

    job: Job
    """The job after the move; its revision is the guard's plus one."""
    events: tuple[Event, ...] = ()
    attempt: Attempt | None = None
    """The attempt as it shall be written, where the move began, changed or ended one."""

    @property
    def guard(self) -> int:
        """The revision the stored job must still have."""
        return self.job.revision - 1
