"""Dotted names of fields inside documents whose own keys may hold dots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jobyard.faces.clearml.wire import Json
from jobyard.job.errors import Invalid

DEEP = frozenset(
    {
        *("script", "execution", "output", "hyperparams", "configuration", "runtime", "models", "container", "input"),
        *("last_metrics", "metric_stats", "metadata", "labels", "design", "stats", "entries", "workers"),
    }
)
"""Fields that hold fields of their own."""
REFERENCES = frozenset({"company", "user", "project", "parent", "task"})
"""Fields that some lists answer with what they refer to: its id and its name."""


class UnknownField(Invalid):
    """Lookup error (probably an invalid field): field={name}"""


class MixedFields(Invalid):
    """Fields are either named or left out, not both."""


def dig(found: Any, path: str) -> Any:
    """Return the value at a dotted name; None where there is none."""
    if not isinstance(found, dict):
        return None
    if path in found:
        return found[path]
    # Keys hold dots of their own, so every way to cut the name is looked at.
    at = path.find(".")
    while at > 0:
        inner = found.get(path[:at])
        if inner is not None:
            value = dig(inner, path[at + 1 :])
            if value is not None:
                return value
        at = path.find(".", at + 1)
    return None


def projected(found: Json, names: Sequence[str] | None, *, always: str = "id") -> Json:
    """Return a document's fields of these names, or all but those with a `-` before them. The id is always there.

    A field inside of one that is there, but has it not, leaves the empty outer one.
    """
    if not names or "*" in names:
        return found
    out = [name[1:] for name in names if name.startswith("-")]
    if out:
        if len(out) != len(names):
            raise MixedFields
        return without(found, out)
    kept: Json = {always: found[always]} if always in found else {}
    for name in names:
        _keep(kept, found, name.removesuffix(".*"))
    return kept


def without(found: Json, names: Iterable[str]) -> Json:
    """Return a document without some fields."""
    kept = dict(found)
    for name in names:
        first, _, rest = name.partition(".")
        if not rest:
            kept.pop(first, None)
        elif isinstance(kept.get(first), dict):
            kept[first] = without(kept[first], [rest])
    return kept


def roots(names: Iterable[str]) -> set[str]:
    """Return the fields of a document that dotted names begin with."""
    return {name.removeprefix("-").partition(".")[0] for name in names}


def require_known(names: Iterable[str], known: frozenset[str]) -> None:
    """Raise UnknownField for a name that begins with no known field, or goes on where there is nothing inside."""
    for name in names:
        root, _, rest = name.removeprefix("-").partition(".")
        inside = not rest or rest == "*" or root in DEEP
        named = root in REFERENCES and rest.rpartition(".")[2] in {"id", "name"}
        if root not in known | {"*"} or not (inside or named):
            raise UnknownField(name=name[:200])


def strings(said: list[str] | str | None) -> list[str]:
    """Return names that were said as a list or as one."""
    if said is None:
        return []
    return [said] if isinstance(said, str) else said


def unescaped(name: str) -> str:
    """Return a dotted name with the dots and dollars that clients escape inside of a key."""
    if "%" not in name:
        return name
    return name.replace("%2E", ".").replace("%2e", ".").replace("%24", "$").replace("%25", "%")


def _keep(kept: Json, found: Json, name: str) -> None:
    if name in found:
        kept[name] = found[name]
        return
    at = name.find(".")
    while at > 0:
        first, rest = name[:at], name[at + 1 :]
        if first in found:
            inner = found[first]
            if isinstance(inner, dict):
                place = kept.setdefault(first, {})
                if place is not inner:
                    _keep(place, inner, rest)
            elif isinstance(inner, list):
                kept[first] = _each(kept.get(first), inner, rest)
            else:
                kept[first] = inner
            return
        at = name.find(".", at + 1)


def _each(kept: Any, inner: list[Any], rest: str) -> list[Any]:
    there = kept if isinstance(kept, list) else [{} for _ in inner]
    for place, one in zip(there, inner, strict=True):
        if isinstance(one, dict):
            _keep(place, one, rest)
    return there
