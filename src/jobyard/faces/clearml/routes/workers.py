"""Agents, which take tasks out of queues and run them."""

from __future__ import annotations

from jobyard.experiments.agents import Hello
from jobyard.experiments.record import Agent, Experiment
from jobyard.experiments.search import Asked
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Among
from jobyard.faces.clearml.asking.patterns import pattern
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Empty, Json
from jobyard.faces.clearml.wire.neighbours import (
    RegisterIn,
    ReportIn,
    RuntimePropertiesOut,
    WorkerCountOut,
    WorkerIn,
    WorkersIn,
    WorkersOut,
)
from jobyard.faces.clearml.words import neighbours as words

_LATEST = 2**50
"""Beyond every time, and still one that can be reckoned with."""


@action("workers.register", "2.4", RegisterIn, Empty)
async def register(call: Call, said: RegisterIn) -> Answer:
    """Say that an agent begins, and which queues it serves."""
    hello = Hello(
        queues=said.queues or (),
        tags=said.tags or (),
        system_tags=said.system_tags or (),
        timeout=said.timeout,
        address=call.address,
    )
    await call.experiments.agents.register(call.actor, said.worker, hello)
    return Empty()


@action("workers.status_report", "2.4", ReportIn, Empty)
async def status_report(call: Call, said: ReportIn) -> Answer:
    """Say that an agent lives and what it runs; with that, its task lives."""
    hello = Hello(
        queues=said.queues,
        tags=said.tags,
        system_tags=said.system_tags,
        task=said.task,
        queue=said.queue,
        at=min(max(said.timestamp, 0), _LATEST) * 1_000,
        machine=said.machine_stats or {},
        address=call.address,
    )
    await call.experiments.agents.report(call.actor, said.worker, hello)
    return Empty()


@action("workers.unregister", "2.4", WorkerIn, Empty)
async def unregister(call: Call, said: WorkerIn) -> Answer:
    """Say that an agent ends."""
    await call.experiments.agents.unregister(call.actor, said.worker)
    return Empty()


@action("workers.get_all", "2.4", WorkersIn, WorkersOut)
async def get_all(call: Call, said: WorkersIn) -> Answer:
    """Return the agents that are there, with the queues that they serve and what they run."""
    agents = await _agents(call, said)
    lines = await call.experiments.lines.waiting(call.actor, await call.experiments.lines.all(call.actor))
    running = await _running(call, [one.task for one in agents if one.task])
    folders = {one.id: one for one in await call.experiments.folders.seen(call.actor)}
    found = list[Json]()
    for one in agents:
        task = running.get(one.task)
        folder = None if task is None else folders.get(task.task.project)
        found.append(words.worker(one, lines, task, folder, call.now()))
    return WorkersOut(workers=found)


@action("workers.get_count", "2.14", WorkersIn, WorkerCountOut)
async def get_count(call: Call, said: WorkersIn) -> Answer:
    """Return how many agents are there."""
    return WorkerCountOut(count=len(await _agents(call, said)))


@action("workers.get_runtime_properties", "2.4", WorkerIn, RuntimePropertiesOut)
async def get_runtime_properties(call: Call, said: WorkerIn) -> Answer:
    """Return what is set for an agent: nothing, which agents take for an answer."""
    return RuntimePropertiesOut(runtime_properties=[])


async def _agents(call: Call, said: WorkersIn) -> list[Agent]:
    agents = await call.experiments.agents.all(call.actor, said.last_seen or None)
    fits = pattern(said.worker_pattern or "")
    tags, system_tags = Among("tags", said.tags or []), Among("system_tags", said.system_tags or [])
    return [one for one in agents if fits(one.name) and tags.fits(one.tags) and system_tags.fits(one.system_tags)]


async def _running(call: Call, ids: list[str]) -> dict[str, Experiment]:
    if not ids:
        return {}
    found = await call.experiments.search.all(call.actor, Asked(ids=tuple(ids), whole=False))
    return {one.task.id: one for one in found}


ACTIONS = (register, status_report, unregister, get_all, get_count, get_runtime_properties)
