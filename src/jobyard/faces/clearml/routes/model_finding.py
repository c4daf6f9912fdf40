"""Models: get one, find many."""

from __future__ import annotations

from jobyard.experiments.refusals import ModelNotFound
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Among, Form
from jobyard.faces.clearml.asking.paths import roots, strings
from jobyard.faces.clearml.refusals import Missed
from jobyard.faces.clearml.routes.listing import chosen, joined, shown, visible, wanted
from jobyard.faces.clearml.routes.surveys import models_in
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.model import (
    FrameworksIn,
    FrameworksOut,
    MadeByIn,
    Model,
    ModelIn,
    ModelOut,
    ModelsIn,
    ModelsOut,
)
from jobyard.faces.clearml.words import neighbours as words
from jobyard.faces.clearml.words.tasks import METRICS, metrics

FIELDS = frozenset(Model.__struct_fields__)
FORMS = {
    **dict.fromkeys(("id", "user", "project", "task", "parent", "uri", "framework", "tags", "system_tags"), Form.LIST),
    **dict.fromkeys(("name", "comment"), Form.PATTERN),
    **dict.fromkeys(("last_update", "last_change"), Form.TIMES),
    **dict.fromkeys(("created", "last_iteration", METRICS), Form.RANGE),
    **dict.fromkeys(("ready", "labels", "metadata", "design"), Form.PLAIN),
}
_NARROWED = (("id", "with"), ("task", "of"), ("uri", "at"))


@action("models.get_by_id", "2.1", ModelIn, ModelOut)
async def get_by_id(call: Call, said: ModelIn) -> Answer:
    """Return a model."""
    found = await call.experiments.library.get(call.actor, said.model)
    known = await call.experiments.curves.last(call.actor, [found.id])
    return {"model": words.model(found, known[found.id])}


@action("models.get_by_id_ex", "2.20", ModelsIn, ModelsOut)
async def get_by_id_ex(call: Call, said: ModelsIn) -> Answer:
    """Return models by their ids, with what they refer to."""
    ids = strings(said.id)
    if not ids:
        raise Missed(name="id")
    some, along = await _expanded(call, said)
    if not some:
        raise ModelNotFound(name=", ".join(ids)[:200])
    return {"models": shown(said, some, FIELDS), **along}


@action("models.get_all", "2.1", ModelsIn, ModelsOut)
async def get_all(call: Call, said: ModelsIn) -> Answer:
    """Return models that fit all conditions, latest change first."""
    some, along = await _found(call, said)
    return {"models": shown(said, some, FIELDS), **along}


@action("models.get_all_ex", "2.1", ModelsIn, ModelsOut)
async def get_all_ex(call: Call, said: ModelsIn) -> Answer:
    """Return models that fit all conditions, with what they refer to."""
    some, along = await _expanded(call, said)
    return {"models": shown(said, some, FIELDS), **along}


async def _expanded(call: Call, said: ModelsIn) -> tuple[list[Json], Json]:
    some, along = await _found(call, said)
    folders = {one.id: one.name for one in await call.experiments.folders.seen(call.actor)}
    for one in some:
        joined(one, "project", lambda id_: {"id": id_, "name": folders.get(id_, id_)})
        for path in ("user", "company"):
            joined(one, path, lambda id_: {"id": id_, "name": id_})
        joined(one, "task", lambda id_: {"id": id_})
    if said.include_stats:
        some = [{**one, "stats": {"labels_count": len(one["labels"])}} for one in some]
    return some, along


@action("models.get_by_task_id", "2.1", MadeByIn, ModelOut)
async def get_by_task_id(call: Call, said: MadeByIn) -> Answer:
    """Return the model that a task made last."""
    task = await call.experiments.tasks.get(call.actor, said.task)
    library = call.experiments.library
    made = [item["model"] for item in task.task.sections.get("models", {}).get("output", [])]
    found = {one.id: one for one in await library.all(call.actor, "with", made)}
    there = [found[id_] for id_ in made if id_ in found][::-1] or await library.all(call.actor, "of", [said.task])
    if not there:
        raise ModelNotFound(name=f"of the task {said.task}")
    known = await call.experiments.curves.last(call.actor, [there[0].id])
    return {"model": words.model(there[0], known[there[0].id])}


@action("models.get_frameworks", "2.9", FrameworksIn, FrameworksOut)
async def get_frameworks(call: Call, said: FrameworksIn) -> Answer:
    """Return what the models of some projects and of those below them, or of all, are made with."""
    found = await models_in(call, said.projects)
    return FrameworksOut(frameworks=sorted({one.framework for one in found if one.framework}))


async def _found(call: Call, said: ModelsIn) -> tuple[list[Json], Json]:
    by, given = "", list[str]()
    for name, narrow in _NARROWED:
        told = strings(getattr(said, name))
        plain = Among(name, told).plain if told else None
        if plain is not None:
            by, given = narrow, plain
            break
    found = [words.model(one) for one in await call.experiments.library.all(call.actor, by, given)]
    some, along = chosen(call, said, found, FORMS, FIELDS, [visible(said, said.id)])
    names = wanted(said)
    if not names or METRICS in roots(names):
        known = await call.experiments.curves.last(call.actor, [one["id"] for one in some])
        some = [{**one, METRICS: metrics(known[one["id"]])} for one in some]
    return some, along


ACTIONS = (get_by_id, get_by_id_ex, get_all, get_all_ex, get_by_task_id, get_frameworks)
