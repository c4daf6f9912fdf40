"""Labels, by what they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import delete, get, patch
from litestar.params import FromPath

from jobyard.datasets.collection import Collection
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset
from jobyard.faces.cvat import finding, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import LabelIn, LabelOut, PageOut
from jobyard.faces.cvat.words import labels as words
from jobyard.job.errors import Invalid

_SORT = Sort(
    fields=frozenset({"id", "name", "parent", "type", "color", "job_id", "task_id", "project_id"}),
    searched=("name", "parent"),
    default="id",
)


@get("/labels")
async def list_labels(request: Ask) -> PageOut:
    """Return the labels of a task, a job or a project."""
    asked = dict(request.asked)
    task, project = taking.whole(asked, "task_id"), taking.whole(asked, "project_id")
    job = taking.whole(asked, "job_id")
    home: Dataset | Collection
    if job is not None:
        home = (await request.datasets.assignment(request.user, job))[1]
    elif task is not None:
        home = await request.house.tasks.dataset(request.user, task)
    elif project is not None:
        home = await request.house.tasks.collection(request.user, project)
    else:
        raise Invalid(reason="Say whose labels are meant: task_id, job_id or project_id.")
    known = await labels_of(request, home)
    numbers = await _numbers(request, home)

    def facts(label: Label) -> dict[str, Any]:
        # Whose labels are meant was looked at already; so these always fit.
        whose = {"task_id": task, "project_id": project, "job_id": job}
        return {"id": label.number, "name": label.name, "type": label.kind.value, "color": label.color, **whose}

    async def shown(labels: Sequence[Label]) -> list[Any]:
        return [words.label_out(label, **numbers) for label in labels]

    return await listed(request, "labels", known, _SORT, facts, shown)


@get("/labels/{number:str}")
async def get_label(request: Ask, number: FromPath[str]) -> LabelOut:
    """Return a label, or a part of a skeleton."""
    label, parent, home = await request.house.tasks.label(request.user, int(number))
    return words.label_out(label, parent=parent.number if parent else None, **await _numbers(request, home))


@patch("/labels/{number:str}")
async def change_label(request: Ask, number: FromPath[str]) -> LabelOut:
    """Change a label; what is not said stays."""
    said = await taking.body(request, LabelIn)
    label, parent, home = await request.house.tasks.label(request.user, int(number))
    if parent is not None:
        raise Invalid(reason="A part is changed together with its skeleton.")
    if said.deleted:
        raise Invalid(reason="A label is deleted by DELETE.")
    changed = words.changed(said, label)
    await _change(request, home, update=[changed])
    return words.label_out(
        (await request.house.tasks.label(request.user, int(number)))[0], **await _numbers(request, home)
    )


@delete("/labels/{number:str}", status_code=204)
async def delete_label(request: Ask, number: FromPath[str]) -> None:
    """Delete a label; what carried it loses it."""
    _, parent, home = await request.house.tasks.label(request.user, int(number))
    if parent is not None:
        raise Invalid(reason="A part is deleted together with its skeleton.")
    await _change(request, home, delete=[int(number)])


async def labels_of(request: Ask, home: Dataset | Collection) -> list[Label]:
    """Return the labels of a task or a project."""
    if isinstance(home, Dataset):
        return await request.datasets.labels(request.user, home.id)
    return await request.datasets.collection_labels(request.user, home.id)


async def _change(
    request: Ask, home: Dataset | Collection, *, update: Sequence[Label] = (), delete: Sequence[int] = ()
) -> None:
    if isinstance(home, Dataset):
        await request.datasets.change_labels(request.user, home.id, (), update, delete)
    else:
        await request.datasets.change_collection_labels(request.user, home.id, (), update, delete)


async def _numbers(request: Ask, home: Dataset | Collection) -> dict[str, int | None]:
    if isinstance(home, Collection):
        return {"project": home.number, "task": None}
    project = await finding.project_of(request, home)
    return {"project": project.number, "task": None} if project is not None else {"task": home.number, "project": None}


HANDLERS = (list_labels, get_label, change_label, delete_label)
