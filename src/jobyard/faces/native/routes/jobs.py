"""Jobs: list, submit, look at one, wait for its end, delete it."""

from __future__ import annotations

import asyncio

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from jobyard.engine.feed import Frame, Happened, Progressed, Resync
from jobyard.faces.native import stream, words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import HEADERS, InPath, asking
from jobyard.faces.native.wire import JobAsked, JobIn, JobOut, JobPage, JobsAsked
from jobyard.job.errors import Invalid
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.job.waiting import Waiting

_LONGEST_KEY = 200


@get("/jobs", operation_id="listJobs", **asking(JobsAsked))
async def list_jobs(request: Ask, asked: NamedDependency[JobsAsked]) -> JobPage:
    """Return one page of the jobs you may see."""
    names = await request.names.all() if asked.project else {}
    found = await request.engine.listing.find(request.user, words.job_query(asked, names))
    shown = await request.names.of(job.project for job in found.page.jobs)
    return JobPage(
        jobs=[words.job_out(job, request.user, shown, found.waiting.get(job.id)) for job in found.page.jobs],
        next=words.cursor_text(found.page.next, asked.order),
        total=found.total,
        total_exact=found.exact,
    )


@post("/jobs", operation_id="submitJob", opt={"also": {200: JobOut}, HEADERS: ["Idempotency-Key"]})
async def submit_job(request: Ask, data: JSONBody[JobIn]) -> Response[JobOut]:
    """Submit a job; it is safe on disk when this is answered. The same Idempotency-Key never makes a second one."""
    key = idempotency_key(request)
    job, fresh = await request.engine.jobs.submit(request.user, words.submission(data), key)
    headers = {"Location": f"/v1/jobs/{job.id}"} if fresh else {"Idempotency-Replayed": "true"}
    return Response(await shown(request, job), status_code=201 if fresh else 200, headers=headers)


@get("/jobs/{job_id:str}", operation_id="getJob", **asking(JobAsked))
async def get_job(request: Ask, job_id: InPath, asked: NamedDependency[JobAsked]) -> JobOut:
    """Return a job, and why it waits; with `wait`, once it has ended or differs from `revision`, or when time is up."""
    job = await _awaited(request, job_id, asked)
    if job.state is not State.QUEUED:
        return await shown(request, job)
    job, waiting = await request.engine.listing.waiting(request.user, job_id)
    return await shown(request, job, waiting)


@delete("/jobs/{job_id:str}", operation_id="deleteJob")
async def delete_job(request: Ask, job_id: InPath) -> None:
    """Remove a draft or ended job with its log and results."""
    await request.engine.jobs.delete(request.user, job_id)


async def shown(request: Ask, job: Job, waiting: Waiting | None = None) -> JobOut:
    """Return a job as the sender of the request may see it; why it waits only where that was asked for."""
    return words.job_out(job, request.user, await request.names.of([job.project]), waiting)


async def _awaited(request: Ask, job_id: str, asked: JobAsked) -> Job:
    # The place in the feed is taken before the first look, so that no news falls between the two.
    reader = request.engine.feed.reader(request.user)
    job = await request.engine.listing.job(request.user, job_id)
    loop = asyncio.get_running_loop()
    until = loop.time() + asked.wait
    while not _is_news(job, asked) and (left := until - loop.time()) > 0 and request.engine.desk.open:
        frame = await reader.next(min(left, stream.LOOK_AGAIN))
        if _concerns(frame, job_id, asked):
            job = await request.engine.listing.job(request.user, job_id)
    return job


def _is_news(job: Job, asked: JobAsked) -> bool:
    return job.final if asked.revision is None else job.revision != asked.revision


def _concerns(frame: Frame, job_id: str, asked: JobAsked) -> bool:
    if isinstance(frame, Happened):
        return frame.event.job == job_id
    if isinstance(frame, Progressed):
        return any(job.id == job_id for job in frame.jobs)
    # Progress told to another server and signs of life are in no feed of ours.
    return isinstance(frame, Resync) or asked.revision is not None


def idempotency_key(request: Ask) -> str | None:
    """Return the request's Idempotency-Key, if it has one. Raises Invalid for what is none."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(reason=f"An Idempotency-Key is 1 to {_LONGEST_KEY} printable ASCII characters.")
    return key


HANDLERS = (list_jobs, submit_job, get_job, delete_job)
