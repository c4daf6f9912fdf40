"""Which labels samples carry, said by a person sample by sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from jobyard.access.rules import Verb
from jobyard.datasets import labelling
from jobyard.datasets.annotation_checks import check_annotations
from jobyard.datasets.annotations import Annotations, Shape, Tag
from jobyard.datasets.catalog import contents, ground
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset, Outcome, TagWanted
from jobyard.datasets.tables import activities, carried, labels, samples
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import datasets as table
from jobyard.datasets.tables.annotations import Annotation
from jobyard.job.errors import Fault, Invalid, NotFound
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction


class Tagging(Ground):
    """Set labels."""

    async def set_tags(
        self,
        actor: Actor,
        dataset: str,
        wanted: Sequence[tuple[str, Sequence[TagWanted]]],
        *,
        make_labels: bool = False,
    ) -> list[Outcome]:
        """Make each sample (by id) carry these labels and no others; return what became of each, in order.

        Its tags and shapes are replaced, tracks stay. None at all says that it has no label. With `make_labels` labels
        that are missing are made; else the sample's outcome says which one is missing. Of a sample that is meant twice
        the last word counts. Raises NotFound, Refused, or Invalid for more than BATCH_LIMIT samples.
        """
        contents.check_batch(wanted)

        def work(transaction: Transaction) -> list[Outcome]:
            found = ground.held(transaction, actor, dataset, Verb.EDIT, "label samples of this dataset").dataset
            known = _labels(transaction, found, wanted, make=make_labels)
            numbers = [contents.number_of(found, id_) for id_, _ in wanted]
            there = samples.known(transaction, found.number, {number for number in numbers if number is not None})
            outcomes, said = list[Outcome](), dict[int, Annotations]()
            for number, (id_, tags) in zip(numbers, wanted, strict=True):
                if number is None or number not in there:
                    outcomes.append(contents.missing(id_))
                    continue
                try:
                    said[number] = _annotations(number - 1, tags, known)
                    outcomes.append(Outcome(sample=id_))
                except Fault as fault:
                    outcomes.append(Outcome(sample=id_, code=fault.code, reason=fault.sentence))
            if said:
                now = self._clock.now()
                done = _replace(transaction, found.number, said)
                activities.tell(transaction, now, actor.name, (found.number, 0), done)
                table.touch(transaction, found.number, now)
            return outcomes

        return await self._write(work)


def _labels(
    transaction: Transaction, dataset: Dataset, wanted: Iterable[tuple[str, Sequence[TagWanted]]], *, make: bool
) -> dict[str, Label]:
    names = sorted({tag.name for _, tags in wanted for tag in tags})
    if make:
        return labelling.made_labels(transaction, dataset, names)
    return {label.name: label for label in labels.read(transaction, labels.home(dataset))}


def _annotations(frame: int, wanted: Sequence[TagWanted], known: Mapping[str, Label]) -> Annotations:
    """Return what is wanted of one sample. Raises NotFound for a label and Invalid for a shape."""
    tags, shapes = list[Tag](), list[Shape]()
    for one in wanted:
        label = known.get(one.name)
        if label is None:
            raise NotFound(what="label", name=one.name[:200])
        if one.kind is not None:
            shapes.append(Shape(frame=frame, label=label.number, kind=one.kind, points=one.points, score=one.score))
        elif one.points:
            raise Invalid(reason=f"The label {one.name} has points and no kind.")
        else:
            tags.append(Tag(frame=frame, label=label.number, score=one.score))
    said = Annotations(tags=tuple({tag.label: tag for tag in tags}.values()), shapes=tuple(shapes))
    check_annotations(said, {label.number: label for label in known.values()})
    return said


def _replace(
    transaction: Transaction, dataset: int, said: Mapping[int, Annotations]
) -> list[tuple[str, list[Annotation]]]:
    """Put what is said of frames in place of what was; return what was made and what is gone."""
    frames = [number - 1 for number in said]
    before = [one for one in kept.placed_at(transaction, dataset, 0, frames) if one.what != "track"]
    gone = list(kept.known(transaction, dataset, 0, [one.number for one in before]).values())
    kept.delete(transaction, [one.number for one in before])
    made = kept.insert(
        transaction,
        dataset,
        0,
        Annotations(
            tags=tuple(tag for one in said.values() for tag in one.tags),
            shapes=tuple(shape for one in said.values() for shape in one.shapes),
        ),
    )
    uses = Counter(one.label for one in kept.each(made))
    uses.subtract(one.label for one in before)
    carried.settle(transaction, dataset, said, uses, by_hand=True)
    return [("create", list(kept.each(made))), ("delete", gone)]
