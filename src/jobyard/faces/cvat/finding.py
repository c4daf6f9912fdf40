"""How projects, tasks and jobs are found by their numbers and shown with what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import UNSET

from jobyard.datasets.assignment import Assignment
from jobyard.datasets.collection import Collection
from jobyard.datasets.record import Dataset, DatasetFilter
from jobyard.faces.cvat import people
from jobyard.faces.cvat.space import Where
from jobyard.faces.cvat.surroundings import ORGANIZATIONS, USERS, Ask
from jobyard.faces.cvat.wire import JobOut, ProjectChanges, ProjectOut, TaskChanges, TaskOut
from jobyard.faces.cvat.words import tasks as words
from jobyard.job.errors import Invalid, NotFound

_AT_ONCE = 500


async def all_tasks(request: Ask, collection: str | None = None, *, parts: bool = False) -> list[Dataset]:
    """Return the tasks inside the request's space, newest first; with `parts` those with a job for the sender too."""
    space = request.space
    project = space.project if space.where is Where.INSIDE else None
    wanted = DatasetFilter(project=project, collection=collection)
    found, total = await request.datasets.browse(request.user, wanted, 0, _AT_ONCE, parts=parts)
    while len(found) < total:
        more, total = await request.datasets.browse(request.user, wanted, len(found), _AT_ONCE, parts=parts)
        found += more
        if not more:
            break
    return [one for one in found if space.holds(one.project)]


async def all_projects(request: Ask) -> list[Collection]:
    """Return the projects inside the request's space, newest first."""
    found, total = await request.datasets.browse_collections(request.user, "", 0, _AT_ONCE)
    while len(found) < total:
        more, total = await request.datasets.browse_collections(request.user, "", len(found), _AT_ONCE)
        found += more
        if not more:
            break
    return [one for one in found if request.space.holds(one.project)]


async def project_of(request: Ask, dataset: Dataset) -> Collection | None:
    """Return the project of a task, where the sender may see it."""
    if dataset.collection is None:
        return None
    try:
        return await request.datasets.collection(request.user, dataset.collection)
    except NotFound:
        return None


async def organization(request: Ask, project: str | None) -> int | None:
    """Return the number of an organization."""
    return None if project is None else await request.engine.numbers.one(ORGANIZATIONS, project)


async def assignee(request: Ask, number: int | None, field: str = "assignee_id") -> str | None:
    """Return the name of the user of a number. Raises Invalid naming the field where there is none."""
    if number is None:
        return None
    name = await request.engine.numbers.named(USERS, number)
    if name is None:
        message = f'Invalid pk "{number}" - object does not exist.'
        raise Invalid(reason=message, fields=[{"path": field, "message": message}])
    return name


async def require_owner(request: Ask, owner: str, said: int | None) -> None:
    """Raise Invalid for a wish to give a thing to another owner."""
    if said is not None and said != (await people.ref(request, owner)).id:
        message = "Who makes a thing owns it, and it stays theirs."
        raise Invalid(reason=message, fields=[{"path": "owner_id", "message": message}])


async def require_staying(request: Ask, thing: Dataset | Collection, said: TaskChanges | ProjectChanges) -> None:
    """Raise Invalid for a wish to give a thing to another owner, or to take it to another organization."""
    await require_owner(request, thing.owner, said.owner_id)
    if said.organization_id not in (UNSET, await organization(request, thing.project)):
        message = "A thing stays in its organization, or in none; export it and import it elsewhere."
        raise Invalid(reason=message, fields=[{"path": "organization_id", "message": message}])


@contextmanager
def named(field: str, number: int) -> Iterator[None]:
    """Refuse a body that names what is not there, by the field that does; what is unseen stays so. Raises Invalid."""
    try:
        yield
    except NotFound as missing:
        if missing.unseen or missing.data.get("name") != str(number):
            raise
        message = f'Invalid pk "{number}" - object does not exist.'
        raise Invalid(reason=message, fields=[{"path": field, "message": message}]) from None


@contextmanager
def assigning() -> Iterator[None]:
    """Refuse somebody who does not see what they are to work on, by the field that names them. Raises Invalid."""
    try:
        yield
    except NotFound as missing:
        if not str(missing.data.get("what", "")).startswith("user"):
            raise
        message = "Who is to do this does not see the task; share its organization with them first."
        raise Invalid(reason=message, fields=[{"path": "assignee", "message": message}]) from None


async def task_out(request: Ask, dataset: Dataset) -> TaskOut:
    """Return a task as it is shown."""
    return words.task_out(dataset, await refs_of(request, dataset))


async def tasks_out(request: Ask, datasets: Sequence[Dataset]) -> list[TaskOut]:
    """Return tasks as they are shown."""
    return [await task_out(request, dataset) for dataset in datasets]


async def refs_of(request: Ask, dataset: Dataset) -> words.Refs:
    """Return what a task is shown with."""
    jobs = await request.house.tasks.divided(request.user, dataset.id)
    names = [dataset.owner, words.kept(dataset).assignee, *(job.assignee for job in jobs)]
    own, around = await request.house.guides.numbers(request.user, dataset.id, dataset.collection)
    return words.Refs(
        guide=own,
        guide_of_jobs=around,
        base=request.link("").rstrip("/"),
        users=await people.refs(request, names),
        organization=await organization(request, dataset.project),
        project=await project_of(request, dataset),
        jobs=jobs,
    )


async def project_out(request: Ask, collection: Collection) -> ProjectOut:
    """Return a project as it is shown."""
    wanted = DatasetFilter(collection=collection.id)
    tasks, total = await request.datasets.browse(request.user, wanted, 0, _AT_ONCE)
    own, _ = await request.house.guides.numbers(request.user, collection.id, None)
    refs = words.Refs(
        guide=own,
        base=request.link("").rstrip("/"),
        users=await people.refs(request, [collection.owner, words.kept(collection).assignee]),
        organization=await organization(request, collection.project),
        tasks=tasks,
    )
    shown = words.project_out(collection, refs)
    shown.tasks.count = total
    return shown


async def projects_out(request: Ask, collections: Sequence[Collection]) -> list[ProjectOut]:
    """Return projects as they are shown."""
    return [await project_out(request, collection) for collection in collections]


async def jobs_out(request: Ask, jobs: Sequence[tuple[Assignment, Dataset]]) -> list[JobOut]:
    """Return jobs as they are shown."""
    refs, issues = dict[str, words.Refs](), dict[int, int]()
    for _, dataset in jobs:
        if dataset.id not in refs:
            refs[dataset.id] = await refs_of(request, dataset)
            issues |= await request.datasets.issue_counts(request.user, dataset.id)
    return [words.job_out(job, dataset, refs[dataset.id], issues.get(job.number, 0)) for job, dataset in jobs]
