"""How a task lives: in line, begun, stopped, ended, closed, published, begun anew, put away, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.reported import Word
from jobyard.experiments import rows
from jobyard.experiments.deleting import forget, let_go, require_unpublished
from jobyard.experiments.ground import AGENT_SILENCE, Ground, held, said, touched
from jobyard.experiments.record import ARCHIVED, DEVELOPMENT, Experiment, Json, Task
from jobyard.experiments.refusals import AlreadyInLine, UnknownStanding, WrongMove
from jobyard.experiments.sections import grace, tries
from jobyard.experiments.standing import ALLOWED, MARK, MARKS, Standing, standing, state_for
from jobyard.experiments.tasks import Edits, Tasks, bump, require
from jobyard.job import moves
from jobyard.job.clock import SECOND
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction

STOPPING = "stopping"
"""What is said of a task whose program was asked to stop."""
HEARD_LATELY = 120 * SECOND
"""Programs without an agent say that they live more often than this."""
_IN_LINE = frozenset({Standing.QUEUED, Standing.RUNNING})


class Told(Struct, frozen=True, kw_only=True):
    """What comes with a word about a task's life."""

    reason: str = ""
    message: str = ""
    force: bool = False


class _Meant(Struct, frozen=True, kw_only=True):
    """How a task shall stand, and what else that changes."""

    target: Standing
    told: Told
    went: Callable[[Task, Standing, int], Task] | None = None
    queue: str | None = None
    """The queue it shall stand in line in."""
    tries: int | None = None
    """How often it may be begun from there."""
    sections: Callable[[Json], object] | None = None
    """Changes its larger parts."""


class Moved(NamedTuple):
    """A task after a word about it, and how it stood before."""

    experiment: Experiment
    before: Standing
    removed: int = 0
    """How many places in line, models or children went with it."""


