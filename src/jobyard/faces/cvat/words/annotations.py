"""Annotations in this protocol's words, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Source, Tag, Track
from jobyard.faces.cvat.wire import AnnotationsWire, PositionWire, ShapeWire, TagWire, TrackWire, ValueWire
from jobyard.job.errors import Invalid

_KINDS = frozenset(kind.value for kind in ShapeKind)
_SOURCES = frozenset(source.value for source in Source)


def annotations_out(said: Annotations) -> AnnotationsWire:
    """Return annotations."""
    return AnnotationsWire(
        tags=[_tag_out(tag) for tag in said.tags],
        shapes=[_shape_out(shape) for shape in said.shapes],
        tracks=[_track_out(track) for track in said.tracks],
    )


def annotations_in(said: AnnotationsWire) -> Annotations:
    """Return annotations as the house takes them. Raises Invalid for an unknown kind of shape."""
    if said.intervals:
        message = "Intervals of sounds are not kept here."
        raise Invalid(reason=message, fields=[{"path": "intervals", "message": message}])
    return Annotations(
        tags=tuple(_tag_in(tag) for tag in said.tags),
        shapes=tuple(_shape_in(shape) for shape in said.shapes),
        tracks=tuple(_track_in(track) for track in said.tracks),
    )


def numbers_in(said: AnnotationsWire) -> tuple[int, ...]:
    """Return the numbers of all that is named. Raises Invalid where one has none."""
    every: list[TagWire | ShapeWire | TrackWire] = [*said.tags, *said.shapes, *said.tracks]
    if any(one.id is None for one in every):
        message = "Each of what is deleted has its id."
        raise Invalid(reason=message, fields=[{"path": "id", "message": message}])
    return tuple(one.id for one in every if one.id is not None)


def parted(said: Annotations) -> tuple[Annotations, Annotations]:
    """Return what is new and what names something that is there: what has no id is made by an update, too."""
    return _chosen(said, named=False), _chosen(said, named=True)


def _chosen(said: Annotations, *, named: bool) -> Annotations:
    return Annotations(
        tags=tuple(tag for tag in said.tags if bool(tag.number) is named),
        shapes=tuple(shape for shape in said.shapes if bool(shape.number) is named),
        tracks=tuple(track for track in said.tracks if bool(track.number) is named),
    )


def _tag_out(tag: Tag) -> TagWire:
    return TagWire(
        id=tag.number,
        frame=tag.frame,
        label_id=tag.label,
        group=tag.group,
        source=tag.source.value,
        score=tag.score,
        attributes=_values_out(tag.attributes),
    )


def _shape_out(shape: Shape) -> ShapeWire:
    return ShapeWire(
        id=shape.number,
        type=shape.kind.value,
        occluded=shape.occluded,
        outside=shape.outside,
        z_order=shape.depth,
        rotation=shape.rotation,
        points=list(shape.points),
        frame=shape.frame,
        label_id=shape.label,
        group=shape.group,
        source=shape.source.value,
        score=shape.score,
        attributes=_values_out(shape.attributes),
        elements=[_shape_out(part) for part in shape.parts],
    )


def _track_out(track: Track) -> TrackWire:
    return TrackWire(
        id=track.number,
        frame=track.frame,
        label_id=track.label,
        group=track.group,
        source=track.source.value,
        shapes=[_position_out(position) for position in track.positions],
        attributes=_values_out(track.attributes),
        elements=[_track_out(part) for part in track.parts],
    )


def _position_out(position: Position) -> PositionWire:
    return PositionWire(
        type=position.kind.value,
        occluded=position.occluded,
        outside=position.outside,
        z_order=position.depth,
        rotation=position.rotation,
        points=list(position.points),
        frame=position.frame,
        attributes=_values_out(position.attributes),
    )


def _tag_in(tag: TagWire) -> Tag:
    return Tag(
        number=tag.id or 0,
        frame=tag.frame,
        label=tag.label_id,
        group=tag.group or 0,
        source=_source(tag.source),
        score=tag.score,
        attributes=_values_in(tag.attributes),
    )


def _shape_in(shape: ShapeWire) -> Shape:
    return Shape(
        number=shape.id or 0,
        frame=shape.frame,
        label=shape.label_id,
        kind=_kind(shape.type),
        points=tuple(shape.points),
        rotation=shape.rotation,
        occluded=shape.occluded,
        outside=shape.outside,
        depth=shape.z_order,
        group=shape.group or 0,
        source=_source(shape.source),
        score=shape.score,
        attributes=_values_in(shape.attributes),
        parts=tuple(_shape_in(part) for part in shape.elements),
    )


def _track_in(track: TrackWire) -> Track:
    positions = tuple(sorted((_position_in(one) for one in track.shapes), key=lambda position: position.frame))
    return Track(
        number=track.id or 0,
        # Clients say the frame of a track twice; where its first key frame is counts.
        frame=positions[0].frame if positions else track.frame,
        label=track.label_id,
        group=track.group or 0,
        source=_source(track.source),
        attributes=_values_in(track.attributes),
        positions=positions,
        parts=tuple(_track_in(part) for part in track.elements),
    )


def _position_in(position: PositionWire) -> Position:
    return Position(
        frame=position.frame,
        kind=_kind(position.type),
        points=tuple(position.points),
        rotation=position.rotation,
        occluded=position.occluded,
        outside=position.outside,
        depth=position.z_order,
        attributes=_values_in(position.attributes),
    )


def _values_out(values: Mapping[int, str]) -> list[ValueWire]:
    return [ValueWire(spec_id=number, value=value) for number, value in values.items()]


def _values_in(values: Iterable[ValueWire]) -> dict[int, str]:
    return {one.spec_id: _text(one.value) for one in values}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _kind(text: str) -> ShapeKind:
    if text not in _KINDS:
        raise Invalid(reason=f"There is no kind of shape {text[:50]!r}; known are {', '.join(sorted(_KINDS))}.")
    return ShapeKind(text)


def _source(text: str) -> Source:
    return Source(text) if text in _SOURCES else Source.MANUAL
