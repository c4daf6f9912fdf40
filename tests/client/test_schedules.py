"""Schedules through the client, in a real house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobyard.client import Conflict, Invalid, Jobyard, NotFound, Schedule
from tests.cli.running import RunningHouse, eventually

NEVER_SOON = "0 3 29 2 *"


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


@pytest.fixture
def made(client: Jobyard) -> Iterator[Any]:
    """Make schedules that the test leaves nothing of."""
    schedules = list[Schedule]()

    def make(name: str, **wishes: Any) -> Schedule:
        wishes = wishes if {"cron", "interval"} & wishes.keys() else {**wishes, "cron": NEVER_SOON}
        schedules.append(client.schedules.create(name, "command.run", {"argv": ["echo", "tick"]}, **wishes))
        return schedules[-1]

    yield make
    for schedule in client.schedules.all():
        client.schedules.delete(schedule.id)


def test_the_house_makes_runs_by_itself(client: Jobyard, made: Any) -> None:
    start = datetime.now(UTC) + timedelta(seconds=1.5)
    schedule = made("ticking", interval=10, starts_at=start)
    assert abs((schedule.next_at - start).total_seconds()) < 0.001
    eventually(lambda: client.schedules.get(schedule.id).runs == 1)
    [job] = client.jobs(schedule=schedule.id)
    ended = client.wait(job.id, timeout=30)
    assert (ended.state, ended.name, ended.schedule) == ("succeeded", "ticking", schedule.id)
    last = client.schedules.get(schedule.id).last_job
    assert last is not None
    assert (last.id, last.state) == (job.id, "succeeded")


def test_a_schedule_is_made_seen_changed_and_deleted(client: Jobyard, made: Any) -> None:
    schedule = made("nightly", zone="Europe/Berlin", queue="slow", labels={"a": "1"}, catch_up="all", overlap="allow")
    assert (schedule.state, schedule.cron, schedule.zone, schedule.queue) == (
        "active",
        NEVER_SOON,
        "Europe/Berlin",
        "slow",
    )
    assert client.schedules.get(schedule.id) == schedule
    changed = client.schedules.update(schedule.id, name="weekly", cron="@weekly", queue=None)
    assert (changed.name, changed.cron, changed.queue, changed.labels) == ("weekly", "@weekly", None, {"a": "1"})
    assert [one.name for one in client.schedules.all(kind="command.run")] == ["weekly"]
    paused = client.schedules.pause(schedule.id, "holidays")
    assert (paused.state, paused.paused_because, paused.next_at) == ("paused", "holidays", None)
    assert [one.id for one in client.schedules.all(paused=True)] == [schedule.id]
    assert list(client.schedules.all(paused=False)) == []
    assert client.schedules.resume(schedule.id).state == "active"
    client.schedules.delete(schedule.id)
    for verb in (client.schedules.get, client.schedules.run, client.schedules.delete):
        with pytest.raises(NotFound):
            verb(schedule.id)


def test_a_run_at_once_is_a_job(client: Jobyard, made: Any) -> None:
    schedule = made("once", queue="nobody")
    job = client.schedules.run(schedule.id)
    assert job.schedule == schedule.id
    with pytest.raises(Conflict, match="overlap"):
        client.schedules.run(schedule.id)
    client.cancel(job.id)


def test_what_does_not_fit_is_refused_and_the_place_named(client: Jobyard, made: Any) -> None:
    made("taken")
    with pytest.raises(Conflict, match="taken"):
        made("taken")
    for wishes, path in (
        ({"cron": "99 * * * *"}, "cron"),
        ({"interval": 3}, "interval"),
        ({"zone": "Middle/Earth"}, "zone"),
    ):
        with pytest.raises(Invalid) as refused:
            made("other", **wishes)
        assert [one.path for one in refused.value.errors] == [path]
    with pytest.raises(Invalid, match="not among those"):
        client.schedules.create("other", "command.run", {"argv": ["rm"]}, cron="@daily")
    assert [one.name for one in client.schedules.all()] == ["taken"]


def test_times_can_be_tried_out(client: Jobyard) -> None:
    upcoming = client.schedules.upcoming(cron="30 2 * * *", zone="Asia/Tokyo")
    assert [(time.hour, time.minute) for time in upcoming] == [(17, 30)] * 5
    with pytest.raises(Invalid):
        client.schedules.upcoming()


def test_all_schedules_come_page_after_page(client: Jobyard, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobyard.client import schedules

    monkeypatch.setattr(schedules, "_PAGE", 2)
    ids = {made(f"s{at}").id for at in range(5)}
    assert {one.id for one in client.schedules.all()} == ids