class Life:
    """One method a word. Each raises WrongMove or UnknownStanding where that does not fit, unless it is forced."""

    def __init__(self, ground: Ground, tasks: Tasks) -> None:
        self._ground = ground
        self._tasks = tasks

    async def start(self, actor: Actor, id_: str, told: Told) -> Moved:
        """Note that its program runs now; one that runs already keeps the time at which it began."""

        def went(task: Task, before: Standing, now: int) -> Task:
            began = task.started_at if before is Standing.RUNNING else None
            return replace(task, started_at=began or now, completed_at=None, head=replace(task.head, worked=None))

        return await self._told(actor, Verb.RUN, id_, Standing.RUNNING, told, went)

    async def stop(self, actor: Actor, id_: str, told: Told) -> Moved:
        """Ask for the end: a program that was heard lately is told, whatever else is stopped at once."""

        def work(transaction: Transaction, noted: list[Job]) -> Moved:
            old = held(transaction, actor, Verb.CANCEL, id_)
            if old.standing is Standing.RUNNING and not told.force and self._lives(old):
                return self._asked(transaction, actor, old, told, noted)
            stopped = replace(told, message=f"Stopped by {actor.name}")
            return self._move(transaction, noted, actor, old, _Meant(target=Standing.CANCELLED, told=stopped))

        return await self._ground.moved(work)

    async def stopped(self, actor: Actor, id_: str, told: Told) -> Moved:
        """Note that its program has stopped."""
        return await self._told(actor, Verb.RUN, id_, Standing.CANCELLED, told, _completed)

    async def fail(self, actor: Actor, id_: str, told: Told) -> Moved:
        """Note the bad end."""
        return await self._told(actor, Verb.RUN, id_, Standing.FAILED, told, _completed)

    async def complete(self, actor: Actor, id_: str, told: Told) -> Moved:
        """Note the good end."""
        return await self._told(actor, Verb.RUN, id_, Standing.SUCCEEDED, told, _completed)

    async def close(self, actor: Actor, id_: str, told: Told) -> Moved:
        """Mark a stopped task as closed."""
        return await self._told(actor, Verb.EDIT, id_, Standing.CLOSED, told)

    async def publish(self, actor: Actor, id_: str, told: Told, *, models: bool = True) -> Moved:
        """Mark a task as published, and the model that it made last as ready."""

        def work(transaction: Transaction, noted: list[Job]) -> Moved:
            old = held(transaction, actor, Verb.EDIT, id_)
            _require(old.standing, Standing.PUBLISHED, told.force, same=False)
            if models:
                _ready(transaction, old.task, self._ground.now(), actor)
            meant = _Meant(target=Standing.PUBLISHED, told=told, went=_published)
            return self._move(transaction, noted, actor, old, meant)

        return await self._ground.moved(work)

    async def enqueue(self, actor: Actor, id_: str, queue: str, told: Told) -> Moved:
        """Put a task in line in a queue. Raises AlreadyInLine where it stands there."""

        def went(task: Task, before: Standing, now: int) -> Task:
            kept = tuple(tag for tag in task.head.system_tags if tag != DEVELOPMENT)
            was = task.head.before if before is Standing.QUEUED else before.value
            return replace(task, head=replace(task.head, before=was, system_tags=kept))

        def work(transaction: Transaction, noted: list[Job]) -> Moved:
            old = held(transaction, actor, Verb.RELEASE, id_)
            waits = old.job.state is State.QUEUED and not old.job.external
            if waits and old.job.queue == queue and not told.force:
                raise AlreadyInLine(id=id_, queue=queue)
            wanted = tries(old.task.sections)
            meant = _Meant(target=Standing.QUEUED, told=told, went=went, queue=queue, tries=wanted)
            return self._move(transaction, noted, actor, old, meant)

        return await self._ground.moved(work)

    async def dequeue(self, actor: Actor, id_: str, told: Told, wanted: Standing | None = None) -> Moved:
        """Take a task out of the line: it stands as before it was put there, or as is wanted. Others stay."""

        def work(transaction: Transaction, noted: list[Job]) -> Moved:
            old = held(transaction, actor, Verb.WITHDRAW, id_)
            if old.standing not in _IN_LINE:
                return Moved(old, old.standing)
            target = wanted or Standing(old.task.head.before or Standing.DRAFT.value)
            if target in _IN_LINE and wanted is None:
                target = Standing.DRAFT
            meant = _Meant(target=target, told=replace(told, force=True))
            moved = self._move(transaction, noted, actor, old, meant)
            return moved._replace(removed=1)

        return await self._ground.moved(work)

    async def leave(self, actor: Actor, id_: str) -> bool:
        """Take a task out of its queue and let it stand as queued, in no line; tell whether it was in one."""

        def work(transaction: Transaction, noted: list[Job]) -> bool:
            old = held(transaction, actor, Verb.WITHDRAW, id_)
            if old.job.state is not State.QUEUED or old.job.external:
                return False
            changed = moves.edit(old.job, self._ground.now(), actor.name, {"external": True})
            noted.append(transaction.apply(changed))
            return True

        return await self._ground.moved(work)

    async def reset(
        self, actor: Actor, id_: str, told: Told, cleared: Callable[[Json], object], *, models: bool = True
    ) -> Moved:
        """Make a task a draft as before it ran, without what was reported of it; `cleared` empties its parts."""

        def went(task: Task, before: Standing, now: int) -> Task:
            head = replace(task.head, published_at=None, before="", worker="", worker_at=None, worked=None)
            return replace(task, started_at=None, completed_at=None, iteration=0, head=head)

        def work(transaction: Transaction, noted: list[Job]) -> Moved:
            old = held(transaction, actor, Verb.EDIT, id_)
            _require(old.standing, Standing.DRAFT, told.force)
            if not told.force:
                require_unpublished(transaction, old)
            forced = Told(reason="reset", message="reset", force=True)
            forget(transaction, id_)
            gone = let_go(transaction, id_, others=False) if models else 0
            meant = _Meant(target=Standing.DRAFT, told=forced, went=went, sections=cleared)
            moved = self._move(transaction, noted, actor, old, meant)
            return moved._replace(removed=gone)

        return await self._ground.moved(work)

    async def archive(self, actor: Actor, id_: str, told: Told, *, away: bool = True) -> Moved:
        """Put a task away, out of the line and stopped, or fetch it back."""

        def work(transaction: Transaction, noted: list[Job]) -> Moved:
            old = held(transaction, actor, Verb.EDIT, id_)
            tags = set(old.task.head.system_tags) - {ARCHIVED} | ({ARCHIVED} if away else set())
            target = {Standing.QUEUED: Standing.DRAFT, Standing.RUNNING: Standing.CANCELLED}.get(old.standing)

            def went(task: Task, before: Standing, now: int) -> Task:
                return replace(task, head=replace(task.head, system_tags=tuple(sorted(tags))))

            wanted = target if away and target is not None else old.standing
            meant = _Meant(target=wanted, told=replace(told, force=True), went=went)
            return self._move(transaction, noted, actor, old, meant)

        return await self._ground.moved(work)

    async def set(
        self, actor: Actor, id_: str, wanted: Standing, edits: Edits, expected: frozenset[Standing] | None
    ) -> Experiment:
        """Let a task that stands as expected stand in any way, whatever came before, and change it."""

        def work(transaction: Transaction, noted: list[Job]) -> Experiment:
            old = held(transaction, actor, Verb.EDIT, id_)
            if expected is not None:
                require(old, expected)
            moved = self._move(transaction, noted, actor, old, _Meant(target=wanted, told=Told(force=True)))
            return self._tasks.changed(transaction, actor, moved.experiment, edits)

        return await self._ground.moved(work)

    async def _told(
        self, actor: Actor, verb: Verb, id_: str, target: Standing, told: Told, went: Went | None = None
    ) -> Moved:
        def work(transaction: Transaction, noted: list[Job]) -> Moved:
            old = held(transaction, actor, verb, id_)
            return self._move(transaction, noted, actor, old, _Meant(target=target, told=told, went=went))

        return await self._ground.moved(work)

    def _move(self, transaction: Transaction, noted: list[Job], actor: Actor, old: Experiment, meant: _Meant) -> Moved:
        before, now, target = old.standing, self._ground.now(), meant.target
        _require(before, target, meant.told.force)
        job = self._brought(transaction, noted, actor, old, meant)
        task = replace(old.task, updated_at=now, changed_at=now, mark=target.value if target in MARKS else "")
        if meant.went is not None:
            task = meant.went(task, before, now)
        if meant.sections is not None:
            parts = task.sections
            meant.sections(parts)
            task = replace(task, parts=rows.encoded(parts))
        reason, message = said("reason", meant.told.reason), said("message", meant.told.message)
        task = touched(task, now, actor, reason=reason, message=message, said_of=target.value)
        rows.write_task(transaction, task, whole=meant.sections is not None)
        bump(transaction, task.project, now)
        return Moved(Experiment(job, task), before)

    def _brought(self, transaction: Transaction, noted: list[Job], actor: Actor, old: Experiment, meant: _Meant) -> Job:
        job, ground, target = old.job, self._ground, meant.target
        claimed = job.state is State.RUNNING and job.begun_at is None
        plain = standing(replace(job, marks={}))
        if claimed and target is Standing.RUNNING:
            job = ground.reported.begun(transaction, job, min(AGENT_SILENCE, ground.silence))
            noted.append(job)
        elif plain is not target or meant.queue is not None:
            failure = meant.told.message or meant.told.reason
            word = Word(queue=meant.queue, failure=failure, lease=ground.silence, tries=meant.tries)
            wanted = state_for(target, job.state)
            anew = job.state is wanted and plain is not target and target not in MARKS
            brought = ground.reported.bring(transaction, actor, job, wanted, word, anew=anew)
            job = brought[0]
            noted += brought
        mark = target.value if target in MARKS else None
        if job.marks.get(MARK) != mark:
            job = transaction.apply(moves.mark(job, ground.now(), actor.name, {MARK: mark}))
        return job

    def _asked(self, transaction: Transaction, actor: Actor, old: Experiment, told: Told, noted: list[Job]) -> Moved:
        job = transaction.apply(moves.cancel(old.job, self._ground.now(), actor.name))
        head = {"reason": said("reason", told.reason), "message": STOPPING, "said_of": old.standing.value}
        task = touched(old.task, self._ground.now(), actor, **head)
        rows.write_task(transaction, task, whole=False)
        noted.append(job)
        return Moved(Experiment(job, task), old.standing)

    def _lives(self, old: Experiment) -> bool:
        """Tell whether the program of a task was heard lately and will learn of a wish.

        One that runs without an agent is left to end by itself only where it asked for time to do so.
        """
        head, silent = old.task.head, self._ground.now() - old.task.updated_at
        if DEVELOPMENT in head.system_tags or not head.worker:
            return silent < HEARD_LATELY and grace(old.task.sections) is not None
        return silent < AGENT_SILENCE


