"""Tasks: datasets with their pictures, labels and jobs."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.datasets.record import Dataset, DatasetChanges, Draft, Purpose
from jobyard.faces.cvat import finding, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.making import named
from jobyard.faces.cvat.routes.requests import requests_out
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import PageOut, StatusOut, TaskChanges, TaskIn, TaskOut
from jobyard.faces.cvat.words import labels as label_words
from jobyard.faces.cvat.words import requests as request_words
from jobyard.faces.cvat.words import tasks as words
from jobyard.faces.cvat.words.times import moment
from jobyard.job.errors import Invalid
from jobyard.job.filters import Filter, Query

_SORT = Sort(
    fields=frozenset(
        {
            "id",
            "name",
            "owner",
            "assignee",
            "status",
            "dimension",
            "media_type",
            "mode",
            "project_id",
            "project_name",
            "subset",
            "tracker_link",
            "updated_date",
            "validation_mode",
        }
    ),
    searched=("name", "owner", "assignee", "status", "subset", "project_name"),
)
_OF_JOBS = ("status", "validation_mode")
"""What is told of a task by its jobs."""
_REPLICAS = 10


@get("/tasks")
async def list_tasks(request: Ask) -> PageOut:
    """Return one page of the tasks you may see."""
    projects = {one.id: one for one in await finding.all_projects(request)}
    tasks = await finding.all_tasks(request, parts=True)
    jobs = {}
    text = request.asked.get("filter", "") + request.asked.get("sort", "")
    if any(name in text for name in _OF_JOBS) or request.asked.keys() & {*_OF_JOBS, "search"}:
        jobs = {task.id: await request.house.tasks.divided(request.user, task.id) for task in tasks}

    def facts(task: Dataset) -> dict[str, Any]:
        kept, project = words.kept(task), projects.get(task.collection or "")
        return {
            "id": task.number,
            "name": words.name_of(task),
            "owner": task.owner,
            "assignee": kept.assignee,
            "status": words.status_of(jobs.get(task.id, ())),
            "dimension": "2d",
            "media_type": "image",
            "mode": "annotation" if task.samples else "",
            "project_id": project.number if project else None,
            "project_name": words.name_of(project) if project else None,
            "subset": kept.subset,
            "tracker_link": kept.bug_tracker,
            "updated_date": moment(task.updated_at),
            "validation_mode": words.validation_of(task, jobs.get(task.id, ())),
        }

    async def shown(datasets: Any) -> list[Any]:
        return list(await finding.tasks_out(request, datasets))

    return await listed(request, "tasks", tasks, _SORT, facts, shown)


@post("/tasks", status_code=201)
async def create_task(request: Ask) -> TaskOut:
    """Make a task; its pictures come later."""
    said = await taking.body(request, TaskIn)
    taking.require_local(target_storage=said.target_storage, source_storage=said.source_storage)
    await finding.require_owner(request, request.user.name, said.owner_id)
    name = words.checked_name(said.name)
    project = None
    if said.project_id is not None:
        with finding.named("project_id", said.project_id):
            project = await request.house.tasks.collection(request.user, said.project_id)
        if said.labels:
            message = "Labels cannot be specified for a task in a project: it has the project's."
            raise Invalid(reason=message, fields=[{"path": "labels", "message": message}])
    assignee = await finding.assignee(request, said.assignee_id)
    kept = words.entrusted(_kept(said, name), assignee, request.engine.ledger.now())

    async def make(house_name: str) -> Dataset:
        draft = Draft(
            name=house_name,
            source="",
            project=project.project if project is not None else request.space.project,
            purpose=Purpose.FREE,
            settings=words.settings(None, replace(kept, name="") if house_name == name else kept),
            labels=label_words.labels_in(said.labels),
            collection=project.id if project is not None else None,
            assignee=kept.assignee,
        )
        return await request.datasets.create(request.user, draft)

    return await finding.task_out(request, await named(name, make, "dataset"))


@get("/tasks/{number:str}")
async def get_task(request: Ask, number: FromPath[str]) -> TaskOut:
    """Return a task."""
    return await finding.task_out(request, await request.house.tasks.known(request.user, int(number)))


@get("/tasks/{number:str}/status")
async def get_task_status(request: Ask, number: FromPath[str]) -> StatusOut:
    """Return how far a task's pictures are taken in: what was asked for last, or that they are there."""
    found = await _found(request, number)
    kinds, states = frozenset({"dataset.create"}), frozenset(request_words.SHOWN)
    meant = Filter(kinds=kinds, states=states, resource_type="dataset", resource_id=found.id)
    page = await request.engine.listing.find(request.user, Query(filter=meant, limit=1))
    if not page.page.jobs:
        return StatusOut(state="Finished", message="", progress=1.0)
    [shown] = await requests_out(request, page.page.jobs, {})
    return StatusOut(state=shown.status.capitalize(), message=shown.message, progress=shown.progress or 0.0)


