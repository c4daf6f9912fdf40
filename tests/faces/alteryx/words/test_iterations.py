"""Iterations against a calculation of their own: day by day along the wall, without an expression."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobyard.faces.alteryx.wire.schedules import Iteration
from jobyard.faces.alteryx.words.iterations import frequency, iteration, moment, times, written
from jobyard.job import timetable
from jobyard.job.errors import Invalid
from jobyard.job.schedule import Schedule

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNT = 12


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def schedule(told: dict[str, Any], zone: str = "UTC") -> Schedule:
    found = times(msgspec.convert(told, Iteration), zone)
    made = Schedule(id="a", name="n", owner="o", kind="k", **msgspec.structs.asdict(found))
    timetable.check(made)
    return made


def on_the_wall(day: date, start: datetime, zone: ZoneInfo) -> datetime:
    """Return when it is the start's hour and minute on a day: the first time it is, or the first minute after a gap."""
    wall = datetime(day.year, day.month, day.day, start.hour, start.minute, tzinfo=UTC).replace(tzinfo=None)
    while True:
        found = wall.replace(tzinfo=zone)
        if found.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall:
            return found
        wall += timedelta(minutes=1)


def fits(told: dict[str, Any], day: date) -> bool:
    """Tell whether an iteration runs on a day."""
    name = DAYS[day.weekday()]
    match told["iterationType"]:
        case "Daily":
            return day.weekday() < 5 or told["dailyContract"]["runOnlyWorkWeek"] is False
        case "Weekly":
            return name in told["weeklyContract"]["daysOfWeek"]
        case "Monthly":
            monthly = told["monthlyContract"]
            if monthly["simpleDayOfMonth"]:
                return bool(day.day == monthly["dayOfMonth"])
            those = [
                one
                for one in range(1, calendar.monthrange(day.year, day.month)[1] + 1)
                if DAYS[date(day.year, day.month, one).weekday()] == monthly["dayOfWeek"]
            ]
            return bool(those[monthly["occurrence"] - 1 : monthly["occurrence"]] == [day.day])
        case _:
            custom = told["customContract"]
            return day.day in custom["daysOfMonth"] and day.month in custom["months"]


def expected(told: dict[str, Any], start: datetime, zone: ZoneInfo) -> Iterator[int]:
    local = start.astimezone(zone)
    seen = micros(start.replace(second=0, microsecond=0)) - 1
    for number in range(366 * 40):
        day = local.date() + timedelta(days=number)
        if fits(told, day):
            found = micros(on_the_wall(day, local, zone))
            if found > seen:
                seen = found
                yield found


moments = st.integers(0, 11 * 366 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
days = st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True)
by_day = st.one_of(
    st.booleans().map(lambda work: {"iterationType": "Daily", "dailyContract": {"runOnlyWorkWeek": work}}),
    days.map(lambda names: {"iterationType": "Weekly", "weeklyContract": {"daysOfWeek": names}}),
    st.integers(1, 31).map(
        lambda day: {"iterationType": "Monthly", "monthlyContract": {"simpleDayOfMonth": True, "dayOfMonth": day}}
    ),
    st.tuples(st.integers(1, 5), st.sampled_from(DAYS)).map(
        lambda both: {
            "iterationType": "Monthly",
            "monthlyContract": {"simpleDayOfMonth": False, "occurrence": both[0], "dayOfWeek": both[1]},
        }
    ),
    st.tuples(
        st.lists(st.integers(1, 28), min_size=1, max_size=5), st.lists(st.integers(1, 12), min_size=1, max_size=5)
    ).map(lambda both: {"iterationType": "Custom", "customContract": {"daysOfMonth": both[0], "months": both[1]}}),
)
DAILY = {"iterationType": "Daily", "dailyContract": {"runOnlyWorkWeek": False}}


@pytest.mark.property
@given(told=by_day, start=moments, zone=st.sampled_from(ZONES))
@example(told=DAILY, start=datetime(2026, 3, 26, 1, 30, tzinfo=UTC), zone="Europe/Berlin")  # 02:30 is left out on 29th
@example(told=DAILY, start=datetime(2026, 10, 22, 0, 30, tzinfo=UTC), zone="Europe/Berlin")  # 02:30 comes twice on 25th
@example(told=DAILY, start=datetime(2026, 3, 28, 1, 30, 59, 999_999, tzinfo=UTC), zone="Europe/Berlin")
@example(told=DAILY, start=datetime(2026, 10, 1, 15, 45, tzinfo=UTC), zone="Australia/Lord_Howe")
def test_days_are_those_of_a_calculation_of_its_own(told: dict[str, Any], start: datetime, zone: str) -> None:
    made = schedule({**told, "startTime": start.isoformat()}, zone)
    count = COUNT if told["iterationType"] != "Custom" else 6
    wanted = list(islice(expected(told, start, ZoneInfo(zone)), count))
    assert timetable.upcoming(made, micros(start) - 61_000_000, count) == wanted


