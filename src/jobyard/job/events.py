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
    """The job was written down."""
    RELEASED = "released"
    """A draft was put in line."""
    WITHDRAWN = "withdrawn"
    """A queued job was taken out of the line and is a draft again."""
    CLAIMED = "claimed"
    """A worker took it: a new attempt."""
    STARTED = "started"
    """An external job's client says that it runs: a new attempt."""
    BEGUN = "begun"
    """The work of the attempt began."""
    FINISHED = "finished"
    """The work ended well."""
    FAILED = "failed"
    """The work ended badly, for good; the data say why."""
    BACKED_OFF = "backed_off"
    """An attempt failed; the next is due later. The data say why and when."""
    GIVEN_BACK = "given_back"
    """The worker stopped before the work was done; the job is in line again and no try is burnt."""
    CANCEL_ASKED = "cancel_asked"
    """Somebody wished a running job to stop."""
    CANCELLED = "cancelled"
    """The job ended because somebody asked; the actor is who asked."""
    RETRIED = "retried"
    """A final job was put in line once more."""
    KEPT = "kept"
    """Its results shall live until another time, which the data say."""
    EXPIRED = "expired"
    """Its result files are gone because their time was over."""
    EDITED = "edited"
    """Somebody changed its queue, priority, time or words; the data hold the old and the new ones."""
    MET = "met"
    """A job it waited for has ended; the data name it and say how many are left."""
    MARKED = "marked"
    """A face wrote marks; the data name them."""
    DELETED = "deleted"
    """The job was removed; the data say whose it was, its project, queue, kind and name."""
    REFUSED = "refused"
    """A late word of an old attempt was turned away; the job did not change."""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to one job."""

    job: str
    """The job's id."""
    type: EventType
    at: int
    actor: str
    """Who did it: a user's name, `worker:NAME`, `schedule:NAME`, or `jobyard` for the house itself."""
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
    """The job after the move; its revision is the guard's plus the steps."""
    events: tuple[Event, ...] = ()
    attempt: Attempt | None = None
    """The attempt as it shall be written, where the move began, changed or ended one."""
    steps: int = 1
    """How many moves it is made of; each has raised the revision by one."""

    @property
    def guard(self) -> int:
        """The revision the stored job must still have."""
        return self.job.revision - self.steps

    def after(self, earlier: Change | None) -> Change:
        """Return this move and the one it was decided upon as one change, so that the job is written once."""
        if earlier is None:
            return self
        return Change(
            job=self.job,
            events=earlier.events + self.events,
            attempt=self.attempt or earlier.attempt,
            steps=earlier.steps + self.steps,
        )
