"""Quality reports, merges of replicas, and reports of events: all of them work in the background."""

from __future__ import annotations

from litestar import Response, post

from jobyard.datasets.assignment import AssignmentKind, Stage, Work
from jobyard.faces.cvat import finding, submitting, taking
from jobyard.faces.cvat.surroundings import USERS, Ask
from jobyard.faces.cvat.wire import MergeIn, ReportIn, Started
from jobyard.faces.cvat.words.requests import Mark
from jobyard.faces.cvat.words.times import micros
from jobyard.job.errors import Invalid


@post("/quality/reports", status_code=202)
async def calculate_quality(request: Ask) -> Response[Started]:
    """Compare a task, or the tasks of a project, with their ground truth."""
    said = await taking.body(request, ReportIn)
    if (said.task_id is None) == (said.project_id is None):
        raise Invalid(reason="Say a task or a project.")
    what, number = ("tasks", said.task_id) if said.task_id is not None else ("projects", said.project_id)
    on = await submitting.target(request, what, number or 0)
    if on.what == "task":
        await _require_truth(request, on.thing.id)
    return await submitting.submit(
        request,
        "quality.calculate",
        f"Calculate the quality of {on.title}",
        on.parameters,
        await submitting.mark(request, on),
        unique=f"cvat quality {on.what} {on.number}",
        project=on.thing.project,
    )


@post("/consensus/merges", status_code=202)
async def merge_replicas(request: Ask) -> Response[Started]:
    """Merge what was said in the replicas of a job, or of all jobs of a task."""
    said = await taking.body(request, MergeIn)
    if (said.task_id is None) == (said.job_id is None):
        raise Invalid(reason="Say a task or a job.")
    what, number = ("tasks", said.task_id) if said.task_id is not None else ("jobs", said.job_id)
    on = await submitting.target(request, what, number or 0)
    jobs = await request.datasets.assignments(request.user, on.thing.id)
    parents = {one.parent for one in jobs if one.kind is AssignmentKind.REPLICA}
    if not parents or (on.job is not None and on.job.number not in parents):
        raise Invalid(reason=f"The {on.what} has no replicas to merge.")
    wanted = parents if on.job is None else {on.job.number}
    if all(one.stage is not Stage.ANNOTATION for one in jobs if one.number in wanted):
        raise Invalid(reason=f"The {on.what} is past its annotation; merging would replace what was checked.")
    return await submitting.submit(
        request,
        "consensus.merge",
        f"Merge the replicas of {on.title}",
        on.parameters,
        await submitting.mark(request, on),
        unique=f"cvat merge {on.what} {on.number}",
        project=on.thing.project,
    )


@post("/events/export", status_code=202)
async def export_events(request: Ask) -> Response[Started]:
    """Tell who annotated how much, as a table."""
    asked = request.asked
    parameters: dict[str, object] = {}
    project = None
    for name, what in (("project_id", "projects"), ("task_id", "tasks"), ("job_id", "jobs")):
        number = taking.whole(asked, name)
        if number is not None:
            on = await submitting.target(request, what, number)
            parameters, project = dict(on.parameters), on.thing.project
    user = taking.whole(asked, "user_id")
    if user is not None:
        parameters["user"] = await request.engine.numbers.named(USERS, user) or "?"
    for name, field in (("from", "since"), ("to", "until")):
        if asked.get(name):
            parameters[field] = micros(asked[name], name)
    return await submitting.submit(
        request,
        "events.report",
        "Report who annotated how much",
        parameters,
        Mark(target="events", org_id=await finding.organization(request, project)),
        unique=f"cvat events {request.user.name} {sorted(asked.items())}"[:200],
        project=project,
    )


async def _require_truth(request: Ask, dataset: str) -> None:
    for job in await request.datasets.assignments(request.user, dataset):
        if job.kind is AssignmentKind.GROUND_TRUTH:
            if job.stage is Stage.ACCEPTANCE and job.state is Work.COMPLETED:
                return
            raise Invalid(reason="The job with the ground truth is not in the stage acceptance and completed.")
    raise Invalid(reason="The task has no job with a ground truth.")


HANDLERS = (calculate_quality, merge_replicas, export_events)
