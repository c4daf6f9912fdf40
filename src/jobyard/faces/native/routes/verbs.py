"""What may be asked of a job: release, withdraw, cancel, retry, keep; and what an external job's own client tells."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.params import JSONBody

from jobyard.faces.native import words
from jobyard.faces.native.routes.jobs import shown
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath
from jobyard.faces.native.wire import BeatIn, FailIn, FinishIn, JobOut, KeepIn, ProgressIn, ReleaseIn
from jobyard.job.errors import TooLarge

_RESULT_LIMIT = 64 * 1024


@post("/jobs/{job_id:str}/release", operation_id="releaseJob", status_code=200)
async def release_job(request: Ask, job_id: InPath, data: JSONBody[ReleaseIn | None] = None) -> JobOut:
    """Put a draft in line, at once or for a later time."""
    due_at = words.some_micros(data.due_at, "due_at") if data else None
    return await shown(request, await request.engine.jobs.release(request.user, job_id, due_at))


@post("/jobs/{job_id:str}/withdraw", operation_id="withdrawJob", status_code=200)
async def withdraw_job(request: Ask, job_id: InPath) -> JobOut:
    """Take a queued job out of the line; it is a draft again."""
    return await shown(request, await request.engine.jobs.withdraw(request.user, job_id))


@post("/jobs/{job_id:str}/cancel", operation_id="cancelJob", status_code=200)
async def cancel_job(request: Ask, job_id: InPath) -> JobOut:
    """End a job: at once when it waits; when it runs, its holder learns the wish within seconds."""
    return await shown(request, await request.engine.jobs.cancel(request.user, job_id))


@post("/jobs/{job_id:str}/retry", operation_id="retryJob", status_code=200)
async def retry_job(request: Ask, job_id: InPath) -> JobOut:
    """Run an ended job once more under a new attempt; the old ones stay in its history."""
    return await shown(request, await request.engine.jobs.retry(request.user, job_id))


@post("/jobs/{job_id:str}/keep", operation_id="keepJob", status_code=200)
async def keep_job(request: Ask, job_id: InPath, data: JSONBody[KeepIn]) -> JobOut:
    """Let a job's results live until another time."""
    until = words.some_micros(data.until, "until")
    return await shown(request, await request.engine.jobs.keep(request.user, job_id, until, always=data.always))


@post("/jobs/{job_id:str}/start", operation_id="startJob", status_code=200)
async def start_job(request: Ask, job_id: InPath) -> JobOut:
    """Say that you run this external job now; report under the attempt number that is answered."""
    return await shown(request, await request.engine.outside.start(request.user, job_id))


@post("/jobs/{job_id:str}/beat", operation_id="beatJob", status_code=200)
async def beat_job(request: Ask, job_id: InPath, data: JSONBody[BeatIn]) -> JobOut:
    """Say that this external job still runs; the answer tells whether somebody wishes it to stop."""
    return await shown(request, await request.engine.outside.beat(request.user, job_id, data.attempt))


@post("/jobs/{job_id:str}/report", operation_id="reportJob", status_code=200)
async def report_job(request: Ask, job_id: InPath, data: JSONBody[ProgressIn]) -> JobOut:
    """Tell progress and lines of output of this external job; both count as a sign of life."""
    progress = words.progress_in(data)
    job = await request.engine.outside.report(request.user, job_id, data.attempt, progress, data.lines)
    return await shown(request, job)


@post("/jobs/{job_id:str}/finish", operation_id="finishJob", status_code=200)
async def finish_job(request: Ask, job_id: InPath, data: JSONBody[FinishIn]) -> JobOut:
    """Tell the good end of this external job."""
    if len(msgspec.json.encode(data.result)) > _RESULT_LIMIT:
        raise TooLarge(what="The result", limit=f"{_RESULT_LIMIT} bytes")
    return await shown(request, await request.engine.outside.finish(request.user, job_id, data.attempt, data.result))


@post("/jobs/{job_id:str}/fail", operation_id="failJob", status_code=200)
async def fail_job(request: Ask, job_id: InPath, data: JSONBody[FailIn]) -> JobOut:
    """Tell the bad end of this external job."""
    job = await request.engine.outside.fail(request.user, job_id, data.attempt, data.message, data.detail)
    return await shown(request, job)


@post("/jobs/{job_id:str}/stop", operation_id="stopJob", status_code=200)
async def stop_job(request: Ask, job_id: InPath, data: JSONBody[BeatIn]) -> JobOut:
    """Tell that you stopped this external job, as was wished."""
    return await shown(request, await request.engine.outside.stop(request.user, job_id, data.attempt))


HANDLERS = (
    release_job,
    withdraw_job,
    cancel_job,
    retry_job,
    keep_job,
    start_job,
    beat_job,
    report_job,
    finish_job,
    fail_job,
    stop_job,
)
