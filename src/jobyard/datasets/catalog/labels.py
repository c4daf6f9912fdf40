"""The labels of a dataset or a collection: seen, changed, counted, deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import finding, rows
from jobyard.datasets.catalog import contents
from jobyard.datasets.catalog.contents import Contents
from jobyard.datasets.catalog.shelf import change, check_changes, unnumbered
from jobyard.datasets.label_checks import check_labels
from jobyard.datasets.labels import Label, LabelKind
from jobyard.datasets.record import Dataset, DatasetChanges, LabelPolicy, Statistics
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import carried, collections, samples
from jobyard.datasets.tables import datasets as table
from jobyard.datasets.tables import labels as label_table
from jobyard.engine import audit
from jobyard.job.errors import Conflict, NotFound, Refused
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

STEP = 2_000
"""Samples that lose a label in one transaction."""


class Home(Struct, frozen=True, kw_only=True):
    """What labels belong to, with the datasets that share them."""

    id: str
    what: str
    """What it is called in the house's history."""
    datasets: tuple[Dataset, ...]


class Labels(Contents):
    """See, change and count labels."""

    async def labels(self, actor: Actor, dataset: str) -> list[Label]:
        """Return a dataset's labels in their order, with their attributes and parts. Raises NotFound."""
        return await self._read(
            lambda view: label_table.read(view, label_table.home(finding.known(view, actor, dataset)))
        )

    async def statistics(self, actor: Actor, dataset: str) -> Statistics:
        """Return the kept counters of a dataset and of each of its labels. Raises NotFound."""

        def work(view: View) -> Statistics:
            found = finding.found(view, actor, dataset)
            return Statistics(
                samples=found.samples,
                size=found.size,
                annotated=found.annotated,
                labels=tuple(label_table.uses(view, found)),
            )

        return await self._read(work)

    async def change_labels(
        self,
        actor: Actor,
        dataset: str,
        add: Sequence[Label] = (),
        update: Sequence[Label] = (),
        delete: Sequence[int] = (),
        policy: LabelPolicy = LabelPolicy.KEEP,
    ) -> list[Label]:
        """Add, change and delete labels (by number); return all there are then, in order.

        An updated label keeps its number, and so do attributes and parts whose number it names; those it leaves out are
        dropped. Additions and changes happen together or not at all, deletions after them in bounded steps. A sample
        whose file could not be deleted only loses the label. Raises NotFound, Refused, Invalid, NameTaken, and Conflict
        where a skeleton that is in use would lose what it is made of.
        """
        return await self.change_labels_at(
            lambda view: _home_of(view, actor, dataset), actor, add, update, delete, policy
        )

    async def revise(
        self,
        actor: Actor,
        dataset: str,
        changes: DatasetChanges,
        add: Sequence[Label],
        update: Sequence[Label],
        delete: Sequence[int],
    ) -> None:
        """Change what is said about a dataset together with its labels, as `update` and `change_labels` do."""
        check_changes(changes)

        def homing(transaction: Transaction) -> Home:
            found = change(transaction, actor, dataset, changes, self._clock.now())
            return _home_of(transaction, actor, found.id)

        await self.change_labels_at(homing, actor, add, update, delete, LabelPolicy.KEEP)

    async def change_labels_at(
        self,
        homing: Callable[[Transaction], Home],
        actor: Actor,
        add: Sequence[Label],
        update: Sequence[Label],
        delete: Sequence[int],
        policy: LabelPolicy,
    ) -> list[Label]:
        """Change the labels of the home that `homing` finds, as `change_labels` does."""

        def work(transaction: Transaction) -> Home:
            home = homing(transaction)
            if delete and policy is LabelPolicy.DELETE_SOURCE:
                self._check_source_deletes(actor, home)
            for one in home.datasets:
                rows.lock(transaction, one.id)
            before = {label.number: label for label in label_table.read(transaction, home.id)}
            for number in delete:
                if number not in before:
                    raise NotFound(what="label", name=str(number))
            _change(transaction, home, before, add, update)
            now = self._clock.now()
            for one in home.datasets:
                table.touch(transaction, one.number, now)
            audit.tell(transaction, now, actor.name, "changed labels of", home.what, _told(before, add, update, delete))
            return home

        home = await self._write(work)
        for number in dict.fromkeys(delete):
            await self._drop(home, number, policy)
        return await self._read(lambda view: label_table.read(view, home.id))

    def _check_source_deletes(self, actor: Actor, home: Home) -> None:
        for one in home.datasets:
            if not rules.may(actor, Verb.DELETE, one):
                raise Refused(verb="delete samples of this dataset")
        if not self._source_deletes:
            raise Refused(verb="delete files from sources; an administrator allows that with source-deletes")

    async def _drop(self, home: Home, label: int, policy: LabelPolicy) -> None:
        """Take a label from all samples in bounded steps, then forget it. Stopped half way, it is still there."""
        gone = False
        while not gone:
            for dataset in home.datasets:
                while await self._drop_some(dataset, label, policy):
                    pass
            gone = await self._write(lambda transaction: _forget(transaction, home, label))

    async def _drop_some(self, dataset: Dataset, label: int, policy: LabelPolicy) -> bool:
        """Take a label from some samples of a dataset; tell whether there were any."""

        def look(view: View) -> tuple[list[tuple[int, bool]], list[int]]:
            found = carried.carrying(view, dataset.number, label, STEP)
            rest = [] if found else kept.of_label(view, dataset.number, label, STEP)
            return found, rest

        found, rest = await self._read(look)
        alone = [] if policy is LabelPolicy.KEEP else [sample for sample, more in found if not more]
        doomed = [sample for _, sample, _ in await self._read(lambda view: samples.whole(view, dataset.number, alone))]
        if policy is LabelPolicy.DELETE_SOURCE:
            failed = await self._remove_sources(dataset, doomed)
            doomed = [sample for sample in doomed if sample.id not in failed]

        def work(transaction: Transaction) -> None:
            if rows.lock(transaction, dataset.id) is not None:
                contents.delete(transaction, dataset, doomed, self._clock.now())
                _strip(transaction, dataset.number, label, [sample for sample, _ in found])
                kept.delete(transaction, rest)

        if found or rest:
            await self._write(work)
        return bool(found or rest)


