"""Labels, by what they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
_HOMES = ("job_id", "task_id", "project_id")


@get("/labels")
async def list_labels(request: Ask) -> PageOut:
    """Return the labels of a task, a job or a project, or of all that you may see."""
    wanted = {name: taking.whole(request.asked, name) for name in _HOMES}
    homes = await _homes(request, {name: number for name, number in wanted.items() if number is not None})
    numbers = {home.id: await _numbers(request, home) for home in homes}
    known = [(label, home) for home in homes for label in await labels_of(request, home)]

    def facts(pair: tuple[Label, Dataset | Collection]) -> dict[str, Any]:
        label, home = pair
        whose = {f"{name}_id": number for name, number in numbers[home.id].items()}
        # Whose labels are meant was looked at already; so these always fit.
        whose |= {name: number for name, number in wanted.items() if number is not None}
        return {"id": label.number, "name": label.name, "type": label.kind.value, "color": label.color, **whose}

    async def shown(pairs: Sequence[tuple[Label, Dataset | Collection]]) -> list[Any]:
        return [words.label_out(label, **numbers[home.id]) for label, home in pairs]

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


async def _homes(request: Ask, wanted: Mapping[str, int]) -> list[Dataset | Collection]:
    """Return whose labels are meant. Raises Invalid where several things are named at once."""
    if len(wanted) > 1:
        names = " and ".join(wanted)
        raise Invalid(reason="", fields=[{"path": names, "message": f"{names} cannot be used together."}])
    if "job_id" in wanted:
        return [(await request.datasets.assignment(request.user, wanted["job_id"]))[1]]
    if "task_id" in wanted:
        return [await request.house.tasks.known(request.user, wanted["task_id"])]
    if "project_id" in wanted:
        return [await request.house.tasks.collection(request.user, wanted["project_id"])]
    alone = [task for task in await finding.all_tasks(request, parts=True) if task.collection is None]
    return [*alone, *await finding.all_projects(request)]


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
