"""Labels in the native protocol's words, and back."""

from __future__ import annotations

from jobyard.datasets.labels import Attribute, Input, Label, LabelKind
from jobyard.datasets.record import LabelUse, Statistics
from jobyard.faces.native.wire import AttributeSpec, LabelSpec, LabelUseOut, PartSpec, StatisticsOut


def label_in(wanted: LabelSpec) -> Label:
    """Return the label that is told."""
    return Label(
        number=wanted.number,
        name=wanted.name,
        color=wanted.color,
        kind=LabelKind(wanted.kind),
        attributes=tuple(map(_attribute_in, wanted.attributes)),
        parts=tuple(map(_part_in, wanted.parts)),
        drawing=wanted.drawing,
    )


def label_out(label: Label) -> LabelSpec:
    """Return a label with its attributes and parts."""
    return LabelSpec(
        number=label.number,
        name=label.name,
        color=label.color,
        kind=label.kind.value,
        attributes=list(map(_attribute_out, label.attributes)),
        parts=list(map(_part_out, label.parts)),
        drawing=label.drawing,
    )


def statistics_out(statistics: Statistics) -> StatisticsOut:
    """Return the kept counters of a dataset."""
    return StatisticsOut(
        samples=statistics.samples,
        size=statistics.size,
        annotated=statistics.annotated,
        labels=list(map(_use_out, statistics.labels)),
    )


def _use_out(use: LabelUse) -> LabelUseOut:
    return LabelUseOut(label=label_out(use.label), samples=use.samples, uses=use.uses)


def _part_in(wanted: PartSpec) -> Label:
    return Label(
        number=wanted.number,
        name=wanted.name,
        color=wanted.color,
        kind=LabelKind.POINTS,
        attributes=tuple(map(_attribute_in, wanted.attributes)),
    )


def _part_out(part: Label) -> PartSpec:
    return PartSpec(
        number=part.number,
        name=part.name,
        color=part.color,
        attributes=list(map(_attribute_out, part.attributes)),
    )


def _attribute_in(wanted: AttributeSpec) -> Attribute:
    return Attribute(
        number=wanted.number,
        name=wanted.name,
        input=Input(wanted.input),
        mutable=wanted.mutable,
        values=tuple(wanted.values),
        default=wanted.default,
    )


def _attribute_out(attribute: Attribute) -> AttributeSpec:
    return AttributeSpec(
        number=attribute.number,
        name=attribute.name,
        input=attribute.input.value,
        mutable=attribute.mutable,
        values=list(attribute.values),
        default=attribute.default,
    )
