"""The datasets of the house as people ask for them. Each verb asks access first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.datasets import finding, rows
from jobyard.datasets.record import Dataset, DatasetPage, Sample, SamplePage, Sync
from jobyard.datasets.sources import Sources
from jobyard.engine import audit
from jobyard.job.clock import Clock
from jobyard.job.errors import Invalid, NameTaken, NotFound, Refused
from jobyard.job.ids import is_id, new_id
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Store, Transaction, View
from jobyard.store.text import storable

T = TypeVar("T")

PAGE_LIMIT = 500
"""The most datasets or samples of one page; who asks for more gets this many."""
NAME_LIMIT = 100
_REMOVED_AT_ONCE = 10_000


class Datasets:
    """Create, get, page, samples, delete. A dataset is seen by its owner, its project's members, and operators."""

    def __init__(self, store: Store, clock: Clock, roots: Iterable[str | Path]) -> None:
        """Take the allowed source roots. Raises ValueError for a relative one."""
        self._store = store
        self._clock = clock
        self._sources = Sources(roots)

    async def create(self, actor: Actor, name: str, source: str, project: str | None = None) -> Dataset:
        """Take in a folder as a dataset; nothing is listed yet. `project` is an id or a name.

        Raises Refused, Invalid, SourceNotAllowed, NotFound for a project one does not belong to, and NameTaken when the
        same owner has a dataset of this name.
        """
        rules.require_house(actor, House.MAKE_PROJECTS)
        _check_name(name)
        checked = await asyncio.to_thread(self._sources.checked, source)

        def work(transaction: Transaction) -> Dataset:
            made = Dataset(
                id=new_id(),
                number=0,
                name=name,
                source=checked,
                owner=actor.name,
                project=_project(transaction, actor, project),
                created_at=self._clock.now(),
            )
            number = rows.insert(transaction, made)
            if number is None:
                raise NameTaken(what="dataset", name=name)
            details = {"id": made.id, "source": checked, "project": made.project}
            audit.tell(transaction, made.created_at, actor.name, "made", f"dataset {name}", details)
            return replace(made, number=number)

        return await self._write(work)

    async def get(self, actor: Actor, dataset: str) -> Dataset:
        """Return a dataset by id or name. Raises NotFound, or Conflict when several visible ones have the name."""
        return await self._read(lambda view: finding.found(view, actor, dataset))

    async def page(self, actor: Actor, limit: int = 50, before: int | None = None) -> DatasetPage:
        """Return one page of the datasets the actor may see, newest first."""
        scope, limit = rules.scope(actor), _bounded(limit)

        def work(view: View) -> DatasetPage:
            found = rows.page(view, scope, before, limit + 1)
            more = found[limit - 1].number if len(found) > limit else None
            return DatasetPage(datasets=found[:limit], next=more, total=rows.count(view, scope))

        return await self._read(work)

    async def samples(self, actor: Actor, dataset: str, limit: int = 50, after: bytes = b"") -> SamplePage:
        """Return one page of a dataset's samples behind a path, in the order of their paths' bytes. Raises NotFound."""
        limit = _bounded(limit)

        def work(view: View) -> SamplePage:
            found = finding.found(view, actor, dataset)
            page = rows.samples(view, found.number, after, limit + 1)
            more = page[limit - 1].path if len(page) > limit else None
            return SamplePage(samples=page[:limit], next=more, total=found.samples)

        return await self._read(work)

    async def sample(self, actor: Actor, dataset: str, id_: str) -> Sample:
        """Return one sample of a dataset by its id. Raises NotFound."""

        def work(view: View) -> Sample:
            found = finding.found(view, actor, dataset)
            belongs = is_id(id_) and int(id_[:16], 16) == found.number
            sample = rows.sample(view, found.number, int(id_[17:], 16)) if belongs else None
            if sample is None or sample.id != id_:
                raise NotFound(what="sample", name=id_)
            return sample

        return await self._read(work)

    async def last_sync(self, actor: Actor, dataset: str) -> Sync | None:
        """Return the synchronization that was begun last, running or not; None when there was none. Raises NotFound."""

        def work(view: View) -> Sync | None:
            newest = rows.newest_sync(view, finding.found(view, actor, dataset).number)
            return newest.told() if newest is not None else None

        return await self._read(work)

    async def delete(self, actor: Actor, dataset: str) -> None:
        """Forget a dataset with its samples; the files stay. A synchronization that runs on it fails.

        It is gone for everybody at once; its samples are removed in small steps before this returns.
        Raises NotFound or Refused.
        """

        def work(transaction: Transaction) -> int:
            found = finding.found(transaction, actor, dataset)
            if not rules.may(actor, Verb.DELETE, found):
                raise Refused(verb="delete this dataset")
            now = self._clock.now()
            rows.hide(transaction, found.number, now)
            details = {"id": found.id, "owner": found.owner}
            audit.tell(transaction, now, actor.name, "deleted", f"dataset {found.name}", details)
            return found.number

        await self._remove(await self._write(work))

    async def sweep(self) -> None:
        """Go on with deletions that a stopped server left half done; asked once at the start."""
        for number in await self._read(rows.hidden):
            await self._remove(number)

    async def _remove(self, number: int) -> None:
        while not await self._write(lambda transaction: rows.remove_some(transaction, number, _REMOVED_AT_ONCE)):
            pass

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        return await asyncio.wrap_future(self._store.write(work))

    async def _read(self, work: Callable[[View], T]) -> T:
        return await asyncio.wrap_future(self._store.read(work))


def _bounded(limit: int) -> int:
    return min(max(limit, 1), PAGE_LIMIT)


def _check_name(name: str) -> None:
    wrong = ""
    if not 1 <= len(name) <= NAME_LIMIT:
        wrong = f"A dataset's name has 1 to {NAME_LIMIT} characters."
    elif not name.isprintable() or name != name.strip() or not storable(name):
        wrong = "A dataset's name holds printable characters and no space at its ends."
    elif is_id(name):
        wrong = "A dataset's name must not look like an id."
    if wrong:
        raise Invalid(reason=wrong, fields=[{"path": "name", "message": wrong}])


def _project(view: View, actor: Actor, wanted: str | None) -> str | None:
    if wanted is None:
        return None
    project = view.project(wanted)
    everyone = rules.at_least(actor.role, Role.OPERATOR)
    if project is None or not (everyone or project.id in actor.projects):
        raise NotFound(what="project", name=wanted)
    if not everyone and not rules.at_least(actor.projects[project.id], Role.MEMBER):
        raise Refused(verb="share a dataset with this project")
    return project.id