@pytest.mark.property
@given(
    hours=st.integers(0, 100),
    minutes=st.integers(0, 59),
    start=moments,
    zone=st.sampled_from(ZONES),
    later=st.integers(0, 10**12),
)
def test_hours_are_counted_from_the_start_whatever_the_clocks_do(
    hours: int, minutes: int, start: datetime, zone: str, later: int
) -> None:
    told = {"iterationType": "Hourly", "hourlyContract": {"hours": hours, "minutes": minutes}}
    step = timedelta(hours=hours, minutes=minutes)
    if not step:
        with pytest.raises(Invalid):
            schedule({**told, "startTime": start.isoformat()}, zone)
        return
    made = schedule({**told, "startTime": start.isoformat()}, zone)
    first = micros(start)
    assert timetable.upcoming(made, first - 1, 4) == [micros(start + step * number) for number in range(4)]
    after = first + later
    [found] = timetable.upcoming(made, after, 1)
    assert after < found <= after + step // timedelta(microseconds=1)
    assert (found - first) % (step // timedelta(microseconds=1)) == 0


@pytest.mark.property
@given(start=moments, zone=st.sampled_from(ZONES))
def test_once_is_once(start: datetime, zone: str) -> None:
    made = schedule({"iterationType": "once", "startTime": start.isoformat(), "endTime": "nonsense"}, zone)
    assert timetable.upcoming(made, 0, 3) == [micros(start)]
    assert timetable.following(made, micros(start)) is None


def test_an_end_bounds_what_has_one() -> None:
    told = {**DAILY, "startTime": "2030-01-01T08:00:00Z", "endTime": "2030-01-03T08:00:00Z"}
    assert [written(one) for one in timetable.upcoming(schedule(told), 0, 9)] == [
        "2030-01-01T08:00:00.000Z",
        "2030-01-02T08:00:00.000Z",
        "2030-01-03T08:00:00.000Z",
    ]


def test_an_expression_runs_as_it_stands_and_seven_is_sunday() -> None:
    told = {
        "iterationType": "Cron",
        "startTime": "2030-01-01T00:00:00.0000000Z",
        "cronContract": {"cronExpression": "  30  9 * * 7 "},
    }
    assert [written(one) for one in timetable.upcoming(schedule(told), 0, 2)] == [
        "2030-01-06T09:30:00.000Z",
        "2030-01-13T09:30:00.000Z",
    ]


def test_a_time_without_an_offset_is_one_of_the_zone() -> None:
    assert written(moment("2030-07-01T08:00:00", "America/New_York", "startTime")) == "2030-07-01T12:00:00.000Z"
    assert written(moment("2030-07-01T08:00:00Z", "America/New_York", "startTime")) == "2030-07-01T08:00:00.000Z"
    assert written(moment("2030-07-01T08:00:00.1234567+02:00", "UTC", "startTime")) == "2030-07-01T06:00:00.123Z"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "iterationType"),
        ({"iterationType": "Sometimes"}, "iterationType"),
        ({"iterationType": "Daily"}, "startTime"),
        ({"iterationType": "Daily", "startTime": "tomorrow"}, "startTime"),
        ({"iterationType": "Daily", "startTime": "1960-01-01T00:00:00Z"}, "startTime"),
        ({"iterationType": "Daily", "startTime": "9999-12-31T23:59:59-14:00"}, "startTime"),
        ({"iterationType": "Daily", "startTime": "2030-01-01T00:00:00Z"}, "dailyContract"),
        ({"iterationType": "Hourly", "startTime": "2030-01-01T00:00:00Z"}, "hourlyContract"),
        ({**DAILY, "startTime": "2030-01-02T00:00:00Z", "endTime": "2030-01-01T00:00:00Z"}, "endTime"),
        (
            {
                "iterationType": "Weekly",
                "startTime": "2030-01-01T00:00:00Z",
                "weeklyContract": {"daysOfWeek": ["Someday"]},
            },
            "weeklyContract.daysOfWeek",
        ),
        (
            {
                "iterationType": "Monthly",
                "startTime": "2030-01-01T00:00:00Z",
                "monthlyContract": {"simpleDayOfMonth": True, "occurrence": 1},
            },
            "monthlyContract.dayOfMonth",
        ),
        (
            {
                "iterationType": "Monthly",
                "startTime": "2030-01-01T00:00:00Z",
                "monthlyContract": {"simpleDayOfMonth": False, "occurrence": 1},
            },
            "monthlyContract.dayOfWeek",
        ),
    ],
)
def test_what_is_not_clear_is_refused_by_its_field(told: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        schedule(told)
    assert [one["path"] for one in caught.value.fields] == [f"iteration.{field}"]


def test_a_day_that_never_comes_and_a_zone_that_is_none_are_refused() -> None:
    custom = {"daysOfMonth": [31], "months": [2]}
    never = {"iterationType": "Custom", "startTime": "2030-01-01T00:00:00Z", "customContract": custom}
    with pytest.raises(Invalid):
        schedule(never)
    with pytest.raises(Invalid):
        schedule({**DAILY, "startTime": "2030-01-01T00:00:00Z"}, "Mars/Olympus")


def test_schedules_of_other_doors_say_when_they_run() -> None:
    cron = iteration(Schedule(id="a", name="n", owner="o", kind="k", cron="0 3 * * *", created_at=0))
    assert cron.cron_contract is not None and cron.cron_contract.cron_expression == "0 3 * * *"
    hourly = iteration(Schedule(id="a", name="n", owner="o", kind="k", interval=5_400, created_at=0))
    assert hourly.hourly_contract is not None
    assert (hourly.hourly_contract.hours, hourly.hourly_contract.minutes) == (1, 30)
    assert frequency(hourly) == "Every 1 hours and 30 minutes"
