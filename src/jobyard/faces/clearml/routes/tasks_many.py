"""Tasks: several at once, one after the other, each with what became of it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import msgspec

from jobyard.experiments.life import Told
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes.several import each
from jobyard.faces.clearml.routes.task_life import deleted, done_reset, ended, fields, published, put_away
from jobyard.faces.clearml.routes.task_queues import chosen, is_watched, put, taken_out
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, ManyOut, Out
from jobyard.faces.clearml.wire.task_life import (
    ArchivedIn,
    DeleteIn,
    DeleteManyIn,
    DequeueIn,
    DequeueManyIn,
    EnqueueIn,
    EnqueueManyIn,
    EnqueueManyOut,
    ForcedIn,
    ForcedManyIn,
    PublishIn,
    PublishManyIn,
    PutAwayIn,
    ResetIn,
    ResetManyIn,
    StopIn,
    StopManyIn,
)

T = TypeVar("T", bound=ForcedIn)


@action("tasks.archive_many", "2.13", PutAwayIn, ManyOut)
async def archive_many(call: Call, said: PutAwayIn) -> Answer:
    """Put tasks away."""

    async def one(id_: str) -> Json:
        moved = await put_away(call, id_, _told(said), steps=said.include_pipeline_steps)
        return {"archived": True, "fields": fields(moved)}

    return await each(said.ids, one)


@action("tasks.unarchive_many", "2.13", PutAwayIn, ManyOut)
async def unarchive_many(call: Call, said: PutAwayIn) -> Answer:
    """Fetch tasks back that were put away."""

    async def one(id_: str) -> Json:
        await put_away(call, id_, _told(said), steps=said.include_pipeline_steps, away=False)
        return {"unarchived": True}

    return await each(said.ids, one)


@action("tasks.reset_many", "2.13", ResetManyIn, ManyOut)
async def reset_many(call: Call, said: ResetManyIn) -> Answer:
    """Make tasks what they were before they ran."""
    return await each(said.ids, lambda id_: _built(done_reset(call, _single(said, id_, ResetIn))))


@action("tasks.delete_many", "2.13", DeleteManyIn, ManyOut)
async def delete_many(call: Call, said: DeleteManyIn) -> Answer:
    """Delete tasks."""
    return await each(said.ids, lambda id_: _built(deleted(call, _single(said, id_, DeleteIn))))


@action("tasks.publish_many", "2.13", PublishManyIn, ManyOut)
async def publish_many(call: Call, said: PublishManyIn) -> Answer:
    """Publish tasks."""
    return await each(said.ids, lambda id_: _built(published(call, _single(said, id_, PublishIn))))


@action("tasks.stop_many", "2.13", StopManyIn, ManyOut)
async def stop_many(call: Call, said: StopManyIn) -> Answer:
    """Ask for the end of tasks."""
    return await each(said.ids, lambda id_: _built(ended(call, _single(said, id_, StopIn))))


@action("tasks.enqueue_many", "2.13", EnqueueManyIn, EnqueueManyOut)
async def enqueue_many(call: Call, said: EnqueueManyIn) -> Answer:
    """Put tasks in line in one queue."""
    line = await chosen(call, said.queue, said.queue_name)

    async def one(id_: str) -> Json:
        return {"queued": 1, "updated": 1, "fields": await put(call, EnqueueIn(task=id_), line)}

    made = await each(said.ids, one)
    watched = await is_watched(call, line) if said.verify_watched_queue else None
    return EnqueueManyOut(succeeded=made.succeeded, failed=made.failed, queue_watched=watched)


@action("tasks.dequeue_many", "2.16", DequeueManyIn, ManyOut)
async def dequeue_many(call: Call, said: DequeueManyIn) -> Answer:
    """Take tasks out of the line."""

    async def one(id_: str) -> Json:
        moved = await taken_out(call, DequeueIn(task=id_, new_status=said.new_status))
        return {"dequeued": moved.removed, "updated": moved.removed, "fields": fields(moved) if moved.removed else {}}

    return await each(said.ids, one)


async def _built(answer: Awaitable[Out]) -> Json:
    found: Json = msgspec.to_builtins(await answer)
    return found


def _single(said: ForcedManyIn, id_: str, shape: type[T]) -> T:
    told_ = {name: value for name in said.__struct_fields__ if (value := getattr(said, name)) is not None}
    return msgspec.convert({**told_, "task": id_}, shape)


def _told(said: ArchivedIn) -> Told:
    return Told(reason=said.status_reason or "", message=said.status_message or "")


ACTIONS = (
    archive_many,
    unarchive_many,
    reset_many,
    delete_many,
    publish_many,
    stop_many,
    enqueue_many,
    dequeue_many,
)
