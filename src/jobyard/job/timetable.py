"""When a schedule runs: pure arithmetic over the times it is given.

An interval is counted from the schedule's start, or else from its creation. So it never drifts, and it knows no zone.

A cron expression is read on the wall clock of the schedule's zone, where some days have no 02:30 and others have two:

* An expression that runs in every hour of the day (`*/15 * * * *`) goes on by elapsed time, through such days too.
* Any other runs at each of its times exactly once. A time that does not exist is taken as the next one that does:
  02:30 becomes 03:00. Of a time that comes twice the first is taken. Two times that become the same run once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from msgspec import Struct

from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid
from jobyard.job.schedule import CatchUp, Schedule

SHORTEST, LONGEST = 10, 10 * 366 * 86_400
"""The least and the most seconds of an interval."""
EXPRESSION_LIMIT = 200
"""The most characters of a cron expression."""
CATCH_UP_LIMIT = 100
"""The most runs that are made at once for times that have passed."""
PUNCTUAL = 60 * SECOND
"""A run that is made within this time after its own counts as on time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_HOURS = frozenset(range(24))
_FIRST_LOOK = 128 * 60 * SECOND
_NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})
"""What the machine's own zone files call places that are none, or that differ from machine to machine."""


class Chosen(Struct, frozen=True, kw_only=True):
    """Which runs are to be made now, and what is left out."""

    runs: list[int]
    """Their times, oldest first."""
    upto: int
    """The last time that was looked at; the next run is the first after it."""
    skipped_at: int | None = None
    """The last time that is left out."""
    skipped_because: str = ""


def chosen(schedule: Schedule, now: int) -> Chosen | None:
    """Return which of the runs whose time has come are to be made; None when it has come for none."""
    passed = due(schedule, now, CATCH_UP_LIMIT + 1)
    if not passed:
        return None
    last = passed[-1]
    because = schedule.held_because or "Its time passed while no house was up."
    missed = not schedule.held_because and now - last > PUNCTUAL
    if schedule.catch_up is CatchUp.ALL:
        runs = passed[-CATCH_UP_LIMIT:]
    else:
        runs = [] if schedule.catch_up is CatchUp.SKIP and missed else [last]
    left_out = passed[: len(passed) - len(runs)]
    if not left_out:
        return Chosen(runs=runs, upto=last)
    return Chosen(runs=runs, upto=last, skipped_at=left_out[-1], skipped_because=because)


def following(schedule: Schedule, after: int) -> int | None:
    """Return the time of the first run later than `after`; None when no run is left.

    Of a paused schedule too: this is what the timetable says. Raises Invalid for one that `check` refuses.
    """
    return next(times(schedule, after), None)


def upcoming(schedule: Schedule, after: int, count: int) -> list[int]:
    """Return the times of the next runs later than `after`, at most `count`."""
    return list(islice(times(schedule, after), count))


def due(schedule: Schedule, now: int, limit: int) -> list[int]:
    """Return the times of runs from `next_at` up to `now`, oldest first; of very many only the last `limit`."""
    if schedule.next_at is None or schedule.next_at > now:
        return []
    # Long ago there may have been millions; so the look back grows only as far as it has to.
    look = _FIRST_LOOK
    while True:
        begin = max(schedule.next_at, now - look)
        found = [begin] if begin == schedule.next_at else []
        for time in times(schedule, begin):
            if time > now:
                break
            found.append(time)
        if len(found) >= limit or begin == schedule.next_at:
            return found[-limit:]
        look *= 4


def times(schedule: Schedule, after: int) -> Iterator[int]:
    """Give out the times of all runs later than `after`, each later than the one before."""
    begin = after if schedule.starts_at is None else max(after, schedule.starts_at - 1)
    found = _by_interval(schedule, begin) if schedule.interval is not None else _by_cron(schedule, begin)
    for time in found:
        if schedule.ends_at is not None and time > schedule.ends_at:
            return
        yield time


def check(schedule: Schedule) -> None:
    """Raise Invalid, naming the place, for a schedule that says nothing clear about its times."""
    if (schedule.cron is None) == (schedule.interval is None):
        raise _wrong("cron", "Say either a cron expression or an interval.")
    zone_of(schedule.zone)
    if schedule.cron is not None:
        _parsed(schedule.cron)
    elif not SHORTEST <= (schedule.interval or 0) <= LONGEST:
        raise _wrong("interval", f"An interval is {SHORTEST} to {LONGEST} seconds.")
    if schedule.ends_at is not None and schedule.ends_at <= schedule.anchor:
        raise _wrong("ends_at", "A schedule cannot end before it starts.")


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone with an IANA name. Raises Invalid."""
    known = name.isascii() and name not in _NO_PLACES and not name.startswith(("posix/", "right/"))
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        if known:
            return ZoneInfo(name)
    raise _wrong("zone", f"There is no time zone {name}; an example is Europe/Berlin.")


def _by_interval(schedule: Schedule, after: int) -> Iterator[int]:
    step, anchor = (schedule.interval or LONGEST) * SECOND, schedule.anchor
    time = anchor + max(0, (after - anchor) // step + 1) * step
    # A schedule that was made without a start runs first after one whole interval.
    time = max(time, anchor + step) if schedule.starts_at is None else time
    while True:
        yield time
        time += step


def _by_cron(schedule: Schedule, after: int) -> Iterator[int]:
    expression, zone, last = _spelt(schedule.cron or ""), zone_of(schedule.zone), after
    hourly = _parsed(expression).hours == _HOURS
    with suppress(OverflowError, ValueError):  # the calendar ends with the year 9999
        local = (_EPOCH + timedelta(microseconds=after)).astimezone(zone)
        for moment in _elapsed(expression, local) if hourly else _on_the_wall(expression, local, zone):
            time = (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND
            if time > last:
                last = time
                yield time


def _elapsed(expression: str, local: datetime) -> Iterator[datetime]:
    minute, _, *rest = expression.split()
    return CronSim(" ".join([minute, "*", *rest]), local)


def _on_the_wall(expression: str, local: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    # Of two equal times the first is meant (fold=0), so along the wall the moments never go back.
    for wall in CronSim(expression, local.replace(tzinfo=None, fold=0)):
        yield _existing(wall, zone)


def _existing(wall: datetime, zone: ZoneInfo) -> datetime:
    moment = wall.replace(tzinfo=zone)
    while moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        wall += _MINUTE
        moment = wall.replace(tzinfo=zone)
    return moment


def _parsed(cron: str) -> CronSim:
    """Return what a cron expression says. Raises Invalid for one that is none or whose time never comes."""
    expression = _spelt(cron)
    if len(expression) > EXPRESSION_LIMIT or len(expression.split()) != 5:
        raise _wrong("cron", "A cron expression has five fields: minute, hour, day of month, month, day of week.")
    try:
        parsed = CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
        if next(parsed, None) is None:
            raise _wrong("cron", f"The time {cron} never comes.")
    except (CronSimError, AssertionError, ValueError) as error:
        raise _wrong("cron", f"{cron} is no cron expression: {str(error).lower() or 'it cannot be read'}.") from None
    return parsed


def _spelt(cron: str) -> str:
    words = {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    }
    return words.get(cron.strip().lower(), cron)


def _wrong(path: str, sentence: str) -> Invalid:
    return Invalid(reason=sentence, fields=[{"path": path, "message": sentence}])
