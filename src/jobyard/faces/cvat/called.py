"""Requests as older clients call them: by what they do to which thing. The newest one of that sort is meant.

Such names were `create:task-5`, and later `action=create&target=task&target_id=5`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

_LONGEST = 300
_TARGETS = frozenset({"project", "task", "job"})
_PARTS = frozenset({"dataset", "annotations", "backup"})
_QUALITY = "quality-check-task-"
_FIELDS: Mapping[str, str] = MappingProxyType({"project": "project_id", "task": "task_id", "job": "job_id"})


def meant(name: str) -> dict[str, Any] | None:
    """Return the values that a request of an older name has, by the names of filters; None for what is no such name."""
    if len(name) > _LONGEST:
        return None
    if "=" in name:
        return _paired(name)
    if name.startswith(_QUALITY):
        return _found("calculate", "task", name.removeprefix(_QUALITY).partition("-")[0], "quality")
    action, _, rest = name.partition(":")
    target, _, rest = rest.partition("-")
    number, _, rest = rest.partition("-")
    part = rest.partition("-")[0]
    if action == "create" and target == "task" and not rest:
        return _found(action, target, number)
    if action in {"export", "import"} and part in _PARTS:
        format_ = rest.partition("-in-")[2].rpartition("-format-by-")[0]
        return _found(action, target, number, part, format_.replace("_", " ").replace("@", "."))
    return None


def _paired(name: str) -> dict[str, Any] | None:
    said = dict(parse_qsl(name, keep_blank_values=True, max_num_fields=20))
    part, format_ = said.get("subresource", ""), said.get("format", "")
    plain = format_.replace("_", " ").replace("~", ".")
    return _found(said.get("action", ""), said.get("target", ""), said.get("target_id", ""), part, plain)


def _found(action: str, target: str, number: str, part: str = "", format_: str = "") -> dict[str, Any] | None:
    if target not in _TARGETS or not (number.isascii() and number.isdecimal() and len(number) <= 10):
        return None
    found = {"action": action, "target": target, _FIELDS[target]: int(number)}
    return found | ({"subresource": part} if part else {}) | ({"format": format_} if format_ else {})
