"""Times: microseconds since 1970 on our side, aware datetimes in UTC on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jobyard.job.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return one of our times as the wire has it."""
    return _EPOCH + timedelta(microseconds=min(microseconds, _LATEST))


def some_moment(microseconds: int | None) -> datetime | None:
    """Return one of our times as the wire has it; None stays None."""
    return None if microseconds is None else moment(microseconds)


def micros(time: datetime, path: str) -> int:
    """Return a time of the wire as ours. Raises Invalid naming `path` before 1970 and after the year 9999."""
    microseconds = (time - _EPOCH) // _MICROSECOND
    if not 0 <= microseconds <= _LATEST:
        sentence = "Expected a time between 1970 and 9999"
        raise Invalid(reason=f"{sentence} ({path}).", fields=[{"path": path, "message": sentence}])
    return microseconds


def some_micros(time: datetime | None, path: str) -> int | None:
    """Return a time of the wire as ours; None stays None."""
    return None if time is None else micros(time, path)