def _home_of(transaction: Transaction, actor: Actor, dataset: str) -> Home:
    found = finding.found(transaction, actor, dataset)
    if found.collection is not None:
        return home_of_collection(transaction, actor, found.collection)
    if not rules.may(actor, Verb.EDIT, found):
        raise Refused(verb="change the labels of this dataset")
    return Home(id=found.id, what=f"dataset {found.name}", datasets=(found,))


def home_of_collection(transaction: Transaction, actor: Actor, id_: str) -> Home:
    """Return a collection that the actor may change, held, as the home of labels. Raises NotFound or Refused."""
    collection = collections.lock(transaction, id_)
    if collection is None or not rules.may(actor, Verb.SEE, collection):
        raise NotFound(what="collection", name=id_, unseen=collection is not None)
    if not rules.may(actor, Verb.EDIT, collection):
        raise Refused(verb="change the labels of this collection")
    found = (rows.dataset(transaction, one) for one in collections.datasets(transaction, id_))
    datasets = tuple(one for one in found if one is not None)
    return Home(id=id_, what=f"collection {collection.name}", datasets=datasets)


def _change(
    transaction: Transaction,
    home: Home,
    before: Mapping[int, Label],
    add: Sequence[Label],
    update: Sequence[Label],
) -> None:
    changed = dict[int, Label]()
    for label in update:
        if label.number not in before:
            raise NotFound(what="label", name=str(label.number))
        _check_numbers(before[label.number], label)
        changed[label.number] = label
    check_labels([*(changed.get(number, label) for number, label in before.items()), *add])
    _check_use(transaction, home, before, changed)
    label_table.update(transaction, home.id, before, changed)
    label_table.insert(transaction, home.id, map(unnumbered, add), len(before))


def _check_numbers(before: Label, after: Label) -> None:
    """Refuse numbers of attributes and parts that are not the label's own."""
    for what, old, new in (("attribute", before.attributes, after.attributes), ("part", before.parts, after.parts)):
        known, seen = {one.number for one in old}, set[int]()
        for one in new:
            if one.number and (one.number not in known or one.number in seen):
                raise NotFound(what=what, name=f"{one.number} of the label {before.name}")
            seen.add(one.number)
    parts = {part.number: part for part in before.parts}
    for part in after.parts:
        _check_numbers(parts.get(part.number, replace(part, attributes=())), part)


def _check_use(view: View, home: Home, before: Mapping[int, Label], changed: Mapping[int, Label]) -> None:
    """Refuse to change what a skeleton is made of, or what is one, while there are annotations of it."""
    for number, label in changed.items():
        old = before[number]
        lost = {part.number for part in old.parts} - {part.number for part in label.parts}
        turned = (old.kind is LabelKind.SKELETON) is not (label.kind is LabelKind.SKELETON)
        if (lost or turned) and any(kept.of_label(view, one.number, number, 1) for one in home.datasets):
            raise Conflict(reason=f"The label {old.name} is in use; its parts cannot be taken away.")


def _strip(transaction: Transaction, dataset: int, label: int, numbers: Sequence[int]) -> None:
    """Take a label from samples: its tags and shapes there, and every track of it that is seen there."""
    frames = {number - 1 for number in numbers}
    doomed = {
        one.number: {one.frame}
        for one in kept.placed_at(transaction, dataset, 0, frames)
        if one.label == label and one.what != "track"
    }
    for track in kept.tracks(transaction, dataset, 0, min(frames), max(frames)) if frames else ():
        if track.label == label and not frames.isdisjoint(carried.shown_in(track)):
            doomed[track.number] = carried.shown_in(track)
    kept.delete(transaction, doomed)
    touched = {frame + 1 for seen in doomed.values() for frame in seen}
    carried.settle(transaction, dataset, touched, Counter({label: -len(doomed)}), by_hand=False)


def _forget(transaction: Transaction, home: Home, label: int) -> bool:
    """Forget a label that nothing carries any more; tell whether that is so."""
    for dataset in home.datasets:
        if rows.lock(transaction, dataset.id) is not None and kept.of_label(transaction, dataset.number, label, 1):
            return False
        carried.forget_label(transaction, dataset.number, label)
    label_table.delete(transaction, home.id, label)
    return True


def _told(
    before: Mapping[int, Label], add: Iterable[Label], update: Iterable[Label], delete: Iterable[int]
) -> dict[str, object]:
    told = {
        "added": [label.name for label in add][:100],
        "changed": [label.name for label in update][:100],
        "deleted": [before[number].name for number in delete][:100],
    }
    return {what: names for what, names in told.items() if names}
