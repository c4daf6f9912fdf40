"""What people may ask of schedules, and what is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.engine.audit import Audit
from jobyard.engine.schedules import book, verbs
from jobyard.engine.schedules.verbs import SchedulesWanted
from jobyard.job.clock import SECOND
from jobyard.job.errors import (
    AlreadySynchronizing,
    Conflict,
    Fault,
    Invalid,
    NameTaken,
    NotFound,
    OwnerGone,
    Refused,
    RunsOverlap,
    UnknownKind,
    WrongParameters,
)
from jobyard.job.schedule import CatchUp, Overlap, Schedule
from jobyard.people.record import HOUSE, Actor, KeyScope, Role
from tests.engine.schedules.calendar import Calendar, said, wish

pytestmark = pytest.mark.anyio
ALL = SchedulesWanted()


async def nothing_changed(calendar: Calendar, schedule: Schedule) -> None:
    assert await calendar.stored(schedule) == schedule


async def test_a_schedule_is_shown_as_it_was_asked_for(calendar: Calendar) -> None:
    project = await calendar.project(mia=Role.MEMBER)
    said_ = wish(project="vision", zone="Asia/Tokyo", catch_up=CatchUp.ALL, overlap=Overlap.ALLOW, labels={"a": ""})
    made = await calendar.schedules.create(await calendar.actor(), said_)
    now = calendar.clock.now()
    born = {"created_at": now, "created_by": "mia", "updated_at": now, "updated_by": "mia"}
    mine = {"id": made.schedule.id, "owner": "mia", "project": project, "next_at": made.schedule.next_at}
    assert made.schedule == replace(said_, **born, **mine)
    assert said(made.upcoming) == ["01 18:00", "02 18:00", "03 18:00", "04 18:00", "05 18:00"]
    assert made.last_job is None
    assert await calendar.seen(made.schedule) == made


async def test_the_last_job_is_shown_to_whoever_may_see_it(calendar: Calendar) -> None:
    schedule = await calendar.create()
    await calendar.go_to(2, 3)
    [job] = await calendar.made(schedule)
    assert (await calendar.seen(schedule)).last_job == job
    await calendar.jobs.cancel(HOUSE, job.id)
    assert (await calendar.seen(schedule)).last_job == await calendar.job(job)
    await calendar.jobs.delete(HOUSE, job.id)
    seen = await calendar.seen(schedule)
    assert (seen.last_job, seen.schedule.last_job) == (None, job.id)


WRONG: list[tuple[dict[str, Any], type[Fault], str]] = [
    ({"cron": "61 * * * *"}, Invalid, "cron"),
    ({"cron": "* * * * * *"}, Invalid, "cron"),
    ({"interval": 9}, Invalid, "interval"),
    ({"interval": 60, "cron": "@daily"}, Invalid, "cron"),
    ({"zone": "Middle/Earth"}, Invalid, "zone"),
    ({"ends_at": 5}, Invalid, "ends_at"),
    ({"ends_at": 1_772_362_800 * SECOND}, Invalid, "ends_at"),
    ({"kind": "no.such"}, UnknownKind, "kind"),
    ({"parameters": {"upto": 0}}, WrongParameters, "parameters.upto"),
    ({"parameters": {"down": 1}}, WrongParameters, "parameters"),
]


@pytest.mark.parametrize(("fields", "fault", "path"), WRONG)
async def test_what_cannot_be_done_is_refused_at_once(
    calendar: Calendar, fields: dict[str, Any], fault: type[Fault], path: str
) -> None:
    with pytest.raises(fault) as refused:
        await calendar.create(**fields)
    assert isinstance(refused.value, Invalid)
    assert [one["path"] for one in refused.value.fields] == [path]
    assert (await calendar.schedules.find(HOUSE, ALL, 10)).schedules == []
    there = await calendar.create()
    with pytest.raises(fault):
        await calendar.schedules.update(HOUSE, there.id, fields)
    await nothing_changed(calendar, there)


async def test_what_nobody_may_submit_nobody_may_schedule(calendar: Calendar) -> None:
    await calendar.project(max=Role.MEMBER)
    with pytest.raises(NotFound):
        await calendar.create(project="vision")
    with pytest.raises(Refused):
        await calendar.create(kind="test.guarded")
    with pytest.raises(Refused):
        await calendar.create(actor="vera")
    read_only = replace(await calendar.actor(), scope=KeyScope.READ)
    with pytest.raises(Refused):
        await calendar.schedules.create(read_only, wish())
    with pytest.raises(Invalid, match="box"):
        await calendar.create(actor="olga", kind="test.guarded", parameters={"thing": "bad"})
    assert (await calendar.schedules.find(HOUSE, ALL, 10)).schedules == []


async def test_what_is_only_in_the_way_now_is_no_reason_against_a_schedule(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise AlreadySynchronizing(name="photos", job=7)

    monkeypatch.setattr(calendar.engine.capabilities["box"], "admit", busy)
    assert (await calendar.create(actor="olga", kind="test.guarded")).next_at


async def test_names_are_an_owner_s_own(calendar: Calendar) -> None:
    mine = await calendar.create(name="a")
    await calendar.create(name="a", actor="max")
    with pytest.raises(NameTaken):
        await calendar.create(name="a")
    other = await calendar.create(name="b")
    with pytest.raises(NameTaken):
        await calendar.schedules.update(await calendar.actor(), other.id, {"name": "a"})
    await calendar.schedules.update(await calendar.actor(), mine.id, {"name": "a", "priority": 4})


async def test_nobody_has_more_schedules_than_the_limit(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "SCHEDULES_LIMIT", 2)
    for name in ("a", "b"):
        await calendar.create(name=name)
    with pytest.raises(Conflict, match="2 schedules"):
        await calendar.create(name="c")
    await calendar.create(name="c", actor="max")


async def test_lists_go_page_by_page_and_show_what_may_be_seen(calendar: Calendar) -> None:
    await calendar.project(mia=Role.MEMBER, max=Role.VIEWER)
    made = [await calendar.create(name=f"s{at}", project="vision" if at % 2 else None) for at in range(7)]
    names, before, pages = list[str](), "", 0
    while True:
        page = await calendar.schedules.find(await calendar.actor(), ALL, 3, before)
        names += [one.schedule.name for one in page.schedules]
        pages += 1
        if page.next is None:
            break
        before = page.next
    newest = [one.name for one in sorted(made, key=lambda one: one.id, reverse=True)]
    assert (names, pages) == (newest, 3)
    shared = await calendar.schedules.find(await calendar.actor("max"), ALL, 10)
    assert {one.schedule.name for one in shared.schedules} == {"s5", "s3", "s1"}
    assert (await calendar.schedules.find(await calendar.actor("vera"), ALL, 10)).schedules == []
    desk = Actor(name="olga", role=Role.ADMINISTRATOR, scope=KeyScope.DESK)
    assert (await calendar.schedules.find(desk, ALL, 10)).schedules == []
    with pytest.raises(NotFound):
        await calendar.schedules.get(await calendar.actor("vera"), made[0].id)
    with pytest.raises(NotFound):
        await calendar.schedules.get(HOUSE, "0" * 32)


async def test_a_list_longer_than_a_page_of_the_store_is_whole(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "_PAGE", 2)
    made = {(await calendar.create(name=f"s{at}")).id for at in range(5)}
    assert {one.schedule.id for one in (await calendar.schedules.find(HOUSE, ALL, 10)).schedules} == made
    with pytest.raises(NameTaken):
        await calendar.create(name="s0")


async def test_lists_are_narrowed(calendar: Calendar) -> None:
    project = await calendar.project(mia=Role.MEMBER)
    mine, shared = await calendar.create(name="a"), await calendar.create(name="b", project="vision")
    hers = await calendar.create(name="c", actor="olga", kind="test.guarded")
    await calendar.schedules.pause(HOUSE, mine.id)
    for fields, expected in (
        ({}, {"a", "b", "c"}),
        ({"owners": frozenset({"mia"})}, {"a", "b"}),
        ({"owners": frozenset({"mia", "olga"}), "projects": frozenset({project})}, {"b"}),
        ({"kinds": frozenset({"test.guarded"})}, {"c"}),
        ({"paused": True}, {"a"}),
        ({"paused": False}, {"b", "c"}),
        ({"owners": frozenset({"nobody"})}, set()),
    ):
        page = await calendar.schedules.find(HOUSE, SchedulesWanted(**fields), 10)
        assert {one.schedule.name for one in page.schedules} == expected, fields
    assert {shared.owner, hers.owner} == {"mia", "olga"}


async def test_changes_count_from_now(calendar: Calendar) -> None:
    schedule = await calendar.create()
    calendar.clock.forward(60)
    olga = await calendar.actor("olga")
    changed = (await calendar.schedules.update(olga, schedule.id, {"interval": 60, "queue": "gpu"})).schedule
    assert (changed.cron, changed.interval, changed.queue, changed.updated_by) == (None, 60, "gpu", "olga")
    assert changed.updated_at == calendar.clock.now() == changed.created_at + 60 * SECOND
    assert said([changed.next_at or 0]) == ["01 10:02"]
    back = (await calendar.schedules.update(olga, schedule.id, {"cron": "@hourly", "zone": "Asia/Kathmandu"})).schedule
    assert (back.interval, said([back.next_at or 0])) == (None, ["01 10:15"])
    same = (await calendar.schedules.update(olga, schedule.id, {"priority": 7})).schedule
    assert (same.priority, same.next_at, same.queue) == (7, back.next_at, "gpu")
    await calendar.go_to(1, 10, 15)
    [job] = await calendar.made(schedule)
    assert (job.owner, job.queue, job.priority) == ("mia", "gpu", 7)


async def test_a_schedule_that_is_over_can_be_given_more_time(calendar: Calendar) -> None:
    end = calendar.clock.now() + 90 * SECOND
    schedule = await calendar.create(interval=60, ends_at=end)
    await calendar.go_to(1, 10, 5)
    assert (await calendar.stored(schedule)).over
    with pytest.raises(Invalid):
        await calendar.schedules.update(HOUSE, schedule.id, {"ends_at": end + SECOND})
    longer = (await calendar.schedules.update(HOUSE, schedule.id, {"ends_at": None})).schedule
    assert said([longer.next_at or 0]) == ["01 10:06"]


async def test_a_paused_schedule_rests_and_goes_on_from_the_time_it_is_resumed(calendar: Calendar) -> None:
    schedule = await calendar.create(catch_up=CatchUp.ALL)
    mia = await calendar.actor()
    paused = (await calendar.schedules.pause(mia, schedule.id, "holidays")).schedule
    assert (paused.paused, paused.paused_by, paused.paused_because) == (True, "mia", "holidays")
    again = (await calendar.schedules.pause(await calendar.actor("olga"), schedule.id)).schedule
    assert again == paused
    assert (await calendar.seen(schedule)).upcoming == []
    await calendar.go_to(3, 12)
    assert await calendar.made(schedule) == []
    changed = (await calendar.schedules.update(mia, schedule.id, {"cron": "0 4 * * *"})).schedule
    assert (changed.paused, changed.next_at) == (True, None)
    resumed = (await calendar.schedules.resume(mia, schedule.id)).schedule
    assert (resumed.paused, resumed.paused_by, resumed.paused_because) == (False, "", "")
    assert said([resumed.next_at or 0]) == ["04 04:00"]
    assert (await calendar.schedules.resume(mia, schedule.id)).schedule == resumed
    await calendar.go_to(4, 4)
    assert len(await calendar.made(schedule)) == 1


async def test_what_was_paused_for_a_reason_is_not_resumed_before_the_reason_is_gone(calendar: Calendar) -> None:
    schedule = await calendar.create()
    await calendar.change_user("mia", disabled=True)
    await calendar.go_to(2, 3)
    paused = await calendar.stored(schedule)
    with pytest.raises(OwnerGone, match="mia is disabled"):
        await calendar.schedules.resume(await calendar.actor("olga"), schedule.id)
    await nothing_changed(calendar, paused)
    # Somebody may mend it meanwhile.
    await calendar.schedules.update(await calendar.actor("olga"), schedule.id, {"priority": 2})
    await calendar.change_user("mia", disabled=False)
    resumed = (await calendar.schedules.resume(await calendar.actor("olga"), schedule.id)).schedule
    assert said([resumed.next_at or 0]) == ["03 03:00"]


async def test_a_run_can_be_made_at_once_and_the_times_stay(calendar: Calendar) -> None:
    schedule = await calendar.create()
    job = await calendar.schedules.run_now(await calendar.actor("olga"), schedule.id)
    assert (job.owner, job.schedule, job.labels["scheduled_for"]) == ("mia", schedule.id, "2026-03-01T10:00:00+00:00")
    [event] = await calendar.listing.history(HOUSE, job.id)
    assert event.actor == "olga"
    stored = await calendar.stored(schedule)
    assert (stored.runs, stored.last_job, stored.next_at) == (1, job.id, schedule.next_at)
    with pytest.raises(RunsOverlap, match=str(job.number)):
        await calendar.schedules.run_now(await calendar.actor(), schedule.id)
    await calendar.end(job)
    await calendar.schedules.pause(HOUSE, schedule.id)
    again = await calendar.schedules.run_now(await calendar.actor(), schedule.id)
    await calendar.end(again)
    await calendar.change_user("mia", disabled=True)
    with pytest.raises(OwnerGone):
        await calendar.schedules.run_now(HOUSE, schedule.id)
    assert (await calendar.stored(schedule)).runs == 2


async def test_a_deleted_schedule_makes_no_more_runs_and_its_jobs_stay(calendar: Calendar) -> None:
    schedule = await calendar.create()
    await calendar.go_to(2, 3)
    await calendar.schedules.delete(await calendar.actor(), schedule.id)
    await calendar.go_to(3, 3)
    assert len(await calendar.made(schedule)) == 1
    with pytest.raises(NotFound):
        await calendar.stored(schedule)
    await calendar.create()


async def asked(calendar: Calendar, actor: Actor, id_: str) -> dict[str, str]:
    """Return how each verb is answered to an actor, on a schedule that is paused each time anew."""
    rooms = calendar.schedules
    answers = {}
    asks: dict[str, Callable[[], Awaitable[object]]] = {
        "update": lambda: rooms.update(actor, id_, {"priority": 1}),
        "pause": lambda: rooms.pause(actor, id_),
        "resume": lambda: rooms.resume(actor, id_),
        "run": lambda: rooms.run_now(actor, id_),
        "delete": lambda: rooms.delete(actor, id_),
    }
    for name, ask in asks.items():
        try:
            await ask()
            answers[name] = "done"
        except Fault as fault:
            answers[name] = fault.code
    return answers


async def test_who_may_do_what(calendar: Calendar) -> None:
    project = await calendar.project(mia=Role.MEMBER, max=Role.MEMBER, vera=Role.VIEWER)
    schedule = await calendar.create(project="vision", overlap=Overlap.ALLOW)
    every = ("update", "pause", "resume", "run", "delete")
    stranger = Actor(name="sue", role=Role.MEMBER)
    assert await asked(calendar, stranger, schedule.id) == dict.fromkeys(every, "not_found")
    assert await asked(calendar, await calendar.actor("vera"), schedule.id) == dict.fromkeys(every, "refused")
    read_only = replace(await calendar.actor("olga"), scope=KeyScope.READ)
    assert await asked(calendar, read_only, schedule.id) == dict.fromkeys(every, "refused")
    await nothing_changed(calendar, schedule)
    member = await asked(calendar, await calendar.actor("max"), schedule.id)
    assert member == {**dict.fromkeys(every, "done"), "delete": "refused"}
    await calendar.place(project, "max", Role.OPERATOR)
    assert await asked(calendar, await calendar.actor("max"), schedule.id) == dict.fromkeys(every, "done")


async def test_nobody_gains_rights_through_another_s_schedule(calendar: Calendar) -> None:
    await calendar.project(olga=Role.OPERATOR, max=Role.MEMBER)
    hers = await calendar.create(actor="olga", project="vision")
    for changes, fault in (
        ({"kind": "test.guarded"}, Refused),
        ({"project": "no.such"}, NotFound),
    ):
        with pytest.raises(fault):
            await calendar.schedules.update(await calendar.actor("max"), hers.id, changes)
    await nothing_changed(calendar, hers)
    # And nobody can make it do what its owner may not do.
    mine = await calendar.create(actor="max")
    with pytest.raises(Refused):
        await calendar.schedules.update(await calendar.actor("olga"), mine.id, {"kind": "test.guarded"})
    await nothing_changed(calendar, mine)


async def test_the_house_s_history_tells_who_did_what(calendar: Calendar) -> None:
    schedule = await calendar.create()
    olga = await calendar.actor("olga")
    await calendar.schedules.update(olga, schedule.id, {"cron": "@daily", "priority": 1})
    await calendar.schedules.pause(olga, schedule.id)
    await calendar.schedules.resume(olga, schedule.id)
    await calendar.change_user("mia", disabled=True)
    await calendar.go_to(2, 3)
    await calendar.schedules.delete(olga, schedule.id)
    entries = (await Audit(calendar.engine.ledger).list(HOUSE)).entries
    told = {(entry.actor, entry.verb) for entry in entries}
    assert {entry.what for entry in entries} == {"schedule nightly"}
    assert {entry.details["id"] for entry in entries} == {schedule.id}
    hers = {("olga", verb) for verb in ("changed", "paused", "resumed", "deleted")}
    assert told == hers | {("mia", "made"), ("jobyard", "paused")}
    [changed] = [entry for entry in entries if entry.verb == "changed"]
    assert changed.details["fields"] == ["cron", "interval", "priority"]


async def test_a_schedule_can_be_tried_out_before_it_is_made(calendar: Calendar) -> None:
    mia = await calendar.actor()
    assert said(calendar.schedules.preview(mia, wish(zone="Europe/Berlin")))[:2] == ["02 02:00", "03 02:00"]
    assert said(calendar.schedules.preview(mia, wish(interval=3600)))[:2] == ["01 11:00", "01 12:00"]
    assert calendar.schedules.preview(mia, wish(interval=60, ends_at=calendar.clock.now() + SECOND)) == []
    with pytest.raises(Invalid):
        calendar.schedules.preview(mia, wish(cron="* *"))
    vera = await calendar.actor("vera")
    with pytest.raises(Refused):
        calendar.schedules.preview(vera, wish())
    assert (await calendar.schedules.find(HOUSE, ALL, 10)).schedules == []
