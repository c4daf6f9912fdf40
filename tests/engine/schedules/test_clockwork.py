"""Runs are made when their time comes, once, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from jobyard.engine.limits import Limit, Subject
from jobyard.engine.schedules import book
from jobyard.job import timetable
from jobyard.job.clock import SECOND
from jobyard.job.errors import Unavailable
from jobyard.job.record import OnFailure
from jobyard.job.schedule import CatchUp, Overlap
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Role
from jobyard.store.contract import Card, Store, Transaction
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


async def disabled(calendar: Calendar, project: str) -> None:
    await calendar.change_user("mia", disabled=True)


async def viewing(calendar: Calendar, project: str) -> None:
    await calendar.change_user("mia", role=Role.VIEWER)


async def put_out(calendar: Calendar, project: str) -> None:
    await calendar.engine.ledger.write(lambda transaction: transaction.drop_membership(project, "mia"))


async def only_looking(calendar: Calendar, project: str) -> None:
    await calendar.place(project, "mia", Role.VIEWER)


async def gone(calendar: Calendar, project: str) -> None:
    calendar.engine.registry._kinds.pop("test.count")


async def stricter(calendar: Calendar, project: str) -> None:
    calendar.engine.registry._kinds["test.count"] = calendar.engine.registry._kinds["test.guarded"]


@pytest.mark.parametrize(
    ("happens", "word"),
    [
        (disabled, "disabled"),
        (viewing, "not allowed"),
        (put_out, "no project"),
        (only_looking, "not allowed"),
        (gone, "test.count"),
        (stricter, "not allowed"),
    ],
)
async def test_a_run_that_may_not_be_made_pauses_the_schedule_and_says_why(
    calendar: Calendar, happens: Callable[[Calendar, str], Any], word: str
) -> None:
    project = await calendar.project(mia=Role.MEMBER)
    schedule = await calendar.create(project="vision")
    assert schedule.project == project
    kinds = dict(calendar.engine.registry._kinds)
    await happens(calendar, project)
    await calendar.go_to(2, 3)
    calendar.engine.registry._kinds.update(kinds)
    stored = await calendar.stored(schedule)
    assert (stored.paused, stored.paused_by, stored.next_at, stored.runs) == (True, "jobyard", None, 0)
    assert word in stored.paused_because
    assert (said([stored.skipped_at or 0]), stored.skipped_because) == (["02 03:00"], stored.paused_because)
    assert await calendar.made(schedule) == []
    await calendar.go_to(3, 3)
    assert await calendar.made(schedule) == []


async def test_over_a_limit_a_run_waits_and_is_not_lost(calendar: Calendar) -> None:
    limit = Limit(subject=Subject.OWNER, name="mia", queued=1)
    await calendar.engine.limits.put(HOUSE, limit)
    waiting = await calendar.submit(await calendar.actor())
    schedule = await calendar.create(catch_up=CatchUp.SKIP)
    await calendar.go_to(2, 3)
    held = await calendar.stored(schedule)
    assert said([held.next_at or 0]) == ["02 03:00"]
    assert "mia" in held.held_because
    assert await calendar.made(schedule) == []
    await calendar.end(waiting)
    await calendar.go_to(2, 3, 30)
    [job] = await calendar.made(schedule)
    assert job.labels["scheduled_for"] == "2026-03-02T03:00:00+00:00"
    stored = await calendar.stored(schedule)
    assert (stored.held_because, said([stored.next_at or 0]), stored.skipped_at) == ("", ["03 03:00"], None)


async def test_of_runs_that_were_held_the_last_one_is_made(calendar: Calendar) -> None:
    await calendar.engine.limits.put(HOUSE, Limit(subject=Subject.QUEUE, name="*", queued=1))
    waiting = await calendar.submit()
    schedule = await calendar.create(catch_up=CatchUp.SKIP)
    for day in (2, 3, 4):
        await calendar.go_to(day, 3)
    assert (await calendar.stored(schedule)).held_because
    await calendar.end(waiting)
    await calendar.go_to(4, 9)
    stored = await calendar.stored(schedule)
    assert (stored.runs, said([stored.last_at or 0, stored.skipped_at or 0])) == (1, ["04 03:00", "03 03:00"])
    assert "queued jobs" in stored.skipped_because


async def test_what_is_in_the_way_only_now_costs_one_run(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobyard.job.errors import AlreadySynchronizing

    schedule = await calendar.create(kind="test.guarded", actor="olga")
    box = calendar.engine.capabilities["box"]

    def busy(*_: object) -> None:
        raise AlreadySynchronizing(name="photos", job=7)

    with monkeypatch.context() as patched:
        patched.setattr(box, "admit", busy)
        await calendar.go_to(2, 3)
        second = await calendar.create(kind="test.guarded", actor="olga", name="second")
    stored = await calendar.stored(schedule)
    assert (stored.paused, stored.runs, said([stored.next_at or 0])) == (False, 0, ["03 03:00"])
    assert "job 7" in stored.skipped_because
    await calendar.go_to(3, 3)
    assert [len(await calendar.made(one)) for one in (schedule, second)] == [1, 1]


async def test_a_run_that_breaks_the_house_stops_only_its_own_schedule(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = await calendar.create(kind="test.guarded", actor="olga", name="a")
    good = await calendar.create(name="b")
    box = calendar.engine.capabilities["box"]

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(box, "admit", broken)
    unreadable = Card(drawer=book.DRAWER, id="0" * 32, body='{"id": 1}', due_at=1)
    await calendar.engine.ledger.write(lambda transaction: transaction.put_card(unreadable))
    await calendar.go_to(2, 3)
    assert len(await calendar.made(good)) == 1
    # What cannot be read is never shown; here it would be in the way.
    await calendar.engine.ledger.write(lambda transaction: transaction.drop_card(book.DRAWER, unreadable.id))
    stored = await calendar.stored(bad)
    assert (stored.paused, stored.paused_by) == (True, "jobyard")
    assert "mistake" in stored.paused_because


async def test_a_store_that_does_not_answer_costs_no_run(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = await calendar.create()
    for error in (Unavailable(reason="the disk is full"), ZeroDivisionError()):

        def broken(work: object, error: Exception = error) -> Future[None]:
            failed: Future[None] = Future()
            failed.set_exception(error)
            return failed

        with monkeypatch.context() as patched:
            patched.setattr(calendar.store, "write", broken)
            with pytest.raises(type(error)):
                await calendar.go_to(2, 3)
    assert not (await calendar.stored(schedule)).paused
    await calendar.go_to(2, 3)
    assert len(await calendar.made(schedule)) == 1


async def test_a_schedule_that_was_deleted_meanwhile_is_not_set_aside(calendar: Calendar) -> None:
    await calendar.engine.ledger.write(lambda transaction: calendar.clockwork._set_aside(transaction, "0" * 32, "why"))
    assert await calendar.engine.ledger.read(lambda view: view.cards(book.DRAWER)) == []


async def test_a_schedule_whose_times_cannot_be_read_any_more_is_paused(calendar: Calendar) -> None:
    from msgspec.structs import replace

    schedule = await calendar.create()
    lost = replace(schedule, zone="Middle/Earth")
    await calendar.engine.ledger.write(lambda transaction: book.write(transaction, lost))
    await calendar.go_to(2, 3)
    stored = await calendar.engine.ledger.read(lambda view: book.read(view, schedule.id))
    assert stored is not None
    assert "Middle/Earth" in stored.paused_because


async def test_a_card_that_is_due_by_mistake_is_put_right(calendar: Calendar) -> None:
    schedule = await calendar.create()
    await calendar.schedules.pause(HOUSE, schedule.id)

    def mistake(transaction: Transaction) -> None:
        card = transaction.card(book.DRAWER, schedule.id)
        assert card is not None
        transaction.put_card(Card(drawer=card.drawer, id=card.id, body=card.body, due_at=1))

    await calendar.engine.ledger.write(mistake)
    assert await calendar.clockwork.round() == 1
    assert await calendar.clockwork.round() == 0
    assert await calendar.made(schedule) == []


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
