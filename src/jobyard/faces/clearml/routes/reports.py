"""Reports: texts that people write about tasks, each a task of its own sort in a hidden project."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from jobyard.experiments.folders import FolderEdits
from jobyard.experiments.life import Told
from jobyard.experiments.record import HIDDEN, Experiment, Folder
from jobyard.experiments.search import Asked
from jobyard.experiments.standing import Standing
from jobyard.experiments.tasks import Draft, Edits
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes import plots, scalars, task_finding
from jobyard.faces.clearml.routes.scalars import require_few
from jobyard.faces.clearml.routes.task_life import fields
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, Nothing
from jobyard.faces.clearml.wire.event_parts import PlotsOfTasksIn
from jobyard.faces.clearml.wire.events import ImagesIn, ManyHistogramsIn, MetricIn, Named
from jobyard.faces.clearml.wire.reports import (
    ArchivedReportOut,
    CreatedReportOut,
    CreateReportIn,
    DeletedReportOut,
    DeleteReportIn,
    MovedReportOut,
    MoveReportIn,
    ReportIn,
    ReportTagsOut,
    TaskDataIn,
    TaskDataOut,
    UnarchivedReportOut,
    UpdatedReportOut,
    UpdateReportIn,
)
from jobyard.faces.clearml.wire.tasks import TasksIn, TasksOut
from jobyard.faces.clearml.words import tasks as words
from jobyard.job.errors import Conflict, JobNotFound, NotFound, Refused

_TYPE, _TAG, _PLACE = "report", "reports", ".reports"
_TAGS = (HIDDEN, _TAG)


@action("reports.create", "2.23", CreateReportIn, CreatedReportOut)
async def create(call: Call, said: CreateReportIn) -> Answer:
    """Write a report about a project, or about none."""
    folder = await _place(call, said.project)
    draft = Draft(
        name=said.name,
        type=_TYPE,
        project=folder.id,
        comment=said.comment or "",
        tags=tuple(said.tags or ()),
        system_tags=_TAGS,
        sections={words.REPORT: said.report or ""},
    )
    made = await call.experiments.tasks.create(call.actor, draft)
    return CreatedReportOut(id=made.task.id, project_id=folder.id)


@action("reports.update", "2.23", UpdateReportIn, UpdatedReportOut)
async def update(call: Call, said: UpdateReportIn) -> Answer:
    """Change a report; its text only before it is published."""
    await _report(call, said.task)

    def put(sections: Json) -> None:
        sections[words.REPORT] = said.report

    edits = Edits(
        name=UNSET if said.name is None else said.name,
        comment=UNSET if said.comment is None else said.comment,
        tags=UNSET if said.tags is None else tuple(said.tags),
        sections=None if said.report is None else put,
    )
    expected = None if said.report is None else frozenset({Standing.DRAFT})
    changed = await call.experiments.tasks.edit(call.actor, said.task, edits, expected)
    named = [name for name in ("name", "comment", "tags", words.REPORT) if call.body.get(name) is not None]
    shown = words.document(changed)
    return UpdatedReportOut(updated=1, fields=words.flat(dict.fromkeys([*named, "last_update"]), shown))


@action("reports.publish", "2.23", ReportIn, UpdatedReportOut)
async def publish(call: Call, said: ReportIn) -> Answer:
    """Publish a report, whose text stays from then on."""
    await _report(call, said.task)
    told = replace(_told(said), force=True)
    moved = await call.experiments.life.publish(call.actor, said.task, told, models=False)
    return UpdatedReportOut(updated=1, fields=fields(moved, "published"))


@action("reports.archive", "2.23", ReportIn, ArchivedReportOut)
async def archive(call: Call, said: ReportIn) -> Answer:
    """Put a report away."""
    await _report(call, said.task)
    await call.experiments.life.archive(call.actor, said.task, _told(said))
    return ArchivedReportOut(archived=1)


@action("reports.unarchive", "2.23", ReportIn, UnarchivedReportOut)
async def unarchive(call: Call, said: ReportIn) -> Answer:
    """Fetch a report back."""
    await _report(call, said.task)
    await call.experiments.life.archive(call.actor, said.task, _told(said), away=False)
    return UnarchivedReportOut(unarchived=1)


@action("reports.delete", "2.23", DeleteReportIn, DeletedReportOut)
async def delete(call: Call, said: DeleteReportIn) -> Answer:
    """Delete a report; one that is neither a draft nor archived only by force."""
    found = await _report(call, said.task)
    await call.experiments.deleting.delete(call.actor, said.task, force=said.force)
    await _left(call, found.task.project)
    return DeletedReportOut(deleted=1)


@action("reports.move", "2.23", MoveReportIn, MovedReportOut)
async def move(call: Call, said: MoveReportIn) -> Answer:
    """Say which project a report is about; a project of reports that is empty then goes."""
    found = await _report(call, said.task)
    project = said.project
    if said.project_name and not project:
        project = (await call.experiments.folders.named(call.actor, said.project_name)).id
    folder = await _place(call, project)
    await call.experiments.tasks.edit(call.actor, said.task, Edits(project=folder.id, alive=False))
    if found.task.project != folder.id:
        await _left(call, found.task.project)
    return MovedReportOut(project_id=folder.id)


@action("reports.get_all_ex", "2.23", TasksIn, TasksOut)
async def get_all_ex(call: Call, said: TasksIn) -> Answer:
    """Return reports that fit all conditions, with what they refer to."""
    narrowed = replace(said, type=[_TYPE], search_hidden=True)
    return await task_finding.get_all_ex.run(call.saying({**call.body, "type": [_TYPE]}), narrowed)


@action("reports.get_tags", "2.23", Nothing, ReportTagsOut)
async def get_tags(call: Call, said: Nothing) -> Answer:
    """Return the tags of all reports."""
    found = await call.experiments.search.all(call.actor, Asked(types=(_TYPE,), hidden=True, whole=False))
    return ReportTagsOut(tags=sorted({tag for one in found for tag in one.task.head.tags}))


@action("reports.get_task_data", "2.23", TaskDataIn, TaskDataOut)
async def get_task_data(call: Call, said: TaskDataIn) -> Answer:
    """Return tasks that fit all conditions, with plots, pictures and curves that they reported, for a report."""
    tasks = _of(await task_finding.get_all_ex.run(call, said), "tasks")
    ids, told = [one["id"] for one in tasks], {"tasks": tasks}
    if said.plots is not None:
        wanted = PlotsOfTasksIn(tasks=ids, iters=said.plots.iters, metrics=said.plots.metrics or None)
        told["plots"] = _of(await plots.get_multi_task_plots.run(call, wanted), "plots")
    if said.debug_images is not None:
        require_few(ids)
        named: list[Named | None] = [*(said.debug_images.metrics or ())] or [None]
        metrics = [_named(id_, one) for id_ in ids for one in named]
        images = ImagesIn(metrics=metrics, iters=said.debug_images.iters)
        told["debug_images"] = _of(await plots.debug_images.run(call, images), "metrics")
    asked = said.scalar_metrics_iter_histogram
    if asked is not None:
        curves = ManyHistogramsIn(tasks=ids, samples=asked.samples, key=asked.key, metrics=asked.metrics or None)
        drawn = await scalars.multi_task_scalar_metrics_iter_histogram.run(call, curves)
        told["scalar_metrics_iter_histogram"] = _of(drawn, "metrics")
    return told


def _of(answer: Answer, name: str) -> Any:
    return answer[name] if isinstance(answer, dict) else getattr(answer, name)


def _named(task: str, wanted: Named | None) -> MetricIn:
    if wanted is None:
        return MetricIn(task=task)
    return MetricIn(task=task, metric=wanted.metric, variants=wanted.variants)


async def _report(call: Call, id_: str) -> Experiment:
    """Return a report. Raises JobNotFound, for any other task too."""
    found = await call.experiments.tasks.get(call.actor, id_)
    if found.task.type != _TYPE:
        raise JobNotFound(id=id_)
    return found


async def _place(call: Call, project: str | None) -> Folder:
    """Return the project in which reports about a project lie, made where it is missing."""
    folders, name = call.experiments.folders, _PLACE
    if project:
        about = await folders.get(call.actor, project)
        if about.name.rpartition("/")[2] == _PLACE:
            return about
        name = f"{about.name}/{_PLACE}"
    found = await folders.named(call.actor, name)
    if set(_TAGS) <= set(found.system_tags):
        return found
    return await folders.update(call.actor, found.id, FolderEdits(system_tags=_TAGS))


async def _left(call: Call, folder: str) -> None:
    """Delete a project of reports in which nothing lies any more."""
    folders = call.experiments.folders
    # What was asked for is done by now, whoever may change that project.
    with suppress(Refused, NotFound, Conflict):
        if folder and (await folders.get(call.actor, folder)).name.rpartition("/")[2] == _PLACE:
            weight = await folders.weigh(call.actor, folder)
            if not (weight.tasks or weight.reports or weight.models):
                await folders.delete(call.actor, folder, force=False)


def _told(said: ReportIn) -> Told:
    return Told(message=said.message or said.comment or "")


ACTIONS = (create, update, publish, archive, unarchive, delete, move, get_all_ex, get_tags, get_task_data)
