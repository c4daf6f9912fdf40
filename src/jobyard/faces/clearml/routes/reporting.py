"""Events that are told."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec

from jobyard.experiments.refusals import NothingAdded
from jobyard.experiments.reports import Report
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, Nothing
from jobyard.faces.clearml.wire.events import AddedOut, DeletedEventsOut, DeleteEventsIn, DeleteModelEventsIn, EventIn
from jobyard.faces.clearml.words import events as words

_MANY = 1_000
"""Events of a batch that is looked through beside the event loop."""


@action("events.add", "2.1", EventIn, AddedOut)
async def add(call: Call, said: EventIn) -> Answer:
    """Take in one event."""
    return await _added(call, [call.body])


@action("events.add_batch", "2.1", Nothing, AddedOut, batch=True)
async def add_batch(call: Call, said: Nothing) -> Answer:
    """Take in events, one a line; what is wrong with some of them does not harm the others."""
    return await _added(call, call.lines)


@action("events.delete_for_task", "2.1", DeleteEventsIn, DeletedEventsOut)
async def delete_for_task(call: Call, said: DeleteEventsIn) -> Answer:
    """Forget all events of a task."""
    count = await call.experiments.reports.forget(call.actor, said.task, locked_too=said.allow_locked)
    return DeletedEventsOut(deleted=count > 0)


@action("events.delete_for_model", "2.20", DeleteModelEventsIn, DeletedEventsOut)
async def delete_for_model(call: Call, said: DeleteModelEventsIn) -> Answer:
    """Forget all events of a model."""
    count = await call.experiments.reports.forget_model(call.actor, said.model, locked_too=said.allow_locked)
    return DeletedEventsOut(deleted=count > 0)


async def _added(call: Call, bodies: list[Json]) -> AddedOut:
    # A long batch takes its time, and others are not to wait for it.
    reports, wrong = await asyncio.to_thread(_read, call, bodies) if len(bodies) > _MANY else _read(call, bodies)
    taken = await call.experiments.reports.add(call.actor, reports)
    wrong.update(taken.troubles)
    if wrong and not taken.added:
        raise NothingAdded(reason=", ".join(f"{text}={count}" for text, count in wrong.items()))
    return AddedOut(added=taken.added, errors=wrong.total(), errors_info=dict(wrong))


def _read(call: Call, bodies: list[Json]) -> tuple[list[Report], Counter[str]]:
    """Return what was reported, and how often something was none of ours and why."""
    now, reports, wrong = call.now(), list[Report](), Counter[str]()
    for body in bodies:
        try:
            told = words.report(msgspec.convert(body, EventIn), call.worker, now)
        except msgspec.ValidationError as error:
            told = str(error)
        if isinstance(told, str):
            wrong[told] += 1
        else:
            reports.append(told)
    return reports, wrong


ACTIONS = (add, add_batch, delete_for_task, delete_for_model)
