"""The jobs of a workflow: begin one, and list them."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath

from jobyard.engine.submission import Submission
from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.finding import shared
from jobyard.faces.alteryx.knowing import require_credential
from jobyard.faces.alteryx.refusals import Forbidden
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, TAKES
from jobyard.faces.alteryx.wire.jobs import JobOut, RunIn, WorkflowJobOut
from jobyard.faces.alteryx.words import jobs as words
from jobyard.faces.alteryx.words.answers import answers, run_priority
from jobyard.faces.alteryx.words.listing import SORTED_BY, list_asked
from jobyard.faces.alteryx.words.workflows import tag
from jobyard.job.errors import Invalid, Refused
from jobyard.job.record import Job
from jobyard.workflows.refusals import WrongAnswer
from jobyard.workflows.report import Drawn

FACE = "alteryx"


@post("/v3/workflows/{workflow_id:str}/jobs", status_code=200, opt={TAKES: RunIn})
async def run_workflow(request: Ask, workflow_id: FromPath[str]) -> JobOut:
    """Put a run in line; it is answered as queued, even where a worker takes it at once."""
    return words.queued(await begun(request, workflow_id))


@get("/v3/workflows/{workflow_id:str}/jobs", opt={ASKED: SORTED_BY})
async def list_workflow_jobs(request: Ask, workflow_id: FromPath[str]) -> list[WorkflowJobOut]:
    """Return the jobs of a workflow that somebody sees, newest first."""
    await request.library.shown(request.user, workflow_id)
    asked = list_asked(request.asked, request.repeated, workflow_id)
    leaf = await request.engine.leafing.seen(request.user, asked.leaves, await shared(request))
    return [words.workflow_job_out(job) for job in leaf.jobs]


async def begun(request: Ask, workflow_id: str) -> Job:
    """Put a run in line as the body says. Raises Forbidden for whoever sees the workflow and may not run it."""
    told = await taking.body(request, RunIn)
    shown = await request.library.shown(request.user, workflow_id)
    marks: dict[str, Any] = {words.AMP: True} if shown.published.about.free_order else {}
    await require_credential(request, told.credential_id)
    parameters: dict[str, Any] = {}
    if told.credential_id:
        marks["credentialId"] = told.credential_id
        if shown.published.about.drawn is Drawn.PYTHON:
            parameters["credential"] = told.credential_id
    wanted = Submission(
        kind="",
        parameters=parameters,
        queue=tag(told.worker_tag or "") or None,
        priority=words.PRIORITIES[run_priority(told.priority)],
        face=FACE,
        marks=marks,
    )
    try:
        return await request.library.run(request.user, workflow_id, answers(told.questions), wanted)
    except WrongAnswer as wrong:
        fields = [{"path": "questions", "message": wrong.sentence}]
        raise Invalid(reason=wrong.sentence, fields=fields) from None
    except Refused as refused:
        if type(refused) is Refused:
            raise Forbidden(verb="run this workflow") from None
        raise


HANDLERS = (run_workflow, list_workflow_jobs)
