"""The console of tasks."""

from __future__ import annotations

from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire.events import EventsOut, TaskLogIn
from jobyard.faces.clearml.words import events as words
from jobyard.job.errors import Invalid

_MOST = 10_000


@action("events.get_task_log", "2.1", TaskLogIn, EventsOut)
async def get_task_log(call: Call, said: TaskLogIn) -> Answer:
    """Return a part of a task's log: the newest before a time, or the oldest after it."""
    if not 1 <= said.batch_size <= _MOST:
        raise Invalid(reason=f"error for field 'batch_size'. it is 1 to {_MOST}")
    at = None if said.from_timestamp is None else times.of_milliseconds(said.from_timestamp, 0)
    found, total = await call.experiments.curves.console(
        call.actor, said.task, said.batch_size, at, earlier=said.navigate_earlier
    )
    events = [words.log_event(one, said.task) for one in found]
    newest_first = said.order == "desc" or (said.order is None and said.navigate_earlier)
    return EventsOut(events=events[::-1] if newest_first else events, returned=len(events), total=total)


ACTIONS = (get_task_log,)
