"""Which annotations may be kept: pure checks against the labels of their dataset. The first offender is named."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Tag, Track
from jobyard.datasets.labels import Label, LabelKind
from jobyard.job.errors import Invalid
from jobyard.store.text import storable

FRAME_LIMIT = 2**31 - 1
_INTEGER_LIMIT = 2**31 - 1
_COORDINATE_LIMIT = 1e9
_POINTS_LIMIT = 1_000_000
_VALUE_LIMIT = 4_096
_EXACT = {ShapeKind.RECTANGLE: 4, ShapeKind.ELLIPSE: 4, ShapeKind.CUBOID: 16, ShapeKind.SKELETON: 0}
_LEAST = {ShapeKind.POLYGON: 6, ShapeKind.POLYLINE: 4, ShapeKind.POINTS: 2}


P = TypeVar("P", Shape, Track)


class _Wrong(Exception):
    """What is wrong, said of the annotation that is being looked at."""


def check_annotations(annotations: Annotations, labels: Mapping[int, Label]) -> None:
    """Raise Invalid naming the first tag, shape or track that does not fit the labels (by number) or itself."""
    several: dict[str, Sequence[Tag | Shape | Track]] = {
        "tags": annotations.tags,
        "shapes": annotations.shapes,
        "tracks": annotations.tracks,
    }
    for what, ones in several.items():
        for place, one in enumerate(ones):
            try:
                _check(one, labels)
            except _Wrong as wrong:
                said = f"{what[:-1].capitalize()} {place} on frame {one.frame}: {wrong}."
                raise Invalid(reason=said, fields=[{"path": f"{what}[{place}]", "message": said}]) from None


def check_frames(annotations: Annotations, known: set[int], first: int, last: int) -> None:
    """Raise Invalid naming the first annotation in a frame outside a range, or one that is none of the known."""
    for what, place, frame in frames(annotations):
        if not first <= frame <= last:
            said = f"{what[:-1].capitalize()} {place} is on frame {frame}, which is not among {first} to {last}."
        elif frame not in known:
            said = f"{what[:-1].capitalize()} {place} is on frame {frame}, and there is no such frame."
        else:
            continue
        raise Invalid(reason=said, fields=[{"path": f"{what}[{place}]", "message": said}])


def frames(annotations: Annotations) -> Iterator[tuple[str, int, int]]:
    """Give out every frame that annotations name: what does, its place, and the frame."""
    for place, tag in enumerate(annotations.tags):
        yield "tags", place, tag.frame
    for place, shape in enumerate(annotations.shapes):
        yield "shapes", place, shape.frame
    for place, track in enumerate(annotations.tracks):
        yield "tracks", place, track.frame
        for part in (track, *track.parts):
            for position in part.positions:
                yield "tracks", place, position.frame


def check_points(kind: ShapeKind, points: Sequence[float]) -> str:
    """Return what is wrong with a shape's points; empty when nothing is."""
    if len(points) > _POINTS_LIMIT:
        return f"it has more than {_POINTS_LIMIT} numbers"
    if not _are_near(points):
        return "a coordinate is not a finite number, or is very large"
    if kind is ShapeKind.MASK:
        return _mask_wrong(points)
    exact, least = _EXACT.get(kind), _LEAST.get(kind, 0)
    if exact is not None and len(points) != exact:
        return f"a {kind.value} has {exact} numbers, and it has {len(points)}"
    if len(points) < least or len(points) % 2:
        return f"a {kind.value} has an even count of numbers, at least {least}, and it has {len(points)}"
    return ""


def _are_near(points: Sequence[float]) -> bool:
    """Tell whether all are numbers within the limit: what is no number is none in the sum either."""
    if not points:
        return True
    near = min(points) >= -_COORDINATE_LIMIT and max(points) <= _COORDINATE_LIMIT
    return near and not math.isnan(sum(points))


def _mask_wrong(points: Sequence[float]) -> str:
    if len(points) < 5 or any(number < 0 or number != int(number) for number in points[:-4]):
        return "a mask has lengths of runs, which are whole numbers, and then its box"
    left, top, right, bottom = points[-4:]
    if any(number != int(number) for number in points[-4:]) or right < left or bottom < top:
        return "a mask's box is left, top, right and bottom in whole numbers"
    area = (right - left + 1) * (bottom - top + 1)
    if sum(points[:-4]) != area:
        return f"a mask's runs fill its box of {area:.0f} pixels, and these are {sum(points[:-4]):.0f} long"
    return ""


