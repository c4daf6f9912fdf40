"""How routes find a job: one that exists for these clients, with what it left and told."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.wire.jobs import MessageOut
from jobyard.faces.alteryx.words import jobs as words
from jobyard.faces.alteryx.words import roles
from jobyard.job.errors import JobNotFound, NotFound
from jobyard.job.record import Job, ResultFile
from jobyard.job.states import State
from jobyard.people.record import Actor
from jobyard.workflows.sharing.record import Form

_MOST = 64 * 1024 * 1024
"""The most bytes of a file of messages."""


async def standing(request: Ask, id_: str) -> Actor:
    """Return the asker as they stand to one job: collections may share with them what its schedule makes."""
    return await request.house.sharing.collections.standing(request.user, id_)


async def shared(request: Ask) -> frozenset[str]:
    """Return the schedules whose jobs the asker sees though they are others'."""
    if roles.curator(request.user):
        return frozenset()
    return await request.house.sharing.collections.shared(request.user, Form.SCHEDULE)


async def job_of(request: Ask, id_: str) -> Job:
    """Return a job. Raises JobNotFound where there is none for these clients, or none that its asker may see."""
    found = await request.engine.listing.job(await standing(request, id_), id_)
    if words.gone(found):
        raise JobNotFound(id=id_)
    return found


async def files_of(request: Ask, job: Job) -> list[ResultFile]:
    """Return the files that a job left."""
    if job.results_expired:
        return []
    return await request.engine.results.files(await standing(request, job.id), job.id)


async def messages_of(request: Ask, job: Job) -> list[MessageOut]:
    """Return what a job told, as far as that is kept, and why it waits where it does."""
    if job.state is State.QUEUED:
        job, waiting = await request.engine.listing.waiting(await standing(request, job.id), job.id)
        return words.told(job, []) + words.why(waiting)
    kept: list[Any] = []
    try:
        file, path = await request.engine.results.open(await standing(request, job.id), job.id, words.MESSAGES_FILE)
        if file.attempt == job.attempt and file.size <= _MOST:
            kept = msgspec.json.decode(await asyncio.to_thread(path.read_bytes), type=list[Any])
    except (NotFound, FileNotFoundError, msgspec.DecodeError):
        pass  # it told nothing, its time is over, or another kind of work wrote a file of that name
    return words.told(job, kept)
