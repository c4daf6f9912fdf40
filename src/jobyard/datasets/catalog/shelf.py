"""Datasets as a whole: make, find, change, delete."""

from __future__ import annotations

import asyncio

from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.datasets import finding, rows, sight
from jobyard.datasets.catalog import ground
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.label_checks import check_labels
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset, DatasetChanges, DatasetFilter, DatasetPage, Draft
from jobyard.datasets.sources import kept
from jobyard.datasets.sources.address import is_bucket, stretch
from jobyard.datasets.sources.endpoint import covering
from jobyard.datasets.tables import collections
from jobyard.datasets.tables import datasets as table
from jobyard.datasets.tables import labels as label_table
from jobyard.engine import audit
from jobyard.job.errors import Invalid, NameTaken, NotFound, Refused, SourceNotAllowed
from jobyard.job.ids import is_id, new_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View


class Shelf(Ground):
    """Create, get, browse, update, delete. A dataset is seen by its owner, its project's members, and operators.

    Who works on a part of it knows it too.
    """

    async def create(self, actor: Actor, draft: Draft) -> Dataset:
        """Take in a folder or bucket as a dataset with its first labels; nothing is listed yet.

        Without a source it is one whose pictures will be sent in, and the house keeps them.

        Raises Refused, Invalid, SourceNotAllowed, NotFound for a project one does not belong to or a collection one
        does not see, and NameTaken when the same owner has a dataset of this name.
        """
        rules.require_house(actor, House.MAKE_PROJECTS)
        _check(draft)
        id_, folder = new_id(), ""
        if not draft.source:
            folder = kept.address(id_)
        elif not is_bucket(draft.source):
            folder = await asyncio.to_thread(self._sources.checked, draft.source)

        def work(transaction: Transaction) -> Dataset:
            if draft.collection is not None:
                _check_collection(transaction, actor, draft.collection)
            now = self._clock.now()
            made = Dataset(
                id=id_,
                number=0,
                name=draft.name,
                source=folder or _bucket(transaction, draft.source),
                owner=actor.name,
                project=ground.shared_with(transaction, actor, draft.project),
                created_at=now,
                updated_at=now,
                purpose=draft.purpose,
                description=draft.description,
                work_path=draft.work_path,
                read_labels=draft.read_labels,
                settings=draft.settings,
                collection=draft.collection,
            )
            number = rows.insert(transaction, made)
            if number is None:
                raise NameTaken(what="dataset", name=draft.name)
            label_table.insert(transaction, made.id, map(unnumbered, draft.labels), 0)
            ground.entrust(transaction, made.id, draft.assignee)
            details = {"id": made.id, "source": made.source, "project": made.project}
            audit.tell(transaction, made.created_at, actor.name, "made", f"dataset {made.name}", details)
            return replace(made, number=number)

        return await self._write(work)

    async def get(self, actor: Actor, dataset: str) -> Dataset:
        """Return a dataset by id or name. Raises NotFound, or Conflict when several visible ones have the name."""
        return await self._read(lambda view: finding.known(view, actor, dataset))

    async def whole(self, actor: Actor, dataset: Dataset) -> bool:
        """Tell whether the actor sees all of a dataset, and not only what is assigned to them."""
        return await self._read(lambda view: sight.whole(view, actor, dataset))

    async def page(self, actor: Actor, limit: int = 50, before: int | None = None) -> DatasetPage:
        """Return one page of the datasets the actor may see, or sees in part, newest first."""
        scope, limit = rules.scope(actor), ground.bounded(limit)

        def work(view: View) -> DatasetPage:
            found = rows.page(view, scope, before, limit + 1, scope.owner)
            more = found[limit - 1].number if len(found) > limit else None
            return DatasetPage(
                datasets=found[:limit],
                next=more,
                total=rows.count(view, scope, scope.owner),
                partly=frozenset(one.id for one in found[:limit] if not sight.whole(view, actor, one)),
            )

        return await self._read(work)

    async def browse(
        self, actor: Actor, wanted: DatasetFilter, offset: int = 0, limit: int = 50, *, parts: bool = False
    ) -> tuple[list[Dataset], int]:
        """Return the visible datasets that are meant from the row `offset` on, and how many there are in all.

        With `parts` those of which the actor sees no more than what is assigned to them are among them.
        """
        scope, limit = rules.scope(actor), ground.bounded(limit)

        def work(view: View) -> tuple[list[Dataset], int]:
            ids = table.meant(view, scope, wanted, scope.owner if parts else None)
            chosen = ids[max(0, offset) :][:limit]
            found = (rows.dataset(view, id_) for id_ in chosen)
            return [one for one in found if one is not None], len(ids)

        return await self._read(work)

    async def update(self, actor: Actor, dataset: str, changes: DatasetChanges) -> Dataset:
        """Change what is said about a dataset and return it. Raises NotFound, Refused, Invalid, NameTaken."""
        check_changes(changes)
        return await self._write(lambda transaction: change(transaction, actor, dataset, changes, self._clock.now()))

    async def delete(self, actor: Actor, dataset: str) -> None:
        """Forget a dataset with all that was said of its samples; files in folders and buckets stay. Work on it fails.

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
        source = await self._read(lambda view: rows.source_of(view, number))
        if self._pictures is not None and source is not None:
            # While the dataset is only hidden, so that a server that stops here goes on at its next start.
            await asyncio.to_thread(kept.forget, self._pictures, source)
        while not await self._write(lambda transaction: rows.remove_some(transaction, number, ground.AT_ONCE)):
            pass


def check_changes(changes: DatasetChanges) -> None:
    """Raise Invalid for what cannot be said about a dataset."""
    if changes.name is not UNSET:
        ground.check_name("dataset", changes.name)
    if changes.description is not UNSET:
        ground.check_text("description", changes.description, ground.DESCRIPTION_LIMIT)
    if changes.settings is not UNSET:
        ground.check_settings(changes.settings)


def change(transaction: Transaction, actor: Actor, dataset: str, changes: DatasetChanges, now: int) -> Dataset:
    """Change what is said, and was checked, about a dataset; return it. Raises NotFound, Refused, NameTaken."""
    found = ground.held(transaction, actor, dataset, Verb.EDIT, "change this dataset").dataset
    changed = replace(
        found,
        name=found.name if changes.name is UNSET else changes.name,
        description=found.description if changes.description is UNSET else changes.description,
        read_labels=found.read_labels if changes.read_labels is UNSET else changes.read_labels,
        settings=found.settings if changes.settings is UNSET else changes.settings,
    )
    if changes.assignee is not UNSET:
        ground.entrust(transaction, found.id, changes.assignee)
    if changed == found:
        return found
    changed = replace(changed, updated_at=now)
    if not table.change(transaction, changed):
        raise NameTaken(what="dataset", name=changed.name)
    details = {"id": found.id, "name": changed.name}
    audit.tell(transaction, changed.updated_at, actor.name, "changed", f"dataset {found.name}", details)
    return changed


def unnumbered(label: Label) -> Label:
    """Return a label as one that is not kept yet."""
    attributes = tuple(replace(attribute, number=0) for attribute in label.attributes)
    return replace(label, number=0, attributes=attributes, parts=tuple(map(unnumbered, label.parts)))


def _check(draft: Draft) -> None:
    ground.check_name("dataset", draft.name)
    ground.check_text("description", draft.description, ground.DESCRIPTION_LIMIT)
    ground.check_text("work_path", draft.work_path, ground.WORK_PATH_LIMIT)
    ground.check_settings(draft.settings)
    check_labels(draft.labels)
    if draft.collection is not None and draft.labels:
        raise Invalid(reason="A dataset in a collection has the collection's labels and none of its own.")


def _check_collection(view: View, actor: Actor, id_: str) -> None:
    collection = collections.one(view, id_) if is_id(id_) else None
    if collection is None or not rules.may(actor, Verb.SEE, collection):
        raise NotFound(what="collection", name=id_, unseen=collection is not None)
    if not rules.may(actor, Verb.SUBMIT, collection):
        raise Refused(verb="add to this collection")


def _bucket(view: View, source: str) -> str:
    """Return a stretch of a bucket as it is kept. Raises SourceNotAllowed."""
    found = stretch(source)
    if found is None:
        raise SourceNotAllowed(path=source[:200])
    covering(view, found)
    return found.address
