"""Which happenings somebody wants to hear of: one rule for the feed and for webhooks."""

from __future__ import annotations

from msgspec import Struct

from jobyard.job.events import Event, EventType
from jobyard.job.filters import Scope
from jobyard.job.record import Job
from jobyard.job.states import State


class Subject(Struct, frozen=True, kw_only=True):
    """Whose and what kind of job it is about."""

    owner: str
    project: str | None
    queue: str
    kind: str


def of_job(job: Job) -> Subject:
    """Return what news of a job are about."""
    return Subject(owner=job.owner, project=job.project, queue=job.queue, kind=job.kind)


def subject(event: Event, job: Job | None) -> Subject:
    """Return what an event is about, given its job as it is now; of a deleted job, what its last event says."""
    if job is not None:
        return of_job(job)
    told = event.data
    return Subject(
        owner=str(told.get("owner", "")),
        project=told.get("project"),
        queue=str(told.get("queue", "")),
        kind=str(told.get("kind", "")),
    )


def visible(scope: Scope, about: Subject) -> bool:
    """Tell whether something is about a job inside the scope."""
    return scope.covers(about.owner, about.project)


class Interest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which happenings are meant. Every field narrows; an empty one does not."""

    events: frozenset[EventType] = frozenset()
    states: frozenset[State] = frozenset()
    """States of the job after the event."""
    jobs: frozenset[str] = frozenset()
    """Ids of jobs."""
    kinds: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    """Ids of projects."""

    def covers(self, event: Event, about: Subject) -> bool:
        """Tell whether an event is meant, given what it is about."""
        if self.events and event.type not in self.events:
            return False
        if self.states and event.state not in self.states:
            return False
        return self.concerns(event.job, about)

    def concerns(self, job: str, about: Subject) -> bool:
        """Tell whether news of a job that are no event, such as its progress, are meant."""
        wanted = (
            (self.jobs, job),
            (self.kinds, about.kind),
            (self.queues, about.queue),
            (self.owners, about.owner),
            (self.projects, about.project),
        )
        return all(not names or name in names for names, name in wanted)
