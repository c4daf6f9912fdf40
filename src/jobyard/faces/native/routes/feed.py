"""The feed: what happens, as it happens, to whoever may see it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from jobyard.engine.feed import Frame, Happened, Progressed, Quiet, Resync
from jobyard.engine.interest import Interest, of_job, subject
from jobyard.faces.native import stream, words
from jobyard.faces.native.frames import alive, frame
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import asking
from jobyard.faces.native.wire import FeedAsked, FeedHello, FeedProgress, FeedResync
from jobyard.job.errors import Fault
from jobyard.people.record import Actor


@get("/feed", operation_id="readFeed", **asking(FeedAsked, texts=["text/event-stream"], headers=["Last-Event-ID"]))
async def read_feed(request: Ask, asked: NamedDependency[FeedAsked]) -> Stream:
    """Stream what happens to the jobs you may see: frames hello, job (numbered), progress and resync."""
    feed = request.engine.feed
    after = stream.last_seen(request.headers.get("last-event-id"), asked.after)
    # A number from before the database was put back to an older copy would wait for ever.
    end = await feed.end()
    ahead = after is not None and after > end
    start = end if after is None or ahead else after
    interest = words.feed_interest(asked, await request.names.all() if asked.project else {})
    return request.streams.answer(request.user, _frames(request, interest, start, resync=ahead))


async def _frames(request: Ask, interest: Interest, seen: int, *, resync: bool) -> AsyncGenerator[bytes, None]:
    feed, watch, actor = request.engine.feed, request.watch(), request.user
    reader = feed.reader(actor, seen)
    yield frame("hello", FeedHello(last=seen, version=request.house.version), seen)
    if resync:
        yield frame("resync", FeedResync(last=seen), seen)
    with suppress(Fault):  # whose key was revoked is let go
        while not watch.over:
            passed = feed.last
            news = await reader.next(watch.left())
            fresh = await watch.actor()
            if fresh != actor:
                # Other rights see other jobs: this frame is looked at again with them.
                actor, reader = fresh, feed.reader(fresh, seen)
                continue
            seen = _place(news, seen, passed)
            told = await _told(request, actor, interest, news)
            if told is not None or watch.silent():
                watch.spoke()
                yield told or alive(seen)


def _place(news: Frame, seen: int, passed: int) -> int:
    """Return the number up to which everything was looked at."""
    if isinstance(news, Happened):
        return news.event.number
    if isinstance(news, Resync):
        return news.last
    return max(seen, passed) if isinstance(news, Quiet) else seen


async def _told(request: Ask, actor: Actor, interest: Interest, news: Frame) -> bytes | None:
    """Return news as a frame, or None where they are not for this reader."""
    if isinstance(news, Resync):
        return frame("resync", FeedResync(last=news.last), news.last)
    if isinstance(news, Happened):
        about = subject(news.event, news.job)
        return await request.frames.told(actor, news) if interest.covers(news.event, about) else None
    if isinstance(news, Progressed):
        jobs = [job for job in news.jobs if interest.concerns(job.id, of_job(job))]
        told = FeedProgress(jobs=words.progress_of(jobs), reported=[job.id for job in jobs])
        return frame("progress", told) if jobs else None
    return None


HANDLERS = (read_feed,)
