"""Tasks: into the line and out of it."""

from __future__ import annotations

from jobyard.experiments.life import Moved, Told
from jobyard.experiments.record import Line
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes.task_life import fields
from jobyard.faces.clearml.statuses import STANDING, STATUS
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.task_life import DequeueIn, DequeueOut, EnqueueIn, EnqueueOut
from jobyard.job.errors import JobNotFound


@action("tasks.enqueue", "2.1", EnqueueIn, EnqueueOut)
async def enqueue(call: Call, said: EnqueueIn) -> Answer:
    """Put a task in line in a queue; one that is named and not there is made."""
    line = await chosen(call, said.queue, said.queue_name)
    found = await put(call, said, line)
    watched = await is_watched(call, line) if said.verify_watched_queue else None
    return EnqueueOut(updated=1, fields=found, queue_watched=watched)


@action("tasks.dequeue", "2.1", DequeueIn, DequeueOut)
async def dequeue(call: Call, said: DequeueIn) -> Answer:
    """Take a task out of the line; for one that is not in line nothing happens."""
    try:
        moved = await taken_out(call, said)
    except JobNotFound:
        return DequeueOut(updated=0)
    if not moved.removed:
        return DequeueOut(updated=0)
    return DequeueOut(updated=1, dequeued=1, fields=fields(moved))


async def chosen(call: Call, id_: str | None, name: str | None) -> Line:
    """Return the queue of this id, or of this name, or the default queue. Raises LineNotFound or NoDefaultLine."""
    lines = call.experiments.lines
    if id_:
        return (await lines.get(call.actor, id_)).line
    if name:
        return await lines.named(call.actor, name)
    return await lines.default(call.actor)


async def put(call: Call, said: EnqueueIn, line: Line) -> Json:
    """Put a task in line; return what that has set."""
    told = Told(reason=said.status_reason or "", message=said.status_message or "", force=said.force)
    moved = await call.experiments.life.enqueue(call.actor, said.task, line.name, told)
    return {**fields(moved), "enqueue_status": STATUS[moved.before], "execution.queue": line.id}


async def taken_out(call: Call, said: DequeueIn) -> Moved:
    """Take a task out of the line."""
    told = Told(reason=said.status_reason or "", message=said.status_message or "")
    wanted = STANDING[said.new_status] if said.new_status else None
    return await call.experiments.life.dequeue(call.actor, said.task, told, wanted)


async def is_watched(call: Call, line: Line) -> bool:
    """Tell whether an agent serves a queue."""
    return any(line.id in agent.queues for agent in await call.experiments.agents.all(call.actor))


ACTIONS = (enqueue, dequeue)
