"""`jobyard schedules`: what people type, and what they read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from jobyard.cli.codes import Trouble
from jobyard.cli.schedules.naming import seconds_in
from tests.cli.running import Done, RunningHouse

ECHO = ("command.run", "-p", 'argv=["echo","tick"]')
RARE = ("--cron", "0 3 29 2 *")


@pytest.fixture(autouse=True)
def emptied(house: RunningHouse) -> Iterator[None]:
    yield
    with house.client() as client:
        for schedule in client.schedules.all():
            client.schedules.delete(schedule.id)


def create(house: RunningHouse, name: str, *words: str) -> Done:
    return house.call("schedules", "create", name, *ECHO, *(words or RARE))


def test_a_schedule_is_made_seen_and_run(house: RunningHouse) -> None:
    made = create(house, "nightly", "--cron", "0 3 * * *", "--zone", "Europe/Berlin", "--label", "team=red", "--json")
    assert made.code == 0, made.err
    assert made.json["parameters"] == {"argv": ["echo", "tick"]}
    assert (made.json["zone"], made.json["labels"]) == ("Europe/Berlin", {"team": "red"})
    listed = house.call("schedules", "list")
    for word in ("nightly", "active", "0 3 * * * Europe/Berlin", "command.run"):
        assert word in listed.out
    ran = house.call("schedules", "run", "nightly", "--wait", "--json")
    assert (ran.code, ran.json["state"]) == (0, "succeeded")
    shown = house.call("schedules", "show", "nightly")
    assert f"{ran.json['number']} succeeded" in shown.out
    assert shown.out.count(":00:00") >= 5
    assert house.call("schedules", "show", made.json["id"], "--json").json["runs"] == 1
    jobs = house.call("jobs", "list", "--schedule", made.json["id"], "--json").json
    assert [job["id"] for job in jobs] == [ran.json["id"]]


def test_a_schedule_rests_and_goes_on(house: RunningHouse) -> None:
    assert create(house, "a").code == create(house, "b", "--every", "6h").code == 0
    paused = house.call("schedules", "pause", "a", "b", "--because", "holidays")
    assert (paused.code, paused.out) == (0, "schedule a paused\nschedule b paused\n")
    assert "holidays" in house.call("schedules", "show", "a").out
    assert "every 6h" in house.call("schedules", "list", "--paused").out
    assert house.call("schedules", "list", "--no-paused", "--json").json == []
    resumed = house.call("schedules", "resume", "a", "--json")
    assert (resumed.json["state"], bool(resumed.json["next_at"])) == ("active", True)
    assert house.call("schedules", "resume", "b").out.startswith("schedule b active, next run ")
    assert house.call("schedules", "delete", "a").out == "schedule a deleted\n"
    assert house.call("schedules", "delete", "b", "--json").json["deleted"] is True
    assert house.call("schedules", "list", "--json").json == []


def test_a_schedule_is_changed(house: RunningHouse) -> None:
    create(house, "a", *RARE, "--queue", "slow", "--label", "x", "--ends-at", "2099-01-01T00:00:00", "--tries", "3")
    changed = house.call(
        "schedules", "edit", "a", "--name", "b", "--every", "90", "-p", 'argv=["echo","tock"]',
        "--without", "queue", "--without", "labels", "--without", "ends-at", "--json",
    )  # fmt: skip
    assert changed.code == 0, changed.err
    told = changed.json
    assert (told["name"], told["interval"], told["cron"], told["queue"]) == ("b", 90, None, None)
    assert (told["labels"], told["ends_at"], told["tries"]) == ({}, None, 3)
    assert told["parameters"] == {"argv": ["echo", "tock"]}
    whole = house.call("schedules", "edit", "b", "--parameters", '{"argv": ["echo"]}', "--overlap", "allow", "--json")
    assert (whole.json["parameters"], whole.json["overlap"]) == ({"argv": ["echo"]}, "allow")
    assert "next run" in house.call("schedules", "edit", "b", "--cron", "@daily").out


def test_times_are_tried_out_before_anything_is_made(house: RunningHouse) -> None:
    shown = house.call("schedules", "preview", "--cron", "30 2 * * *", "--zone", "Asia/Tokyo", "--json").json
    assert [datetime.fromisoformat(time).astimezone(UTC).hour for time in shown] == [17] * 5
    assert len(house.call("schedules", "preview", "--every", "1h").out.splitlines()) == 5
    over = house.call("schedules", "preview", "--every", "1d", "--ends-at", "2099-01-01", "--starts-at", "2098-12-31")
    assert len(over.out.splitlines()) == 2


def test_what_cannot_be_done_is_one_clear_sentence(house: RunningHouse) -> None:
    create(house, "there")
    for words, code, sentence in (
        (("create", "x", "command.run", "--cron", "61 * * * *"), 3, "minute"),
        (("create", "x", *ECHO), 3, "either a cron expression or an interval"),
        (("create", "x", *ECHO, "--cron", "@daily", "--every", "1h"), 3, "either a cron expression or an interval"),
        (("create", "x", *ECHO, "--cron", "@daily", "--zone", "Middle/Earth"), 3, "Middle/Earth"),
        (("create", "x", *ECHO, "--every", "5"), 3, "10"),
        (("create", "x", *ECHO, "--every", "soon"), 2, "no length of time"),
        (("create", "x", "no.such", *RARE), 3, "no.such"),
        (("create", "there", *ECHO, *RARE), 3, "there exists already"),
        (("create", "x", *ECHO, *RARE, "--catch-up", "some"), 2, "some"),
        (("edit", "there"), 2, "what shall be different"),
        (("edit", "there", "--cron", "* *"), 3, "five fields"),
        (("show", "nothing"), 3, "there is no schedule nothing"),
        (("run", "nothing"), 3, "there is no schedule nothing"),
        (("delete", "0" * 32), 3, "There is no schedule"),
    ):
        done = house.call("schedules", *words)
        assert done.code == code, (words, done)
        assert sentence in done.err, (words, done.err)
        assert len(done.err.splitlines()) == 1, done.err
        assert done.out == ""
    assert [one["name"] for one in house.call("schedules", "list", "--json").json] == ["there"]


def test_one_trouble_does_not_keep_the_others_waiting(house: RunningHouse) -> None:
    create(house, "a", *RARE, "--queue", "nobody")
    first = house.call("schedules", "run", "a", "--json").json
    again = house.call("schedules", "run", "a")
    assert (again.code, str(first["number"]) in again.err) == (3, True)
    house.call("jobs", "cancel", first["id"])


def test_a_name_that_several_have_has_to_be_told_apart(house: RunningHouse) -> None:
    create(house, "same")
    house.call("users", "add", "zoe")
    token = house.call("keys", "create", "--user", "zoe", "--json").json["secret"]
    with house.client(token) as client:
        hers = client.schedules.create("same", "command.run", {"argv": ["echo"]}, cron="@yearly")
    asked = house.call("schedules", "show", "same")
    assert asked.code == 2
    assert hers.id in asked.err
    assert "zoe" in asked.err
    assert house.call("schedules", "show", hers.id).code == 0


def test_foreign_text_is_only_shown(house: RunningHouse) -> None:
    name = "\x1b[2Jevil"
    with house.client() as client:
        client.schedules.create(name, "command.run", {"argv": ["echo"]}, cron="@yearly")
    for words in (("list",), ("list", "--json"), ("show", name), ("pause", name), ("delete", name)):
        told = house.call("schedules", *words)
        assert told.code == 0
        assert "\x1b" not in told.out
        assert "evil" in told.out


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), (" 15M ", 900), ("6h", 21600), ("1d", 86400)])
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "1.5h", "-5", "5 m m", "1w", "٣", "9" * 20])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(Trouble):
        seconds_in(text)
