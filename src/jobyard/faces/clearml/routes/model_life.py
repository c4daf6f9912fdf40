"""Models: publish, put away, move, delete."""

from __future__ import annotations

from jobyard.experiments.ground import GONE
from jobyard.experiments.life import Told
from jobyard.experiments.record import Model
from jobyard.experiments.refusals import ModelReady
from jobyard.experiments.standing import Standing
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.refusals import Missed
from jobyard.faces.clearml.routes.several import each
from jobyard.faces.clearml.routes.task_life import fields
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, ManyIn, ManyOut
from jobyard.faces.clearml.wire.model import (
    DeletedModelOut,
    DeleteModelIn,
    DeleteModelsIn,
    ModelTagsIn,
    MoveModelsIn,
    MoveModelsOut,
    PublishModelsIn,
    ReadyIn,
    ReadyOut,
)
from jobyard.faces.clearml.wire.task_contents import CountOut
from jobyard.faces.clearml.words import tasks as words
from jobyard.job.errors import JobNotFound


@action("models.set_ready", "2.1", ReadyIn, ReadyOut)
async def set_ready(call: Call, said: ReadyIn) -> Answer:
    """Publish a model, and the task that made it unless nobody wants that."""
    return ReadyOut(updated=1, published_task=await _published(call, said))


@action("models.publish_many", "2.13", PublishModelsIn, ManyOut)
async def publish_many(call: Call, said: PublishModelsIn) -> Answer:
    """Publish models, and the tasks that made them unless nobody wants that."""
    task = False not in {said.publish_task, said.publish_tasks}

    async def one(id_: str) -> Json:
        wanted = ReadyIn(model=id_, publish_task=task, force_publish_task=said.force_publish_task)
        made = await _published(call, wanted)
        return {"updated": True, **({} if made is None else {"published_task": made})}

    return await each(said.ids, one)


@action("models.delete", "2.1", DeleteModelIn, DeletedModelOut)
async def delete(call: Call, said: DeleteModelIn) -> Answer:
    """Delete a model; its weights stay where they lie."""
    url = await call.experiments.library.delete(call.actor, said.model, force=said.force)
    return DeletedModelOut(deleted=True, url=url)


@action("models.delete_many", "2.13", DeleteModelsIn, ManyOut)
async def delete_many(call: Call, said: DeleteModelsIn) -> Answer:
    """Delete models; their weights stay where they lie."""

    async def one(id_: str) -> Json:
        return {"deleted": True, "url": await call.experiments.library.delete(call.actor, id_, force=said.force)}

    return await each(said.ids, one)


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


@action("models.move", "2.12", MoveModelsIn, MoveModelsOut)
async def move(call: Call, said: MoveModelsIn) -> Answer:
    """Put models into another project."""
    words.require_some(said.ids)
    if not said.project and not said.project_name:
        raise Missed(name="project, project_name")
    library, target = call.experiments.library, said.project or ""
    for id_ in said.ids:
        await library.get(call.actor, id_)
    if said.project_name:
        target = (await call.experiments.folders.named(call.actor, said.project_name)).id
    for id_ in said.ids:
        await library.edit(call.actor, id_, lambda _: {"folder": target})
    return MoveModelsOut(project_id=target)


@action("models.update_tags", "2.27", ModelTagsIn, CountOut)
async def update_tags(call: Call, said: ModelTagsIn) -> Answer:
    """Add tags to models and take others away."""
    words.require_some(said.ids)
    library = call.experiments.library

    def tagged(old: Model) -> Json:
        return {"tags": tuple((set(old.tags) | set(said.add_tags or ())) - set(said.remove_tags or ()))}

    for id_ in said.ids:
        await library.get(call.actor, id_)
    for id_ in said.ids:
        await library.edit(call.actor, id_, tagged)
    return CountOut(updated=len(said.ids))


async def _published(call: Call, said: ReadyIn) -> Json | None:
    """Publish a model; return what became of its task, where that was published with it."""
    library = call.experiments.library
    model = await library.get(call.actor, said.model)
    if model.ready:
        raise ModelReady(id=model.id)
    made: Json | None = None
    if said.publish_task is not False and model.task and not model.task.startswith(GONE):
        made = await _task_published(call, model.task, force=said.force_publish_task)
    await library.edit(call.actor, said.model, lambda _: {"ready": True})
    return made


async def _task_published(call: Call, id_: str, *, force: bool) -> Json | None:
    try:
        task = await call.experiments.tasks.get(call.actor, id_)
    except JobNotFound:
        return None
    if task.standing is Standing.PUBLISHED:
        return None
    moved = await call.experiments.life.publish(call.actor, id_, Told(force=force), models=False)
    return {"id": id_, "data": {"updated": 1, "fields": fields(moved, "published")}}


ACTIONS = (set_ready, publish_many, delete, delete_many, archive_many, unarchive_many, move, update_tags)
