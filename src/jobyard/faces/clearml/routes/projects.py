"""Projects of tasks."""

from __future__ import annotations

from msgspec import UNSET

from jobyard.experiments.folders import FolderEdits
from jobyard.experiments.search import Asked
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Condition, Form
from jobyard.faces.clearml.asking.paths import strings
from jobyard.faces.clearml.routes.listing import chosen, joined, shown, visible
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.neighbours import (
    CreateProjectIn,
    DeleteProjectIn,
    DeleteProjectOut,
    Project,
    ProjectFields,
    ProjectIn,
    ProjectOut,
    ProjectsIn,
    ProjectsOut,
    UpdatedProjectOut,
    UpdateProjectIn,
)
from jobyard.faces.clearml.wire.tasks import IdOut
from jobyard.faces.clearml.words import neighbours as words
from jobyard.faces.clearml.words.standings import status

FIELDS = frozenset(Project.__struct_fields__) | {"parent", "stats", "own_tasks", "sub_projects", "hidden"}
FORMS = {
    **dict.fromkeys(("id", "user", "tags", "system_tags", "basename", "company"), Form.LIST),
    **dict.fromkeys(("name", "description"), Form.PATTERN),
    **dict.fromkeys(("last_update",), Form.TIMES),
    **dict.fromkeys(("created",), Form.RANGE),
}


@action("projects.create", "2.1", CreateProjectIn, IdOut)
async def create(call: Call, said: CreateProjectIn) -> Answer:
    """Make a project, and those above it that are missing."""
    made = await call.experiments.folders.create(call.actor, said.name, _edits(said))
    return IdOut(id=made.id)


@action("projects.get_by_id", "2.1", ProjectIn, ProjectOut)
async def get_by_id(call: Call, said: ProjectIn) -> Answer:
    """Return a project."""
    return {"project": words.project(await call.experiments.folders.get(call.actor, said.project))}


@action("projects.get_all", "2.1", ProjectsIn, ProjectsOut)
async def get_all(call: Call, said: ProjectsIn) -> Answer:
    """Return projects that fit all conditions, one's own first."""
    some, along = await _found(call, said)
    return {"projects": shown(said, some, FIELDS), **along}


@action("projects.get_all_ex", "2.1", ProjectsIn, ProjectsOut)
async def get_all_ex(call: Call, said: ProjectsIn) -> Answer:
    """Return projects that fit all conditions, with what they refer to and how many tasks they hold."""
    some, along = await _found(call, said)
    if said.include_stats:
        for one in some:
            one["stats"] = await _stats(call, one["id"])
    for one in some:
        for path in ("user", "company"):
            joined(one, path, lambda id_: {"id": id_, "name": id_})
    return {"projects": shown(said, some, FIELDS), **along}


@action("projects.update", "2.1", UpdateProjectIn, UpdatedProjectOut)
async def update(call: Call, said: UpdateProjectIn) -> Answer:
    """Change a project; a new name renames those below it too."""
    changed = await call.experiments.folders.update(call.actor, said.project, _edits(said, said.name))
    named = {name for name, value in call.body.items() if value is not None} - {"project"}
    found = words.project(changed)
    return UpdatedProjectOut(updated=1, fields={name: found[name] for name in (*named, "last_update") if name in found})


@action("projects.delete", "2.1", DeleteProjectIn, DeleteProjectOut)
async def delete(call: Call, said: DeleteProjectIn) -> Answer:
    """Delete a project and those below it; tasks in them stay, and only force allows that there are any."""
    count = await call.experiments.folders.delete(call.actor, said.project, force=said.force)
    return DeleteProjectOut(deleted=1, disassociated_tasks=count)


async def _found(call: Call, said: ProjectsIn) -> tuple[list[Json], Json]:
    # Others' private projects are found by their ids alone: a name shall lead everybody to their own.
    found = await call.experiments.folders.seen(call.actor, everything=bool(said.id))
    documents = [words.project(one) for one in found]
    extra: list[Condition | None] = [visible(said, said.id)]
    parents = [one for one in strings(said.parent) if one]  # type: ignore[arg-type]
    if parents:
        inside = set(await call.experiments.folders.inside(call.actor, parents)) - set(parents)
        extra.append(lambda one: one["id"] in inside)
    if said.shallow_search and not parents:
        extra.append(lambda one: "/" not in one["name"])
    return chosen(call, said, documents, FORMS, FIELDS, extra)


async def _stats(call: Call, id_: str) -> Json:
    inside = await call.experiments.folders.inside(call.actor, [id_])
    found = await call.experiments.search.all(
        call.actor, Asked(folders=tuple(inside), archived=False, hidden=True, whole=False)
    )
    counts: dict[str, int] = {}
    for one in found:
        counts[status(one)] = counts.get(status(one), 0) + 1
    worked = sum(one.task.head.worked or 0 for one in found)
    return {"active": {"status_count": counts, "total_tasks": len(found), "total_runtime": worked // 1_000_000}}


def _edits(said: ProjectFields, name: str | None = None) -> FolderEdits:
    return FolderEdits(
        name=UNSET if name is None else name,
        description=UNSET if said.description is None else said.description,
        destination=UNSET if said.default_output_destination is None else said.default_output_destination,
        tags=UNSET if said.tags is None else tuple(said.tags),
        system_tags=UNSET if said.system_tags is None else tuple(said.system_tags),
    )


ACTIONS = (create, get_by_id, get_all, get_all_ex, update, delete)
