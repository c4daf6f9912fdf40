"""Functions on dates. `now` is the moment at which the run began, the same in every row."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from jobyard.workflows.formula.bound import Bound, Chooser, Constant, Function
from jobyard.workflows.formula.functions import calendar_forms
from jobyard.workflows.formula.kinds import NUMERIC, Kind
from jobyard.workflows.formula.signatures import fixed

_TEXT, _NUMBER, _DATE, _MOMENT, _WHOLE = Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.MOMENT, Kind.INTEGER
_Given = Sequence[pl.Expr]
_Known = Sequence[Any]
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of numbers that are dates; the original knows no zones
_LAST_SERIAL = 2_958_466
_EARLIEST, _LATEST = 1400, 9999
_DAY_LETTERS = 10
_SECONDS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_LETTERS = {"yea": "year", "mon": "month", "hou": "hour", "min": "minute", "sec": "second"}


def unit(said: str) -> str | None:
    """Return which unit a keyword means: `day` and `days`, or a beginning of the others of three letters or more."""
    folded = said.strip().lower()
    if folded in {"day", "days"}:
        return "day"
    full = _LETTERS.get(folded[:3])
    return full if full and f"{full}s".startswith(folded) else None


def added(moment: Any, count: float, said: str) -> Any:
    """Return a moment so many units later; a month without that day ends on its last one."""
    step, many = unit(said), int(count)
    if step is None:
        return None
    try:
        if step in {"year", "month"}:
            return _months_later(moment, many * (12 if step == "year" else 1))
        return _kept(moment + timedelta(seconds=many * _SECONDS[step]))
    except (OverflowError, ValueError):
        return None


def _months_later(moment: Any, months: int) -> Any:
    number = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(number, 12)
    if not _EARLIEST <= year <= _LATEST:
        return None
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _kept(moment: Any) -> Any:
    return moment if moment.year >= _EARLIEST else None


def difference(later: datetime, earlier: datetime, said: str) -> int | None:
    """Return how many whole units lie between two moments.

    Months are counted by the calendar: so many may be added to the one without passing the other.
    """
    step = unit(said)
    if step is None:
        return None
    if step in _SECONDS:
        micros = (later - earlier) // timedelta(microseconds=1)
        whole = abs(micros) // (_SECONDS[step] * 1_000_000)
        return whole if micros >= 0 else -whole
    sign, first, last = (1, earlier, later) if later >= earlier else (-1, later, earlier)
    months = (last.year - first.year) * 12 + last.month - first.month
    while months > 0 and (reached := _months_later(first, months)) is not None and reached > last:
        months -= 1
    return sign * (months // 12 if step == "year" else months)


def _add(arguments: Sequence[Bound]) -> Function:
    """Pick the function: a date stays a date where whole days are added to it."""
    said = arguments[2].value if len(arguments) == 3 and isinstance(arguments[2], Constant) else None
    days = isinstance(said, str) and unit(said) in {"year", "month", "day"}
    first = arguments[0] if arguments else None
    written = isinstance(first, Constant) and isinstance(first.value, str) and len(first.value) == _DAY_LETTERS
    kind = _DATE if first and days and (first.kind is _DATE or written) else _MOMENT
    return Function("DateTimeAdd", fixed(kind, _NUMBER, _TEXT, gives=kind), added, _added_column)


def _added_column(given: _Given, known: _Known) -> pl.Expr | None:
    step = unit(known[2]) if isinstance(known[2], str) else None
    if step not in _SECONDS or not isinstance(known[1], int | float) or abs(known[1]) > 1e6:
        return None
    moved = given[0] + pl.duration(seconds=int(known[1]) * _SECONDS[step])
    return pl.when(moved.dt.year().is_between(_EARLIEST, _LATEST)).then(moved)


def _parse(arguments: Sequence[Bound], this_year: int) -> Function:
    form = arguments[1].value if len(arguments) > 1 and isinstance(arguments[1], Constant) else None
    kind = _MOMENT
    if isinstance(form, str):
        kind = _MOMENT if calendar_forms.has_clock(form) else _DATE
    return Function(
        "DateTimeParse",
        fixed(_TEXT, _TEXT, gives=kind),
        lambda text, said: _cut(calendar_forms.read(text, said, this_year), kind),
        complaint='DateTimeParse: "{0}" does not match its form',
    )


def _format(arguments: Sequence[Bound]) -> Function:
    """Look at a form that stands in the formula before anything runs."""
    form = arguments[1].value if len(arguments) > 1 and isinstance(arguments[1], Constant) else None
    if isinstance(form, str):
        calendar_forms.pieces(form)
    return Function("DateTimeFormat", fixed(_MOMENT, _TEXT, gives=_TEXT), calendar_forms.written)


def _cut(moment: datetime | None, kind: Kind) -> date | None:
    return moment.date() if moment is not None and kind is _DATE else moment


def _trimmed(moment: datetime, said: str) -> datetime | None:
    folded = said.strip().lower()
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    last = calendar.monthrange(moment.year, moment.month)[1]
    named = {
        "firstofmonth": midnight.replace(day=1),
        "lastofmonth": midnight.replace(day=last, hour=23, minute=59, second=59),
    }
    if folded in named:
        return named[folded]
    return {
        "year": midnight.replace(month=1, day=1),
        "month": midnight.replace(day=1),
        "day": midnight,
        "hour": moment.replace(minute=0, second=0, microsecond=0),
        "minute": moment.replace(second=0, microsecond=0),
        "second": moment.replace(microsecond=0),
    }.get(unit(said) or "")


def _from_serial(arguments: Sequence[Bound], *, whole: bool) -> Function:
    kind = _DATE if whole else _MOMENT
    name = "ToDate" if whole else "ToDateTime"
    if not arguments or arguments[0].kind not in NUMERIC:
        return Function(name, fixed(kind, gives=kind), lambda value: value, lambda given, known: given[0])
    return Function(
        name, fixed(_NUMBER, gives=kind), _day if whole else _serial, complaint="{0} is an invalid datetime"
    )


def _serial(value: float) -> datetime | None:
    if not 0 <= value < _LAST_SERIAL:
        return None
    return _FIRST_DAY + timedelta(seconds=round(value * 86_400))


def _day(value: float) -> date | None:
    found = _serial(int(value))
    return None if found is None else found.date()


def _part(name: str, attribute: str) -> Function:
    return Function(
        name,
        fixed(_MOMENT, gives=_WHOLE),
        lambda moment: getattr(moment, attribute),
        lambda given, known: getattr(given[0].dt, attribute)().cast(pl.Int64),
    )


def now_functions(now: datetime) -> dict[str, Function | Chooser]:
    """Return the functions that hang on when the run began."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    last = today.replace(day=calendar.monthrange(now.year, now.month)[1], hour=23, minute=59, second=59)
    values = {
        "DATETIMENOW": now.replace(microsecond=0),
        "DATETIMESTART": now.replace(microsecond=0),
        "DATETIMETODAY": today,
        "DATETIMEFIRSTOFMONTH": today.replace(day=1),
        "DATETIMELASTOFMONTH": last,
    }
    fixed_ones: dict[str, Function | Chooser] = {name: _fixed_moment(name, value) for name, value in values.items()}
    return fixed_ones | {"DATETIMEPARSE": lambda arguments: _parse(arguments, now.year)}


