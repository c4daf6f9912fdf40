"""Labels, and what carries them, in the protocol's words and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.labels import Label
from jobyard.datasets.record import LabelPolicy, Purpose, Statistics, TagWanted
from jobyard.faces.modelarts.wire import (
    LabelIn,
    LabelOut,
    LabelStat,
    SampleLabelIn,
    SampleLabelOut,
    SampleStats,
    StatsOut,
)
from jobyard.faces.modelarts.words.kinds import SHAPES, TYPES, label_kind_in, label_shape, shape_in
from jobyard.job.errors import Invalid, NotFound

_POLICIES: Mapping[int, LabelPolicy] = MappingProxyType(
    {0: LabelPolicy.KEEP, 1: LabelPolicy.FORGET, 2: LabelPolicy.DELETE_SOURCE}
)
_COLOR, _SHAPE = "@modelarts:color", "@modelarts:default_shape"
_DRAWN, _FEATURE = "@modelarts:shape", "@modelarts:feature"


def label_in(said: LabelIn) -> Label:
    """Return a new label. Raises Invalid for a shape that the protocol does not know."""
    about = said.property
    if about is None:
        return Label(name=said.name)
    return Label(name=said.name, color=about.color or "", kind=label_kind_in(about.shape))


def label_out(label: Label, purpose: Purpose) -> LabelOut:
    """Return a label as it is told."""
    return LabelOut(name=label.name, type=TYPES[purpose], property=_property(label))


def numbers_of(said: Iterable[LabelIn], there: Sequence[Label]) -> list[int]:
    """Return the numbers of labels that are meant by name. Raises NotFound for one that is not there."""
    return [_found(one.name, there).number for one in said]


def changed(said: Iterable[LabelIn], there: Sequence[Label]) -> list[Label]:
    """Return labels that are there with what was said of them. Raises NotFound or Invalid."""
    return [_changed(_found(one.name, there), one) for one in said]


def policy(number: int) -> LabelPolicy:
    """Return what becomes of samples that carried a deleted label."""
    return _POLICIES[number]


def tag_in(said: SampleLabelIn) -> TagWanted:
    """Return a label as a sample shall carry it. Raises Invalid for a shape that cannot be understood."""
    drawn = said.property
    if drawn is None or drawn.shape is None:
        return TagWanted(name=said.name, score=said.score)
    kind = shape_in(drawn.shape)
    return TagWanted(name=said.name, score=said.score, kind=kind, points=_points_in(kind, drawn.feature))


def tag_out(name: str, purpose: Purpose, score: float, shape: Shape | None = None) -> SampleLabelOut:
    """Return a label as a sample carries it; one of a shape that the protocol does not know stands for the whole."""
    said = SampleLabelOut(name=name, type=TYPES[purpose], score=score)
    if shape is not None and shape.kind in SHAPES:
        said.property = {_DRAWN: SHAPES[shape.kind], _FEATURE: _points_out(shape)}
    return said


def stats_out(found: Statistics, purpose: Purpose) -> StatsOut:
    """Return what a dataset holds."""
    type_ = TYPES[purpose]
    return StatsOut(
        label_stats=[
            LabelStat(
                name=use.label.name,
                type=type_,
                count=use.uses,
                sample_count=use.samples,
                property=_property(use.label),
            )
            for use in found.labels
        ],
        sample_stats=SampleStats(
            all=found.samples,
            total=found.samples,
            un_annotation=found.samples - found.annotated,
            manual_annotation=found.annotated,
            auto_annotation=0,
            deleted=0,
            lefted=found.samples - found.annotated,
        ),
        key_sample_stats={"total": 0, "non_key_sample": found.samples, "key_sample": 0},
        data_spliting_enable=bool(found.labels),
    )


def _property(label: Label) -> dict[str, Any]:
    shape = label_shape(label.kind)
    told = {_COLOR: label.color, _SHAPE: shape}
    return {name: value for name, value in told.items() if value}


def _found(name: str, there: Sequence[Label]) -> Label:
    label = next((one for one in there if one.name == name), None)
    if label is None:
        raise NotFound(what="label", name=name)
    return label


def _changed(label: Label, said: LabelIn) -> Label:
    about = said.property
    if about is None:
        return label
    kind = label.kind if about.shape is None else label_kind_in(about.shape)
    return replace(label, name=about.rename_to or label.name, color=about.color or label.color, kind=kind)


def _points_in(kind: ShapeKind, feature: Sequence[Sequence[float]]) -> tuple[float, ...]:
    if kind is ShapeKind.ELLIPSE:  # a circle: its middle, then its radius
        if [len(one) for one in feature] != [2, 1]:
            raise Invalid(reason="A circle is said as [[x, y], [radius]].")
        (x, y), (radius,) = feature
        return (x, y, x + radius, y - radius)
    if any(len(one) != 2 for one in feature):
        raise Invalid(reason="A point of a shape is said as [x, y].")
    return tuple(number for point in feature for number in point)


def _points_out(shape: Shape) -> list[list[float]]:
    points = shape.points
    if shape.kind is ShapeKind.ELLIPSE:
        return [[points[0], points[1]], [points[2] - points[0]]]
    return [list(points[at : at + 2]) for at in range(0, len(points), 2)]
