"""How background work is asked for: one job, at most one of its sort in work, and its id to wait for."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from msgspec import Struct

from jobyard.datasets.assignment import Assignment
from jobyard.datasets.collection import Collection
from jobyard.datasets.record import Dataset
from jobyard.engine.submission import Submission
from jobyard.faces.cvat import finding
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import Started
from jobyard.faces.cvat.words import tasks as task_words
from jobyard.faces.cvat.words.requests import MARK, Mark

FACE = "cvat"


class Target(Struct, frozen=True, kw_only=True):
    """What is worked on."""

    what: str
    """`project`, `task` or `job`."""
    number: int
    """Its own number."""
    thing: Dataset | Collection
    """The dataset of a task or a job, or a collection."""
    job: Assignment | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What kinds of work are told of it."""
        if isinstance(self.thing, Collection):
            return {"collection": self.thing.id}
        return {"dataset": self.thing.id, **({} if self.job is None else {"assignment": self.job.number})}

    @property
    def title(self) -> str:
        """What people call it."""
        name = task_words.name_of(self.thing)
        return name if self.job is None else f"{name}, job {self.number}"


async def target(request: Ask, what: str, number: int) -> Target:
    """Return what is meant by `projects`, `tasks` or `jobs` and a number. Raises NotFound."""
    if what == "projects":
        found = await request.house.tasks.collection(request.user, number)
        return Target(what="project", number=number, thing=found)
    if what == "tasks":
        return Target(what="task", number=number, thing=await request.house.tasks.dataset(request.user, number))
    job, dataset = await request.datasets.assignment(request.user, number)
    return Target(what="job", number=number, thing=dataset, job=job)


async def mark(request: Ask, on: Target, **said: Any) -> Mark:
    """Return by which numbers the clients know what is worked on, with what else is said."""
    organization = await finding.organization(request, on.thing.project)
    if isinstance(on.thing, Collection):
        return Mark(target=on.what, project_id=on.number, org_id=organization, **said)
    project = await finding.project_of(request, on.thing)
    return Mark(
        target=on.what,
        project_id=project.number if project is not None else None,
        task_id=on.thing.number,
        job_id=on.job.number if on.job is not None else None,
        org_id=organization,
        **said,
    )


async def submit(
    request: Ask, kind: str, name: str, parameters: dict[str, Any], marked: Mark, *, unique: str, project: str | None
) -> Response[Started]:
    """Submit a job and return its id. Raises UniqueTaken naming the one in work that does the same."""
    submission = Submission(
        kind=kind,
        name=name[:200],
        parameters=parameters,
        project=project,
        unique=unique,
        face=FACE,
        marks={MARK: msgspec.to_builtins(marked)},
    )
    job, _ = await request.engine.jobs.submit(request.user, submission)
    return Response(Started(rq_id=job.id), status_code=202)
