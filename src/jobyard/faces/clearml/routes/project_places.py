"""Projects that are moved, merged and deleted."""

from __future__ import annotations

from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes.task_life import urls_of
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.projects import (
    DeleteProjectIn,
    DeleteProjectOut,
    MergedOut,
    MergeIn,
    MovedProjectOut,
    MoveProjectIn,
    ProjectIn,
    ValidatedOut,
)


@action("projects.move", "2.13", MoveProjectIn, MovedProjectOut)
async def move(call: Call, said: MoveProjectIn) -> Answer:
    """Put a project with all below it into another one, which is made where it is missing."""
    moved = await call.experiments.placing.move(call.actor, said.project, said.new_location or "")
    return MovedProjectOut(moved=moved)


@action("projects.merge", "2.13", MergeIn, MergedOut)
async def merge(call: Call, said: MergeIn) -> Answer:
    """Put all that lies in a project into another one, and delete it."""
    merged = await call.experiments.placing.merge(call.actor, said.project, said.destination_project or "")
    return MergedOut(moved_entities=merged.entities, moved_projects=merged.folders)


@action("projects.validate_delete", "2.14", ProjectIn, ValidatedOut)
async def validate_delete(call: Call, said: ProjectIn) -> Answer:
    """Return what lies in a project that somebody is about to delete."""
    found = await call.experiments.folders.weigh(call.actor, said.project)
    return ValidatedOut(
        tasks=found.tasks,
        non_archived_tasks=found.tasks_there,
        models=found.models,
        non_archived_models=found.models_there,
        reports=found.reports,
        non_archived_reports=found.reports_there,
        pipelines=found.pipelines,
        datasets=found.datasets,
    )


@action("projects.delete", "2.1", DeleteProjectIn, DeleteProjectOut)
async def delete(call: Call, said: DeleteProjectIn) -> Answer:
    """Delete a project and those below it; what lies in them stays, unless that is to go too."""
    folders = call.experiments.folders
    if not said.delete_contents:
        gone = await folders.delete(call.actor, said.project, force=said.force)
        return DeleteProjectOut(deleted=gone.folders, disassociated_tasks=gone.tasks)
    tasks, models = await folders.contents(call.actor, said.project, force=said.force)
    urls: Json = {"model_urls": [one.uri for one in models if one.uri], "artifact_urls": [], "event_urls": []}
    for id_ in tasks:
        for name, there in (await urls_of(call, id_)).items():
            urls[name] = list(dict.fromkeys([*urls[name], *there]))
        await call.experiments.deleting.delete(call.actor, id_, force=True)
    _, left = await folders.contents(call.actor, said.project, force=True)
    for one in left:
        await call.experiments.library.delete(call.actor, one.id, force=True)
    gone = await folders.delete(call.actor, said.project, force=True)
    return DeleteProjectOut(
        deleted=gone.folders,
        disassociated_tasks=gone.tasks,
        deleted_tasks=len(tasks),
        deleted_models=len(models),
        urls=urls,
    )


ACTIONS = (move, merge, validate_delete, delete)
