"""What may be asked of the library. Each verb asks access, and a package that is refused leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.engine.engine import Engine
from jobyard.engine.jobs import project_for
from jobyard.engine.schedules import book
from jobyard.engine.submission import Submission
from jobyard.job.clock import SECOND
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.job.filters import EVERYTHING, Filter
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.schedule import Schedule
from jobyard.job.states import State
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View
from jobyard.workflows import apps
from jobyard.workflows.document.record import Question
from jobyard.workflows.library import handed, rows, standing
from jobyard.workflows.library.record import About, Entry, Received, Shown, Version, VersionAbout, Wanted, Workflow
from jobyard.workflows.packages import Packages
from jobyard.workflows.report import Drawn, Report, report

T = TypeVar("T")

RESOURCE = "workflow"
"""What jobs say that they work on."""
KINDS = {Drawn.PYTHON: "workflow.python"}
"""Which kind of job runs what; `workflow.run` runs all else."""
LONGEST_NAME = 255
_UNKNOWN_AFTER = 86_400 * SECOND
"""Microseconds after which bytes that nobody knows are forgotten; until then somebody may still be handing them in."""
_COUNTED = 1_000_000


class New(Struct, frozen=True, kw_only=True):
    """What is said of a workflow that is handed in."""

    name: str
    owner: str = ""
    """The name of whose it will be; empty for who hands it in."""
    project: str | None = None
    """Id or name of the project that shares it."""
    public: bool = False
    about: About = About()
    comment: str = ""
    marks: dict[str, object] = {}
    """What a face keeps of the version."""


class Library:
    """Hand in, list, find, change, delete, fetch, run."""

    def __init__(self, engine: Engine, packages: Packages, limit: int, lending: standing.Lending | None = None) -> None:
        """Take the engine, where packages lie, the most bytes of one, and who else is let in."""
        self._lending = lending or standing.NothingLent()
        self._engine, self._ledger = engine, engine.ledger
        self._packages = packages
        self._limit = limit

    async def receive(self, actor: Actor, pieces: AsyncIterable[bytes]) -> Received:
        """Take a file in that `add`, `add_version` or `add_file` will keep. Raises Refused, TooLarge or StoreFull."""
        if not rules.may_house(actor, House.MAKE_PROJECTS):
            raise Refused(verb="hand in workflows")
        written = await self._packages.receive(pieces, self._limit)
        return Received(package=written.blob, size=written.size, sha256=written.sha256)

    def forget(self, received: Received) -> None:
        """Remove what was received and shall not be kept after all."""
        self._packages.remove(received.package)

    async def add(self, actor: Actor, received: Received, file: str, new: New) -> Shown:
        """Keep a new workflow with its first version. Raises WorkflowBroken, Refused, NotFound or Invalid."""
        found = await self._looked(received, file)
        now = self._ledger.now()

        def work(transaction: Transaction) -> Shown:
            made = Workflow(
                id=new_id(),
                name=_named(new.name),
                owner=_owner(transaction, actor, new.owner or actor.name),
                project=project_for(transaction, actor, new.project),
                public=new.public,
                created_at=now,
                updated_at=now,
                about=new.about,
            )
            standing.require(actor, Verb.SUBMIT, made, "hand in workflows here")
            made = replace(made, number=rows.insert(transaction, made))
            version = _version(made, 1, received, file, actor, now, _about(found, new.comment, new.marks))
            rows.add_version(transaction, version, found)
            return Shown(workflow=made, versions=(version,))

        return await self._or_forget(received, work)

    async def add_version(
        self,
        actor: Actor,
        id_: str,
        received: Received,
        file: str,
        *,
        comment: str = "",
        publish: bool = True,
        marks: Mapping[str, object] | None = None,
        change: Callable[[Workflow], Workflow] = lambda workflow: workflow,
    ) -> tuple[Shown, Version]:
        """Keep another version, and change what is said of the workflow along with it. Raises like `add`."""
        found = await self._looked(received, file)
        now = self._ledger.now()

        def work(transaction: Transaction) -> tuple[Shown, Version]:
            old = _held(transaction, actor, id_)
            number = len(rows.shown(transaction, old).versions) + 1
            version = _version(old, number, received, file, actor, now, _about(found, comment, marks or {}))
            rows.add_version(transaction, version, found)
            changed = _checked(transaction, actor, old, change(old))
            changed = replace(changed, updated_at=now, published=number if publish else changed.published)
            rows.update(transaction, changed)
            return rows.shown(transaction, changed), version

        return await self._or_forget(received, work)

    async def change(self, actor: Actor, id_: str, change: Callable[[Shown], Workflow]) -> Shown:
        """Change what is said of a workflow, or which version is published. Raises NotFound, Refused or Invalid."""
        now = self._ledger.now()

        def work(transaction: Transaction) -> Shown:
            old = _held(transaction, actor, id_)
            shown = rows.shown(transaction, old)
            changed = _checked(transaction, actor, old, change(shown))
            if not 1 <= changed.published <= len(shown.versions):
                raise NotFound(what="version", name=str(changed.published))
            rows.update(transaction, replace(changed, updated_at=now))
            return rows.shown(transaction, replace(changed, updated_at=now))

        return await self._ledger.write(work)

    async def delete(self, actor: Actor, id_: str, *, force: bool = False) -> None:
        """Forget a workflow and its packages; its jobs stay.

        Raises Conflict while it runs, waits or is scheduled, unless forced; then its schedules go too.
        """

        def work(transaction: Transaction) -> tuple[Version, ...]:
            workflow = standing.visible(transaction, actor, id_)
            standing.require(actor, Verb.DELETE, workflow, "delete this workflow")
            live = transaction.count(_jobs_of(id_, State.QUEUED, State.RUNNING), EVERYTHING, _COUNTED)
            if live and not force:
                raise Conflict(reason=f"{live} jobs of this workflow are queued or running; say force to delete it now")
            versions = rows.shown(transaction, workflow).versions
            scheduled = _scheduled(transaction, id_, {one.package for one in versions})
            if scheduled and not force:
                raise Conflict(reason=f"{len(scheduled)} schedules run this workflow; say force to delete them with it")
            for schedule in scheduled:
                book.tell(transaction, self._ledger.now(), actor.name, "deleted", schedule)
                book.drop(transaction, schedule.id)
            rows.delete(transaction, id_)
            return versions

        for version in await self._ledger.write(work):
            await asyncio.to_thread(self._packages.remove, version.package)

    async def find(self, actor: Actor, wanted: Wanted) -> list[Entry]:
        """Return the workflows that somebody sees, first one first."""
        scope = rules.scope(actor)

        def work(view: View) -> list[Entry]:
            lent = frozenset(self._lending.lent(view, actor))
            found = rows.seen(view, scope, wanted, lent)
            return [one for one in found if one.workflow.id in lent or standing.sees(actor, one.workflow)]

        return await self._ledger.search(work)

    async def find_whole(self, actor: Actor, wanted: Wanted) -> list[Shown]:
        """Return the same with all their versions."""
        scope = rules.scope(actor)

        def work(view: View) -> list[Shown]:
            lent = frozenset(self._lending.lent(view, actor))
            found = [one.workflow for one in rows.seen(view, scope, wanted, lent)]
            return [rows.shown(view, one) for one in found if one.id in lent or standing.sees(actor, one)]

        return await self._ledger.search(work)

    async def shown(self, actor: Actor, id_: str) -> Shown:
        """Return a workflow with its versions. Raises NotFound."""
        return await self._ledger.read(lambda view: rows.shown(view, standing.visible(view, actor, id_, self._lending)))

    async def report(self, actor: Actor, id_: str, package: str = "") -> tuple[Version, Report]:
        """Return a version, the published one unless named, with what was found of it. Raises NotFound."""

        def work(view: View) -> tuple[Version, Report]:
            version = _picked(rows.shown(view, standing.visible(view, actor, id_, self._lending)), package)
            return version, rows.report(view, version.package)

        return await self._ledger.read(work)

    async def package(self, actor: Actor, id_: str, package: str = "") -> tuple[Version, str]:
        """Return a version, the published one unless named, with where its bytes lie. Raises NotFound or Refused."""

        def work(view: View) -> Version:
            workflow = standing.visible(view, actor, id_, self._lending)
            lent = self._lending.lends(view, actor, id_) and workflow.about.downloadable
            if not lent and not standing.downloads(actor, workflow):
                raise Refused(verb="download this workflow")
            return _picked(rows.shown(view, workflow), package)

        version = await self._ledger.read(work)
        return version, await asyncio.to_thread(self._packages.path, version.package)

    async def run(self, actor: Actor, id_: str, answers: Mapping[str, str], wanted: Submission) -> Job:
        """Put a run of the published version in line; `wanted` says queue, priority and the like.

        Raises NotFound, Refused, WrongAnswer for an answer that nobody asks for, or what submitting raises.
        """

        def look(view: View) -> tuple[Workflow, Version, tuple[Question, ...]]:
            workflow = standing.visible(view, actor, id_, self._lending)
            version = rows.shown(view, workflow).published
            return workflow, version, rows.report(view, version.package).questions

        workflow, version, questions = await self._ledger.read(look)
        apps.checked(questions, answers)
        parameters = {**wanted.parameters, "workflow": id_, "package": version.package, "answers": dict(answers)}
        inside = workflow.project in actor.projects or rules.at_least(actor.role, Role.OPERATOR)
        submission = replace(
            wanted,
            kind=KINDS.get(version.about.drawn, "workflow.run"),
            parameters=parameters,
            name=wanted.name or workflow.name,
            queue=wanted.queue or workflow.about.queue or None,
            project=workflow.project if inside else None,
        )
        job, _ = await self._engine.jobs.submit(actor, submission)
        return job

    async def add_file(self, actor: Actor, received: Received, name: str) -> str:
        """Keep a file that goes with runs of its owner's; return the name to give to them. Raises Conflict."""
        await self._expire()
        now = self._ledger.now()

        def work(transaction: Transaction) -> str:
            handed.keep(transaction, received, _named(name), actor.name, now)
            return received.package

        return await self._or_forget(received, work)

    async def drop_file(self, actor: Actor, file: str) -> None:
        """Remove a file that was handed in for runs. Raises NotFound, or Conflict while something needs it."""
        await self._ledger.write(lambda transaction: handed.drop(transaction, actor, file))
        await asyncio.to_thread(self._packages.remove, file)

    async def runs_of(self, id_: str) -> int:
        """Return how many jobs of a workflow there are in the house."""
        return await self._ledger.read(lambda view: view.count(_jobs_of(id_), EVERYTHING, _COUNTED))

    async def ids_of(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of users by their names; those who are no more are left out."""

        def work(view: View) -> dict[str, str]:
            found = ((name, view.user(name)) for name in set(names))
            return {name: user.id for name, user in found if user is not None}

        return await self._ledger.read(work)

    async def sweep(self) -> None:
        """Forget files whose time is over, and bytes that were handed in and that nothing knows."""
        await self._expire()
        before = (self._ledger.now() - _UNKNOWN_AFTER) / SECOND
        for page in await asyncio.to_thread(lambda: list(self._packages.old(before))):
            for blob in await self._ledger.read(partial(_unknown, page)):
                await asyncio.to_thread(self._packages.remove, blob)

    async def _expire(self) -> None:
        now = self._ledger.now()
        for blob in await self._ledger.write(lambda transaction: handed.expire(transaction, now)):
            await asyncio.to_thread(self._packages.remove, blob)

    async def _looked(self, received: Received, file: str) -> Report:
        try:
            return await asyncio.to_thread(report, self._packages.place(received.package), _named(file))
        except BaseException:
            self._packages.remove(received.package)
            raise

    async def _or_forget(self, received: Received, work: Callable[[Transaction], T]) -> T:
        try:
            return await self._ledger.write(work)
        except Exception:
            await asyncio.to_thread(self._packages.remove, received.package)
            raise


def _scheduled(view: View, id_: str, packages: set[str]) -> list[Schedule]:
    """Return the schedules that run a workflow, or one of its versions."""
    kinds = {"workflow.run", *KINDS.values()}
    return [
        one
        for one in book.newest(view)
        if one.kind in kinds and (one.parameters.get("workflow") == id_ or one.parameters.get("package") in packages)
    ]


def _unknown(blobs: list[str], view: View) -> set[str]:
    return set(blobs) - rows.kept(view, blobs)


def _held(transaction: Transaction, actor: Actor, id_: str) -> Workflow:
    """Return a workflow that nobody else changes meanwhile, where the actor may change it."""
    standing.visible(transaction, actor, id_)
    found = rows.lock(transaction, id_)
    if found is None:
        raise NotFound(what="workflow", name=id_[:64])
    standing.require(actor, Verb.EDIT, found, "change this workflow")
    return found


def _checked(view: View, actor: Actor, old: Workflow, changed: Workflow) -> Workflow:
    """Return a changed workflow. Raises Invalid, NotFound, or Refused for a new owner or project out of reach.

    Whose it is and who sees it says only who might delete it, for that takes it from others.
    """
    _named(changed.name)
    if (changed.owner, changed.project, changed.public) != (old.owner, old.project, old.public):
        standing.require(actor, Verb.DELETE, old, "say whose this workflow is")
    if changed.owner != old.owner:
        _owner(view, actor, changed.owner)
    if changed.project != old.project:
        changed = replace(changed, project=project_for(view, actor, changed.project))
    return changed


def _owner(view: View, actor: Actor, name: str) -> str:
    """Return the name of an owner: oneself, or for operators anybody. Raises Refused or NotFound."""
    if name != actor.name and not rules.at_least(actor.role, Role.OPERATOR):
        raise Refused(verb="hand in workflows for others")
    if view.user(name) is None:
        raise NotFound(what="user", name=name)
    return name


def _named(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid(reason=f"A name has 1 to {LONGEST_NAME} printable characters.")
    return name


def _picked(shown: Shown, package: str) -> Version:
    if not package:
        return shown.published
    found = next((one for one in shown.versions if package in {one.package, str(one.number)}), None)
    if found is None:
        raise NotFound(what="version", name=package[:64])
    return found


def _about(found: Report, comment: str, marks: Mapping[str, object]) -> VersionAbout:
    return VersionAbout(drawn=found.drawn, comment=comment, free_order=found.free_order, marks=dict(marks))


def _version(
    workflow: Workflow, number: int, received: Received, file: str, actor: Actor, now: int, about: VersionAbout
) -> Version:
    return Version(
        package=received.package,
        workflow=workflow.id,
        number=number,
        file=_named(file),
        size=received.size,
        sha256=received.sha256,
        owner=actor.name,
        created_at=now,
        about=about,
    )


def _jobs_of(id_: str, *states: State) -> Filter:
    return Filter(resource_type=RESOURCE, resource_id=id_, states=frozenset(states))
