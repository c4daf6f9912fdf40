"""Tasks: get one, find many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from jobyard.experiments.record import Experiment, Model
from jobyard.experiments.search import Asked
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Condition
from jobyard.faces.clearml.asking.pages import Page, order, ordered, page
from jobyard.faces.clearml.asking.paths import projected, require_known, roots, strings
from jobyard.faces.clearml.refusals import Missed
from jobyard.faces.clearml.routes.listing import joined, wanted
from jobyard.faces.clearml.routes.surveys import tasks_in
from jobyard.faces.clearml.routes.task_asking import FIELDS, asked, fits, in_order
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.tasks import TaskExIn, TaskIn, TaskOut, TasksIn, TasksOut, TypesIn, TypesOut
from jobyard.faces.clearml.words import tasks as words
from jobyard.faces.clearml.words.neighbours import queue_names
from jobyard.job.errors import JobNotFound

_MANY = 1_000
"""Tasks that are looked through beside the event loop, since others are not to wait for that."""
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
    """Return the types of the tasks of some projects and of those below them, or of all."""
    found = await tasks_in(call, said.projects)
    return {"types": sorted({one.task.type for one in found})}


async def documents(call: Call, found: list[Experiment], *, whole: bool, measured: bool) -> list[Json]:
    """Return tasks as documents; `measured` with what is known of their curves."""
    queues: dict[str, str] = {}
    if whole and any(words.in_line(one) for one in found):
        queues = {one.name: one.id for one in await call.experiments.lines.all(call.actor)}
    shown = await _beside(len(found), lambda: [words.document(one, whole=whole, queues=queues) for one in found])
    if measured:
        known = await call.experiments.curves.last(call.actor, [one.task.id for one in found])
        for one in shown:
            one[words.METRICS] = words.metrics(known[one["id"]])
    return shown


async def _found(call: Call, said: TasksIn, *, expanded: bool = False) -> Json:
    names = wanted(said)
    require_known(names, FIELDS)
    by, part = order(said, FIELDS), page(said)
    sought, rest = await asked(call, said)
    needed = roots(names) | {root for root, _ in by} | roots(call.body) | _looked_through(call.body)
    whole = not names or bool(needed & words.LARGER)
    measured = not names or words.METRICS in roots(names)
    placed = await in_order(call, sought, by, call.body)
    if placed is not None:
        placed = replace(placed, whole=whole)
        found = await call.experiments.search.page(call.actor, placed, part.offset, part.limit, fits(rest, whole=whole))
        shown = await documents(call, found.tasks, whole=whole, measured=measured)
        total, exact = found.total, found.exact
    else:
        shown, total = await _sorted(call, sought, rest, by, part)
        exact = True
    if expanded:
        await _expand(call, shown, names)
        names = _with_ids(names)
    tasks = [words.aged(projected(one, names), call.version) for one in shown]
    return {"tasks": tasks, **part.along(len(shown), total, exact=exact)}


def _looked_through(body: Json) -> set[str]:
    """Return the fields that the newer filters, and patterns over several fields, ask for."""
    found = set(body.get("filters") or ())
    for name in ("_any_", "_or_", "_all_", "_and_"):
        told = body.get(name)
        if isinstance(told, dict):
            found |= {one for one in told.get("fields") or () if isinstance(one, str)}
    return roots(found)


async def _sorted(
    call: Call, sought: Asked, rest: list[Condition], by: list[tuple[str, bool]], part: Page
) -> tuple[list[Json], int]:
    """Return a page in an order, or under conditions, of which the tables know nothing."""
    found = await call.experiments.search.all(call.actor, sought)
    shown = await documents(call, found, whole=True, measured=True)
    kept = await _beside(len(shown), lambda: ordered([one for one in shown if all(fit(one) for fit in rest)], by))
    return kept[part.offset : part.offset + part.limit], len(kept)


async def _beside(count: int, work: Callable[[], list[Json]]) -> list[Json]:
    """Return what some work on so many tasks returns; for many it is done beside the event loop."""
    return await asyncio.to_thread(work) if count > _MANY else work()


async def _expand(call: Call, found: list[Json], names: list[str]) -> None:
    """Put documents in the place of ids; what is gone stays an id alone."""
    projects = {one.id: {"name": one.name} for one in await call.experiments.folders.seen(call.actor)}
    queues = {one.id: queue_names(one) for one in await call.experiments.lines.all(call.actor)}
    known = {"project": projects, "execution.queue": queues, "parent": await _parents(call, found, projects)}
    if not names or "models" in roots(names):
        await _expand_models(call, found)
    for one in found:
        for path in _EXPANDED:
            told = known.get(path)

            def named(id_: str, told: dict[str, Json] | None = told) -> Json:
                return {"id": id_, **({"name": id_} if told is None else told.get(id_, {}))}

            joined(one, path, named)


def _with_ids(names: list[str]) -> list[str]:
    """Return what is wanted of a list, with the ids of whatever else is wanted of something that is referred to."""
    ids = [f"{path}.id" for name in names for path in _EXPANDED if name.startswith(f"{path}.")]
    return [*names, *dict.fromkeys(ids)]


async def _parents(call: Call, found: list[Json], projects: dict[str, Json]) -> dict[str, Json]:
    above = {parent for one in found if (parent := one.get("parent"))}
    if not above:
        return {}
    parents = await call.experiments.search.all(call.actor, Asked(ids=tuple(above), whole=False))
    told: dict[str, Json] = {}
    for one in parents:
        told[one.task.id] = {"name": one.job.name}
        if one.task.project:
            told[one.task.id]["project"] = {"id": one.task.project, **projects.get(one.task.project, {})}
    return told


async def _expand_models(call: Call, found: list[Json]) -> None:
    items = [item for one in found for side in one.get("models", {}).values() for item in side]
    ids = {item["model"] for item in items}
    models = {one.id: one for one in await call.experiments.library.all(call.actor, "with", ids)} if ids else {}
    for one in found:
        sides = one.get("models", {})
        one["models"] = {side: [_expanded_model(item, models) for item in there] for side, there in sides.items()}


def _expanded_model(item: Json, models: dict[str, Model]) -> Json:
    model = models.get(item["model"])
    told: Json = {"id": item["model"]}
    if model is not None:
        told |= {"name": model.name, "uri": model.uri, "ready": model.ready, "framework": model.framework}
    return {**item, "model": told}


ACTIONS = (get_by_id, get_by_id_ex, get_all, get_all_ex, get_types)
