"""What became of a job: its events, its attempts, its log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from jobyard.engine.listing import LogPart
from jobyard.faces.native import stream, words
from jobyard.faces.native.download import attachment
from jobyard.faces.native.frames import alive, frame
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import (
    AttemptOut,
    EventPage,
    EventsAsked,
    LogAsked,
    LogEnd,
    LogPage,
)
from jobyard.job.errors import Fault
from jobyard.job.states import State
from jobyard.people.record import Actor

_GATHER = 0.05
"""Seconds in which lines gather before the store is asked again, however often something happens in the house."""
_PAGE = 2_000


@get("/jobs/{job_id:str}/events", operation_id="listJobEvents", **asking(EventsAsked))
async def list_events(request: Ask, job_id: InPath, asked: NamedDependency[EventsAsked]) -> EventPage:
    """Return what happened to a job, oldest first."""
    events = await request.engine.listing.history(request.user, job_id, asked.after, asked.limit)
    more = len(events) == asked.limit
    return EventPage(events=[words.event_out(event) for event in events], next=events[-1].number if more else None)


@get("/jobs/{job_id:str}/attempts", operation_id="listJobAttempts")
async def list_attempts(request: Ask, job_id: InPath) -> list[AttemptOut]:
    """Return a job's attempts, first one first."""
    return [words.attempt_out(one) for one in await request.engine.listing.attempts(request.user, job_id)]


@get(
    "/jobs/{job_id:str}/log",
    operation_id="getJobLog",
    **asking(LogAsked, answer=LogPage, texts=["text/event-stream", "text/plain"], headers=["Last-Event-ID"]),
)
async def get_log(request: Ask, job_id: InPath, asked: NamedDependency[LogAsked]) -> Response[Any]:
    """Return lines of one attempt's log: a page, the whole as text, or, followed, a stream until the attempt ends."""
    accepted = request.headers.get("accept", "").lower()
    stream.last_seen(request.headers.get("last-event-id"), None)
    if asked.follow or accepted.startswith(stream.MEDIA_TYPE):
        return await _followed(request, job_id, asked)
    part = await request.engine.listing.log(request.user, job_id, asked.attempt, asked.after, asked.limit)
    if accepted.startswith("text/plain"):
        name = f"job-{job_id}-attempt-{part.attempt}.log"
        text = _text(request, job_id, part.attempt)
        return Stream(text, media_type="text/plain", headers=attachment(name))
    more = len(part.lines) == asked.limit
    page = LogPage(
        attempt=part.attempt,
        lines=[words.line_out(line) for line in part.lines],
        next=part.lines[-1].number if more else None,
        complete=part.complete,
    )
    return Response(page)


async def _text(request: Ask, job_id: str, attempt: int) -> AsyncIterator[bytes]:
    after = 0
    while True:
        part = await request.engine.listing.log(request.user, job_id, attempt, after, _PAGE)
        yield "".join(f"{line.text}\n" for line in part.lines).encode("utf-8", "backslashreplace")
        if len(part.lines) < _PAGE:
            return
        after = part.lines[-1].number


async def _followed(request: Ask, job_id: str, asked: LogAsked) -> Stream:
    after = stream.last_seen(request.headers.get("last-event-id"), asked.after) or 0
    # The first look is made before the answer begins, so that a job that may not be seen is refused and not streamed.
    part = await request.engine.listing.log(request.user, job_id, asked.attempt, after, _PAGE)
    return request.streams.answer(request.user, _lines(request, job_id, part, after))


async def _lines(request: Ask, job_id: str, part: LogPart, after: int) -> AsyncGenerator[bytes, None]:
    watch, actor = request.watch(), request.user
    with suppress(Fault):  # whoever may not see the job any more sees no more of it
        while True:
            for line in part.lines:
                yield frame("line", words.line_out(line), line.number)
                after = line.number
            if part.complete and not (part.attempt == 0 and await _waits(request, actor, job_id)):
                yield frame("end", LogEnd(attempt=part.attempt, last=after))
                return
            if part.lines:
                watch.spoke()
            if len(part.lines) < _PAGE:
                await request.engine.feed.news(watch.left())
                await asyncio.sleep(_GATHER)
            if watch.silent():
                yield alive()
                watch.spoke()
            if watch.over:
                return
            actor = await watch.actor()
            part = await request.engine.listing.log(actor, job_id, part.attempt or None, after, _PAGE)


async def _waits(request: Ask, actor: Actor, job_id: str) -> bool:
    """Tell whether a job without an attempt may still get its first one."""
    job = await request.engine.listing.job(actor, job_id)
    return job.state is State.QUEUED or job.attempt > 0


HANDLERS = (list_events, list_attempts, get_log)
