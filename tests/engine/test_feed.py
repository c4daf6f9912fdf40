"""The stream of what happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from jobyard.engine.feed import Feed, Frame, Happened, Progressed, Quiet, Reader, Resync
from jobyard.job.record import Progress
from jobyard.people.record import HOUSE
from jobyard.store.contract import Store
from tests.engine.yard import Yard, counting, user

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(feed: Feed) -> AsyncIterator[Feed]:
    task = asyncio.create_task(feed.run())
    await asyncio.sleep(0.01)
    try:
        yield feed
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def happened(reader: Reader, count: int) -> list[Happened]:
    found = list[Happened]()
    while len(found) < count:
        frame = await reader.next(5)
        assert not isinstance(frame, (Quiet, Resync)), f"{frame} after {len(found)} of {count}"
        if isinstance(frame, Happened):
            found.append(frame)
    return found


def told(frames: list[Happened]) -> list[str]:
    return [frame.event.type.value for frame in frames]


async def test_what_happens_reaches_every_reader_in_order_with_the_job_as_it_is(yard: Yard) -> None:
    async with running(yard.engine.feed) as feed:
        readers = [feed.reader(HOUSE) for _ in range(3)]
        job = await yard.claimed()
        await yard.finish(job)
        for reader in readers:
            frames = await happened(reader, 4)
            assert told(frames) == ["submitted", "claimed", "begun", "finished"]
            numbers = [frame.event.number for frame in frames]
            assert numbers == sorted(set(numbers))
            assert frames[-1].job == await yard.job(job)


async def test_a_reader_goes_on_where_it_left_even_after_a_restart(yard: Yard) -> None:
    jobs = [await yard.submit() for _ in range(30)]
    async with running(yard.engine.feed) as feed:
        reader = feed.reader(HOUSE, after=10)
        frames = await happened(reader, 20)
    assert [frame.event.job for frame in frames] == [job.id for job in jobs[10:]]


async def test_nothing_is_doubled_or_left_out_while_much_happens(yard: Yard) -> None:
    async with running(yard.engine.feed) as feed:
        reader = feed.reader(HOUSE)

        async def busy() -> None:
            for _ in range(150):
                await yard.submit()

        task = asyncio.create_task(busy())
        frames = await happened(reader, 150)
        await task
    numbers = [frame.event.number for frame in frames]
    assert numbers == list(range(1, 151))


async def test_only_what_may_be_seen_is_told_deletions_included(yard: Yard) -> None:
    maria = user("maria")
    async with running(yard.engine.feed) as feed:
        reader = feed.reader(maria)
        theirs = await yard.submit(user("tomas"))
        await yard.jobs.cancel(user("tomas"), theirs.id)
        await yard.jobs.delete(user("tomas"), theirs.id)
        mine = await yard.submit(maria)
        await yard.jobs.cancel(maria, mine.id)
        await yard.jobs.delete(maria, mine.id)
        frames = [await happened(reader, 1) for _ in range(1)]
        types = told(frames[0])
        while types[-1] != "deleted":
            types += told(await happened(reader, 1))
    assert types[-1] == "deleted"
    assert {frame.event.job for frame in frames[0]} == {mine.id}


async def test_progress_is_told_without_a_number_and_only_the_newest(yard: Yard) -> None:
    async with running(yard.engine.feed) as feed:
        job = await yard.claimed()
        reader = feed.reader(HOUSE)
        for done in range(1, 6):
            await yard.report(job, progress=Progress(done=done, total=5))
        seen: Frame = await reader.next(5)
        while not isinstance(seen, Progressed) or (seen.jobs[0].progress or Progress()).done < 5:
            seen = await reader.next(5)
            assert not isinstance(seen, Quiet)
        assert [found.id for found in seen.jobs] == [job.id]


async def test_who_begins_at_the_end_hears_nothing_from_before_even_where_nobody_listened(yard: Yard) -> None:
    async with running(yard.engine.feed) as feed:
        await yard.submit()
        reader = feed.reader(HOUSE, after=await feed.end())
        job = await yard.submit()
        (frame,) = await happened(reader, 1)
    assert frame.event.job == job.id


@pytest.mark.parametrize("ticks", range(8))
async def test_it_ends_when_it_is_cancelled_whatever_happens_in_that_moment(yard: Yard, ticks: int) -> None:
    feed = yard.engine.feed
    feed.on_news(lambda: None)
    task = asyncio.create_task(feed.run())
    await asyncio.sleep(0.05)
    feed._wake.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=2)
    assert done


async def test_nothing_for_a_while_is_said_too(yard: Yard) -> None:
    async with running(yard.engine.feed) as feed:
        assert isinstance(await feed.reader(HOUSE).next(0.05), Quiet)


async def test_a_reader_too_far_behind_is_told_to_start_over(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, feed_limit=16)
    async with running(yard.engine.feed) as feed:
        slow = feed.reader(HOUSE)
        for _ in range(40):
            await yard.submit()
        while feed.last < 40:
            await feed.news(1)
        frame = await slow.next(1)
        assert frame == Resync(last=40)
        await yard.submit()
        assert told(await happened(slow, 1)) == ["submitted"]
        assert len(feed.frames) <= 16


async def test_while_nobody_waits_events_gather_and_whoever_comes_has_them_at_once(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = list[object]()
    monkeypatch.setattr(yard.store, "read", counting(yard.store, reads))
    async with running(yard.engine.feed) as feed:
        reader = feed.reader(HOUSE)
        del reads[:]
        for _ in range(100):
            await yard.submit()
        assert len(reads) < 50
        frames = await asyncio.wait_for(happened(reader, 100), 2)
    assert told(frames) == ["submitted"] * 100
