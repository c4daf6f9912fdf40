"""When a schedule runs: the protocol's iterations, and the times of ours.

Days are days on the wall clock of the schedule's zone, at the hour and minute of its start; its seconds are left out.
A day that a month does not have is left out in that month. What the clock's own changes do to a time of the day stands
in `timetable`. Hours are counted from the start, through such changes too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct

from jobyard.faces.alteryx.wire.schedules import CronContract, HourlyContract, Iteration
from jobyard.job import timetable
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid
from jobyard.job.schedule import Schedule

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_HOUR, _MINUTE = 3_600, 60
_PLACE = "iteration"
_REQUIRED = "This field is required for this type of iteration."


class IterationType(StrEnum):
    """The protocol's ways to say it."""

    ONCE = "Once"
    HOURLY = "Hourly"
    DAILY = "Daily"
    WEEKLY = "Weekly"
    MONTHLY = "Monthly"
    CUSTOM = "Custom"
    CRON = "Cron"


class Times(Struct, frozen=True, kw_only=True):
    """What our schedule says of its times."""

    cron: str | None = None
    interval: int | None = None
    zone: str = "UTC"
    starts_at: int
    ends_at: int | None = None


def times(told: Iteration, zone: str) -> Times:
    """Return the times that an iteration means in a zone. Raises Invalid naming the field."""
    timetable.zone_of(zone)
    kind = _type(told.iteration_type)
    start = moment(told.start_time, zone, "startTime")
    if kind is IterationType.ONCE:
        # One run: the first of an interval that ends before its second.
        return Times(interval=timetable.LONGEST, zone=zone, starts_at=start, ends_at=start + 1)
    ends = moment(told.end_time, zone, "endTime") if told.end_time else None
    if ends is not None and ends <= start:
        raise _wrong("endTime", "The end has to be after the start.")
    if kind is IterationType.HOURLY:
        return Times(interval=_interval(told), zone=zone, starts_at=start, ends_at=ends)
    cron = _DAYS_OF[kind](told, (_EPOCH + timedelta(microseconds=start)).astimezone(timetable.zone_of(zone)))
    return Times(cron=cron, zone=zone, starts_at=start - start % (_MINUTE * SECOND), ends_at=ends)


def moment(text: str, zone: str, field: str) -> int:
    """Return a time that clients wrote; without an offset it is a time of the zone. Raises Invalid naming the field."""
    try:
        found = datetime.fromisoformat(_digits(text.strip()))
        if found.tzinfo is None:
            found = found.replace(tzinfo=timetable.zone_of(zone))
        since = found.astimezone(UTC) - _EPOCH
    except (ValueError, OverflowError):
        raise _wrong(field, f"The value {text[:50]!r} is no time, such as 2030-01-31T08:00:00Z.") from None
    if not timedelta() <= since < timedelta(days=366 * 1_000):
        raise _wrong(field, f"The time {text[:50]} is out of reach.")
    return since // _MICROSECOND


