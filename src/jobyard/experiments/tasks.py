"""Tasks: write one down, change what is known of it, copy it, delete it. How they run is `life`'s."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from jobyard.access.rules import Verb
from jobyard.engine.submission import Submission
from jobyard.experiments import rows
from jobyard.experiments.folders import make
from jobyard.experiments.ground import (
    Ground,
    folder_for,
    held,
    may_work,
    named,
    packed,
    parent_for,
    said,
    seen,
    tagged,
    there,
    touched,
)
from jobyard.experiments.record import (
    ARCHIVED,
    DEVELOPMENT,
    FACE,
    KIND,
    Experiment,
    Folder,
    Head,
    Json,
    Task,
)
from jobyard.experiments.refusals import UnknownStanding, WrongStanding
from jobyard.experiments.standing import Standing
from jobyard.job.errors import JobNotFound, Refused
from jobyard.job.ids import new_id
from jobyard.job.record import Resource
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

Change = Callable[[Json], object]
"""Changes the larger parts of a task in place."""


class Draft(Struct, frozen=True, kw_only=True):
    """A wish for a task."""

    name: str
    type: str
    project: str = ""
    parent: str = ""
    comment: str = ""
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    sections: Json = {}


class Edits(Struct, frozen=True, kw_only=True):
    """What shall be different about a task; UNSET leaves a thing as it is."""

    name: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    project: str | UnsetType = UNSET
    parent: str | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    system_tags: tuple[str, ...] | UnsetType = UNSET
    sections: Change | None = None
    iteration: int | UnsetType = UNSET
    """The iteration that was reached; the greatest stays."""
    alive: bool = True
    """Whether this says that somebody is at work on it."""


class Tasks:
    """Create, check, get, change, copy."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def create(self, actor: Actor, draft: Draft) -> Experiment:
        """Write a task down as a draft. Raises WrongText, WrongValue or Refused."""

        def work(transaction: Transaction) -> Experiment:
            return self._put(transaction, actor, draft)

        return await self._ground.write(work)

    async def check(self, actor: Actor, draft: Draft) -> None:
        """Raise what `create` would raise."""
        await self._ground.read(lambda view: _checked(view, actor, draft))

    async def get(self, actor: Actor, id_: str) -> Experiment:
        """Return a task. Raises JobNotFound."""
        return await self._ground.read(lambda view: seen(view, actor, id_))

    async def edit(
        self, actor: Actor, id_: str, edits: Edits, expected: frozenset[Standing] | None = None
    ) -> Experiment:
        """Change a task that stands as expected; None for however it stands.

        Raises WrongStanding, WrongText, WrongValue, JobNotFound or Refused.
        """

        def work(transaction: Transaction) -> Experiment:
            old = held(transaction, actor, Verb.EDIT, id_)
            if expected is not None:
                require(old, expected)
            return self.changed(transaction, actor, old, edits)

        edited = await self._ground.write(work)
        self._ground.news([id_])
        return edited

    async def edit_all(
        self, actor: Actor, wanted: Mapping[str, Callable[[Experiment], Edits | None]]
    ) -> dict[str, Experiment]:
        """Change several tasks, however they stand, or none of them; None changes nothing. Return what was changed.

        Raises like `edit`, with all ids that are not found.
        """

        def work(transaction: Transaction) -> dict[str, Experiment]:
            missing = [id_ for id_ in wanted if not there(transaction, actor, id_)]
            if missing:
                raise JobNotFound(id=", ".join(missing)[:500])
            found = {id_: held(transaction, actor, Verb.EDIT, id_) for id_ in sorted(wanted)}
            edits = {id_: said_ for id_, old in found.items() if (said_ := wanted[id_](old)) is not None}
            return {id_: self.changed(transaction, actor, found[id_], said_) for id_, said_ in edits.items()}

        changed = await self._ground.write(work)
        self._ground.news(changed)
        return changed

    async def hear(self, actor: Actor, ids: Sequence[str], worker: str = "") -> int:
        """Note that somebody is at work on tasks, and who; return on how many that may be. Others are passed over."""

        def work(transaction: Transaction) -> int:
            return sum(self._heard(transaction, actor, id_, worker) for id_ in sorted(set(ids)))

        return await self._ground.write(work)

    async def copy(self, actor: Actor, id_: str, draft: Callable[[Experiment], Draft], folder: str = "") -> Experiment:
        """Write down a task like another one, in a folder by name where one is said. Raises like `create`."""

        def work(transaction: Transaction) -> Experiment:
            original = seen(transaction, actor, id_)
            may_work(actor)
            like = draft(original)
            if folder:
                made, _ = make(transaction, actor, folder, self._ground.now())
                like = replace(like, project=made.id)
            return self._put(transaction, actor, like)

        return await self._ground.write(work)

    def _put(self, transaction: Transaction, actor: Actor, draft: Draft) -> Experiment:
        folder = _checked(transaction, actor, draft)
        wanted = Submission(
            id=new_id(),
            kind=KIND,
            name=named(draft.name),
            project=None if folder is None else folder.project,
            draft=True,
            external=True,
            kept=True,
            face=FACE,
            resource=placed(folder),
        )
        jobs = self._ground.engine.jobs
        job = jobs.put(transaction, actor, jobs.checked(wanted))
        now = self._ground.now()
        task = Task(
            id=job.id,
            project=draft.project,
            parent=draft.parent,
            type=draft.type,
            created_at=job.created_at,
            updated_at=now,
            changed_at=now,
            head=Head(
                tags=tagged(draft.tags),
                system_tags=tagged(draft.system_tags),
                comment=draft.comment,
                touched_at=now,
                touched_by=actor.name,
            ),
            parts=packed(draft.sections),
        )
        rows.insert_task(transaction, task)
        bump(transaction, draft.project, now)
        written = rows.task(transaction, job.id)
        return Experiment(job, written or task)

    def changed(self, transaction: Transaction, actor: Actor, old: Experiment, edits: Edits) -> Experiment:
        """Change a task within a transaction of the caller, who has asked whether the actor may."""
        job, now = old.job, self._ground.now()
        told: dict[str, Any] = {"updated_at": now} if edits.alive else {}
        if edits.project is not UNSET and edits.project != old.task.project:
            folder = folder_for(transaction, actor, edits.project)
            told["project"] = edits.project
            shared = None if folder is None else folder.project
            job = self._ground.reported.renamed(transaction, actor, job, project=shared, resource=placed(folder))
        if edits.name is not UNSET:
            job = self._ground.reported.renamed(transaction, actor, job, name=named(edits.name))
        if edits.parent is not UNSET:
            told["parent"] = parent_for(transaction, actor, edits.parent)
        if edits.type is not UNSET:
            told["type"] = edits.type
        if edits.iteration is not UNSET:
            told["iteration"] = max(old.task.iteration, edits.iteration)
        head: dict[str, Any] = {
            name: said(name, value) for name in ("comment", "message") if (value := getattr(edits, name)) is not UNSET
        }
        for name in ("tags", "system_tags"):
            if (value := getattr(edits, name)) is not UNSET:
                head[name] = tagged(value)
        if "message" in head:
            head["said_of"] = old.standing.value
        if edits.sections is not None:
            sections = old.task.sections
            edits.sections(sections)
            told["parts"] = packed(sections)
        changed = touched(replace(old.task, **told), now, actor, **head)
        rows.write_task(transaction, changed, whole="parts" in told)
        bump(transaction, changed.project, now)
        if edits.alive:
            job = self._ground.reported.heard(transaction, job, self._ground.lease(job))
        return Experiment(job, changed)

    def _heard(self, transaction: Transaction, actor: Actor, id_: str, worker: str) -> int:
        try:
            found = held(transaction, actor, Verb.RUN, id_)
        except (JobNotFound, Refused):
            return 0
        now = self._ground.now()
        task = replace(found.task, updated_at=now, head=replace(found.task.head, touched_at=now))
        if worker:
            task = replace(task, head=replace(task.head, worker=worker, worker_at=now))
        rows.write_task(transaction, task, whole=False)
        self._ground.reported.heard(transaction, found.job, self._ground.lease(found.job))
        return 1