Went = Callable[[Task, Standing, int], Task]
"""What else changes of a task: told the task, how it stood before, and the time."""


def _require(before: Standing, after: Standing, force: bool, *, same: bool = True) -> None:  # noqa: FBT001 - a fact
    if force or (same and before is after):
        return
    if before is Standing.UNKNOWN:
        raise UnknownStanding
    if after not in ALLOWED[before]:
        raise WrongMove(before=before.value, after=after.value)


def _completed(task: Task, before: Standing, now: int) -> Task:
    worked = task.head.worked
    if before is Standing.RUNNING and task.started_at is not None:
        worked = now - task.started_at
    return replace(task, completed_at=now, head=replace(task.head, worked=worked))


def _published(task: Task, before: Standing, now: int) -> Task:
    return replace(task, head=replace(task.head, published_at=now))


def _ready(transaction: Transaction, task: Task, now: int, actor: Actor) -> None:
    made: list[Any] = task.sections.get("models", {}).get("output", [])
    last = made[-1].get("model") if made else None
    found = rows.model(transaction, last) if last else None
    # A task names models as it likes, also those of others.
    if (
        found is not None
        and not found.ready
        and rules.may(actor, Verb.EDIT, found)
        and not rows.is_public(transaction, found.id)
    ):
        changed = replace(found, ready=True, updated_at=now, touched_at=now, touched_by=actor.name)
        rows.put_model(transaction, changed)
