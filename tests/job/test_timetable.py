"""When schedules run: a table of days that are odd, and what holds of any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobyard.job import timetable
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid
from jobyard.job.schedule import CatchUp, Overlap, Schedule
from tests.trials import at_most

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
BORN = (datetime(2026, 1, 1, 10, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


def schedule(cron: str | None = None, zone: str = "UTC", **fields: Any) -> Schedule:
    given_ = {"id": "s", "name": "n", "owner": "mia", "kind": "k", "created_at": BORN}
    return Schedule(**{**given_, "cron": cron, "zone": zone, **fields})


def at(text: str, zone: str = "UTC") -> int:
    """Return a wall time of a zone as ours; of two equal ones the first, or with a `*` behind it the second."""
    wall = datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=ZoneInfo(zone), fold=int(text.endswith("*")))
    return (wall.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def walls(times: Sequence[int], zone: str) -> list[str]:
    """Return times as they are written in a zone, an asterisk behind the second of two equal ones."""
    moments = [(EPOCH + timedelta(microseconds=time)).astimezone(ZoneInfo(zone)) for time in times]
    return [moment.strftime("%d %H:%M") + "*" * moment.fold for moment in moments]


ODD_DAYS: list[tuple[str, str, str, list[str]]] = [
    # Berlin, 29 March 2026: from 02:00 to 03:00 at once.
    ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["29 03:00", "30 02:30", "31 02:30"]),
    ("0,30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00", ["29 03:00", "29 03:30", "30 02:00", "30 02:30"]),
    ("*/20 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["29 03:00", "30 02:00", "30 02:20", "30 02:40"]),
    ("0 */2 * * *", "Europe/Berlin", "2026-03-28T23:00", ["29 00:00", "29 03:00", "29 04:00", "29 06:00"]),
    ("0 * * * *", "Europe/Berlin", "2026-03-29T00:30", ["29 01:00", "29 03:00", "29 04:00"]),
    ("*/30 * * * *", "Europe/Berlin", "2026-03-29T01:10", ["29 01:30", "29 03:00", "29 03:30"]),
    # Berlin, 25 October 2026: from 03:00 back to 02:00.
    ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", ["25 02:30", "26 02:30"]),
    ("30 2 * * *", "Europe/Berlin", "2026-10-25T02:10*", ["26 02:30"]),
    ("*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", ["25 02:00", "25 02:30", "26 02:00"]),
    ("0 */2 * * *", "Europe/Berlin", "2026-10-24T23:00", ["25 00:00", "25 02:00", "25 04:00"]),
    ("0 * * * *", "Europe/Berlin", "2026-10-25T01:30", ["25 02:00", "25 02:00*", "25 03:00"]),
    ("*/30 0-23 * * *", "Europe/Berlin", "2026-10-25T02:10", ["25 02:30", "25 02:00*", "25 02:30*", "25 03:00"]),
    # Lord Howe moves by half an hour: on 4 October 2026 from 02:00 to 02:30, on 5 April from 02:00 back to 01:30.
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", ["04 02:30", "05 02:15"]),
    ("0 * * * *", "Australia/Lord_Howe", "2026-10-04T00:30", ["04 01:00", "04 03:00", "04 04:00"]),
    ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00", ["05 01:45", "06 01:45"]),
    # Cairo's day may begin at 01:00; Havana's begins twice.
    ("0 0 * * *", "Africa/Cairo", "2026-04-22T12:00", ["23 00:00", "24 01:00", "25 00:00"]),
    ("*/30 * * * *", "Africa/Cairo", "2026-04-23T23:10", ["23 23:30", "24 01:00", "24 01:30"]),
    ("0 0 * * *", "America/Havana", "2026-10-31T12:00", ["01 00:00", "02 00:00"]),
    # Samoa had no 30 December 2011.
    ("0 9 * * *", "Pacific/Apia", "2011-12-28T12:00", ["29 09:00", "31 00:00", "31 09:00"]),
    # Kathmandu is three quarters of an hour off; a leap day comes when it comes.
    ("0 6 * * *", "Asia/Kathmandu", "2026-06-01T07:00", ["02 06:00", "03 06:00"]),
    ("0 0 29 2 *", "UTC", "2026-01-01T00:00", ["29 00:00", "29 00:00"]),
    ("0 9 * * MON-FRI", "America/New_York", "2026-07-10T10:00", ["13 09:00", "14 09:00"]),
    ("59 23 L * *", "UTC", "2026-02-01T00:00", ["28 23:59", "31 23:59", "30 23:59"]),
]


@pytest.mark.parametrize(("cron", "zone", "after", "expected"), ODD_DAYS)
def test_a_run_comes_when_the_wall_clock_says_so(cron: str, zone: str, after: str, expected: list[str]) -> None:
    times = timetable.upcoming(schedule(cron, zone), at(after, zone), len(expected))
    assert walls(times, zone) == expected


@pytest.mark.parametrize(
    ("word", "same"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * SUN"),
        ("@monthly", "0 0 1 * *"),
        (" @Yearly ", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
    ],
)
def test_words_stand_for_expressions(word: str, same: str) -> None:
    said, meant = schedule(word, "Europe/Paris"), schedule(same, "Europe/Paris")
    timetable.check(said)
    assert timetable.upcoming(said, BORN, 5) == timetable.upcoming(meant, BORN, 5)


def test_an_interval_is_counted_from_the_start_and_never_drifts() -> None:
    every = schedule(interval=7, starts_at=BORN + 100)
    assert timetable.following(every, BORN) == BORN + 100
    assert timetable.following(every, BORN + 100) == BORN + 100 + 7 * SECOND
    late = BORN + 100 + 1_000_000 * 7 * SECOND + 3
    assert timetable.following(every, late) == BORN + 100 + 1_000_001 * 7 * SECOND
    born = schedule(interval=60)
    assert timetable.following(born, 0) == timetable.following(born, BORN) == BORN + 60 * SECOND
    assert timetable.following(born, BORN + 60 * SECOND) == BORN + 120 * SECOND


def test_nothing_runs_before_the_start_or_after_the_end() -> None:
    bounded = schedule("0 3 * * *", starts_at=at("2026-02-01T03:00"), ends_at=at("2026-02-03T03:00"))
    assert walls(timetable.upcoming(bounded, BORN, 9), "UTC") == ["01 03:00", "02 03:00", "03 03:00"]
    assert timetable.following(bounded, at("2026-02-03T03:00")) is None
    short = schedule(interval=60, ends_at=BORN + 90 * SECOND)
    assert timetable.upcoming(short, BORN, 9) == [BORN + 60 * SECOND]


def test_the_calendar_ends_some_day() -> None:
    assert timetable.following(schedule("0 0 1 1 *"), at("9999-06-01T00:00")) is None
    assert timetable.following(schedule("0 0 1 1 *"), 2**62) is None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "cron"),
        ({"cron": "* * * * *", "interval": 60}, "cron"),
        ({"cron": ""}, "cron"),
        ({"cron": "* * * *"}, "cron"),
        ({"cron": "* * * * * *"}, "cron"),
        ({"cron": "61 * * * *"}, "cron"),
        ({"cron": "*/0 * * * *"}, "cron"),
        ({"cron": "5-1 * * * *"}, "cron"),
        ({"cron": "0 0 30 2 *"}, "cron"),
        ({"cron": "0 0 1 1 MON-1#9"}, "cron"),
        ({"cron": "0 0 31 2 *"}, "cron"),
        ({"cron": "0 0 */31 * MON#2"}, "cron"),
        ({"cron": "0 0 L/2,LW/3 * 5L/2"}, "cron"),
        ({"cron": "@sometimes"}, "cron"),
        ({"cron": "0," * 200 + "0 * * * *"}, "cron"),
        ({"interval": 9}, "interval"),
        ({"interval": 0}, "interval"),
        ({"interval": -60}, "interval"),
        ({"interval": 10**12}, "interval"),
        ({"cron": "@daily", "zone": ""}, "zone"),
        ({"cron": "@daily", "zone": "Europe"}, "zone"),
        ({"cron": "@daily", "zone": "Middle/Earth"}, "zone"),
        ({"cron": "@daily", "zone": "../etc/passwd"}, "zone"),
        ({"cron": "@daily", "zone": "/etc/localtime"}, "zone"),
        ({"cron": "@daily", "zone": "localtime"}, "zone"),
        ({"cron": "@daily", "zone": "posix/Europe/Berlin"}, "zone"),
        ({"cron": "@daily", "zone": "Europe/Berlin\0"}, "zone"),
        ({"cron": "@daily", "zone": "Zürich"}, "zone"),
        ({"cron": "@daily", "zone": "a" * 300}, "zone"),
        ({"interval": 60, "zone": "Middle/Earth"}, "zone"),
        ({"interval": 60, "starts_at": 100, "ends_at": 100}, "ends_at"),
        ({"interval": 60, "ends_at": BORN - 1}, "ends_at"),
    ],
)
def test_what_is_not_clear_is_refused_and_the_place_named(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        timetable.check(schedule(**fields))
    [place] = refused.value.fields
    assert place["path"] == path
    assert refused.value.sentence == place["message"]
    assert refused.value.sentence.endswith(".")


def test_what_is_clear_passes() -> None:
    for fields in (
        {"cron": "*/5 8-18 1,15 JAN-JUN MON#2"},
        {"cron": "0 0 29 2 *", "zone": "America/Argentina/Buenos_Aires"},
        {"interval": 10},
        {"interval": 60, "starts_at": 5, "ends_at": 6},
    ):
        timetable.check(schedule(**fields))


def test_due_runs_are_found_without_walking_through_all_of_them() -> None:
    every = schedule(interval=10, next_at=BORN + 10 * SECOND)
    assert timetable.due(every, BORN + 9 * SECOND, 100) == []
    assert timetable.due(every, BORN + 10 * SECOND, 100) == [BORN + 10 * SECOND]
    assert timetable.due(every, BORN + 29 * SECOND, 100) == [BORN + 10 * SECOND, BORN + 20 * SECOND]
    assert timetable.due(schedule(interval=10), BORN + DAY, 100) == []
    years = BORN + 10 * 365 * DAY
    assert timetable.due(every, years, 3) == [years - 20 * SECOND, years - 10 * SECOND, years]
    ended = schedule(interval=10, next_at=BORN + 10 * SECOND, ends_at=BORN + 25 * SECOND)
    assert timetable.due(ended, BORN + DAY, 100) == [BORN + 10 * SECOND, BORN + 20 * SECOND]
    monthly = schedule("0 3 1 * *", "Europe/Berlin", next_at=at("2026-02-01T03:00", "Europe/Berlin"))
    found = timetable.due(monthly, at("2026-06-15T00:00"), 100)
    assert walls(found, "Europe/Berlin") == ["01 03:00"] * 5
    assert timetable.due(monthly, at("2036-01-02T00:00"), 2) == timetable.due(monthly, at("2036-01-02T00:00"), 500)[-2:]


CHOICES: list[tuple[CatchUp, str, int, list[int], int | None]] = [
    # minutes behind the first run, then the minutes of what is made and of the last that is left out
    (CatchUp.SKIP, "", 0, [0], None),
    (CatchUp.SKIP, "", 1, [0], None),
    (CatchUp.SKIP, "", 2, [], 0),
    (CatchUp.SKIP, "", 60, [60], 0),
    (CatchUp.SKIP, "no room", 2, [0], None),
    (CatchUp.SKIP, "no room", 70, [60], 0),
    (CatchUp.ONCE, "", 2, [0], None),
    (CatchUp.ONCE, "", 150, [120], 60),
    (CatchUp.ALL, "", 150, [0, 60, 120], None),
    (CatchUp.ALL, "", 60 * 100, list(range(60, 60 * 101, 60)), 0),
]


@pytest.mark.parametrize(("catch_up", "held", "minutes", "runs", "left_out"), CHOICES)
def test_which_runs_are_made_is_decided_by_how_late_it_is(
    catch_up: CatchUp, held: str, minutes: int, runs: list[int], left_out: int | None
) -> None:
    minute, first = 60 * SECOND, BORN + HOUR
    hourly = schedule(interval=3600, catch_up=catch_up, held_because=held, next_at=first)
    chosen = timetable.chosen(hourly, first + minutes * minute)
    assert chosen is not None
    assert [(time - first) // minute for time in chosen.runs] == runs
    assert chosen.upto == first + minutes // 60 * HOUR
    assert chosen.skipped_at == (None if left_out is None else first + left_out * minute)
    assert bool(chosen.skipped_because) == (left_out is not None)
    if held and left_out is not None:
        assert chosen.skipped_because == held
    assert timetable.chosen(hourly, first - 1) is None


def test_a_schedule_knows_whether_it_is_over() -> None:
    assert schedule("@daily").over
    assert not schedule("@daily", next_at=5).over
    assert not schedule("@daily", paused=True).over
    assert (schedule().catch_up, schedule().overlap) == (CatchUp.ONCE, Overlap.SKIP)


ZONES = ["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns"]
MOMENTS = st.integers(min_value=at("2015-01-01T00:00"), max_value=at("2035-01-01T00:00"))


@st.composite
def fields_of_cron(draw: st.DrawFn, first: int, last: int) -> str:
    form = draw(st.sampled_from(["any", "one", "several", "step", "range"]))
    low, high = sorted((draw(st.integers(first, last)), draw(st.integers(first, last))))
    return {"any": "*", "one": f"{low}", "several": f"{low},{high}", "step": f"*/{max(high, 1)}"}.get(
        form, f"{low}-{high}"
    )


@st.composite
def expressions(draw: st.DrawFn) -> str:
    minute, hour = draw(fields_of_cron(0, 59)), draw(fields_of_cron(0, 23))
    day = draw(st.one_of(st.just("*"), fields_of_cron(1, 28)))
    return f"{minute} {hour} {day} * {draw(st.one_of(st.just('*'), fields_of_cron(0, 6)))}"


def values(field: str, first: int, last: int) -> set[int]:
    if "/" in field:
        return set(range(first, last + 1, int(field.partition("/")[2])))
    if "-" in field:
        low, _, high = field.partition("-")
        return set(range(int(low), int(high) + 1))
    return set(range(first, last + 1)) if field == "*" else {int(word) for word in field.split(",")}


@pytest.mark.property
@given(cron=expressions(), zone=st.sampled_from(ZONES), after=MOMENTS)
@example(cron="0 0 * * *", zone="Africa/Cairo", after=at("2026-04-23T12:00", "Africa/Cairo"))
def test_runs_go_forward_and_stand_where_the_expression_says(cron: str, zone: str, after: int) -> None:
    times = timetable.upcoming(schedule(cron, zone), after, 8)
    assert all(earlier < later for earlier, later in pairwise([after, *times]))
    minute, hour, *_ = cron.split()
    minutes, hours = values(minute, 0, 59), values(hour, 0, 23)
    for time in times:
        moment = (EPOCH + timedelta(microseconds=time)).astimezone(ZoneInfo(zone))
        if moment.minute in minutes and moment.hour in hours:
            # A second 02:30 is only for what runs in every hour.
            assert moment.fold == 0 or len(hours) == 24
            continue
        # Whatever stands elsewhere begins where the wall clock was put forward.
        before = (EPOCH + timedelta(microseconds=time - SECOND)).astimezone(ZoneInfo(zone))
        assert moment.utcoffset() != before.utcoffset()


@pytest.mark.property
@at_most(2_000)
@given(cron=expressions(), zone=st.sampled_from(ZONES), after=MOMENTS, later=st.integers(0, 40 * DAY))
def test_whoever_looks_later_sees_the_same_runs(cron: str, zone: str, after: int, later: int) -> None:
    one = schedule(cron, zone)
    seen = list(islice(timetable.times(one, after), 60))
    rest = [time for time in seen if time > after + later]
    if rest:
        assert timetable.upcoming(one, after + later, len(rest)) == rest


@pytest.mark.property
@given(
    interval=st.integers(timetable.SHORTEST, 100_000),
    starts_at=st.one_of(st.none(), st.integers(0, 2 * BORN)),
    after=st.integers(0, 3 * BORN),
)
def test_an_interval_meets_only_its_own_times(interval: int, starts_at: int | None, after: int) -> None:
    every = schedule(interval=interval, starts_at=starts_at)
    [first, second] = timetable.upcoming(every, after, 2)
    assert first > after
    assert second - first == interval * SECOND
    assert (first - every.anchor) % (interval * SECOND) == 0
    assert first >= every.anchor


@pytest.mark.property
@at_most(2_000)
@given(cron=expressions(), gap=st.integers(0, 400 * DAY), limit=st.integers(1, 50))
def test_what_is_due_is_what_was_upcoming(cron: str, gap: int, limit: int) -> None:
    one = schedule(cron, next_at=timetable.following(schedule(cron), BORN))
    assert one.next_at is not None
    found = timetable.due(one, BORN + gap, limit)
    assert len(found) <= limit
    everything = [one.next_at, *islice(timetable.times(one, one.next_at), 100)]
    if everything[-1] > BORN + gap:
        assert found == [time for time in everything if time <= BORN + gap][-limit:]


@pytest.mark.property
@given(cron=st.text(alphabet="0123456789*/,-#LW@ ADNMO", max_size=40), zone=st.text(max_size=20))
def test_no_text_breaks_the_reading(cron: str, zone: str) -> None:
    for one in (schedule(cron), schedule("@daily", zone)):
        try:
            timetable.check(one)
        except Invalid:
            continue
        timetable.upcoming(one, BORN, 2)