def _fixed_moment(name: str, value: datetime) -> Function:
    """Today is a date where nobody asks for more."""
    found: Any = value.date() if name == "DATETIMETODAY" else value
    kind = _DATE if name == "DATETIMETODAY" else _MOMENT
    row: Callable[[], Any] = lambda: found  # noqa: E731 - one value, the same in every row
    return Function(name, fixed(gives=kind), row)


FUNCTIONS: dict[str, Function | Chooser] = {
    "DATETIMEADD": _add,
    "DATETIMEDIFF": Function("DateTimeDiff", fixed(_MOMENT, _MOMENT, _TEXT, gives=_WHOLE), difference),
    "DATETIMEFORMAT": _format,
    "DATETIMETRIM": Function("DateTimeTrim", fixed(_MOMENT, _TEXT, gives=_MOMENT), _trimmed),
    "DATETIMEYEAR": _part("DateTimeYear", "year"),
    "DATETIMEMONTH": _part("DateTimeMonth", "month"),
    "DATETIMEDAY": _part("DateTimeDay", "day"),
    "DATETIMEHOUR": _part("DateTimeHour", "hour"),
    "DATETIMEMINUTES": _part("DateTimeMinutes", "minute"),
    "DATETIMESECONDS": _part("DateTimeSeconds", "second"),
    "DATETIMEQUARTER": Function(
        "DateTimeQuarter", fixed(_MOMENT, gives=_WHOLE), lambda moment: (moment.month + 2) // 3
    ),
    "TODATE": lambda arguments: _from_serial(arguments, whole=True),
    "TODATETIME": lambda arguments: _from_serial(arguments, whole=False),
}
