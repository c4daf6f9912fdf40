"""All that was said of a range of frames, read and changed as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from jobyard.datasets import finding, rows, sight
from jobyard.datasets.annotation_checks import FRAME_LIMIT, check_annotations, check_frames, frames
from jobyard.datasets.annotations import Annotations, Position, Shape, Tag, Track, placed
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset, Revision
from jobyard.datasets.tables import activities, assignments, carried, labels, samples
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import datasets as table
from jobyard.datasets.tables.annotations import Annotation
from jobyard.job.errors import Invalid, NotFound
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View


class Annotating(Ground):
    """Read and change annotations."""

    async def annotations(
        self, actor: Actor, dataset: str, first: int = 0, last: int = FRAME_LIMIT, layer: int = 0
    ) -> Annotations:
        """Return all that was said of a range of frames, by frame and number; tracks that are in one of them whole.

        `layer` is 0 for the dataset's own, else the number of an assignment whose annotations are kept apart. Values of
        attributes that were dropped are left out. Raises NotFound.
        """

        def work(view: View) -> Annotations:
            found = finding.known(view, actor, dataset)
            sight.require_frames(view, actor, found, layer, first, last)
            if layer:
                _check_layer(view, found, layer)
            known = attributes_of(labels.read(view, labels.home(found)))
            return _without_dropped(kept.read(view, found.number, layer, first, last), known)

        return await self._read(work)

    async def annotate(self, actor: Actor, dataset: str, revision: Revision) -> Annotations:
        """Change annotations, all of it in one transaction or nothing; return what was added or updated, with numbers.

        Whatever begins in the frames of `replace` goes first. Checked are the labels, the frames, the points, and that
        what is updated or deleted is there. Samples that are touched count as annotated by hand from then on.
        Raises NotFound, Refused, or Invalid naming the offender.
        """

        def work(transaction: Transaction) -> Annotations:
            found = _held(transaction, actor, dataset)
            parts = sight.workable(transaction, actor, found, revision.layer)
            if revision.layer:
                _check_layer(transaction, found, revision.layer)
            _check(transaction, found, revision)
            before = _before(transaction, found.number, revision)
            _require_inside(parts, revision, before.values())
            gone = [number for number, one in before.items() if number not in _numbers(revision.update)]
            kept.delete(transaction, gone)
            added = kept.insert(transaction, found.number, revision.layer, revision.add)
            updated = kept.update(transaction, found.number, revision.layer, revision.update)
            after = [*kept.each(added), *kept.each(updated)]
            if revision.layer == 0:
                _settle(transaction, found.number, before.values(), after)
            now = self._clock.now()
            done = (("create", kept.each(added)), ("update", kept.each(updated)), ("delete", (before[n] for n in gone)))
            activities.tell(transaction, now, actor.name, (found.number, revision.layer), done)
            table.touch(transaction, found.number, now)
            return joined(added, updated)

        return await self._write(work)


def joined(*several: Annotations) -> Annotations:
    """Return annotations one behind the other."""
    return Annotations(
        tags=tuple(tag for one in several for tag in one.tags),
        shapes=tuple(shape for one in several for shape in one.shapes),
        tracks=tuple(track for one in several for track in one.tracks),
    )


def attributes_of(known: Iterable[Label]) -> frozenset[int]:
    """Return the numbers of all attributes of labels and their parts."""
    return frozenset(
        attribute.number for label in known for one in (label, *label.parts) for attribute in one.attributes
    )


def _held(transaction: Transaction, actor: Actor, wanted: str) -> Dataset:
    """Return a dataset that the actor knows, and keep others from changing it. Raises NotFound."""
    locked = rows.lock(transaction, finding.known(transaction, actor, wanted).id)
    if locked is None:
        raise NotFound(what="dataset", name=wanted)
    return locked.dataset


def _require_inside(parts: list[Assignment] | None, revision: Revision, before: Iterable[Annotation]) -> None:
    if parts is None:
        return
    meant = {frame for _, _, frame in frames(joined(revision.add, revision.update))}
    sight.require_inside(parts, meant.union(*map(placed, before)), revision.replace)


def _check_layer(view: View, dataset: Dataset, layer: int) -> None:
    if layer not in assignments.layers(view, dataset.number):
        raise NotFound(what="assignment with annotations of its own", name=str(layer))


def _check(view: View, dataset: Dataset, revision: Revision) -> None:
    named = joined(revision.add, revision.update)
    known_labels = {label.number: label for label in labels.read(view, labels.home(dataset))}
    for one in (revision.add, revision.update):
        check_annotations(one, known_labels)
    meant = {frame + 1 for _, _, frame in frames(named)}
    there = {number - 1 for number in samples.known(view, dataset.number, meant)}
    first, last = revision.replace or (0, FRAME_LIMIT)
    if not 0 <= first <= last:
        raise Invalid(reason="The frames to replace begin at 0 or later and do not end before they begin.")
    if revision.layer:
        assignment = assignments.one(view, revision.layer)
        there = {frame for frame in there if assignment is not None and assignment.holds(frame)}
    for one in (revision.add, revision.update):
        check_frames(one, there, first, last)


def _before(view: View, dataset: int, revision: Revision) -> dict[int, Annotation]:
    """Return what is deleted or updated, by number. Raises NotFound for what is not there."""
    updated = _numbers(revision.update)
    if len(updated) < sum(1 for _ in kept.each(revision.update)):
        raise Invalid(reason="One annotation is updated twice.")
    before = kept.known(view, dataset, revision.layer, {*updated, *revision.delete})
    for number, one in updated.items():
        if type(before.get(number)) is not type(one):
            raise NotFound(what=type(one).__name__.lower(), name=str(number))
    for number in revision.delete:
        if number not in before:
            raise NotFound(what="annotation", name=str(number))
        if number in updated:
            raise Invalid(reason=f"Annotation {number} is to be updated and deleted.")
    if revision.replace is not None:
        first, last = revision.replace
        placed = kept.placed(view, dataset, revision.layer, first, last)
        before |= kept.known(view, dataset, revision.layer, [one.number for one in placed])
    return before


def _numbers(annotations: Annotations) -> dict[int, Annotation]:
    return {one.number: one for one in kept.each(annotations)}


def _settle(transaction: Transaction, dataset: int, before: Iterable[Annotation], after: Iterable[Annotation]) -> None:
    uses, touched = Counter[int](), set[int]()
    for sign, ones in ((-1, before), (1, after)):
        for one in ones:
            uses[one.label] += sign
            touched |= {one.frame} if not isinstance(one, Track) else {one.frame, *carried.shown_in(one)}
    carried.settle(transaction, dataset, [frame + 1 for frame in touched], uses, by_hand=True)


def _without_dropped(annotations: Annotations, known: frozenset[int]) -> Annotations:
    return Annotations(
        tags=tuple(_kept(tag, known) for tag in annotations.tags),
        shapes=tuple(_kept_shape(shape, known) for shape in annotations.shapes),
        tracks=tuple(_kept_track(track, known) for track in annotations.tracks),
    )


def _kept(one: Tag, known: frozenset[int]) -> Tag:
    return one if known.issuperset(one.attributes) else replace(one, attributes=_values(one.attributes, known))


def _kept_shape(one: Shape, known: frozenset[int]) -> Shape:
    if not one.parts and known.issuperset(one.attributes):
        return one
    parts = tuple(_kept_shape(part, known) for part in one.parts)
    return replace(one, attributes=_values(one.attributes, known), parts=parts)


def _kept_track(one: Track, known: frozenset[int]) -> Track:
    parts = tuple(_kept_track(part, known) for part in one.parts)
    positions = tuple(_kept_position(position, known) for position in one.positions)
    return replace(one, attributes=_values(one.attributes, known), positions=positions, parts=parts)


def _kept_position(one: Position, known: frozenset[int]) -> Position:
    return one if known.issuperset(one.attributes) else replace(one, attributes=_values(one.attributes, known))


def _values(attributes: Mapping[int, str], known: frozenset[int]) -> dict[int, str]:
    return {number: value for number, value in attributes.items() if number in known}
