"""Labels in this protocol's words, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from jobyard.datasets.labels import Attribute, Input, Label, LabelKind
from jobyard.faces.cvat.wire import AttributeIn, AttributeOut, LabelIn, LabelOut
from jobyard.job.errors import Invalid, NotFound

_KINDS = frozenset(kind.value for kind in LabelKind)
_INPUTS = frozenset(input_.value for input_ in Input)


def label_out(
    label: Label, *, task: int | None = None, project: int | None = None, parent: int | None = None
) -> LabelOut:
    """Return a label with its attributes and parts."""
    return LabelOut(
        id=label.number,
        name=label.name,
        color=label.color,
        type=label.kind.value,
        attributes=[_attribute_out(attribute) for attribute in label.attributes],
        sublabels=[label_out(part, parent=label.number) for part in label.parts],
        has_parent=parent is not None,
        parent_id=parent,
        svg=label.drawing,
        task_id=task,
        project_id=project,
    )


def labels_in(said: Iterable[LabelIn]) -> tuple[Label, ...]:
    """Return new labels. Raises Invalid."""
    return tuple(_made(one) for one in said if not one.deleted)


def changes_in(said: Sequence[LabelIn], known: Mapping[int, Label]) -> tuple[list[Label], list[Label], list[int]]:
    """Return which labels to add, to change and to delete. Raises NotFound for a number that none has."""
    add, update, delete = list[Label](), list[Label](), list[int]()
    for one in said:
        if one.id is None:
            add += [] if one.deleted else [_made(one)]
            continue
        if one.id not in known:
            raise NotFound(what="label", name=str(one.id))
        if one.deleted:
            delete.append(one.id)
        else:
            update.append(changed(one, known[one.id]))
    return add, update, delete


def changed(said: LabelIn, label: Label) -> Label:
    """Return a label as it shall be from now on; what is not said stays."""
    parts = label.parts if said.sublabels is UNSET else _parts(said.sublabels, label.parts)
    attributes = label.attributes
    if not isinstance(said.attributes, UnsetType):
        attributes = _attributes(said.attributes, label.attributes)
    return replace(
        label,
        name=said.name if isinstance(said.name, str) else label.name,
        color=said.color if isinstance(said.color, str) and said.color else label.color,
        kind=_kind(said.type) if isinstance(said.type, str) else label.kind,
        attributes=attributes,
        parts=parts,
        drawing=said.svg if isinstance(said.svg, str) else label.drawing,
    )


def _made(said: LabelIn) -> Label:
    if not isinstance(said.name, str):
        raise Invalid(reason="", fields=[{"path": "labels.name", "message": "This field is required."}])
    kind = _kind(said.type) if isinstance(said.type, str) else LabelKind.ANY
    return Label(
        name=said.name.strip(),
        color=said.color if isinstance(said.color, str) else "",
        kind=kind,
        attributes=() if isinstance(said.attributes, UnsetType) else _attributes(said.attributes, ()),
        parts=() if isinstance(said.sublabels, UnsetType) else _parts(said.sublabels, ()),
        drawing=said.svg if isinstance(said.svg, str) else "",
    )


def _parts(said: Iterable[LabelIn] | UnsetType, known: Sequence[Label]) -> tuple[Label, ...]:
    if isinstance(said, UnsetType):
        return tuple(known)
    by_number = {part.number: part for part in known}
    found = list[Label]()
    for one in said:
        if one.deleted:
            continue
        there = by_number.get(one.id or 0)
        part = changed(one, there) if there is not None else _made(one)
        # A skeleton's part is a point; clients leave that out, or call it "any".
        found.append(replace(part, kind=LabelKind.POINTS))
    return tuple(found)


def _attributes(said: Iterable[AttributeIn], known: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """Return attributes as they shall be; those that are there and not named stay."""
    wanted = list(said)
    named = {one.id for one in wanted if one.id is not None}
    names = {one.name for one in wanted}
    kept = [one for one in known if one.number not in named and one.name not in names]
    numbers = {one.name: one.number for one in known}
    return (
        *kept,
        *(_attribute_in(one, one.id or numbers.get(one.name, 0)) for one in wanted if not one.deleted),
    )


def _attribute_in(said: AttributeIn, number: int) -> Attribute:
    if said.input_type not in _INPUTS:
        message = f'"{said.input_type[:50]}" is not a valid choice.'
        raise Invalid(reason=message, fields=[{"path": "labels.attributes.input_type", "message": message}])
    values = said.values.split("\n") if isinstance(said.values, str) else [str(value) for value in said.values or ()]
    default = said.default_value
    input_ = Input(said.input_type)
    if default is None:
        default = values[0] if values and input_ is not Input.TEXT else ""
    return Attribute(
        number=number,
        name=said.name.strip(),
        input=input_,
        mutable=said.mutable,
        values=_values(input_, values),
        default=default,
    )


def _values(input_: Input, values: list[str]) -> tuple[str, ...]:
    if input_ is Input.NUMBER and len(values) == 1 and ";" in values[0]:
        return tuple(values[0].split(";"))
    return tuple(value for value in values if value or input_ is Input.TEXT)


def _attribute_out(attribute: Attribute) -> AttributeOut:
    return AttributeOut(
        id=attribute.number,
        name=attribute.name,
        mutable=attribute.mutable,
        input_type=attribute.input.value,
        default_value=attribute.default,
        values=list(attribute.values),
    )


def _kind(text: str) -> LabelKind:
    if text not in _KINDS:
        message = f'"{text[:50]}" is not a valid choice.'
        raise Invalid(reason=message, fields=[{"path": "labels.type", "message": message}])
    return LabelKind(text)
