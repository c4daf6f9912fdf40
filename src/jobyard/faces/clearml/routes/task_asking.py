"""What a list of tasks asks for: what the tables can answer, and conditions on what they find."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jobyard.experiments.record import Experiment
from jobyard.experiments.search import Asked, Curve, Fits, Worn
from jobyard.faces.clearml.asking.conditions import Among, Condition, Form, conditions, exact_name, filtered, searched
from jobyard.faces.clearml.asking.paths import strings
from jobyard.faces.clearml.routes.listing import patterned
from jobyard.faces.clearml.statuses import STANDING
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.parts import Task
from jobyard.faces.clearml.wire.tasks import TasksIn
from jobyard.faces.clearml.words import tasks as words

FIELDS = frozenset(Task.__struct_fields__) | {"input", "metric_stats", "report", "hyperparams"}
FORMS = {
    **dict.fromkeys(
        ("id", "user", "project", "type", "status", "tags", "system_tags", "parent", "company", "last_worker"),
        Form.LIST,
    ),
    **dict.fromkeys(("name", "comment", "status_message", "status_reason"), Form.PATTERN),
    **dict.fromkeys(("status_changed", "last_update", "last_change"), Form.TIMES),
    **dict.fromkeys(
        ("created", "started", "completed", "active_duration", "last_iteration", "last_metrics"), Form.RANGE
    ),
    **dict.fromkeys(
        ("execution", "models", "hyperparams", "configuration", "runtime", "script", "container", "output"), Form.PLAIN
    ),
}
_ORDERS = {
    "last_update": "updated",
    "created": "created",
    "status_changed": "changed",
    "name": "name",
    "last_iteration": "iteration",
    "started": "started",
    "completed": "completed",
}
_CURVE_ORDERS = {"value": "last", "min_value": "least", "max_value": "most"}
_NARROWED = {"id": "ids", "project": "folders", "user": "owners", "type": "types", "parent": "parents"}
_SHOWING = frozenset({"only_fields", "projection", "order_by"})
_DIGEST = 32


async def asked(call: Call, said: TasksIn) -> tuple[Asked, list[Condition]]:
    """Return what the tables are asked, and what is asked of what they find."""
    body = {**call.body, "id": said.id} if said.id else dict(call.body)
    if body.get("type"):
        body["type"] = _lowered(body["type"])
    fields: dict[str, Any] = {"hidden": said.search_hidden or bool(said.id)}
    done: set[str] = set()
    for name, field in _NARROWED.items():
        plain = Among(name, _list(body[name])).plain if body.get(name) else None
        if plain is not None:
            fields[field] = tuple(plain)
            done.add(name)
    for name in ("tags", "system_tags"):
        among = Among(name, _list(body[name])) if body.get(name) else None
        if among is not None and not among.empty:
            fields[name] = Worn(any=tuple(among.any), all=tuple(among.all), none=tuple(among.none))
            done.add(name)
    if fields.get("system_tags") == Worn(none=("archived",)):
        del fields["system_tags"]
        fields["archived"] = False
    if said.include_subprojects and "folders" in fields:
        fields["folders"] = tuple(await call.experiments.folders.inside(call.actor, fields["folders"]))
    status = strings(body.get("status"))
    if status and all(one in STANDING for one in status):
        fields["standings"] = tuple(STANDING[one] for one in status)
        done.add("status")
    exact = exact_name(said.name)
    if exact is not None:
        fields["name"] = exact
        done.add("name")
    return Asked(**fields), _rest(call, said, body, done)


async def in_order(call: Call, wanted: Asked, by: list[tuple[str, bool]], body: Json) -> Asked | None:
    """Return what the tables are asked in the order that is wanted; None where they know nothing of that."""
    measured = any(words.METRICS in str(value) for key, value in body.items() if key not in _SHOWING)
    if measured or any(key.startswith(words.METRICS) for key in body):
        return None
    by = by[:-1] if len(by) > 1 and by[-1][0] == "id" else by
    if not by:
        return wanted
    name, down = by[0]
    if len(by) > 1:
        return None
    if name in _ORDERS:
        return replace(wanted, order=_ORDERS[name], down=down)
    root, *path = name.split(".")
    if root == words.METRICS and len(path) == 3 and path[2] in _CURVE_ORDERS:
        found = await call.experiments.search.curve(
            lambda metric, variant: [words.hashed(metric), words.hashed(variant)] == path[:2]
        )
        metric, variant = found or ("", "")
        return replace(wanted, curve=Curve(metric=metric, variant=variant, value=_CURVE_ORDERS[path[2]]), down=down)
    return None


def fits(rest: list[Condition], *, whole: bool) -> Fits | None:
    """Return whether a task fits conditions; None where there are none."""
    if not rest:
        return None

    def fitting(one: Experiment) -> bool:
        shown = words.document(one, whole=whole)
        return all(condition(shown) for condition in rest)

    return fitting


def _rest(call: Call, said: TasksIn, body: Json, done: set[str]) -> list[Condition]:
    return [
        *conditions(body, FORMS, done),
        *patterned(call, FIELDS),
        *filtered(said.filters, FIELDS),
        *[one for one in [searched(said.search_text)] if one is not None],
    ]


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _lowered(said: Any) -> list[Any]:
    return [one.lower() if isinstance(one, str) else one for one in _list(said)]
