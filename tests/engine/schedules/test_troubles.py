"""What keeps a run from being made, and what becomes of the schedule then."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from jobyard.engine.limits import Limit, Subject
from jobyard.engine.schedules import book
from jobyard.job.errors import Unavailable
from jobyard.job.schedule import CatchUp
from jobyard.people.record import HOUSE, Role
from jobyard.store.contract import Card, Transaction
from tests.engine.schedules.calendar import Calendar, said

pytestmark = pytest.mark.anyio


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
