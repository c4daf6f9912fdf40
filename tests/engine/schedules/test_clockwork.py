"""Runs are made when their time comes, once, whatever happens in between."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jobyard.engine.schedules import book
from jobyard.job import timetable
from jobyard.job.clock import SECOND
from jobyard.job.errors import Unavailable
from jobyard.job.record import OnFailure
from jobyard.job.schedule import CatchUp, Overlap
from jobyard.job.states import State
from jobyard.people.record import HOUSE
from jobyard.store.contract import Store
from jobyard.store.postgres import PostgresStore
from tests.engine.schedules.calendar import Calendar, said

pytestmark = pytest.mark.anyio


async def test_a_run_is_made_when_its_time_comes_and_not_before(calendar: Calendar) -> None:
    schedule = await calendar.create(
        zone="Europe/Berlin", parameters={"upto": 7}, job_name="Count", queue="gpu", priority=3, tries=2,
        time_limit=60.0, memory_limit=2**30, labels={"team": "red"},
    )  # fmt: skip
    await calendar.go_to(2, 1, 59, 59)
    assert await calendar.made(schedule) == []
    await calendar.go_to(2, 2)
    [job] = await calendar.made(schedule)
    assert (job.kind, job.parameters, job.name, job.owner) == ("test.count", {"upto": 7}, "Count", "mia")
    assert (job.queue, job.priority, job.tries, job.time_limit, job.memory_limit) == ("gpu", 3, 2, 60.0, 2**30)
    assert job.labels == {"team": "red", "scheduled_for": "2026-03-02T03:00:00+01:00"}
    assert (job.state, job.schedule) == (State.QUEUED, schedule.id)
    [event] = await calendar.listing.history(HOUSE, job.id)
    assert event.actor == "schedule:nightly"
    stored = await calendar.stored(schedule)
    assert (stored.runs, stored.last_job, stored.last_at) == (1, job.id, calendar.clock.now())
    assert said([stored.next_at or 0]) == ["03 02:00"]
    assert await calendar.clockwork.round() == 0
    assert len(await calendar.made(schedule)) == 1


async def test_a_worker_that_waits_is_woken(calendar: Calendar) -> None:
    await calendar.create(interval=60)
    claiming = asyncio.create_task(calendar.claim(wait=20))
    while not calendar.engine.bell.waiting:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    await calendar.go_to(1, 10, 1)
    [assignment] = await claiming
    assert assignment.job.schedule


async def test_the_clockwork_goes_by_itself_and_hears_of_changes(calendar: Calendar) -> None:
    task = asyncio.create_task(calendar.clockwork.run())
    try:
        schedule = await calendar.create(interval=60)
        calendar.clock.forward(61)
        await calendar.schedules.update(await calendar.actor(), schedule.id, {"priority": 1})
        async with asyncio.timeout(10):
            while not await calendar.made(schedule):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
    finally:
        task.cancel()


async def test_a_round_that_fails_is_not_the_last(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = asyncio.Event()
    rounds = [RuntimeError("oops"), Unavailable(reason="the disk is full"), None]

    async def broken() -> int:
        fault = rounds.pop(0) if rounds else None
        if fault is not None:
            raise fault
        looked.set()
        return 0

    monkeypatch.setattr(calendar.clockwork, "round", broken)
    task = asyncio.create_task(calendar.clockwork.run())
    try:
        while rounds:
            calendar.clockwork.wake()
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await looked.wait()
    finally:
        task.cancel()


async def test_many_that_are_due_at_once_are_all_made(calendar: Calendar) -> None:
    for number in range(30):
        await calendar.create(name=f"s{number}", interval=60)
    calendar.clock.forward(60)
    assert await calendar.clockwork.round() == 30
    assert len(await calendar.claim(limit=100)) == 30
    assert await calendar.clockwork.round() == 0


MISSED: list[tuple[CatchUp, list[str], str | None]] = [
    (CatchUp.SKIP, [], "05 03:00"),
    (CatchUp.ONCE, ["05 03:00"], "04 03:00"),
    (CatchUp.ALL, ["02 03:00", "03 03:00", "04 03:00", "05 03:00"], None),
]


@pytest.mark.parametrize(("catch_up", "runs", "skipped"), MISSED)
async def test_what_was_missed_is_caught_up_as_was_wished(
    calendar: Calendar, catch_up: CatchUp, runs: list[str], skipped: str | None
) -> None:
    schedule = await calendar.create(catch_up=catch_up, overlap=Overlap.ALLOW)
    await calendar.go_to(5, 12)
    jobs = await calendar.made(schedule)
    assert [job.labels["scheduled_for"] for job in jobs] == [f"2026-03-{run[:2]}T03:00:00+00:00" for run in runs]
    stored = await calendar.stored(schedule)
    assert said([stored.next_at or 0]) == ["06 03:00"]
    assert stored.runs == len(runs)
    assert (None if stored.skipped_at is None else said([stored.skipped_at])[0]) == skipped
    assert bool(stored.skipped_because) == (skipped is not None)
    await calendar.go_to(6, 3, 0, 30)
    assert len(await calendar.made(schedule)) == len(runs) + 1, "a little late is on time"


async def test_of_a_very_long_outage_only_the_last_hundred_are_caught_up(calendar: Calendar) -> None:
    schedule = await calendar.create(cron="* * * * *", catch_up=CatchUp.ALL, overlap=Overlap.ALLOW)
    await calendar.go_to(1, 10, month=9)
    jobs = await calendar.made(schedule)
    assert len(jobs) == timetable.CATCH_UP_LIMIT
    assert jobs[-1].labels["scheduled_for"] == "2026-09-01T10:00:00+00:00"
    stored = await calendar.stored(schedule)
    assert said([stored.skipped_at or 0]) == ["01 08:20"]


async def test_runs_do_not_overlap_unless_they_may(calendar: Calendar) -> None:
    one = await calendar.create(interval=60)
    other = await calendar.create(name="free", interval=60, overlap=Overlap.ALLOW, queue="free")
    for minute in (1, 2, 3):
        await calendar.go_to(1, 10, minute)
    [job] = await calendar.made(one)
    assert len(await calendar.made(other)) == 3
    stored = await calendar.stored(one)
    assert said([stored.skipped_at or 0, stored.next_at or 0]) == ["01 10:03", "01 10:04"]
    assert str(job.number) in stored.skipped_because
    assert "queued" in stored.skipped_because
    await calendar.end(job)
    await calendar.go_to(1, 10, 4)
    assert len(await calendar.made(one)) == 2


async def test_catching_up_all_without_overlap_makes_one(calendar: Calendar) -> None:
    schedule = await calendar.create(interval=60, catch_up=CatchUp.ALL)
    await calendar.go_to(1, 10, 30)
    assert len(await calendar.made(schedule)) == 1
    stored = await calendar.stored(schedule)
    assert said([stored.last_at or 0, stored.skipped_at or 0]) == ["01 10:01", "01 10:30"]


async def test_after_its_end_a_schedule_is_over(calendar: Calendar) -> None:
    schedule = await calendar.create(interval=60, ends_at=calendar.clock.now() + 90 * SECOND)
    await calendar.go_to(1, 10, 1)
    await calendar.go_to(1, 10, 5)
    assert len(await calendar.made(schedule)) == 1
    stored = await calendar.stored(schedule)
    assert (stored.over, stored.next_at, stored.paused) == (True, None, False)
    assert await calendar.clockwork.round() == 0


async def test_a_house_that_dies_has_made_a_run_wholly_or_not_at_all(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = await calendar.create()

    class Killed(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Killed

    # Before the commit: neither the job nor the new time is there.
    with monkeypatch.context() as patched:
        patched.setattr(book, "write", dies)
        with pytest.raises(Killed):
            await calendar.go_to(2, 3)
    assert await calendar.made(schedule) == []
    assert (await calendar.stored(schedule)).next_at == calendar.clock.now()
    # After the commit, before anybody heard of it: both are.
    with monkeypatch.context() as patched:
        patched.setattr(calendar.jobs, "ring", dies)
        with pytest.raises(Killed):
            await calendar.clockwork.round()
    assert await calendar.clockwork.round() == 0
    assert len(await calendar.made(schedule)) == 1
    assert said([(await calendar.stored(schedule)).next_at or 0]) == ["03 03:00"]


async def test_who_does_not_keep_house_makes_no_runs(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = await calendar.create()
    monkeypatch.setattr(calendar.store, "hold_watch", lambda: False)
    await calendar.go_to(2, 3)
    assert await calendar.made(schedule) == []
    assert await calendar.clockwork._until_next() > 0.5, "what another process has to do is no reason to hurry"


async def test_the_jobs_of_a_schedule_wait_for_nothing(calendar: Calendar) -> None:
    schedule = await calendar.create()
    await calendar.go_to(2, 3)
    [job] = await calendar.made(schedule)
    assert (job.after, job.on_failure, job.waits, job.due_at) == ((), OnFailure.CANCEL, 0, None)


async def test_two_houses_on_one_store_make_each_run_once(emptied_postgres: str, tmp_path: Path) -> None:
    stores: list[Store] = [PostgresStore.open(emptied_postgres, threads=4) for _ in range(2)]
    try:
        houses = [Calendar(store, tmp_path) for store in stores]
        await houses[0].move_in()
        made = [await houses[0].create(name=f"s{number}", interval=60) for number in range(12)]
        for _ in range(3):
            for house in houses:
                house.clock.forward(60)
                # Even where both believe that they keep house, the locks of the rows decide.
                house.store.hold_watch = lambda: True  # type: ignore[method-assign]
            await asyncio.gather(*(house.clockwork.round() for house in houses))
            for assignment in await houses[0].claim(limit=100):
                await houses[0].finish(assignment.job)
        counts = [len(await houses[1].made(schedule)) for schedule in made]
        assert counts == [3] * len(made)
    finally:
        for store in stores:
            store.close()
