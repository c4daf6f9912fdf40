"""Tasks and models that whoever is in the house may see."""

from __future__ import annotations

from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import ManyIn
from jobyard.faces.clearml.wire.task_contents import CountOut
from jobyard.faces.clearml.words import tasks as words


@action("tasks.make_public", "2.9", ManyIn, CountOut)
async def make_tasks_public(call: Call, said: ManyIn) -> Answer:
    """Let whoever is in the house see tasks, all or none, and let nobody change them any more."""
    words.require_some(said.ids)
    return CountOut(updated=await call.experiments.opening.tasks(call.actor, said.ids, public=True))


@action("tasks.make_private", "2.9", ManyIn, CountOut)
async def make_tasks_private(call: Call, said: ManyIn) -> Answer:
    """Let public tasks, all or none, be as they were."""
    words.require_some(said.ids)
    return CountOut(updated=await call.experiments.opening.tasks(call.actor, said.ids, public=False))


@action("models.make_public", "2.9", ManyIn, CountOut)
async def make_models_public(call: Call, said: ManyIn) -> Answer:
    """Let whoever is in the house see models, all or none, and let nobody change them any more."""
    words.require_some(said.ids)
    return CountOut(updated=await call.experiments.opening.models(call.actor, said.ids, public=True))


@action("models.make_private", "2.9", ManyIn, CountOut)
async def make_models_private(call: Call, said: ManyIn) -> Answer:
    """Let public models, all or none, be as they were."""
    words.require_some(said.ids)
    return CountOut(updated=await call.experiments.opening.models(call.actor, said.ids, public=False))


ACTIONS = (make_tasks_public, make_tasks_private, make_models_public, make_models_private)
