"""Annotations in the native protocol's words, and back."""

from __future__ import annotations

from collections.abc import Mapping

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Source, Tag, Track
from jobyard.datasets.record import Revision, TagWanted
from jobyard.faces.native.wire import (
    AnnotationSet,
    AttributeValue,
    RevisionIn,
    SampleShape,
    SampleTag,
    SampleTrack,
    ShapePart,
    TaggingIn,
    TrackPart,
    TrackPosition,
)
from jobyard.job.errors import Invalid


def revision_in(wanted: RevisionIn) -> Revision:
    """Return the change of annotations that is told. Raises Invalid for an attribute that is given twice."""
    return Revision(
        layer=wanted.layer,
        replace=None if wanted.replace is None else (wanted.replace.first, wanted.replace.last),
        add=annotations_in(wanted.add),
        update=annotations_in(wanted.update),
        delete=tuple(dict.fromkeys(wanted.delete)),
    )


def taggings_in(wanted: TaggingIn) -> list[tuple[str, list[TagWanted]]]:
    """Return which labels samples shall carry."""
    return [
        (
            one.sample,
            [
                TagWanted(
                    name=label.name,
                    score=label.score,
                    kind=None if label.kind is None else ShapeKind(label.kind),
                    points=tuple(label.points),
                )
                for label in one.labels
            ],
        )
        for one in wanted.samples
    ]


def annotations_in(wanted: AnnotationSet | None) -> Annotations:
    """Return the annotations that are told. Raises Invalid for an attribute that is given twice."""
    if wanted is None:
        return Annotations()
    return Annotations(
        tags=tuple(map(_tag_in, wanted.tags)),
        shapes=tuple(map(_shape_in, wanted.shapes)),
        tracks=tuple(map(_track_in, wanted.tracks)),
    )


def annotations_out(annotations: Annotations) -> AnnotationSet:
    """Return annotations."""
    return AnnotationSet(
        tags=list(map(_tag_out, annotations.tags)),
        shapes=list(map(_shape_out, annotations.shapes)),
        tracks=list(map(_track_out, annotations.tracks)),
    )


def _tag_in(wanted: SampleTag) -> Tag:
    return Tag(
        number=wanted.number,
        frame=wanted.frame,
        label=wanted.label,
        group=wanted.group,
        source=Source(wanted.source),
        score=wanted.score,
        attributes=_values_in(wanted.attributes),
    )


def _shape_in(wanted: SampleShape) -> Shape:
    return Shape(
        number=wanted.number,
        frame=wanted.frame,
        label=wanted.label,
        kind=ShapeKind(wanted.kind),
        points=tuple(wanted.points),
        rotation=wanted.rotation,
        occluded=wanted.occluded,
        outside=wanted.outside,
        depth=wanted.depth,
        group=wanted.group,
        source=Source(wanted.source),
        score=wanted.score,
        attributes=_values_in(wanted.attributes),
        parts=tuple(_part_in(part, wanted.frame) for part in wanted.parts),
    )


def _part_in(wanted: ShapePart, frame: int) -> Shape:
    return Shape(
        number=wanted.number,
        frame=frame,
        label=wanted.label,
        kind=ShapeKind.POINTS,
        points=tuple(wanted.points),
        rotation=wanted.rotation,
        occluded=wanted.occluded,
        outside=wanted.outside,
        depth=wanted.depth,
        group=wanted.group,
        source=Source(wanted.source),
        score=wanted.score,
        attributes=_values_in(wanted.attributes),
    )


def _track_in(wanted: SampleTrack | TrackPart) -> Track:
    return Track(
        number=wanted.number,
        frame=wanted.frame,
        label=wanted.label,
        group=wanted.group,
        source=Source(wanted.source),
        attributes=_values_in(wanted.attributes),
        positions=tuple(map(_position_in, wanted.positions)),
        parts=tuple(map(_track_in, wanted.parts)) if isinstance(wanted, SampleTrack) else (),
    )


def _position_in(wanted: TrackPosition) -> Position:
    return Position(
        frame=wanted.frame,
        kind=ShapeKind(wanted.kind),
        points=tuple(wanted.points),
        rotation=wanted.rotation,
        occluded=wanted.occluded,
        outside=wanted.outside,
        depth=wanted.depth,
        attributes=_values_in(wanted.attributes),
    )


def _tag_out(tag: Tag) -> SampleTag:
    return SampleTag(
        number=tag.number,
        frame=tag.frame,
        label=tag.label,
        group=tag.group,
        source=tag.source.value,
        score=tag.score,
        attributes=_values_out(tag.attributes),
    )


def _shape_out(shape: Shape) -> SampleShape:
    return SampleShape(
        number=shape.number,
        frame=shape.frame,
        label=shape.label,
        kind=shape.kind.value,
        points=list(shape.points),
        rotation=shape.rotation,
        occluded=shape.occluded,
        outside=shape.outside,
        depth=shape.depth,
        group=shape.group,
        source=shape.source.value,
        score=shape.score,
        attributes=_values_out(shape.attributes),
        parts=list(map(_part_out, shape.parts)),
    )


def _part_out(part: Shape) -> ShapePart:
    return ShapePart(
        number=part.number,
        label=part.label,
        points=list(part.points),
        rotation=part.rotation,
        occluded=part.occluded,
        outside=part.outside,
        depth=part.depth,
        group=part.group,
        source=part.source.value,
        score=part.score,
        attributes=_values_out(part.attributes),
    )


def _track_out(track: Track) -> SampleTrack:
    return SampleTrack(
        number=track.number,
        frame=track.frame,
        label=track.label,
        group=track.group,
        source=track.source.value,
        attributes=_values_out(track.attributes),
        positions=list(map(_position_out, track.positions)),
        parts=list(map(_track_part_out, track.parts)),
    )


def _track_part_out(part: Track) -> TrackPart:
    return TrackPart(
        number=part.number,
        frame=part.frame,
        label=part.label,
        group=part.group,
        source=part.source.value,
        attributes=_values_out(part.attributes),
        positions=list(map(_position_out, part.positions)),
    )


def _position_out(position: Position) -> TrackPosition:
    return TrackPosition(
        frame=position.frame,
        kind=position.kind.value,
        points=list(position.points),
        rotation=position.rotation,
        occluded=position.occluded,
        outside=position.outside,
        depth=position.depth,
        attributes=_values_out(position.attributes),
    )


def _values_in(values: list[AttributeValue]) -> dict[int, str]:
    found = {one.attribute: one.value for one in values}
    if len(found) < len(values):
        raise Invalid(reason="An attribute is given twice.")
    return found


def _values_out(values: Mapping[int, str]) -> list[AttributeValue]:
    return [AttributeValue(attribute=number, value=value) for number, value in values.items()]
