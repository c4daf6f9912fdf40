"""Tasks: get one, find many."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jobyard.experiments.record import Experiment
from jobyard.experiments.search import ORDERS, Asked, Fits
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Among, Condition, Form, conditions, exact_name, filtered, searched
from jobyard.faces.clearml.asking.pages import Page, order, ordered, page
from jobyard.faces.clearml.asking.paths import projected, require_known, roots, strings
from jobyard.faces.clearml.refusals import Missed
from jobyard.faces.clearml.routes.listing import joined, patterned, wanted
from jobyard.faces.clearml.statuses import STANDING
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.parts import Task
from jobyard.faces.clearml.wire.tasks import TaskExIn, TaskIn, TaskOut, TasksIn, TasksOut, TypesIn, TypesOut
from jobyard.faces.clearml.words import tasks as words
from jobyard.job.errors import JobNotFound

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
_NARROWED = {"id": "ids", "project": "folders", "user": "owners", "type": "types", "parent": "parents"}
_EXPANDED = ("company", "user", "project", "parent", "execution.queue")


@action("tasks.get_by_id", "2.1", TaskIn, TaskOut)
async def get_by_id(call: Call, said: TaskIn) -> Answer:
    """Return a task with all that is known of it."""
    found = await call.experiments.tasks.get(call.actor, said.task)
    [shown] = await documents(call, [found], whole=True, measured=True)
    return {"task": words.aged(shown, call.version)}


@action("tasks.get_by_id_ex", "2.1", TaskExIn, TasksOut)
async def get_by_id_ex(call: Call, said: TaskExIn) -> Answer:
    """Return tasks by their ids, with what they refer to."""
    ids = strings(said.id)
    if not ids:
        raise Missed(name="id")
    answer = await _found(
        call, TasksIn(id=ids, only_fields=said.only_fields, projection=said.projection), expanded=True
    )
    if not answer["tasks"]:
        raise JobNotFound(id=", ".join(ids)[:200])
    return answer


@action("tasks.get_all", "2.1", TasksIn, TasksOut)
async def get_all(call: Call, said: TasksIn) -> Answer:
    """Return tasks that fit all conditions."""
    return await _found(call, said)


@action("tasks.get_all_ex", "2.1", TasksIn, TasksOut)
async def get_all_ex(call: Call, said: TasksIn) -> Answer:
    """Return tasks that fit all conditions, with what they refer to."""
    return await _found(call, said, expanded=True)


@action("tasks.get_types", "2.8", TypesIn, TypesOut)
async def get_types(call: Call, said: TypesIn) -> Answer:
    """Return the types of the tasks of some projects, or of all."""
    asked = Asked(folders=tuple(said.projects) if said.projects else None, hidden=True, whole=False)
    found = await call.experiments.search.all(call.actor, asked)
    return {"types": sorted({one.task.type for one in found})}


async def documents(call: Call, found: list[Experiment], *, whole: bool, measured: bool) -> list[Json]:
    """Return tasks as documents; `measured` with what is known of their curves."""
    queues = {one.name: one.id for one in await call.experiments.lines.all(call.actor)} if whole else {}
    shown = [words.document(one, whole=whole, queues=queues) for one in found]
    if measured:
        known = await call.experiments.curves.last(call.actor, [one.task.id for one in found])
        for one in shown:
            one[words.METRICS] = words.metrics(known[one["id"]])
    return shown


async def _found(call: Call, said: TasksIn, *, expanded: bool = False) -> Json:
    names = wanted(said)
    require_known(names, FIELDS)
    by, part = order(said, FIELDS), page(said)
    asked, rest = await _asked(call, said)
    needed = roots(names) | {root for root, _ in by} | roots(call.body)
    whole = not names or bool(needed & words.LARGER)
    measured = not names or words.METRICS in roots(names)
    asked = _in_order(asked, by, whole=whole)
    if _known_to_tables(by, call.body):
        shown, total = await _paged(call, asked, rest, part, whole=whole, measured=measured)
    else:
        shown, total = await _sorted(call, asked, rest, by, part)
    if expanded:
        await _expand(call, shown)
    answer = {"tasks": [words.aged(projected(one, names), call.version) for one in shown], "total": total}
    scroll = part.next(len(shown))
    return answer if scroll is None else {**answer, "scroll_id": scroll}


async def _paged(
    call: Call, asked: Asked, rest: list[Condition], part: Page, *, whole: bool, measured: bool
) -> tuple[list[Json], int | None]:
    fits = _fits(rest, whole=whole)
    search = call.experiments.search
    found = await search.page(call.actor, asked, part.offset, part.limit, fits)
    total: int | None = part.offset + len(found)
    if len(found) == part.limit or (part.offset and not found):
        total = await search.count(call.actor, asked) if fits is None else None
    return await documents(call, found, whole=whole, measured=measured), total


async def _sorted(
    call: Call, asked: Asked, rest: list[Condition], by: list[tuple[str, bool]], part: Page
) -> tuple[list[Json], int]:
    """Return a page in an order, or under conditions, of which the tables know nothing."""
    found = await call.experiments.search.all(call.actor, asked)
    shown = await documents(call, found, whole=True, measured=True)
    kept = ordered([one for one in shown if all(fits(one) for fits in rest)], by)
    return kept[part.offset : part.offset + part.limit], len(kept)


async def _asked(call: Call, said: TasksIn) -> tuple[Asked, list[Condition]]:
    """Return what the tables are asked, and what is asked of what they find."""
    fields: dict[str, Any] = {"hidden": said.search_hidden or bool(said.id)}
    done: set[str] = set()
    for name, field in _NARROWED.items():
        told = call.body.get(name) if name != "id" else said.id
        plain = Among(name, told if isinstance(told, list) else [told]).plain if told else None
        if plain is not None:
            fields[field] = tuple(plain)
            done.add(name)
    if said.include_subprojects and "folders" in fields:
        fields["folders"] = tuple(await call.experiments.folders.inside(call.actor, fields["folders"]))
    status = strings(call.body.get("status"))
    if status and all(one in STANDING for one in status):
        fields["standings"] = tuple(STANDING[one] for one in status)
        done.add("status")
    tags = strings(call.body.get("system_tags"))
    if tags == ["-archived"]:
        fields["archived"] = False
        done.add("system_tags")
    exact = exact_name(said.name)
    if exact is not None:
        fields["name"] = exact
        done.add("name")
    rest = [
        *conditions(call.body, FORMS, done),
        *patterned(call, FIELDS),
        *filtered(said.filters, FIELDS),
        *[one for one in [searched(said.search_text)] if one is not None],
    ]
    return Asked(**fields), rest


def _known_to_tables(by: list[tuple[str, bool]], body: Json) -> bool:
    measured = any(words.METRICS in str(value) for key, value in body.items() if key not in _SHOWING)
    measured = measured or any(key.startswith(words.METRICS) for key in body)
    names = [name for name, _ in by if name != "id"]
    return not measured and (not names or (len(names) == 1 and names[0] in _ORDERS))


_SHOWING = frozenset({"only_fields", "projection"})


def _in_order(asked: Asked, by: list[tuple[str, bool]], *, whole: bool) -> Asked:
    for name, down in by:
        if name in _ORDERS and _ORDERS[name] in ORDERS:
            return replace(asked, order=_ORDERS[name], down=down, whole=whole)
    return replace(asked, whole=whole)


def _fits(rest: list[Condition], *, whole: bool) -> Fits | None:
    if not rest:
        return None

    def fits(one: Experiment) -> bool:
        shown = words.document(one, whole=whole)
        return all(condition(shown) for condition in rest)

    return fits


async def _expand(call: Call, found: list[Json]) -> None:
    """Put documents in the place of ids; what is gone stays an id alone."""
    projects = {one.id: one.name for one in await call.experiments.folders.seen(call.actor)}
    queues = {one.id: one.name for one in await call.experiments.lines.all(call.actor)}
    above = {parent for one in found if (parent := one.get("parent"))}
    parents = await call.experiments.search.all(call.actor, Asked(ids=tuple(above), whole=False)) if above else []
    tasks = {one.task.id: one.job.name for one in parents}
    known = {"project": projects, "parent": tasks, "execution.queue": queues}
    for one in found:
        for path in _EXPANDED:
            names = known.get(path)

            def named(id_: str, names: dict[str, str] | None = names) -> Json:
                name = id_ if names is None else names.get(id_)
                return {"id": id_} if name is None else {"id": id_, "name": name}

            joined(one, path, named)


ACTIONS = (get_by_id, get_by_id_ex, get_all, get_all_ex, get_types)
