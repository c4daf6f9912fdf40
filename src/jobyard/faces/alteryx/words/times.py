"""Times as the protocol writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid

_MILLISECOND = SECOND // 1_000


def time(at: int) -> str:
    """Return a time with milliseconds, in UTC."""
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % SECOND // _MILLISECOND:03}Z"


def optional_time(at: int | None) -> str | None:
    """Return the same where there is a time."""
    return None if at is None else time(at)


def duration(microseconds: int) -> str:
    """Return a duration as hours, minutes and seconds."""
    seconds, rest = divmod(max(0, microseconds), SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest // _MILLISECOND:03}"


def moment(name: str, text: str, otherwise: int) -> int:
    """Return the time that a parameter says, in UTC where no zone is said. Raises Invalid naming the parameter."""
    if not text.strip():
        return otherwise
    try:
        found = datetime.fromisoformat(text.strip())
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * SECOND)
    except (ValueError, OverflowError):
        message = f"The value {text[:50]!r} is no date and time such as 2026-01-31T08:00:00Z."
        raise Invalid(reason="The request is invalid.", fields=[{"path": name, "message": message}]) from None
