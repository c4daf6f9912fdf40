"""Models: make, change, publish, put away, delete."""

from __future__ import annotations

from typing import Any

from jobyard.experiments.library import require_draft
from jobyard.experiments.life import Told
from jobyard.experiments.record import Model
from jobyard.experiments.tasks import Edits
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes.several import each
from jobyard.faces.clearml.routes.task_life import fields
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, ManyIn, ManyOut, UpdatedOut
from jobyard.faces.clearml.wire.model import (
    CreateModelIn,
    CreateModelOut,
    DeletedModelOut,
    DeleteMetadataIn,
    DeleteModelIn,
    EditModelIn,
    MetadataIn,
    ModelFields,
    ReadyIn,
    ReadyOut,
    UpdateForTaskIn,
    UpdateForTaskOut,
)
from jobyard.faces.clearml.wire.parts import ModelItem
from jobyard.faces.clearml.wire.task_contents import CountOut
from jobyard.faces.clearml.words import neighbours as words
from jobyard.faces.clearml.words import parameters
from jobyard.job.errors import Fault, Invalid

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
    return CreateModelOut(id=(await call.experiments.library.create(call.actor, told)).id)


@action("models.edit", "2.1", EditModelIn, UpdatedOut)
async def edit(call: Call, said: EditModelIn) -> Answer:
    """Change whatever may be said of a model."""

    def change(old: Model) -> dict[str, Any]:
        told = _said(said)
        if said.iteration is not None:
            told["last_iteration"] = max(old.last_iteration, said.iteration)
        if said.metadata is not None:
            told["metadata"] = _metadata(said.metadata)
        return told

    changed = await call.experiments.library.edit(call.actor, said.model, change)
    return _updated(call, changed)


@action("models.update", "2.1", EditModelIn, UpdatedOut)
async def update(call: Call, said: EditModelIn) -> Answer:
    """Change words and tags of a model."""

    def change(old: Model) -> dict[str, Any]:
        told = _said(said)
        if "uri" in told and told["uri"] != old.uri:
            require_draft(old, force=False)
        return told

    return _updated(call, await call.experiments.library.edit(call.actor, said.model, change))


@action("models.set_ready", "2.1", ReadyIn, ReadyOut)
async def set_ready(call: Call, said: ReadyIn) -> Answer:
    """Publish a model, and the task that made it unless nobody wants that."""
    changed = await call.experiments.library.edit(call.actor, said.model, lambda _: {"ready": True})
    published: Json | None = None
    if said.publish_task is not False and changed.task:
        try:
            moved = await call.experiments.life.publish(call.actor, changed.task, Told(), models=False)
        except Fault:  # a task that is gone, runs or is published already keeps no model from being ready
            return ReadyOut(updated=1)
        published = {"id": changed.task, "data": {"updated": 1, "fields": fields(moved, "published")}}
    return ReadyOut(updated=1, published_task=published)


@action("models.delete", "2.1", DeleteModelIn, DeletedModelOut)
async def delete(call: Call, said: DeleteModelIn) -> Answer:
    """Delete a model; its weights stay where they lie."""
    return DeletedModelOut(
        deleted=True, url=await call.experiments.library.delete(call.actor, said.model, force=said.force)
    )


@action("models.archive_many", "2.13", ManyIn, ManyOut)
async def archive_many(call: Call, said: ManyIn) -> Answer:
    """Put models away."""

    async def one(id_: str) -> Json:
        await call.experiments.library.archive(call.actor, id_, away=True)
        return {"archived": True}

    return await each(said.ids, one)


@action("models.unarchive_many", "2.13", ManyIn, ManyOut)
async def unarchive_many(call: Call, said: ManyIn) -> Answer:
    """Fetch models back that were put away."""

    async def one(id_: str) -> Json:
        await call.experiments.library.archive(call.actor, id_, away=False)
        return {"unarchived": True}

    return await each(said.ids, one)


@action("models.add_or_update_metadata", "2.13", MetadataIn, CountOut)
async def add_or_update_metadata(call: Call, said: MetadataIn) -> Answer:
    """Keep more of a model, by key."""
    fresh = _metadata(said.metadata)

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
    made = said.override_model_id is None
    if said.override_model_id is not None:
        model = await library.get(call.actor, said.override_model_id)
    else:
        told: Json = {
            "uri": said.uri,
            "name": said.name or task.job.name,
            "comment": said.comment or "",
            "tags": tuple(said.tags or ()),
            "task": said.task,
            "ready": False,
            "last_iteration": said.iteration or 0,
        }
        model = await library.create(call.actor, told)
    item, now = ModelItem(name=model.name, model=model.id), times.written(call.now())
    edits = Edits(sections=lambda sections: parameters.set_model(sections, "output", item, now))
    await call.experiments.tasks.edit(call.actor, said.task, edits)
    return UpdateForTaskOut(id=model.id, created=made)


def _said(said: ModelFields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for theirs, ours in _NAMES.items():
        value = getattr(said, theirs, None)
        if value is not None:
            found[ours] = tuple(value) if isinstance(value, list) else value
    return found


def _metadata(said: list[Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for one in said:
        if not isinstance(one.get("key"), str):
            raise Invalid(reason="error for field 'metadata.key'. field is required!")
        found[one["key"]] = {name: str(one[name]) for name in ("key", "type", "value") if one.get(name) is not None}
    return found


def _updated(call: Call, changed: Model) -> UpdatedOut:
    found = words.model(changed)
    named = [name for name, value in call.body.items() if value is not None and name != "model"]
    return UpdatedOut(updated=1, fields={name: found[name] for name in (*named, "last_update") if name in found})


ACTIONS = (
    create,
    edit,
    update,
    set_ready,
    delete,
    archive_many,
    unarchive_many,
    add_or_update_metadata,
    delete_metadata,
    update_for_task,
)