def _check(one: Tag | Shape | Track, labels: Mapping[int, Label]) -> None:
    label = labels.get(one.label)
    if label is None:
        raise _Wrong(f"the dataset has no label {one.label}")
    if isinstance(one, Tag):
        _check_facts(one, label)
        _check_score(one.score)
    elif isinstance(one, Shape):
        _check_shape(one, label)
    else:
        _check_track(one, label)


def _check_shape(shape: Shape, label: Label) -> None:
    _check_facts(shape, label)
    _check_score(shape.score)
    _check_geometry(shape)
    if (shape.kind is ShapeKind.SKELETON) is not (label.kind is LabelKind.SKELETON):
        raise _Wrong(f"{label.name} is {'a' if label.kind is LabelKind.SKELETON else 'no'} skeleton")
    for part, named in _parts(shape.parts, label):
        if part.kind is not ShapeKind.POINTS or part.parts:
            raise _Wrong(f"its part {named.name} is not of the kind points")
        if part.frame != shape.frame:
            raise _Wrong(f"its part {named.name} is on frame {part.frame}")
        _check_shape(part, named)


def _check_track(track: Track, label: Label) -> None:
    _check_facts(track, label)
    if not track.positions:
        raise _Wrong("a track needs a position")
    before = -1
    for position in track.positions:
        if position.frame <= before:
            raise _Wrong("a track's positions come in the order of their frames, each frame once")
        before = position.frame
        _check_geometry(position)
        _check_attributes(position.attributes, label)
        if (position.kind is ShapeKind.SKELETON) is not (label.kind is LabelKind.SKELETON):
            raise _Wrong(f"{label.name} is {'a' if label.kind is LabelKind.SKELETON else 'no'} skeleton")
    if track.frame != track.positions[0].frame:
        raise _Wrong(f"a track begins with its first position, which is on frame {track.positions[0].frame}")
    for part, named in _parts(track.parts, label):
        if part.parts or any(position.kind is not ShapeKind.POINTS for position in part.positions):
            raise _Wrong(f"its part {named.name} is not of the kind points")
        _check_track(part, named)


def _parts(parts: Iterable[P], label: Label) -> Iterator[tuple[P, Label]]:
    known, seen = {part.number: part for part in label.parts}, set[int]()
    for part in parts:
        if part.label not in known:
            raise _Wrong(f"{label.name} has no part {part.label}")
        if part.label in seen:
            raise _Wrong(f"it has the part {known[part.label].name} twice")
        seen.add(part.label)
        yield part, known[part.label]


def _check_facts(one: Tag | Shape | Track, label: Label) -> None:
    if not 0 <= one.frame <= FRAME_LIMIT:
        raise _Wrong("there is no such frame")
    if not 0 <= one.group <= _INTEGER_LIMIT:
        raise _Wrong(f"a group is 0 to {_INTEGER_LIMIT}")
    _check_attributes(one.attributes, label)


def _check_attributes(attributes: Mapping[int, str], label: Label) -> None:
    if not attributes:
        return
    known = {attribute.number for attribute in label.attributes}
    for number, value in attributes.items():
        if number not in known:
            raise _Wrong(f"{label.name} has no attribute {number}")
        if len(value) > _VALUE_LIMIT or not storable(value):
            raise _Wrong(f"the value of attribute {number} is longer than {_VALUE_LIMIT}, or cannot be stored")


def _check_geometry(shape: Shape | Position) -> None:
    wrong = check_points(shape.kind, shape.points)
    if wrong:
        raise _Wrong(wrong)
    if not 0 <= shape.rotation <= 360:
        raise _Wrong("a rotation is 0 to 360 degrees")
    if not -_INTEGER_LIMIT <= shape.depth <= _INTEGER_LIMIT:
        raise _Wrong("its depth is out of range")


def _check_score(score: float) -> None:
    if not (math.isfinite(score) and 0 <= score <= 1):
        raise _Wrong("a score is 0 to 1")
