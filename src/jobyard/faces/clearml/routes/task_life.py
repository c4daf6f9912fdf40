"""Tasks: how they live."""

from __future__ import annotations

from functools import partial

import msgspec

from jobyard.experiments.curves import PAGE_LIMIT
from jobyard.experiments.life import Moved, Told
from jobyard.experiments.record import Sort
from jobyard.experiments.sections import cleared
from jobyard.experiments.standing import Standing
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes.steps import steps_of, with_each
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, UpdatedOut
from jobyard.faces.clearml.wire.task_life import (
    ArchiveIn,
    ArchiveOut,
    CompletedIn,
    CompletedOut,
    DeleteIn,
    DeleteOut,
    ForcedIn,
    PublishIn,
    PublishOut,
    ResetIn,
    ResetOut,
    StartedOut,
    StopIn,
)
from jobyard.faces.clearml.words import tasks as words

_ENDED = ("completed",)


@action("tasks.started", "2.1", ForcedIn, StartedOut)
async def started(call: Call, said: ForcedIn) -> Answer:
    """Say that a task's program runs now; one that runs already keeps the time at which it began."""
    moved = await call.experiments.life.start(call.actor, said.task, told(said))
    began = () if moved.before is Standing.RUNNING else ("started",)
    return StartedOut(updated=1, fields=fields(moved, *began))


@action("tasks.stop", "2.1", StopIn, UpdatedOut)
async def stop(call: Call, said: StopIn) -> Answer:
    """Ask for a task's end: a program that was heard lately is told, whatever else is stopped at once."""
    return await ended(call, said)


@action("tasks.stopped", "2.1", ForcedIn, UpdatedOut)
async def stopped(call: Call, said: ForcedIn) -> Answer:
    """Say that a task's program has stopped."""
    moved = await call.experiments.life.stopped(call.actor, said.task, told(said))
    return UpdatedOut(updated=1, fields=fields(moved, *_ENDED))


@action("tasks.failed", "2.1", ForcedIn, UpdatedOut)
async def failed(call: Call, said: ForcedIn) -> Answer:
    """Say that a task ended badly."""
    moved = await call.experiments.life.fail(call.actor, said.task, told(said))
    return UpdatedOut(updated=1, fields=fields(moved, *_ENDED))


@action("tasks.completed", "2.2", CompletedIn, CompletedOut)
async def completed(call: Call, said: CompletedIn) -> Answer:
    """Say that a task ended well."""
    moved = await call.experiments.life.complete(call.actor, said.task, told(said))
    if not said.publish:
        return CompletedOut(updated=1, fields=fields(moved, *_ENDED))
    published = await call.experiments.life.publish(call.actor, said.task, told(said))
    return CompletedOut(updated=1, fields=fields(published, *_ENDED, "published"), published=1)


@action("tasks.close", "2.1", ForcedIn, UpdatedOut)
async def close(call: Call, said: ForcedIn) -> Answer:
    """Say that a stopped task is closed."""
    return UpdatedOut(updated=1, fields=fields(await call.experiments.life.close(call.actor, said.task, told(said))))


@action("tasks.publish", "2.1", PublishIn, PublishOut)
async def publish(call: Call, said: PublishIn) -> Answer:
    """Publish a task, and the model that it made last."""
    return await published(call, said)


@action("tasks.reset", "2.1", ResetIn, ResetOut)
async def reset(call: Call, said: ResetIn) -> Answer:
    """Make a task what it was before it ran, without what was reported of it."""
    return await done_reset(call, said)


@action("tasks.delete", "2.1", DeleteIn, DeleteOut)
async def delete(call: Call, said: DeleteIn) -> Answer:
    """Delete a task with what was reported of it; models that it published stay."""
    return await deleted(call, said)


@action("tasks.archive", "2.12", ArchiveIn, ArchiveOut)
async def archive(call: Call, said: ArchiveIn) -> Answer:
    """Put tasks away, out of the line and stopped."""
    words.require_some(said.tasks)
    word = Told(reason=said.status_reason or "", message=said.status_message or "")
    for id_ in said.tasks:
        await put_away(call, id_, word, steps=said.include_pipeline_steps)
    return ArchiveOut(archived=len(said.tasks))


