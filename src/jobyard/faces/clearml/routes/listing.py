"""Lists of what there are few of: all of it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import ValidationError, convert

from jobyard.faces.clearml.asking.conditions import Condition, Form, conditions, filtered, multiple, searched
from jobyard.faces.clearml.asking.pages import order, ordered, page
from jobyard.faces.clearml.asking.paths import projected, require_known, strings, unescaped
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, ListIn
from jobyard.faces.clearml.wire.parts import MultiFieldPattern
from jobyard.job.errors import Invalid


def chosen(
    call: Call,
    said: ListIn,
    found: Sequence[Json],
    forms: Mapping[str, Form],
    fields: frozenset[str],
    extra: Sequence[Condition | None] = (),
) -> tuple[list[Json], Json]:
    """Return the documents of the page that is wanted, whole, and what rides along with them."""
    wanted = asked(call, said, forms, fields) + [one for one in extra if one is not None]
    kept = [one for one in found if all(fits(one) for fits in wanted)]
    by = order(said, fields)
    if by:
        kept = ordered(kept, by)
    part = page(said)
    some = kept[part.offset : part.offset + part.limit]
    return some, part.along(len(some), len(kept))


def asked(call: Call, said: ListIn, forms: Mapping[str, Form], fields: frozenset[str]) -> list[Condition]:
    """Return every condition of a list's body."""
    return [
        *conditions(call.body, forms),
        *patterned(call, fields),
        *filtered(said.filters, fields),
        *[one for one in [searched(said.search_text)] if one is not None],
    ]


def patterned(call: Call, fields: frozenset[str]) -> list[Condition]:
    """Return the conditions on several fields at once."""
    found: list[Condition | None] = []
    for names, every in ((("_any_", "_or_"), False), (("_all_", "_and_"), True)):
        for name in names:
            told = call.body.get(name)
            if told is None:
                continue
            try:
                pattern = convert(told, MultiFieldPattern)
            except ValidationError as error:
                raise Invalid(reason=f"error for field '{name}'. {error}") from None
            found.append(multiple(pattern, fields, every=every))
    return [one for one in found if one is not None]


def shown(said: ListIn, found: Sequence[Json], fields: frozenset[str]) -> list[Json]:
    """Return of each document the fields that are wanted."""
    names = wanted(said)
    require_known(names, fields)
    return [projected(one, names) for one in found]


def wanted(said: ListIn) -> list[str]:
    """Return the dotted names of the fields that are wanted; none for all."""
    return [unescaped(name) for name in strings(said.projection) or strings(said.only_fields)]


def visible(said: ListIn, ids: object) -> Condition | None:
    """Return the condition that leaves out what is hidden, unless it is asked for."""
    if said.search_hidden or ids:
        return None
    return lambda one: "hidden" not in one.get("system_tags", ())


def joined(found: Json, path: str, value: Callable[[str], Json]) -> None:
    """Put a document in the place of an id."""
    outer, dot, inner = path.partition(".")
    there = found.get(outer)
    if dot and isinstance(there, dict):
        found[outer] = dict(there)
        joined(found[outer], inner, value)
    elif not dot and isinstance(there, str):
        found[outer] = value(there)
