"""The protocol of ClearML as this house speaks it, for the reference: every action with what it takes and gives."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from jobyard.faces.clearml.actions import Action, said
from jobyard.faces.clearml.registry import ACTIONS
from tests.house import shapes
from tests.house.sentences import first

SHAPE, ACTION = "###", "###"


def action_list() -> str:
    """Return every action with its sentence, the version since which it is there, and its fields, as Markdown."""
    return "\n\n".join(_action(one) for one in ACTIONS)


def shape_list() -> str:
    """Return every shape that actions speak of, field by field, as Markdown."""
    return "\n\n".join(
        f"{SHAPE} `{one.__name__}`\n\n{first(one.__doc__)}\n\n{shapes.fields(one)}" for one in inner_shapes()
    )


def inner_shapes() -> list[type[Struct]]:
    """Return the shapes inside of what actions take and give, by name."""
    found: dict[str, type[Struct]] = {}
    wanted: list[type[Struct]] = [shape for one in ACTIONS for shape in (one.takes, one.gives)]
    seen = set(wanted)
    while wanted:
        for shape in _inside(wanted.pop()):
            if shape not in seen:
                seen.add(shape)
                wanted.append(shape)
                found[shape.__name__] = shape
    return [found[name] for name in sorted(found)]


def _action(one: Action) -> str:
    batch = "\nIts body holds a JSON object a line." if one.batch else ""
    parts = [f"{ACTION} `{one.name}`", f"{one.says}{batch}\nSince version {said(one.since)}."]
    for word, shape in (("Takes", one.takes), ("Gives", one.gives)):
        parts.append(f"{word}:\n\n{shapes.fields(shape)}" if shape.__struct_fields__ else f"{word} nothing.")
    return "\n\n".join(parts)


def _inside(shape: type[Struct]) -> Iterator[type[Struct]]:
    for hint in shapes.hints(shape).values():
        yield from _structs(hint)


def _structs(hint: Any) -> Iterator[type[Struct]]:
    if isinstance(hint, type) and issubclass(hint, Struct):
        yield hint
    for inner in typing.get_args(hint):
        yield from _structs(inner)
