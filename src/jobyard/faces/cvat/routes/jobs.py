"""Jobs: parts of a task that somebody annotates, checks, or annotates once more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET

from jobyard.datasets.assignment import Assignment, AssignmentChanges
from jobyard.datasets.record import Dataset
from jobyard.datasets.work.sampling import some
from jobyard.faces.cvat import finding, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import JobChanges, JobIn, JobOut, PageOut
from jobyard.faces.cvat.words import tasks as words
from jobyard.faces.cvat.words.times import moment
from jobyard.job.errors import Conflict, Invalid
from jobyard.job.ids import new_id

_SORT = Sort(
    fields=frozenset(
        {
            "id",
            "task_id",
            "task_name",
            "project_id",
            "project_name",
            "assignee",
            "stage",
            "state",
            "status",
            "type",
            "dimension",
            "media_type",
            "mode",
            "updated_date",
            "parent_job_id",
        }
    ),
    searched=("task_name", "project_name", "assignee", "stage", "state"),
)


@get("/jobs")
async def list_jobs(request: Ask) -> PageOut:
    """Return one page of the jobs you may see: those of your tasks, and those that are assigned to you."""
    projects = {one.id: one for one in await finding.all_projects(request)}
    number = taking.whole(request.asked, "task_id")
    if number is not None:
        tasks = [one for one in await finding.all_tasks(request, parts=True) if one.number == number]
    else:
        tasks = await finding.all_tasks(request, parts=True)
    jobs = [(job, task) for task in tasks for job in await request.house.tasks.divided(request.user, task.id)]

    def facts(pair: tuple[Assignment, Dataset]) -> dict[str, Any]:
        job, task = pair
        project = projects.get(task.collection or "")
        return {
            "id": job.number,
            "task_id": task.number,
            "task_name": words.name_of(task),
            "project_id": project.number if project else None,
            "project_name": words.name_of(project) if project else None,
            "assignee": job.assignee,
            "stage": job.stage.value,
            "state": job.state.value,
            "status": words.status_of([job]),
            "type": job.kind.value,
            "dimension": "2d",
            "media_type": "image",
            "mode": "annotation",
            "updated_date": moment(job.updated_at),
            "parent_job_id": job.parent,
        }

    async def shown(pairs: Any) -> list[Any]:
        return list(await finding.jobs_out(request, pairs))

    return await listed(request, "jobs", jobs, _SORT, facts, shown)


@post("/jobs", status_code=201)
async def create_job(request: Ask) -> JobOut:
    """Choose frames of a task for its ground truth; its other jobs come with its pictures."""
    said = await taking.body(request, JobIn)
    with finding.named("task_id", said.task_id):
        task = await request.house.tasks.dataset(request.user, said.task_id)
    if said.type != "ground_truth":
        message = "Only a job with the ground truth can be made by itself."
        raise Invalid(reason=message, fields=[{"path": "type", "message": message}])
    frames = await _frames(request, task, said)
    with _unmade():
        made = await request.datasets.add_ground_truth(request.user, task.id, frames)
    changes = await _changes(
        request,
        JobChanges(
            assignee=UNSET if said.assignee is None else said.assignee,
            stage=UNSET if said.stage is None else said.stage,
            state=UNSET if said.state is None else said.state,
        ),
    )
    if changes != AssignmentChanges():
        try:
            with finding.assigning():
                made = await request.datasets.change_assignment(request.user, made.number, changes)
        except Invalid:
            await request.datasets.delete_assignment(request.user, made.number)
            raise
    return (await finding.jobs_out(request, [(made, task)]))[0]


@get("/jobs/{number:str}")
async def get_job(request: Ask, number: FromPath[str]) -> JobOut:
    """Return a job."""
    found = await request.datasets.assignment(request.user, int(number))
    return (await finding.jobs_out(request, [found]))[0]


@patch("/jobs/{number:str}")
async def change_job(request: Ask, number: FromPath[str]) -> JobOut:
    """Say who does a job and how far it is."""
    changes = await _changes(request, await taking.body(request, JobChanges))
    with finding.assigning():
        await request.datasets.change_assignment(request.user, int(number), changes)
    return (await finding.jobs_out(request, [await request.datasets.assignment(request.user, int(number))]))[0]


@delete("/jobs/{number:str}", status_code=204)
async def delete_job(request: Ask, number: FromPath[str]) -> None:
    """Forget a job with the ground truth, or a replica, with its annotations."""
    with _unmade():
        await request.datasets.delete_assignment(request.user, int(number))


@contextmanager
def _unmade() -> Iterator[None]:
    """Refuse as a mistake in the request what stands in the way of a job; the protocol knows no conflict here."""
    try:
        yield
    except Conflict as conflict:
        raise Invalid(reason=conflict.sentence) from None


async def _changes(request: Ask, said: JobChanges) -> AssignmentChanges:
    return AssignmentChanges(
        assignee=UNSET if said.assignee is UNSET else await finding.assignee(request, said.assignee, "assignee"),
        stage=UNSET if said.stage is UNSET else words.stage_in(said.stage),
        state=UNSET if said.state is UNSET else words.state_in(said.state),
    )


async def _frames(request: Ask, task: Dataset, said: JobIn) -> list[int]:
    """Return the frames that a wish for a ground truth chooses. Raises Invalid."""
    there = [frame.number for frame in await request.house.tasks.frames(request.user, task.id)]
    if not there:
        raise Invalid(reason="The task has no frames yet.")
    if said.frame_selection_method == "manual":
        if not said.frames:
            raise taking.wrong("frames", "The frames have to be named.")
        if len(set(said.frames)) < len(said.frames):
            raise taking.wrong("frames", "No frame is named twice.")
        return said.frames
    number = said.random_seed if said.random_seed is not None else said.seed
    seed = new_id() if number is None else str(number)
    if said.frame_selection_method == "random_uniform":
        return some(there, _count(said.frame_count, said.frame_share, len(there), "frame_count"), seed)
    if said.frame_selection_method == "random_per_job":
        chosen = set[int]()
        for job in await request.house.tasks.divided(request.user, task.id):
            inside = [frame for frame in there if job.holds(frame) and frame not in chosen]
            if job.layer == 0 and inside:
                wanted = _count(
                    said.frames_per_job_count, said.frames_per_job_share, len(inside), "frames_per_job_count"
                )
                chosen.update(some(inside, wanted, seed))
        return sorted(chosen)
    raise taking.wrong("frame_selection_method", f'"{said.frame_selection_method[:50]}" is not a valid choice.')


def _count(count: int | None, share: float | None, there: int, field: str) -> int:
    if count is None and share is not None:
        if not 0 < share <= 1:
            raise taking.wrong(field.replace("count", "share"), "A share lies above 0, and is at most 1.")
        count = max(1, math.ceil(share * there))
    if count is None or count < 1:
        raise taking.wrong(field, "Say how many frames, 1 or more, or which share of them.")
    if count > there and field == "frame_count":
        raise taking.wrong(field, f"There are {there} frames, and {count} are wanted.")
    return min(count, there)


HANDLERS = (list_jobs, create_job, get_job, change_job, delete_job)