async def ended(call: Call, said: StopIn) -> UpdatedOut:
    """Ask for the end of a task, and of the steps of a pipeline where that is wanted."""
    life, word = call.experiments.life, told(said)
    steps = await steps_of(call, said.task, wanted=said.include_pipeline_steps)
    moved = await life.stop(call.actor, said.task, word)
    await with_each(steps, lambda id_: life.stop(call.actor, id_, word))
    return UpdatedOut(updated=1, fields=fields(moved))


async def put_away(call: Call, id_: str, word: Told, *, steps: bool, away: bool = True) -> Moved:
    """Put a task away or fetch it back, with the steps of a pipeline where that is wanted."""
    life = call.experiments.life
    below = await steps_of(call, id_, wanted=steps)
    moved = await life.archive(call.actor, id_, word, away=away)
    await with_each(below, lambda step: life.archive(call.actor, step, word, away=away))
    return moved


async def published(call: Call, said: PublishIn) -> PublishOut:
    """Publish a task."""
    models = said.publish_model is not False
    moved = await call.experiments.life.publish(call.actor, said.task, told(said), models=models)
    found = fields(moved, "published")
    found["output"] = words.document(moved.experiment)["output"]
    return PublishOut(updated=1, fields=found)


async def done_reset(call: Call, said: ResetIn) -> ResetOut:
    """Reset a task."""
    life = call.experiments.life
    urls = await urls_of(call, said.task) if said.return_file_urls else {}
    emptied = partial(cleared, everything=said.clear_all)
    moved = await life.reset(call.actor, said.task, told(said), emptied, models=said.delete_output_models)
    dequeued: Json = {"removed": 1} if moved.before is Standing.QUEUED else {}
    return ResetOut(updated=1, fields=fields(moved), deleted_models=moved.removed, dequeued=dequeued, urls=urls)


async def deleted(call: Call, said: DeleteIn) -> DeleteOut:
    """Delete a task, and the steps of a pipeline where that is wanted."""
    deleting, models = call.experiments.deleting, said.delete_output_models
    steps = await steps_of(call, said.task, wanted=said.include_pipeline_steps)
    urls = await urls_of(call, said.task) if said.return_file_urls else None
    gone = await deleting.delete(call.actor, said.task, force=said.force, models=models)
    await with_each(steps, lambda id_: deleting.delete(call.actor, id_, force=said.force, models=models))
    return DeleteOut(
        deleted=True, updated_children=gone.children, updated_models=gone.kept, deleted_models=gone.models, urls=urls
    )


def told(said: ForcedIn) -> Told:
    """Return what came with a word about a task's life."""
    return Told(reason=said.status_reason or "", message=said.status_message or "", force=said.force)


def fields(moved: Moved, *more: str) -> Json:
    """Return what a word about a task's life has set."""
    shown = words.document(moved.experiment, whole=False)
    return {name: shown[name] for name in (*words.STATUS_FIELDS, *more) if name in shown}


async def urls_of(call: Call, id_: str) -> Json:
    """Return where the files of a task lie: of its models, its artifacts and its pictures."""
    found = await call.experiments.tasks.get(call.actor, id_)
    artifacts = found.task.sections.get("execution", {}).get("artifacts", [])
    models = await call.experiments.library.all(call.actor, "of", [id_])
    return {
        "model_urls": [one.uri for one in models if one.uri and not one.ready],
        "artifact_urls": [one["uri"] for one in artifacts if one.get("uri") and one.get("mode") != "input"],
        "event_urls": await _pictures(call, id_),
    }


async def _pictures(call: Call, id_: str) -> list[str]:
    found, place = list[str](), (0, 0)
    while part := await call.experiments.curves.page(call.actor, id_, [Sort.IMAGE], place, PAGE_LIMIT):
        found += [url for one in part if (url := msgspec.json.decode(one.point.body).get("url"))]
        last = part[-1].series.number
        count = sum(1 for one in part if one.series.number == last)
        place = (last, count + (place[1] if last == place[0] else 0))
    return found


ACTIONS = (started, stop, stopped, failed, completed, close, publish, reset, delete, archive)
