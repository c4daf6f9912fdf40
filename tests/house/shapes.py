"""Records as a reader sees them: tables of fields, with types in plain words."""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from tests.house import sentences

PLAIN = MappingProxyType(
    {
        str: "text",
        int: "whole number",
        float: "number",
        bool: "true or false",
        datetime: "time",
        Any: "any JSON",
    }
)


def table(heading: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def hints(shape: type[Struct]) -> dict[str, Any]:
    """Return the types of a record's fields, their ranges included."""
    return typing.get_type_hints(shape, include_extras=True)


def fields(shape: type[Struct], otherwise: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a table of a record's fields; where it says nothing of one, `otherwise` may."""
    own: dict[str, str] = {}
    for part in reversed(shape.__mro__):
        if issubclass(part, Struct) and part is not Struct:
            own |= sentences.under(sys.modules[part.__module__], part.__name__)
    said = {**otherwise, **{name: sentence for name, sentence in own.items() if sentence}}
    found = hints(shape)
    rows = [
        [f"`{field.encode_name}`", type_name(found[field.name]), shown(field), said.get(field.name, "")]
        for field in msgspec.structs.fields(shape)
    ]
    return table(["field", "type", "default", "meaning"], rows)


def shown(field: msgspec.structs.FieldInfo) -> str:
    """Return how a field's default reads; `needed` where there is none."""
    if field.required:
        return "needed"
    default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return "as it is" if default is msgspec.UNSET else f"`{msgspec.json.encode(default).decode()}`"


def type_name(hint: Any) -> str:
    """Return a type in a reader's words, with its range."""
    if typing.get_origin(hint) is Annotated:
        inner, *metas = typing.get_args(hint)
        return type_name(inner) + "".join(_range(meta) + _length(meta, inner) for meta in metas)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        kept = [part for part in inside if part is not msgspec.UnsetType]
        return " or ".join("null" if part is type(None) else type_name(part) for part in kept)
    if origin is typing.Literal:
        return " or ".join(f"`{choice}`" for choice in inside)
    if origin in {tuple, list}:
        return f"list of {type_name(inside[0])}"
    if origin is dict:
        return f"map of {type_name(inside[1])} by {type_name(inside[0])}"
    if isinstance(hint, type) and issubclass(hint, Struct):
        return f"`{hint.__name__}`"
    return PLAIN.get(hint) or str(getattr(hint, "__name__", hint))


def _range(meta: Any) -> str:
    low = meta.ge if meta.ge is not None else meta.gt
    high = meta.le if meta.le is not None else meta.lt
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", {'at least' if meta.ge is not None else 'above'} {low}"
    return f", at most {high}" if high is not None else ""


def _length(meta: Any, inner: Any) -> str:
    if meta.max_length is None:
        return ""
    unit = "characters" if typing.get_origin(inner) is None and inner is str else "items"
    least = f"{meta.min_length} to " if meta.min_length else "up to "
    exact = meta.min_length == meta.max_length
    return f", {meta.max_length} {unit}" if exact else f", {least}{meta.max_length} {unit}"
