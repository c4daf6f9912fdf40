"""Jobs: one, its messages, cancelling it, and lists."""

from __future__ import annotations

from typing import Any

from litestar import delete, get
from litestar.params import FromPath
from msgspec.structs import replace

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.finding import files_of, job_of, messages_of, shared, standing
from jobyard.faces.alteryx.refusals import CuratorsOnly, NotLive, NotPermitted
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED
from jobyard.faces.alteryx.wire.jobs import JobOut, JobsOut, MessageOut, SaidOut
from jobyard.faces.alteryx.words import jobs as words
from jobyard.faces.alteryx.words import roles
from jobyard.faces.alteryx.words.listing import LISTED_BY, ListAsked, list_asked, pagination
from jobyard.job.errors import JobNotFound, Refused, WrongState
from jobyard.job.states import State

NOBODY = "-"
"""No user is called so."""
LIVE = frozenset({State.QUEUED, State.RUNNING})
CANCELLED, DELETED = "Cancelled Successfully.", "Deleted Successfully."


@get("/v3/jobs/{job_id:str}", opt={ASKED: ("includeMessages",)})
async def get_job(request: Ask, job_id: FromPath[str]) -> JobOut:
    """Return a job; without messages where that is asked."""
    messages = taking.flag(request.asked, "includeMessages", default=True)
    job = await job_of(request, job_id)
    return words.job_out(job, await files_of(request, job), await messages_of(request, job) if messages else None)


@get("/v3/jobs/{job_id:str}/messages")
async def list_messages(request: Ask, job_id: FromPath[str]) -> list[MessageOut]:
    """Return what a job told, to Curators alone, who are told so before anything is looked for."""
    if not roles.curator(request.user):
        raise CuratorsOnly
    return await messages_of(request, await job_of(request, job_id))


@delete("/v3/jobs/{job_id:str}", status_code=200)
async def cancel_job(request: Ask, job_id: FromPath[str]) -> SaidOut:
    """Cancel a running job, or delete a queued one: it is gone for these clients."""
    job = await job_of(request, job_id)
    try:
        if job.state not in LIVE:
            raise NotLive
        moved = await request.engine.jobs.cancel(await standing(request, job_id), job_id)
    except JobNotFound:
        raise
    except Refused:
        raise NotPermitted from None
    except WrongState:
        raise NotLive from None
    return SaidOut(message=DELETED if moved.state is State.CANCELLED else CANCELLED)


@get("/v3/jobs", opt={ASKED: LISTED_BY})
async def list_jobs(request: Ask) -> JobsOut:
    """Return a page of the workflows' jobs that somebody sees."""
    asked = list_asked(request.asked, request.repeated)
    leaves = replace(asked.leaves, filter=replace(asked.leaves.filter, owners=await _owners(request, asked)))
    leaf = await request.engine.leafing.seen(request.user, leaves, await shared(request))
    now = request.engine.ledger.now()
    return JobsOut(
        data=[words.summary_out(job, now) for job in leaf.jobs],
        pagination=pagination(leaves.offset, leaves.limit, leaf.total),
        jobs=[words.job_out(job, await files_of(request, job), words.told(job, ())) for job in leaf.jobs],
    )


async def _owners(request: Ask, asked: ListAsked) -> frozenset[str]:
    """Return whose jobs are meant; none for everybody's. A user that is not there has no jobs."""
    if asked.own:
        return frozenset({request.user.name})
    return frozenset([await request.engine.people.name_of(id_) or NOBODY for id_ in sorted(asked.users)])


HANDLERS: tuple[Any, ...] = (get_job, list_messages, cancel_job, list_jobs)
