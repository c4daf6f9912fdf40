"""Tasks: their artifacts, their models, and what their programs keep."""

from __future__ import annotations

from jobyard.experiments.standing import Standing
from jobyard.experiments.tasks import Edits
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.parts import ModelItem
from jobyard.faces.clearml.wire.task_contents import (
    ArtifactsIn,
    CountOut,
    DeleteArtifactsIn,
    DeletedOut,
    DeleteModelsIn,
    RuntimeIn,
    TaskModelIn,
)
from jobyard.faces.clearml.words import parameters as words

_WORKED_ON = frozenset({Standing.DRAFT, Standing.QUEUED, Standing.RUNNING})


@action("tasks.add_or_update_artifacts", "2.10", ArtifactsIn, CountOut)
async def add_or_update_artifacts(call: Call, said: ArtifactsIn) -> Answer:
    """Set artifacts of a task that has not ended, or, forced, of any."""
    expected = None if said.force else _WORKED_ON
    edits = Edits(sections=lambda sections: words.set_artifacts(sections, said.artifacts))
    await call.experiments.tasks.edit(call.actor, said.task, edits, expected)
    return CountOut(updated=1)


@action("tasks.delete_artifacts", "2.10", DeleteArtifactsIn, DeletedOut)
async def delete_artifacts(call: Call, said: DeleteArtifactsIn) -> Answer:
    """Take artifacts of a task away."""
    keys, gone = {(one.key, one.mode) for one in said.artifacts}, list[int]()
    edits = Edits(sections=lambda sections: gone.append(words.drop_artifacts(sections, keys)))
    await call.experiments.tasks.edit(call.actor, said.task, edits, None if said.force else _WORKED_ON)
    return DeletedOut(deleted=int(gone[-1] > 0))


@action("tasks.add_or_update_model", "2.13", TaskModelIn, CountOut)
async def add_or_update_model(call: Call, said: TaskModelIn) -> Answer:
    """Let a model belong to a task, under a name."""
    known = await call.experiments.library.all(call.actor, "with", [said.model])
    item, now = ModelItem(name=said.name, model=said.model), times.written(call.now())
    edits = Edits(sections=lambda sections: words.set_model(sections, said.type, item, now))
    await call.experiments.tasks.edit(call.actor, said.task, edits, _WORKED_ON)
    reached = said.iteration
    if reached is not None and said.type == "output" and any(one.last_iteration < reached for one in known):
        told: Json = {"last_iteration": reached}
        await call.experiments.library.edit(call.actor, said.model, lambda _: told)
    return CountOut(updated=1)


@action("tasks.delete_models", "2.13", DeleteModelsIn, CountOut)
async def delete_models(call: Call, said: DeleteModelsIn) -> Answer:
    """Let models belong to a task no more."""
    keys, gone = {(one.name, one.type) for one in said.models}, list[int]()
    edits = Edits(sections=lambda sections: gone.append(words.drop_models(sections, keys)))
    await call.experiments.tasks.edit(call.actor, said.task, edits, _WORKED_ON)
    return CountOut(updated=int(gone[-1] > 0))


@action("tasks.edit_runtime", "2.13", RuntimeIn, CountOut)
async def edit_runtime(call: Call, said: RuntimeIn) -> Answer:
    """Set what a program keeps of its own run, by name; the rest stays."""

    def put(sections: Json) -> None:
        sections["runtime"] = {**sections.get("runtime", {}), **said.runtime}

    await call.experiments.tasks.edit(call.actor, said.task, Edits(sections=put), None if said.force else _WORKED_ON)
    return CountOut(updated=1)


ACTIONS = (add_or_update_artifacts, delete_artifacts, add_or_update_model, delete_models, edit_runtime)
