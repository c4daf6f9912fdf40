"""Times: theirs are ISO 8601 in UTC with microseconds, ours microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND, _MILLISECOND = 1_000_000, 1_000


def told(at: int | None) -> str | None:
    """Return a time as they write it; None for none."""
    return None if at is None else written(at)


def written(at: int) -> str:
    """Return a time as they write it."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds")


def read(text: str) -> int | None:
    """Return a time as they write it, or as seconds or milliseconds since 1970; None for what is no time."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return _dated(text)
    if not 0 <= number < 1e14:
        return None
    return int(number * (_MILLISECOND if number > 1e11 else _SECOND))


def of_milliseconds(at: float | None, now: int) -> int:
    """Return a time in milliseconds as one of ours; now for none and for nonsense."""
    if at is None or not 0 <= at < 1e14:
        return now
    return int(at * _MILLISECOND)


def milliseconds(at: float) -> int:
    """Return a time of ours in milliseconds."""
    return int(at // _MILLISECOND)


def _dated(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return (found - _EPOCH) // timedelta(microseconds=1)
