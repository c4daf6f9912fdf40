"""How annotations get the labels of another home: by the names of labels, of parts and of attributes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Position, Shape, Tag, Track
from jobyard.datasets.labels import Label, LabelKind
from jobyard.job.errors import Invalid

A = TypeVar("A", bound=Tag | Shape | Position | Track)


class Renumbering(Struct, frozen=True, kw_only=True):
    """Which number stands for which."""

    labels: Mapping[int, int]
    """Of labels, and of parts of skeletons."""
    attributes: Mapping[int, int]
    """Those that are left out are dropped."""


def renumbering(old: Sequence[Label], new: Sequence[Label], used: Iterable[int]) -> Renumbering:
    """Return what stands for the labels in use, by number, among the new ones.

    Raises Invalid naming a label, or a part of one, that the new ones lack or that is of another kind there.
    """
    there, in_use = {label.name: label for label in new}, frozenset(used)
    labels, attributes = dict[int, int](), dict[int, int]()
    for label in old:
        if label.number not in in_use:
            continue
        other = there.get(label.name)
        if other is None:
            raise Invalid(reason=f"There is no label {label.name} where this is moved to.")
        if (label.kind is LabelKind.SKELETON) is not (other.kind is LabelKind.SKELETON):
            raise Invalid(reason=f"The label {label.name} is a skeleton here or there, and not in both.")
        parts = {part.name: part for part in other.parts}
        for part in label.parts:
            if part.name not in parts:
                raise Invalid(reason=f"The skeleton {label.name} has no {part.name} where this is moved to.")
        for one, same in ((label, other), *((part, parts[part.name]) for part in label.parts)):
            labels[one.number] = same.number
            known = {(attribute.name, attribute.input): attribute.number for attribute in same.attributes}
            for attribute in one.attributes:
                if (attribute.name, attribute.input) in known:
                    attributes[attribute.number] = known[attribute.name, attribute.input]
    return Renumbering(labels=labels, attributes=attributes)


def renumbered(said: Annotations, by: Renumbering) -> Annotations:
    """Return annotations with the labels and attributes that stand for theirs."""
    return Annotations(
        tags=tuple(_valued(replace(tag, label=by.labels[tag.label]), by) for tag in said.tags),
        shapes=tuple(_shape(shape, by) for shape in said.shapes),
        tracks=tuple(_track(track, by) for track in said.tracks),
    )


def _shape(shape: Shape, by: Renumbering) -> Shape:
    parts = tuple(_shape(part, by) for part in shape.parts)
    return _valued(replace(shape, label=by.labels[shape.label], parts=parts), by)


def _track(track: Track, by: Renumbering) -> Track:
    parts = tuple(_track(part, by) for part in track.parts)
    positions = tuple(_valued(position, by) for position in track.positions)
    return _valued(replace(track, label=by.labels[track.label], parts=parts, positions=positions), by)


def _valued(one: A, by: Renumbering) -> A:
    if not one.attributes:
        return one
    values = {by.attributes[number]: value for number, value in one.attributes.items() if number in by.attributes}
    return replace(one, attributes=values)