@patch("/tasks/{number:str}")
async def change_task(request: Ask, number: FromPath[str]) -> TaskOut:
    """Change a task; what is not said stays."""
    said = await taking.body(request, TaskChanges)
    taking.require_local(target_storage=said.target_storage, source_storage=said.source_storage)
    found = await _found(request, number)
    await finding.require_staying(request, found, said)
    if said.project_id is not UNSET:
        found = await _moved(request, found, said.project_id)
    if said.labels:
        if found.collection is not None:
            raise taking.wrong("labels", "A task in a project has the project's labels; change them there.")
        known = {label.number: label for label in await request.datasets.labels(request.user, found.id)}
        add, update, gone = label_words.changes_in(said.labels, known)
        await request.datasets.change_labels(request.user, found.id, add, update, gone)
    kept = words.kept(found)
    if said.bug_tracker is not UNSET:
        kept = replace(kept, bug_tracker=said.bug_tracker)
    if said.subset is not UNSET:
        kept = replace(kept, subset=_subset(said.subset))
    if said.assignee_id is not UNSET:
        assignee = await finding.assignee(request, said.assignee_id)
        kept = words.entrusted(kept, assignee, request.engine.ledger.now())
    name = words.name_of(found) if said.name is UNSET else words.checked_name(said.name)

    async def make(house_name: str) -> Dataset:
        own = found.name if name == words.name_of(found) else house_name
        now_kept = replace(kept, name="" if own == name else name)
        assignee = UNSET if said.assignee_id is UNSET else kept.assignee
        changes = DatasetChanges(name=own, settings=words.settings(found, now_kept), assignee=assignee)
        return await request.datasets.update(request.user, found.id, changes)

    return await finding.task_out(request, await named(name, make, "dataset"))


@delete("/tasks/{number:str}", status_code=204)
async def delete_task(request: Ask, number: FromPath[str]) -> None:
    """Forget a task with its annotations; pictures that were sent in go along, those in folders and buckets stay."""
    found = await _found(request, number)
    await request.datasets.delete(request.user, found.id)


async def _found(request: Ask, number: str) -> Dataset:
    return await request.house.tasks.dataset(request.user, int(number))


async def _moved(request: Ask, found: Dataset, number: int | None) -> Dataset:
    """Return a task in the project of a number, moved there where it was in another one or in none."""
    project = await finding.project_of(request, found)
    if number == (project.number if project is not None else None):
        return found
    if number is None:
        message = "A task stays in a project once it is in one; export it and import it elsewhere."
        raise Invalid(reason=message, fields=[{"path": "project_id", "message": message}])
    target = await request.house.tasks.collection(request.user, number)
    return await request.datasets.gather(request.user, found.id, target.id)


def _kept(said: TaskIn, name: str) -> words.Kept:
    replicas = said.consensus_replicas or said.initial_replicas
    if replicas and not 2 <= replicas <= _REPLICAS:
        message = f"There are 2 to {_REPLICAS} replicas, or none."
        raise Invalid(reason=message, fields=[{"path": "consensus_replicas", "message": message}])
    overlap = said.overlap or 0
    if (
        not 0 <= said.segment_size < 2**31
        or not 0 <= overlap < 2**31
        or (said.segment_size and overlap >= said.segment_size)
    ):
        message = "A segment has at least as many frames as it shares with the one before, and one more."
        raise Invalid(reason=message, fields=[{"path": "segment_size", "message": message}])
    return words.Kept(
        name=name,
        bug_tracker=said.bug_tracker[:2_000],
        subset=_subset(said.subset),
        segment_size=said.segment_size,
        overlap=overlap,
        replicas=replicas,
    )


def _subset(text: str) -> str:
    if len(text) > 64 or not (text.isprintable() or not text) or "/" in text or "\\" in text:
        message = "A subset's name has up to 64 printable characters and no slash."
        raise Invalid(reason=message, fields=[{"path": "subset", "message": message}])
    return text.strip()


HANDLERS = (list_tasks, create_task, get_task, get_task_status, change_task, delete_task)
