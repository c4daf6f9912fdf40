"""Pipelines: tasks that run others, begun again and deleted."""

from __future__ import annotations

from msgspec.structs import replace

from jobyard.experiments.contents import CONTROLLER, PIPELINE
from jobyard.experiments.record import Experiment
from jobyard.experiments.search import Asked, Worn
from jobyard.experiments.tasks import Draft
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.refusals import LastRun
from jobyard.faces.clearml.routes.several import each
from jobyard.faces.clearml.routes.task_life import deleted
from jobyard.faces.clearml.routes.task_queues import chosen, is_watched, put
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, ManyOut
from jobyard.faces.clearml.wire.pipelines import DeleteRunsIn, StartPipelineIn, StartPipelineOut
from jobyard.faces.clearml.wire.task_life import DeleteIn, EnqueueIn
from jobyard.faces.clearml.wire.tasks import CloneIn
from jobyard.faces.clearml.words import tasks as words
from jobyard.faces.clearml.words.parameters import ARGUMENTS
from jobyard.job.errors import JobNotFound


@action("pipelines.start_pipeline", "2.17", StartPipelineIn, StartPipelineOut)
async def start_pipeline(call: Call, said: StartPipelineIn) -> Answer:
    """Write down a run of a pipeline like an earlier one, with other arguments, and put it in line."""
    line = await chosen(call, said.queue, None)
    number = len(await _runs(call, await _project(call, said.task))) + 1

    def draft(original: Experiment) -> Draft:
        name = f"{_plain(original.job.name)} #{number}"
        like = words.copied(CloneIn(task=said.task, new_task_name=name), original, times.written(call.now()))
        _give(like.sections, said)
        return replace(like, parent=original.task.parent)

    made = await call.experiments.tasks.copy(call.actor, said.task, draft)
    await put(call, EnqueueIn(task=made.task.id), line)
    watched = await is_watched(call, line) if said.verify_watched_queue else None
    return StartPipelineOut(pipeline=made.task.id, enqueued=True, queue_watched=watched)


@action("pipelines.delete_runs", "2.26", DeleteRunsIn, ManyOut)
async def delete_runs(call: Call, said: DeleteRunsIn) -> Answer:
    """Delete runs of a pipeline with their steps; one at least stays."""
    runs = {one.task.id for one in await _runs(call, said.project)}
    if runs and runs <= set(said.ids):
        raise LastRun(project=said.project)

    async def one(id_: str) -> Json:
        if id_ not in runs:
            raise JobNotFound(id=id_)
        gone = await deleted(call, DeleteIn(task=id_, force=True, include_pipeline_steps=True))
        told = ("deleted", "updated_children", "updated_models", "deleted_models")
        return {name: getattr(gone, name) for name in told}

    return await each(said.ids, one)


async def _project(call: Call, task: str) -> str:
    return (await call.experiments.tasks.get(call.actor, task)).task.project


async def _runs(call: Call, project: str) -> list[Experiment]:
    """Return the runs that lie in the project of a pipeline."""
    asked = Asked(folders=(project,), types=(CONTROLLER,), system_tags=Worn(all=(PIPELINE,)), hidden=True, whole=False)
    return await call.experiments.search.all(call.actor, asked)


def _plain(name: str) -> str:
    """Return the name of a run without its number."""
    base, hash_, number = name.rpartition(" #")
    return base if hash_ and number.isdecimal() else name


def _give(kept: Json, said: StartPipelineIn) -> None:
    arguments = kept.setdefault("hyperparams", {}).setdefault(ARGUMENTS, {})
    for one in said.args or ():
        place = {"section": ARGUMENTS, "name": one.name}
        arguments[one.name] = {**arguments.get(one.name, place), "value": "" if one.value is None else one.value}


ACTIONS = (start_pipeline, delete_runs)
