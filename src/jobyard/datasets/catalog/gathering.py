"""Collections as people ask for them: datasets that share their labels, and somebody's project to share them with."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.datasets import rows, sight
from jobyard.datasets.catalog import ground
from jobyard.datasets.catalog.labels import Labels, home_of_collection
from jobyard.datasets.catalog.shelf import Shelf, unnumbered
from jobyard.datasets.collection import Collection, CollectionChanges, CollectionDraft
from jobyard.datasets.label_checks import check_labels
from jobyard.datasets.labels import Label
from jobyard.datasets.record import LabelPolicy
from jobyard.datasets.tables import collections as table
from jobyard.datasets.tables import guides
from jobyard.datasets.tables import labels as label_table
from jobyard.engine import audit
from jobyard.job.errors import NameTaken, NotFound, Refused
from jobyard.job.ids import is_id, new_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View


class Gathering(Shelf, Labels):
    """Make, find, change and delete collections, and change their labels."""

    async def create_collection(self, actor: Actor, draft: CollectionDraft) -> Collection:
        """Make a collection with its first labels. Raises Refused, Invalid, NotFound for a project, and NameTaken."""
        rules.require_house(actor, House.MAKE_PROJECTS)
        ground.check_name("collection", draft.name)
        ground.check_text("description", draft.description, ground.DESCRIPTION_LIMIT)
        ground.check_settings(draft.settings)
        check_labels(draft.labels)

        def work(transaction: Transaction) -> Collection:
            now = self._clock.now()
            made = Collection(
                id=new_id(),
                number=0,
                name=draft.name,
                owner=actor.name,
                project=ground.shared_with(transaction, actor, draft.project),
                description=draft.description,
                settings=draft.settings,
                created_at=now,
                updated_at=now,
            )
            number = table.insert(transaction, made)
            if number is None:
                raise NameTaken(what="collection", name=draft.name)
            label_table.insert(transaction, made.id, map(unnumbered, draft.labels), 0)
            ground.entrust(transaction, made.id, draft.assignee)
            audit.tell(transaction, now, actor.name, "made", f"collection {made.name}", {"id": made.id})
            return replace(made, number=number)

        return await self._write(work)

    async def collection(self, actor: Actor, id_: str) -> Collection:
        """Return a collection by its id. Raises NotFound."""
        return await self._read(lambda view: _found(view, actor, id_))

    async def browse_collections(
        self, actor: Actor, text: str = "", offset: int = 0, limit: int = 50
    ) -> tuple[list[Collection], int]:
        """Return the visible collections whose name contains a text, newest first, and how many there are in all."""
        limit = ground.bounded(limit)
        found = await self._read(lambda view: table.meant(view, rules.scope(actor), text))
        return found[max(0, offset) :][:limit], len(found)

    async def update_collection(self, actor: Actor, id_: str, changes: CollectionChanges) -> Collection:
        """Change what is said about a collection and return it. Raises NotFound, Refused, Invalid, NameTaken."""
        if changes.name is not UNSET:
            ground.check_name("collection", changes.name)
        if changes.description is not UNSET:
            ground.check_text("description", changes.description, ground.DESCRIPTION_LIMIT)
        if changes.settings is not UNSET:
            ground.check_settings(changes.settings)

        def work(transaction: Transaction) -> Collection:
            found = _held(transaction, actor, id_, Verb.EDIT, "change this collection")
            changed = replace(
                found,
                name=found.name if changes.name is UNSET else changes.name,
                description=found.description if changes.description is UNSET else changes.description,
                settings=found.settings if changes.settings is UNSET else changes.settings,
                updated_at=self._clock.now(),
            )
            if changes.assignee is not UNSET:
                ground.entrust(transaction, found.id, changes.assignee)
            if not table.update(transaction, changed):
                raise NameTaken(what="collection", name=changed.name)
            details = {"id": found.id, "name": changed.name}
            audit.tell(transaction, changed.updated_at, actor.name, "changed", f"collection {found.name}", details)
            return changed

        return await self._write(work)

    async def delete_collection(self, actor: Actor, id_: str) -> None:
        """Forget a collection with all its datasets; their files stay. Raises NotFound, or Refused for any of them."""

        def work(transaction: Transaction) -> list[int]:
            found = _held(transaction, actor, id_, Verb.DELETE, "delete this collection")
            datasets = [rows.dataset(transaction, one) for one in table.datasets(transaction, id_)]
            now = self._clock.now()
            hidden = list[int]()
            for dataset in datasets:
                if dataset is None or not rules.may(actor, Verb.DELETE, dataset):
                    raise Refused(verb="delete every dataset of this collection")
                rows.hide(transaction, dataset.number, now)
                hidden.append(dataset.number)
            label_table.drop(transaction, id_)
            guides.drop(transaction, id_)
            ground.entrust(transaction, id_, None)
            table.delete(transaction, id_)
            details = {"id": id_, "owner": found.owner, "datasets": len(hidden)}
            audit.tell(transaction, now, actor.name, "deleted", f"collection {found.name}", details)
            return hidden

        for number in await self._write(work):
            await self._remove(number)

    async def collection_labels(self, actor: Actor, id_: str) -> list[Label]:
        """Return a collection's labels in their order. Raises NotFound."""
        return await self._read(lambda view: label_table.read(view, _found(view, actor, id_).id))

    async def change_collection_labels(
        self,
        actor: Actor,
        id_: str,
        add: Sequence[Label] = (),
        update: Sequence[Label] = (),
        delete: Sequence[int] = (),
        policy: LabelPolicy = LabelPolicy.KEEP,
    ) -> list[Label]:
        """Change a collection's labels in all its datasets, as `change_labels` does in one."""
        return await self.change_labels_at(
            lambda transaction: home_of_collection(transaction, actor, id_), actor, add, update, delete, policy
        )


def unshare(transaction: Transaction, project: str) -> None:
    """Make the datasets and collections of a project that is deleted their owners' alone."""
    table.unshare(transaction, project)


def _found(view: View, actor: Actor, id_: str) -> Collection:
    found = table.one(view, id_) if is_id(id_) else None
    if found is None or not sight.sees_to(view, actor, Verb.SEE, found):
        raise NotFound(what="collection", name=id_, unseen=found is not None)
    return found


def _held(transaction: Transaction, actor: Actor, id_: str, verb: Verb, what: str) -> Collection:
    _found(transaction, actor, id_)
    found = table.lock(transaction, id_)
    if found is None:
        raise NotFound(what="collection", name=id_)
    if not rules.may(actor, verb, found):
        raise Refused(verb=what)
    return found