def require(found: Experiment, expected: frozenset[Standing]) -> None:
    """Raise WrongStanding unless a task stands as is expected."""
    if found.standing not in expected:
        if found.standing is Standing.UNKNOWN:
            raise UnknownStanding(id=found.job.id)
        told = ", ".join(sorted(expected))
        raise WrongStanding(standing=found.standing.value, expected=told, among=sorted(expected))


def like(found: Experiment, sections: Json, **told: Any) -> Draft:
    """Return a draft like a task, with these larger parts, and with what is said of it."""
    task = found.task
    left = {ARCHIVED, DEVELOPMENT}
    plain = Draft(
        name=found.job.name,
        type=task.type,
        project=task.project,
        parent=task.parent or task.id,
        comment=task.head.comment,
        tags=task.head.tags,
        system_tags=tuple(tag for tag in task.head.system_tags if tag not in left),
        sections=sections,
    )
    return replace(plain, **told)


def placed(folder: Folder | None) -> Resource | None:
    """Return what the job of a task works on: the folder it lies in."""
    return None if folder is None else Resource(type="experiments", id=folder.id, name=folder.name)


def bump(transaction: Transaction, folder: str, now: int) -> None:
    """Note that something in a folder has changed."""
    if folder:
        transaction.run(rows.QUERIES["bump_folder"], {"id": folder, "now": now})


def _checked(view: View, actor: Actor, draft: Draft) -> Folder | None:
    named(draft.name)
    tagged(draft.tags)
    tagged(draft.system_tags)
    said("comment", draft.comment)
    parent_for(view, actor, draft.parent)
    return folder_for(view, actor, draft.project)
