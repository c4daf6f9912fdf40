"""Changing jobs: edit one that waits, run one again with changes, ask one verb of many."""

from __future__ import annotations

from litestar import Response, patch, post
from litestar.params import JSONBody

from jobyard.engine.bulk import BulkVerb, Done
from jobyard.faces.native import words
from jobyard.faces.native.routes.jobs import idempotency_key, shown
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import HEADERS, InPath
from jobyard.faces.native.wire import AgainIn, BulkIn, BulkOut, EditIn, JobOut


@patch("/jobs/{job_id:str}", operation_id="editJob")
async def edit_job(request: Ask, job_id: InPath, data: JSONBody[EditIn]) -> JobOut:
    """Give a waiting job another name, queue, priority, time or labels."""
    return await shown(request, await request.engine.jobs.edit(request.user, job_id, words.edits_in(data)))


@post("/jobs/{job_id:str}/again", operation_id="runJobAgain", opt={HEADERS: ["Idempotency-Key"]})
async def run_job_again(request: Ask, job_id: InPath, data: JSONBody[AgainIn | None] = None) -> Response[JobOut]:
    """Submit a job like this one, with changes; this one stays as it is."""
    edits, parameters = words.again_in(data or AgainIn())
    key = idempotency_key(request)
    job = await request.engine.jobs.again(request.user, job_id, edits, parameters, key)
    return Response(await shown(request, job), status_code=201, headers={"Location": f"/v1/jobs/{job.id}"})


@post("/jobs/bulk", operation_id="changeJobs", status_code=200)
async def change_jobs(request: Ask, data: JSONBody[BulkIn]) -> BulkOut:
    """Ask one verb of every job that a filter means, so many in a call, or only count them.

    Each job is asked by itself: where one refuses, the others are not harmed.
    """
    verb, edits = BulkVerb(data.verb), words.bulk_edits(data)
    names = await request.names.all() if data.filter.project else {}
    meant = words.job_filter(data.filter, names)
    after = None if data.cursor is None else words.job_cursor(data.cursor, words.BULK)
    bulk, matched, done = request.engine.bulk, None, Done()
    if after is None:
        matched = await bulk.count(request.user, verb, meant)
    if not data.dry_run:
        done = await bulk.act(request.user, verb, meant, edits, after, data.limit)
    return words.bulk_out(matched, done)


HANDLERS = (edit_job, run_job_again, change_jobs)
