"""Projects of tasks."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from jobyard.experiments.folders import FolderEdits
from jobyard.experiments.record import Folder
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Condition, Form
from jobyard.faces.clearml.asking.paths import strings
from jobyard.faces.clearml.routes import project_facts
from jobyard.faces.clearml.routes.listing import chosen, joined, shown, visible
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.neighbours import UpdatedProjectOut
from jobyard.faces.clearml.wire.projects import (
    CreateProjectIn,
    Project,
    ProjectFields,
    ProjectIn,
    ProjectOut,
    ProjectsExIn,
    ProjectsIn,
    ProjectsOut,
    UpdateProjectIn,
)
from jobyard.faces.clearml.wire.tasks import IdOut
from jobyard.faces.clearml.words import neighbours as words

_TOLD = frozenset({"stats", "own_tasks", "own_models", "own_datasets", "sub_projects", "hidden", "dataset_stats"})
FIELDS = frozenset(Project.__struct_fields__) | _TOLD
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
    found = await call.experiments.folders.get(call.actor, said.project)
    above = await call.experiments.folders.above(found)
    return {"project": words.project(found, None if above is None else above.id)}


@action("projects.get_all", "2.1", ProjectsIn, ProjectsOut)
async def get_all(call: Call, said: ProjectsIn) -> Answer:
    """Return projects that fit all conditions, one's own first."""
    some, along = await _found(call, said, await _seen(call, said))
    return {"projects": shown(said, some, FIELDS), **along}


@action("projects.get_all_ex", "2.1", ProjectsExIn, ProjectsOut)
async def get_all_ex(call: Call, said: ProjectsExIn) -> Answer:
    """Return projects that fit all conditions, with what they refer to and how many tasks they hold."""
    seen = await _seen(call, said)
    some, along = await _found(call, said, seen, await project_facts.narrowing(call, said, seen))
    await project_facts.told(call, said, some, seen)
    names = {one.id: one.name for one in seen}
    for one in some:
        for path in ("user", "company"):
            joined(one, path, lambda id_: {"id": id_, "name": id_})
        joined(one, "parent", lambda id_: {"id": id_, "name": names.get(id_, id_)})
        if said.search_hidden and "hidden" in one["system_tags"]:
            one["hidden"] = True
    return {"projects": shown(said, some, FIELDS), **along}


@action("projects.update", "2.1", UpdateProjectIn, UpdatedProjectOut)
async def update(call: Call, said: UpdateProjectIn) -> Answer:
    """Change a project; a new name renames those below it too."""
    changed = await call.experiments.folders.update(call.actor, said.project, _edits(said, said.name))
    named = {name for name, value in call.body.items() if value is not None} - {"project"}
    found = words.project(changed)
    return UpdatedProjectOut(updated=1, fields={name: found[name] for name in (*named, "last_update") if name in found})


async def _seen(call: Call, said: ProjectsIn) -> list[Folder]:
    # Others' private projects are found by their ids alone: a name shall lead everybody to their own.
    return await call.experiments.folders.seen(call.actor, everything=bool(said.id))


async def _found(
    call: Call, said: ProjectsIn, seen: Sequence[Folder], more: Sequence[Condition] = ()
) -> tuple[list[Json], Json]:
    places = {(one.home, one.name): one.id for one in seen}
    documents = [words.project(one, places.get((one.home, one.name.rpartition("/")[0]))) for one in seen]
    extra: list[Condition | None] = [visible(said, said.id), *more]
    parents = [one for one in strings(said.parent) if one]  # type: ignore[arg-type]
    if isinstance(said.parent, list) and said.parent and not parents:
        extra.append(lambda one: "/" not in one["name"])
    if parents:
        inside = set(await call.experiments.folders.inside(call.actor, parents)) - set(parents)
        extra.append(lambda one: one["id"] in inside)
    if said.shallow_search:
        extra.append(lambda one: one.get("parent") in parents if parents else "/" not in one["name"])
    return chosen(call, said, documents, FORMS, FIELDS, extra)


def _edits(said: ProjectFields, name: str | None = None) -> FolderEdits:
    return FolderEdits(
        name=UNSET if name is None else name,
        description=UNSET if said.description is None else said.description,
        destination=UNSET if said.default_output_destination is None else said.default_output_destination,
        tags=UNSET if said.tags is None else tuple(said.tags),
        system_tags=UNSET if said.system_tags is None else tuple(said.system_tags),
    )


ACTIONS = (create, get_by_id, get_all, get_all_ex, update)
