"""What people may ask of schedules. Each verb asks access, and each writes at most once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.jobs import Jobs, Wanted, project_for
from jobyard.engine.ledger import Ledger
from jobyard.engine.schedules import book
from jobyard.engine.schedules.clockwork import Clockwork, submitted
from jobyard.engine.schedules.foresight import COUNT, Foresight
from jobyard.job import timetable
from jobyard.job.errors import Conflict, Invalid, NameTaken, NotFound, Refused
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.schedule import Schedule
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

SCHEDULES_LIMIT = 1_000
"""The most schedules of one owner."""
_TIMES = frozenset({"cron", "interval", "zone", "starts_at", "ends_at"})


class Seen(Struct, frozen=True, kw_only=True):
    """A schedule with what is worth knowing beside it."""

    schedule: Schedule
    upcoming: list[int]
    """The times of its next runs; empty while it is paused."""
    last_job: Job | None
    """Its last job, where that still exists and may be seen."""


class SchedulesWanted(Struct, frozen=True, kw_only=True):
    """Which schedules are meant. Every field narrows; an empty one does not."""

    owners: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    """Ids of projects."""
    kinds: frozenset[str] = frozenset()
    paused: bool | None = None

    def fits(self, schedule: Schedule) -> bool:
        """Tell whether a schedule is meant."""
        return (
            (not self.owners or schedule.owner in self.owners)
            and (not self.projects or schedule.project in self.projects)
            and (not self.kinds or schedule.kind in self.kinds)
            and (self.paused is None or schedule.paused is self.paused)
        )


class SchedulePage(Struct, frozen=True, kw_only=True):
    """One page of schedules, newest first."""

    schedules: list[Seen]
    next: str | None
    """Where the next page begins; None on the last."""


class Schedules:
    """Create, see, update, pause, resume, run now, delete."""

    def __init__(self, ledger: Ledger, jobs: Jobs, clockwork: Clockwork) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._clockwork = clockwork
        self._foresight = Foresight()

    async def create(self, actor: Actor, wanted: Schedule) -> Seen:
        """Make a schedule of the actor's own; id, owner and times of its making are given here.

        Raises Invalid naming the place, UnknownKind, WrongParameters, NameTaken, NotFound, Refused, or what the kind's
        capability refuses: whatever would refuse its job now, but what is only in the way at the moment.
        """
        now = self._ledger.now()
        born = {"created_at": now, "created_by": actor.name, "updated_at": now, "updated_by": actor.name}
        fresh = replace(wanted, id=new_id(), owner=actor.name, **born)
        work_wanted = self._checked(fresh, now)

        def work(transaction: Transaction) -> Schedule:
            project = project_for(transaction, actor, fresh.project)
            schedule = _timed(replace(fresh, project=project), now)
            _require_maker(actor, schedule)
            self._admit(transaction, actor, work_wanted)
            _require_name(transaction, schedule)
            book.tell(transaction, now, actor.name, "made", schedule)
            return book.write(transaction, schedule)

        return await self._changed(actor, await self._ledger.write(work))

    async def get(self, actor: Actor, id_: str) -> Seen:
        """Return a schedule. Raises NotFound where there is none that the actor may see."""
        return await self._seen(actor, await self._ledger.read(lambda view: _allowed(view, actor, Verb.SEE, id_)))

    async def find(self, actor: Actor, wanted: SchedulesWanted, limit: int, before: str = "") -> SchedulePage:
        """Return one page of the schedules the actor may see, newest first."""

        def work(view: View) -> list[Schedule]:
            found = list[Schedule]()
            for schedule in book.newest(view, before):
                if wanted.fits(schedule) and rules.may(actor, Verb.SEE, schedule):
                    found.append(schedule)
                    if len(found) > limit:
                        break
            return found

        found = await self._ledger.read(work)
        kept = found[:limit]
        seen = await self._all_seen(actor, kept)
        return SchedulePage(schedules=seen, next=kept[-1].id if len(found) > limit else None)

    async def update(self, actor: Actor, id_: str, changes: Mapping[str, Any]) -> Seen:
        """Change what a schedule says of its job or its times. Raises like `create`.

        Both its owner and whoever changes it have to be allowed to submit the job. New times count from now on, and a
        new expression takes the place of an interval as an interval does that of an expression.
        """
        if not changes:
            raise Invalid(reason="say what is to be changed")
        for one, other in (("cron", "interval"), ("interval", "cron")):
            if changes.get(one) is not None:
                changes = {other: None, **changes}

        def work(transaction: Transaction) -> Schedule:
            now, old = self._ledger.now(), _allowed(transaction, actor, Verb.EDIT, id_)
            project = project_for(transaction, actor, changes["project"]) if "project" in changes else old.project
            told = {**changes, "project": project, "updated_at": now, "updated_by": actor.name}
            schedule = replace(old, **told)
            work_wanted = self._checked(schedule, now)
            if not schedule.paused:
                self._admit(transaction, book.owner(transaction, schedule), work_wanted)
            self._admit(transaction, actor, work_wanted)
            if schedule.name != old.name:
                _require_name(transaction, schedule)
            if not schedule.paused and _TIMES & changes.keys():
                schedule = _timed(replace(schedule, held_because=""), now)
            book.tell(transaction, now, actor.name, "changed", schedule, fields=sorted(changes))
            return book.write(transaction, schedule)

        return await self._changed(actor, await self._ledger.write(work))

    async def pause(self, actor: Actor, id_: str, because: str = "") -> Seen:
        """Let a schedule make no runs until it is resumed; one that is paused already stays as it is."""

        def work(transaction: Transaction) -> Schedule:
            now, old = self._ledger.now(), _allowed(transaction, actor, Verb.EDIT, id_)
            if old.paused:
                return old
            told = {"paused_by": actor.name, "paused_because": because, "updated_at": now, "updated_by": actor.name}
            book.tell(transaction, now, actor.name, "paused", old)
            return book.write(transaction, replace(old, paused=True, next_at=None, held_because="", **told))

        return await self._changed(actor, await self._ledger.write(work))

    async def resume(self, actor: Actor, id_: str) -> Seen:
        """Let a paused schedule go on with the first of its times from now; what was missed meanwhile stays so.

        Raises what would refuse its job now, so that it does not only pause again, and Invalid where no run is left.
        """

        def work(transaction: Transaction) -> Schedule:
            now, old = self._ledger.now(), _allowed(transaction, actor, Verb.EDIT, id_)
            if not old.paused:
                return old
            told = {"paused_by": "", "paused_because": "", "updated_at": now, "updated_by": actor.name}
            schedule = replace(old, paused=False, **told)
            self._admit(transaction, book.owner(transaction, schedule), self._checked(schedule, now))
            book.tell(transaction, now, actor.name, "resumed", schedule)
            return book.write(transaction, _timed(schedule, now))

        return await self._changed(actor, await self._ledger.write(work))

    async def run_now(self, actor: Actor, id_: str) -> Job:
        """Make one run at once, with its owner's rights, paused or not; its times stay as they are.

        Raises RunsOverlap, OwnerGone, or what refuses the job.
        """

        def work(transaction: Transaction) -> Job:
            old = _allowed(transaction, actor, Verb.EDIT, id_)
            job, schedule = submitted(transaction, self._jobs, old, self._ledger.now(), actor.name)
            book.write(transaction, schedule)
            return job

        job = await self._ledger.write(work)
        self._jobs.ring(job)
        return job

    async def delete(self, actor: Actor, id_: str) -> None:
        """Remove a schedule; the jobs it made stay."""

        def work(transaction: Transaction) -> None:
            schedule = _allowed(transaction, actor, Verb.DELETE, id_)
            book.tell(transaction, self._ledger.now(), actor.name, "deleted", schedule)
            book.drop(transaction, schedule.id)

        await self._ledger.write(work)

    def preview(self, actor: Actor, wanted: Schedule) -> list[int]:
        """Return the next times that a schedule of the actor's would have if it were made now.

        Raises Invalid naming the place, and Refused to whoever may not make schedules.
        """
        now = self._ledger.now()
        fresh = replace(wanted, owner=actor.name, project=None, created_at=now)
        _require_maker(actor, fresh)
        timetable.check(fresh)
        return timetable.upcoming(fresh, now, COUNT)

    def _checked(self, schedule: Schedule, now: int) -> Wanted:
        timetable.check(schedule)
        return self._jobs.checked(book.submission(schedule, now))

    def _admit(self, view: View, actor: Actor, wanted: Wanted) -> None:
        with suppress(Conflict):  # what is in the way now says nothing about later
            self._jobs.admitted(view, actor, wanted)

    async def _changed(self, actor: Actor, schedule: Schedule) -> Seen:
        self._clockwork.wake()
        return await self._seen(actor, schedule)

    async def _seen(self, actor: Actor, schedule: Schedule) -> Seen:
        [seen] = await self._all_seen(actor, [schedule])
        return seen

    async def _all_seen(self, actor: Actor, schedules: list[Schedule]) -> list[Seen]:
        ids = [schedule.last_job for schedule in schedules if schedule.last_job is not None]
        jobs = {job.id: job for job in await self._ledger.read(lambda view: view.jobs(ids))} if ids else {}
        found = list[Seen]()
        for schedule, times in zip(schedules, await self._foresight.upcoming(schedules), strict=True):
            job = jobs.get(schedule.last_job or "")
            shown = job if job is not None and rules.may(actor, Verb.SEE, job) else None
            found.append(Seen(schedule=schedule, upcoming=times, last_job=shown))
        return found


def _allowed(view: View, actor: Actor, verb: Verb, id_: str) -> Schedule:
    schedule = book.read(view, id_)
    if schedule is None or not rules.may(actor, Verb.SEE, schedule):
        raise NotFound(what="schedule", name=id_)
    if not rules.may(actor, verb, schedule):
        raise Refused(verb="change this schedule")
    return schedule


def _require_maker(actor: Actor, schedule: Schedule) -> None:
    if not rules.may(actor, Verb.SUBMIT, schedule):
        raise Refused(verb="make schedules")


def _require_name(transaction: Transaction, schedule: Schedule) -> None:
    """Raise NameTaken where another schedule of the owner has the name, Conflict where there are too many."""
    transaction.alone(f"schedules of {schedule.owner}")
    others = [one for one in book.newest(transaction) if one.owner == schedule.owner and one.id != schedule.id]
    if any(one.name == schedule.name for one in others):
        raise NameTaken(what="schedule", name=schedule.name)
    if len(others) >= SCHEDULES_LIMIT:
        raise Conflict(reason=f"{schedule.owner} has {len(others)} schedules already; delete one first.")


def _timed(schedule: Schedule, now: int) -> Schedule:
    next_at = timetable.following(schedule, now)
    if next_at is None:
        sentence = "No run is left before it ends."
        raise Invalid(reason=sentence, fields=[{"path": "ends_at", "message": sentence}])
    return replace(schedule, next_at=next_at)