def written(time: int) -> str:
    """Return a time as the protocol writes it."""
    found = _EPOCH + timedelta(microseconds=time)
    return found.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def iteration(schedule: Schedule) -> Iteration:
    """Return when a schedule runs that nobody made through this protocol."""
    starts = written(schedule.anchor)
    ends = None if schedule.ends_at is None else written(schedule.ends_at)
    if schedule.cron is not None:
        return Iteration(
            iteration_type=IterationType.CRON.value,
            start_time=starts,
            end_time=ends,
            cron_contract=CronContract(cron_expression=schedule.cron),
        )
    hours, rest = divmod(schedule.interval or 0, _HOUR)
    return Iteration(
        iteration_type=IterationType.HOURLY.value,
        start_time=starts,
        end_time=ends,
        hourly_contract=HourlyContract(hours=hours, minutes=rest // _MINUTE),
    )


def frequency(told: Iteration) -> str:
    """Return in words how often an iteration runs."""
    match _type(told.iteration_type):
        case IterationType.HOURLY if told.hourly_contract is not None:
            hourly = told.hourly_contract
            return f"Every {hourly.hours} hours and {hourly.minutes} minutes"
        case IterationType.WEEKLY if told.weekly_contract is not None:
            return "Weekly on " + ", ".join(told.weekly_contract.days_of_week)
        case kind:
            return kind.value


def _type(text: str) -> IterationType:
    for kind in IterationType:
        if kind.value.lower() == text.strip().lower():
            return kind
    known = ", ".join(kind.value for kind in IterationType)
    raise _wrong("iterationType", f"The value {text[:50]!r} is none of {known}.")


def _interval(told: Iteration) -> int:
    hourly = _there(told.hourly_contract, "hourlyContract")
    seconds = hourly.hours * _HOUR + hourly.minutes * _MINUTE
    if not seconds:
        raise _wrong("hourlyContract", "At least a minute lies between two runs.")
    return seconds


def _daily(told: Iteration, start: datetime) -> str:
    daily = _there(told.daily_contract, "dailyContract")
    return f"{start.minute} {start.hour} * * {'1-5' if daily.run_only_work_week else '*'}"


def _weekly(told: Iteration, start: datetime) -> str:
    weekly = _there(told.weekly_contract, "weeklyContract")
    days = sorted({_day(day, "weeklyContract.daysOfWeek") for day in weekly.days_of_week})
    return f"{start.minute} {start.hour} * * {','.join(map(str, days))}"


def _monthly(told: Iteration, start: datetime) -> str:
    monthly = _there(told.monthly_contract, "monthlyContract")
    if monthly.simple_day_of_month:
        day = _there(monthly.day_of_month, "monthlyContract.dayOfMonth")
        return f"{start.minute} {start.hour} {day} * *"
    which = _there(monthly.occurrence, "monthlyContract.occurrence")
    if monthly.day_of_week is None:
        raise _wrong("monthlyContract.dayOfWeek", _REQUIRED)
    return f"{start.minute} {start.hour} * * {_day(monthly.day_of_week, 'monthlyContract.dayOfWeek')}#{which}"


def _custom(told: Iteration, start: datetime) -> str:
    custom = _there(told.custom_contract, "customContract")
    days, months = (",".join(map(str, sorted(set(one)))) for one in (custom.days_of_month, custom.months))
    return f"{start.minute} {start.hour} {days} {months} *"


def _cron(told: Iteration, start: datetime) -> str:
    cron = _there(told.cron_contract, "cronContract")
    return " ".join(cron.cron_expression.split())


_DAYS_OF: Mapping[IterationType, Callable[[Iteration, datetime], str]] = MappingProxyType(
    {
        IterationType.DAILY: _daily,
        IterationType.WEEKLY: _weekly,
        IterationType.MONTHLY: _monthly,
        IterationType.CUSTOM: _custom,
        IterationType.CRON: _cron,
    }
)


def _day(said: str | int, field: str) -> int:
    """Return the number of a day of the week, Sunday being 0."""
    for number, name in enumerate(_DAYS):
        if said == number or str(said).strip().lower() == name.lower():
            return number
    raise _wrong(field, f"The value {str(said)[:50]!r} is none of {', '.join(_DAYS)}.")


def _there(found: T | None, field: str) -> T:
    if found is None:
        raise _wrong(field, _REQUIRED)
    return found


def _digits(text: str) -> str:
    """Return a time with no more digits of a second than Python reads; the original writes seven."""
    head, point, rest = text.partition(".")
    count = next((place for place, letter in enumerate(rest) if not letter.isdigit()), len(rest))
    return f"{head}{point}{rest[: min(count, 6)]}{rest[count:]}"


def _wrong(field: str, message: str) -> Invalid:
    path = f"{_PLACE}.{field}"
    return Invalid(reason="The request is invalid.", fields=[{"path": path, "message": message}])
