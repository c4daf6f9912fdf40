"""Queues."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import UNSET

from jobyard.experiments.life import Told
from jobyard.experiments.lines import LineEdits, Waiting, require_deleting
from jobyard.experiments.search import Asked
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Form
from jobyard.faces.clearml.asking.paths import roots
from jobyard.faces.clearml.routes.listing import chosen, joined, shown, visible, wanted
from jobyard.faces.clearml.routes.model import kept_metadata
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import COMPANY, Json, Nothing
from jobyard.faces.clearml.wire.neighbours import (
    AddedOut,
    ClearedOut,
    CountOut,
    CreateQueueIn,
    DefaultQueueOut,
    DeletedQueueOut,
    DeleteLineMetadataIn,
    DeleteQueueIn,
    EntriesOut,
    LineMetadataIn,
    NextTaskIn,
    NextTaskOut,
    PeekOut,
    PositionOut,
    Queue,
    QueueIn,
    QueueOut,
    QueuesIn,
    QueuesOut,
    QueueTaskIn,
    RemovedOut,
    RemoveTaskIn,
    StepsIn,
    UpdatedProjectOut,
    UpdateQueueIn,
)
from jobyard.faces.clearml.wire.tasks import IdOut
from jobyard.faces.clearml.words import neighbours as words
from jobyard.job.errors import Invalid

FIELDS = frozenset(Queue.__struct_fields__)
_SHOWN = FIELDS | {"workers"}
FORMS = {
    **dict.fromkeys(("id", "tags", "system_tags"), Form.LIST),
    "name": Form.PATTERN,
    "metadata": Form.PLAIN,
}
_ANONYMOUS = "?"
_FAR = 2**31
_GLUE = "k8s-glue"
"""The system tag of queues that a cluster empties by itself; nobody looks for them but by id or name."""


@action("queues.create", "2.4", CreateQueueIn, IdOut)
async def create(call: Call, said: CreateQueueIn) -> Answer:
    """Make a queue."""
    edits = LineEdits(
        display=UNSET if said.display_name is None else said.display_name,
        tags=UNSET if said.tags is None else tuple(said.tags),
        system_tags=UNSET if said.system_tags is None else tuple(said.system_tags),
        metadata=UNSET if said.metadata is None else kept_metadata(said.metadata),
    )
    return IdOut(id=(await call.experiments.lines.create(call.actor, said.name, edits)).id)


@action("queues.get_by_id", "2.4", QueueIn, QueueOut)
async def get_by_id(call: Call, said: QueueIn) -> Answer:
    """Return a queue with what waits in it."""
    found = await call.experiments.lines.get(call.actor, said.queue)
    return {"queue": words.queue(found.line, found)}


@action("queues.get_all", "2.4", QueuesIn, QueuesOut)
async def get_all(call: Call, said: QueuesIn) -> Answer:
    """Return queues that fit all conditions."""
    some, along = await _found(call, said)
    return {"queues": shown(said, some, FIELDS), **along}


@action("queues.get_all_ex", "2.4", QueuesIn, QueuesOut)
async def get_all_ex(call: Call, said: QueuesIn) -> Answer:
    """Return queues that fit all conditions, with the names of what waits and the agents that serve them."""
    some, along = await _found(call, said)
    agents = await call.experiments.agents.all(call.actor)
    waiting = [entry["task"] for one in some for entry in one["entries"]]
    tasks = await named_tasks(call, [*waiting, *(agent.task for agent in agents if agent.task)])
    for one in some:
        for entry in one["entries"]:
            entry["task"] = tasks.get(entry["task"], {"id": entry["task"]})
        serving = [agent for agent in agents if one["id"] in agent.queues]
        one["workers"] = [words.serving(agent, tasks.get(agent.task)) for agent in serving]
        joined(one, "company", lambda id_: {"id": id_, "name": id_})
    return {"queues": shown(said, some, _SHOWN), **along}


@action("queues.get_default", "2.4", Nothing, DefaultQueueOut)
async def get_default(call: Call, said: Nothing) -> Answer:
    """Return the default queue."""
    found = await call.experiments.lines.default(call.actor)
    return DefaultQueueOut(id=found.id, name=found.name)


@action("queues.get_next_task", "2.4", NextTaskIn, NextTaskOut)
async def get_next_task(call: Call, said: NextTaskIn) -> Answer:
    """Take the next task of a queue; it is in line again when nobody begins it for a minute."""
    job = await call.experiments.lines.next(call.actor, said.queue, call.worker or _ANONYMOUS)
    if job is None:
        return {}
    answer: Json = {"entry": words.entry(job.id, job.queued_at or job.created_at)}
    if said.get_task_info:
        answer["task_info"] = {"company": COMPANY, "user": job.owner}
    return answer


@action("queues.get_num_entries", "2.13", QueueIn, EntriesOut)
async def get_num_entries(call: Call, said: QueueIn) -> Answer:
    """Return how many tasks wait in a queue."""
    return EntriesOut(num=len((await call.experiments.lines.get(call.actor, said.queue)).entries))


@action("queues.peek_task", "2.15", QueueIn, PeekOut)
async def peek_task(call: Call, said: QueueIn) -> Answer:
    """Return the next task of a queue and leave it there."""
    entries = (await call.experiments.lines.get(call.actor, said.queue)).entries
    return {"task": entries[0][0]} if entries else {}


@action("queues.add_task", "2.4", QueueTaskIn, AddedOut)
async def add_task(call: Call, said: QueueTaskIn) -> Answer:
    """Put a task in line in a queue."""
    line = (await call.experiments.lines.get(call.actor, said.queue)).line
    await call.experiments.life.enqueue(call.actor, said.task, line.name, Told())
    return AddedOut(added=1)


@action("queues.remove_task", "2.4", RemoveTaskIn, RemovedOut)
async def remove_task(call: Call, said: RemoveTaskIn) -> Answer:
    """Take a task out of a queue."""
    await call.experiments.lines.holds(call.actor, said.queue, said.task)
    if not said.update_task_status:
        return RemovedOut(removed=int(await call.experiments.life.leave(call.actor, said.task)))
    moved = await call.experiments.life.dequeue(call.actor, said.task, Told())
    return RemovedOut(removed=moved.removed)


@action("queues.clear_queue", "2.4", QueueIn, ClearedOut)
async def clear_queue(call: Call, said: QueueIn) -> Answer:
    """Take out of a queue whatever waits in it, which stands as before it was put in line; for who may delete it."""
    require_deleting(call.actor)  # before anything is taken out of line
    return ClearedOut(removed_tasks=await _emptied(call, said.queue))


@action("queues.update", "2.4", UpdateQueueIn, UpdatedProjectOut)
async def update(call: Call, said: UpdateQueueIn) -> Answer:
    """Change what is said of a queue."""
    edits = LineEdits(
        name=UNSET if said.name is None else said.name,
        display=UNSET if said.display_name is None else said.display_name,
        tags=UNSET if said.tags is None else tuple(said.tags),
        system_tags=UNSET if said.system_tags is None else tuple(said.system_tags),
        metadata=UNSET if said.metadata is None else kept_metadata(said.metadata),
    )
    found = words.queue(await call.experiments.lines.update(call.actor, said.queue, edits))
    named = {name for name, value in call.body.items() if value is not None} - {"queue"}
    return UpdatedProjectOut(updated=1, fields={name: found[name] for name in (*named, "last_update") if name in found})


@action("queues.delete", "2.4", DeleteQueueIn, DeletedQueueOut)
async def delete(call: Call, said: DeleteQueueIn) -> Answer:
    """Delete a queue; only force allows that something waits in it, which is taken out of line."""
    require_deleting(call.actor)  # before anything is taken out of line
    if said.force:
        await _emptied(call, said.queue)
    await call.experiments.lines.delete(call.actor, said.queue)
    return DeletedQueueOut(deleted=1)


@action("queues.move_task_forward", "2.4", StepsIn, PositionOut)
async def move_task_forward(call: Call, said: StepsIn) -> Answer:
    """Put a task some places nearer the front of its queue."""
    return await _moved(call, said, -_steps(said))


@action("queues.move_task_backward", "2.4", StepsIn, PositionOut)
async def move_task_backward(call: Call, said: StepsIn) -> Answer:
    """Put a task some places nearer the back of its queue."""
    return await _moved(call, said, _steps(said))


@action("queues.move_task_to_front", "2.4", QueueTaskIn, PositionOut)
async def move_task_to_front(call: Call, said: QueueTaskIn) -> Answer:
    """Put a task at the front of its queue."""
    return await _moved(call, said, -_FAR)


@action("queues.move_task_to_back", "2.4", QueueTaskIn, PositionOut)
async def move_task_to_back(call: Call, said: QueueTaskIn) -> Answer:
    """Put a task at the back of its queue."""
    return await _moved(call, said, _FAR)


@action("queues.add_or_update_metadata", "2.13", LineMetadataIn, CountOut)
async def add_or_update_metadata(call: Call, said: LineMetadataIn) -> Answer:
    """Keep something of a queue, by keys."""
    fresh = kept_metadata(said.metadata)
    await call.experiments.lines.keep(
        call.actor, said.queue, lambda old: fresh if said.replace_metadata else {**old, **fresh}
    )
    return CountOut(updated=1)


@action("queues.delete_metadata", "2.13", DeleteLineMetadataIn, CountOut)
async def delete_metadata(call: Call, said: DeleteLineMetadataIn) -> Answer:
    """Forget what is kept of a queue under some keys."""
    changed = await call.experiments.lines.keep(
        call.actor, said.queue, lambda old: {key: one for key, one in old.items() if key not in said.keys}
    )
    return CountOut(updated=int(changed))


async def named_tasks(call: Call, ids: Collection[str]) -> dict[str, Json]:
    """Return tasks by their ids, each with its name."""
    if not ids:
        return {}
    asked = Asked(ids=tuple(dict.fromkeys(ids)), whole=False)
    found = await call.experiments.search.all(call.actor, asked)
    return {one.task.id: {"id": one.task.id, "name": one.job.name} for one in found}


async def _emptied(call: Call, queue: str) -> list[str]:
    waiting = [task for task, _ in (await call.experiments.lines.get(call.actor, queue)).entries]
    for task in waiting:
        await call.experiments.life.dequeue(call.actor, task, Told())
    return waiting


async def _moved(call: Call, said: QueueTaskIn, steps: int) -> PositionOut:
    return PositionOut(position=await call.experiments.ordering.move(call.actor, said.queue, said.task, steps))


def _steps(said: StepsIn) -> int:
    if said.count < 0:
        raise Invalid(reason="error for field 'count'. it is at least 0")
    return said.count


async def _found(call: Call, said: QueuesIn) -> tuple[list[Json], Json]:
    lines = await call.experiments.lines.all(call.actor)
    names = wanted(said)
    waiting: dict[str, Waiting] = {}
    if not names or roots(names) & {"entries", "*"}:
        waiting = await call.experiments.lines.waiting(call.actor, lines)
    documents = [words.queue(one, waiting.get(one.id), said.max_task_entries) for one in lines]
    extra = [visible(said, said.id), None if said.search_hidden or said.id or said.name else _shown]
    return chosen(call, said, documents, FORMS, FIELDS, extra)


def _shown(one: Json) -> bool:
    return _GLUE not in one["system_tags"]


ACTIONS = (
    create,
    get_by_id,
    get_all,
    get_all_ex,
    get_default,
    get_next_task,
    get_num_entries,
    peek_task,
    add_task,
    remove_task,
    clear_queue,
    move_task_forward,
    move_task_backward,
    move_task_to_front,
    move_task_to_back,
    add_or_update_metadata,
    delete_metadata,
    update,
    delete,
)
