"""Projects: collections of datasets that share their labels."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.datasets.collection import Collection, CollectionChanges, CollectionDraft
from jobyard.faces.cvat import finding, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.making import named
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import PageOut, ProjectChanges, ProjectIn, ProjectOut
from jobyard.faces.cvat.words import labels as label_words
from jobyard.faces.cvat.words import tasks as words
from jobyard.faces.cvat.words.times import moment

_SORT = Sort(
    fields=frozenset({"id", "name", "owner", "assignee", "status", "updated_date"}),
    searched=("name", "owner", "assignee", "status"),
)


@get("/projects")
async def list_projects(request: Ask) -> PageOut:
    """Return one page of the projects you may see."""

    def facts(collection: Collection) -> dict[str, Any]:
        return {
            "id": collection.number,
            "name": words.name_of(collection),
            "owner": collection.owner,
            "assignee": words.kept(collection).assignee,
            "status": "annotation",
            "updated_date": moment(collection.updated_at),
        }

    async def shown(collections: Any) -> list[Any]:
        return list(await finding.projects_out(request, collections))

    return await listed(request, "projects", await finding.all_projects(request), _SORT, facts, shown)


@post("/projects", status_code=201)
async def create_project(request: Ask) -> ProjectOut:
    """Make a project with its labels."""
    said = await taking.body(request, ProjectIn)
    taking.require_local(target_storage=said.target_storage, source_storage=said.source_storage)
    await finding.require_owner(request, request.user.name, said.owner_id)
    name = words.checked_name(said.name)
    assignee = await finding.assignee(request, said.assignee_id)
    kept = words.entrusted(words.Kept(name=name, bug_tracker=said.bug_tracker), assignee, request.engine.ledger.now())

    async def make(house_name: str) -> Collection:
        draft = CollectionDraft(
            name=house_name,
            project=request.space.project,
            settings=words.settings(None, replace(kept, name="") if house_name == name else kept),
            labels=label_words.labels_in(said.labels),
            assignee=kept.assignee,
        )
        return await request.datasets.create_collection(request.user, draft)

    return await finding.project_out(request, await named(name, make, "collection"))


@get("/projects/{number:str}")
async def get_project(request: Ask, number: FromPath[str]) -> ProjectOut:
    """Return a project."""
    return await finding.project_out(request, await _found(request, number))


@patch("/projects/{number:str}")
async def change_project(request: Ask, number: FromPath[str]) -> ProjectOut:
    """Change a project; what is not said stays."""
    said = await taking.body(request, ProjectChanges)
    taking.require_local(target_storage=said.target_storage, source_storage=said.source_storage)
    found = await _found(request, number)
    await finding.require_staying(request, found, said)
    if said.labels:
        known = {label.number: label for label in await request.datasets.collection_labels(request.user, found.id)}
        add, update, gone = label_words.changes_in(said.labels, known)
        await request.datasets.change_collection_labels(request.user, found.id, add, update, gone)
    kept = words.kept(found)
    if said.bug_tracker is not UNSET:
        kept = replace(kept, bug_tracker=said.bug_tracker)
    if said.assignee_id is not UNSET:
        assignee = await finding.assignee(request, said.assignee_id)
        kept = words.entrusted(kept, assignee, request.engine.ledger.now())
    name = words.name_of(found) if said.name is UNSET else words.checked_name(said.name)

    async def make(house_name: str) -> Collection:
        own = found.name if name == words.name_of(found) else house_name
        now_kept = replace(kept, name="" if own == name else name)
        assignee = UNSET if said.assignee_id is UNSET else kept.assignee
        changes = CollectionChanges(name=own, settings=words.settings(found, now_kept), assignee=assignee)
        return await request.datasets.update_collection(request.user, found.id, changes)

    return await finding.project_out(request, await named(name, make, "collection"))


@delete("/projects/{number:str}", status_code=204)
async def delete_project(request: Ask, number: FromPath[str]) -> None:
    """Forget a project with its tasks."""
    found = await _found(request, number)
    await request.datasets.delete_collection(request.user, found.id)


async def _found(request: Ask, number: str) -> Collection:
    return await request.house.tasks.collection(request.user, int(number))


HANDLERS = (list_projects, create_project, get_project, change_project, delete_project)
