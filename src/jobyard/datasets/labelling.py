"""Labels that lie in the source, put on samples that nobody annotated by hand; and what goes when samples go.

Everything here runs inside the transaction of whoever holds the dataset's row, with the kept counters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets.annotation_checks import check_points
from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Source, Tag, Track
from jobyard.datasets.label_checks import LABELS_LIMIT, nameable
from jobyard.datasets.labels import Label
from jobyard.datasets.messages import Box
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import assignments, carried, datasets, samples
from jobyard.datasets.tables import labels as label_table
from jobyard.store.contract import Transaction


class Said(Struct, frozen=True, kw_only=True):
    """What the source says of one sample. What cannot be a label's name or a shape is left out."""

    labels: tuple[str, ...] = ()
    """Names of labels of the whole sample."""
    boxes: tuple[Box, ...] = ()


def put(transaction: Transaction, dataset: Dataset, said: Mapping[int, Said], now: int) -> int:
    """Make samples, by number, carry what the source says of them and nothing else; return how many took it.

    Samples that are not there, and those a person had a hand in, are passed over. Labels that are missing are made.
    """
    number = dataset.number
    states = samples.states(transaction, number, said)
    taken = {sample: said[sample] for sample, state in states.items() if not state.by_hand}
    if not taken:
        return 0
    _clear(transaction, number, [sample for sample in taken if states[sample].annotated])
    words = {name for one in taken.values() for name in (*one.labels, *(box.label for box in one.boxes))}
    names = _plain(made_labels(transaction, dataset, sorted(words)))
    tags, shapes = list[Tag](), list[Shape]()
    for sample, one in taken.items():
        tags += [
            Tag(frame=sample - 1, label=names[name], source=Source.FILE)
            for name in dict.fromkeys(one.labels)
            if name in names
        ]
        shapes += [
            Shape(frame=sample - 1, label=names[box.label], kind=kind, points=box.points, source=Source.FILE)
            for box in one.boxes
            if box.label in names and not check_points(kind := _kind(box.points), box.points)
        ]
    made = Annotations(tags=tuple(tags), shapes=tuple(shapes))
    kept.insert(transaction, number, 0, made)
    pairs = [(tag.frame + 1, tag.label) for tag in tags] + [(shape.frame + 1, shape.label) for shape in shapes]
    carried.fresh(transaction, number, pairs)
    datasets.touch(transaction, number, now)
    return len(taken)


def forget_stretches(transaction: Transaction, dataset: Dataset, gone: Iterable[tuple[bytes, bytes]]) -> None:
    """Take back what was said of samples of stretches of paths, ends included, before they are deleted."""
    layers = assignments.layers(transaction, dataset.number)
    if layers or kept.any_track(transaction, dataset.number):
        lying = samples.between
    elif dataset.annotated:
        lying = samples.annotated_between
    else:
        return
    numbers = [number for first, last in gone for number in lying(transaction, dataset.number, first, last)]
    forget(transaction, dataset.number, numbers, layers)


def forget(transaction: Transaction, dataset: int, numbers: Sequence[int], layers: Iterable[int] = ()) -> None:
    """Take back what was said of samples, by number, before they are deleted: tags, shapes, and places in tracks."""
    if not numbers:
        return
    frames = {number - 1 for number in numbers}
    for layer in (0, *layers):
        still = [one for one in kept.placed_at(transaction, dataset, layer, frames) if one.what != "track"]
        kept.delete(transaction, [one.number for one in still])
        uses = Counter(one.label for one in still)
        changed = list[Track]()
        for track in kept.tracks(transaction, dataset, layer, min(frames), max(frames)):
            rest = _without(track, frames)
            if rest is None:
                kept.delete(transaction, [track.number])
                uses[track.label] += 1
            elif rest != track:
                changed.append(rest)
        kept.update(transaction, dataset, layer, Annotations(tracks=tuple(changed)))
        if layer == 0:
            less = {label: -count for label, count in uses.items()}
            carried.settle(transaction, dataset, numbers, less, by_hand=False, gone=True)


def made_labels(transaction: Transaction, dataset: Dataset, wanted: Sequence[str]) -> dict[str, Label]:
    """Return a dataset's labels by name, those of the wanted that were missing made where they can be."""
    home = label_table.home(dataset)
    labels = {label.name: label for label in label_table.read(transaction, home)}
    missing = [name for name in wanted if name not in labels and nameable(name)][: max(0, LABELS_LIMIT - len(labels))]
    if missing:
        made = label_table.insert(transaction, home, [Label(name=name) for name in missing], len(labels))
        labels |= {label.name: label for label in made}
    return labels


def _clear(transaction: Transaction, dataset: int, annotated: Sequence[int]) -> None:
    """Take back what the source said before."""
    if annotated:
        before = kept.placed_at(transaction, dataset, 0, [sample - 1 for sample in annotated])
        kept.delete(transaction, [one.number for one in before])
        less = {label: -count for label, count in Counter(one.label for one in before).items()}
        carried.settle(transaction, dataset, annotated, less, by_hand=False)


def _plain(labels: Mapping[str, Label]) -> dict[str, int]:
    """Return the labels that can be put on a whole sample or a box: all but skeletons."""
    return {name: label.number for name, label in labels.items() if not label.parts}


def _kind(points: Sequence[float]) -> ShapeKind:
    return ShapeKind.RECTANGLE if len(points) == 4 else ShapeKind.POLYGON


def _without(track: Track, frames: set[int]) -> Track | None:
    positions = tuple(position for position in track.positions if position.frame not in frames)
    if not positions:
        return None
    parts = tuple(part for part in (_without(part, frames) for part in track.parts) if part is not None)
    return replace(track, frame=positions[0].frame, positions=positions, parts=parts)
