"""Models: make one, change what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from msgspec import UNSET

from jobyard.experiments.ground import GONE
from jobyard.experiments.library import require_draft
from jobyard.experiments.record import Experiment, Model
from jobyard.experiments.tasks import Edits
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, UpdatedOut
from jobyard.faces.clearml.wire.model import (
    CreateModelIn,
    CreateModelOut,
    DeleteMetadataIn,
    EditModelIn,
    MetadataIn,
    ModelFields,
    UpdateForTaskIn,
    UpdateForTaskOut,
)
from jobyard.faces.clearml.wire.parts import ModelItem
from jobyard.faces.clearml.wire.task_contents import CountOut
from jobyard.faces.clearml.words import neighbours as words
from jobyard.faces.clearml.words import parameters
from jobyard.job.errors import Invalid, JobNotFound

_NAMES = {
    **{name: name for name in ("uri", "comment", "tags", "system_tags", "framework", "design", "labels")},
    **{name: name for name in ("parent", "task", "name", "ready")},
    "project": "folder",
    "iteration": "last_iteration",
}
"""Their names of what may be said of a model, with ours."""


@action("models.create", "2.1", CreateModelIn, CreateModelOut)
async def create(call: Call, said: CreateModelIn) -> Answer:
    """Write a new model down."""
    told = {"ready": True, **_said(said)}
    if said.metadata is not None:
        told["metadata"] = kept_metadata(said.metadata)
    return CreateModelOut(id=(await call.experiments.library.create(call.actor, told)).id)


@action("models.edit", "2.1", EditModelIn, UpdatedOut)
async def edit(call: Call, said: EditModelIn) -> Answer:
    """Change whatever may be said of a model."""
    return await _edited(call, said, lambda old: _told(said, old))


@action("models.update", "2.1", EditModelIn, UpdatedOut)
async def update(call: Call, said: EditModelIn) -> Answer:
    """Change words, tags and what is kept of a model."""

    def change(old: Model) -> dict[str, Any]:
        told = _told(said, old)
        if "uri" in told and told["uri"] != old.uri:
            require_draft(old, force=False)
        return told

    return await _edited(call, said, change)


@action("models.add_or_update_metadata", "2.13", MetadataIn, CountOut)
async def add_or_update_metadata(call: Call, said: MetadataIn) -> Answer:
    """Keep more of a model, by key."""
    fresh = kept_metadata(said.metadata)

    def change(old: Model) -> dict[str, Any]:
        return {"metadata": fresh if said.replace_metadata else {**old.metadata, **fresh}}

    await call.experiments.library.edit(call.actor, said.model, change)
    return CountOut(updated=1)


@action("models.delete_metadata", "2.13", DeleteMetadataIn, CountOut)
async def delete_metadata(call: Call, said: DeleteMetadataIn) -> Answer:
    """Keep less of a model."""

    def change(old: Model) -> dict[str, Any]:
        return {"metadata": {key: one for key, one in old.metadata.items() if key not in said.keys}}

    await call.experiments.library.edit(call.actor, said.model, change)
    return CountOut(updated=1)


@action("models.update_for_task", "2.1", UpdateForTaskIn, UpdateForTaskOut)
async def update_for_task(call: Call, said: UpdateForTaskIn) -> Answer:
    """Say which model a task has made: one that is there, or a new one where its weights lie."""
    if (said.uri is None) == (said.override_model_id is None):
        raise Invalid(reason="exactly one field is required: uri or override_model_id")
    task = await call.experiments.tasks.get(call.actor, said.task)
    library = call.experiments.library
    if said.override_model_id is not None:
        model = await library.get(call.actor, said.override_model_id)
    else:
        model = await library.create(call.actor, _made(said, task))
    item, now = ModelItem(name=model.name, model=model.id), times.written(call.now())
    edits = Edits(
        sections=lambda sections: parameters.set_model(sections, "output", item, now),
        iteration=UNSET if said.iteration is None else said.iteration,
    )
    await call.experiments.tasks.edit(call.actor, said.task, edits)
    return UpdateForTaskOut(id=model.id, created=said.override_model_id is None)


def _made(said: UpdateForTaskIn, task: Experiment) -> dict[str, Any]:
    """Return what is said of the model that a task made; it is made with what the task is made with."""
    sections = task.task.sections
    execution: Json = sections.get("execution", {})
    taken: list[Json] = sections.get("models", {}).get("input", [])
    return {
        "uri": said.uri,
        "name": said.name or task.job.name,
        "comment": said.comment or "",
        "tags": tuple(said.tags or ()),
        "system_tags": tuple(said.system_tags or ()),
        "task": said.task,
        "ready": False,
        "framework": execution.get("framework") or "",
        "labels": execution.get("model_labels") or {},
        "parent": taken[0]["model"] if taken else "",
        "last_iteration": said.iteration or 0,
    }


async def _edited(call: Call, said: EditModelIn, change: Callable[[Model], dict[str, Any]]) -> UpdatedOut:
    changed = await call.experiments.library.edit(call.actor, said.model, change)
    if said.iteration is not None and changed.task and not changed.task.startswith(GONE):
        with suppress(JobNotFound):  # the task may be gone
            edits = Edits(iteration=said.iteration, alive=False)
            await call.experiments.tasks.edit(call.actor, changed.task, edits)
    return _updated(call, changed)


def _told(said: EditModelIn, old: Model) -> dict[str, Any]:
    told = _said(said)
    if said.iteration is not None:
        told["last_iteration"] = max(old.last_iteration, said.iteration)
    if said.metadata is not None:
        told["metadata"] = kept_metadata(said.metadata)
    return told


def _said(said: ModelFields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for theirs, ours in _NAMES.items():
        value = getattr(said, theirs, None)
        if value is not None:
            found[ours] = tuple(value) if isinstance(value, list) else value
    return found


def kept_metadata(said: list[Json] | dict[str, Json]) -> dict[str, Json]:
    """Return what is said of a model or a queue, by its keys. Raises Invalid."""
    found: dict[str, Json] = {}
    for one in said if isinstance(said, list) else [{"key": key, **one} for key, one in said.items()]:
        if not isinstance(one.get("key"), str):
            raise Invalid(reason="error for field 'metadata.key'. field is required!")
        found[one["key"]] = {name: str(one[name]) for name in ("key", "type", "value") if one.get(name) is not None}
    return found


def _updated(call: Call, changed: Model) -> UpdatedOut:
    found = words.model(changed)
    named = [name for name, value in call.body.items() if value is not None and name != "model"]
    return UpdatedOut(updated=1, fields={name: found[name] for name in (*named, "last_update") if name in found})


ACTIONS = (create, edit, update, add_or_update_metadata, delete_metadata, update_for_task)
