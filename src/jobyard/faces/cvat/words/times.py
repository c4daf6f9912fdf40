"""Times in this protocol's words: RFC 3339, always in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jobyard.job.errors import Invalid

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int) -> str:
    """Return a time."""
    return (_BEGINNING + timedelta(microseconds=micros)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def some_moment(micros: int | None) -> str | None:
    """Return a time where there is one."""
    return None if micros is None else moment(micros)


def micros(text: str, field: str) -> int:
    """Return a time in microseconds since 1970. Raises Invalid naming the field."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = "A time is written as RFC 3339 says, such as 2030-01-31T12:00:00Z."
        raise Invalid(reason=message, fields=[{"path": field, "message": message}]) from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (aware - _BEGINNING) // timedelta(microseconds=1)
