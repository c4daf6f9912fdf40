"""The list of fields by which Select, Join and Append Fields choose, rename and retype what comes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import Field, declared
from jobyard.workflows.table import Table, made, unlike
from jobyard.workflows.work import Work

_UNKNOWN = "*Unknown"


@dataclass(frozen=True)
class Candidate:
    """A field that may be chosen, under the name by which the list knows it."""

    known_as: str
    field: Field
    table: Table
    prefix: str = ""
    """Put before the name where another field has it already."""


def unsupported(configuration: Element) -> list[str]:
    """Return what a list of fields asks for and is not done here."""
    return ["numbers with a comma for a point"] if configuration.flag("CommaDecimal") else []


def chosen(work: Work, configuration: Element, candidates: Sequence[Candidate]) -> Table:
    """Return the fields that the list chooses, as it wants them; records stay as they are."""
    listed = configuration.every("SelectFields", "SelectField")
    ordered = configuration.flag("OrderChanged")
    fields, columns, taken = list[Field](), [], list[str]()
    for candidate, wish in _pairs(listed, candidates, ordered=ordered):
        column = candidate.table.frame[candidate.field.name]
        field = _wanted(candidate, wish, taken)
        taken.append(field.name)
        if field.type is not candidate.field.type or (field.size, field.scale) != (
            candidate.field.size,
            candidate.field.scale,
        ):
            column = work.convert(column, field)
        fields.append(field)
        columns.append(column)
    return made(fields, columns)


def _pairs(
    listed: Sequence[Element], candidates: Sequence[Candidate], *, ordered: bool
) -> Iterator[tuple[Candidate, Element | None]]:
    wishes = {_key(wish): wish for wish in listed}
    unknown = wishes.get(_UNKNOWN.casefold())
    takes_unknown = unknown is None or unknown.ticked("selected")
    rest = [one for one in candidates if one.known_as.casefold() not in wishes] if takes_unknown else []
    if not ordered:
        for one in candidates:
            wish = wishes.get(one.known_as.casefold())
            if one in rest or (wish is not None and _is_on(wish)):
                yield one, wish
        return
    known = {one.known_as.casefold(): one for one in candidates}
    for wish in listed:
        if _key(wish) == _UNKNOWN.casefold():
            yield from ((one, None) for one in rest)
            rest = []
        elif _is_on(wish) and _key(wish) in known:
            yield known[_key(wish)], wish
    yield from ((one, None) for one in rest)


def _is_on(wish: Element) -> bool:
    return wish.ticked("selected")


def _key(wish: Element) -> str:
    """Return under which name a wish knows its field; newer documents say the side apart."""
    name, side = wish.attributes.get("field", ""), wish.attributes.get("input", "")
    return (name if not side or name.startswith(side) else f"{side}{name}").casefold()


def _wanted(candidate: Candidate, wish: Element | None, taken: Sequence[str]) -> Field:
    attributes = {} if wish is None else wish.attributes
    name = attributes.get("rename", "") or candidate.field.name
    folded = {one.casefold() for one in taken}
    if name.casefold() in folded and not attributes.get("rename"):
        name = f"{candidate.prefix}{name}"
    name = unlike(name, taken)
    old = candidate.field
    if not attributes.get("type"):
        return Field(name=name, type=old.type, size=old.size, scale=old.scale, source=old.source)
    return declared(name, attributes["type"], attributes.get("size", ""), old.source)
