"""What clients still use of version 1: workflows, questions, runs, jobs and packages, by its own addresses."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from jobyard.faces.alteryx.finding import files_of, job_of, messages_of, shared
from jobyard.faces.alteryx.routes.runs import begun
from jobyard.faces.alteryx.routes.versions import package_of
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.jobs import FirstJobOut, RunIn
from jobyard.faces.alteryx.wire.workflows import FirstWorkflowOut, QuestionOut
from jobyard.faces.alteryx.words import jobs as words
from jobyard.faces.alteryx.words import workflows
from jobyard.faces.alteryx.words.listing import SORTED_BY, list_asked
from jobyard.workflows.library.record import Wanted


@get("/v1/workflows/subscription")
async def list_first_workflows(request: Ask) -> list[FirstWorkflowOut]:
    """Return the workflows that somebody sees."""
    found = await request.library.find(request.user, Wanted())
    return [workflows.first_out(one) for one in found]


@get("/v1/workflows/{workflow_id:str}/questions")
async def list_first_questions(request: Ask, workflow_id: FromPath[str]) -> list[QuestionOut]:
    """Return what the published version asks."""
    _, found = await request.library.report(request.user, workflow_id)
    return workflows.questions_out(found.questions)


@post("/v1/workflows/{workflow_id:str}/jobs", status_code=200, opt={TAKES: RunIn})
async def run_first_workflow(request: Ask, workflow_id: FromPath[str]) -> FirstJobOut:
    """Put a run in line."""
    return words.first_job_out(words.as_queued(await begun(request, workflow_id)), (), [])


@get("/v1/workflows/{workflow_id:str}/jobs", opt={ASKED: SORTED_BY})
async def list_first_jobs(request: Ask, workflow_id: FromPath[str]) -> list[FirstJobOut]:
    """Return the jobs of a workflow that somebody sees, newest first."""
    await request.library.shown(request.user, workflow_id)
    asked = list_asked(request.asked, request.repeated, workflow_id)
    leaf = await request.engine.leafing.seen(request.user, asked.leaves, await shared(request))
    return [words.first_job_out(job, await files_of(request, job), words.told(job, ())) for job in leaf.jobs]


@get("/v1/jobs/{job_id:str}")
async def get_first_job(request: Ask, job_id: FromPath[str]) -> FirstJobOut:
    """Return a job."""
    job = await job_of(request, job_id)
    return words.first_job_out(job, await files_of(request, job), await messages_of(request, job))


@get("/v1/{workflow_id:str}/package")
async def get_first_package(request: Ask, workflow_id: FromPath[str]) -> Stream | Response[Any]:
    """Return the published version's package."""
    return await package_of(request, workflow_id)


HANDLERS = (
    list_first_workflows,
    list_first_questions,
    run_first_workflow,
    list_first_jobs,
    get_first_job,
    get_first_package,
)
