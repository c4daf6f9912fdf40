"""Why a job waits, for people: one sentence that also says when it likely starts, and a few words for a list."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from jobyard.cli import showing

if TYPE_CHECKING:
    from datetime import datetime

    from jobyard.client.shapes import Waiting

_START: Mapping[str, str] = MappingProxyType(
    {
        "client": "it starts when its client says so",
        "needs": "it starts after that",
        "paused": "it starts after somebody resumes the queue",
        "unserved": "it starts after a worker comes that serves the queue",
        "unable": "it starts after a worker comes that can do it",
        "owner_limit": "it starts after one of them has ended",
        "queue_limit": "it starts after one of them has ended",
        "kind_limit": "it starts after one of them has ended",
        "busy": "nobody can say yet when it starts",
    }
)
"""When a job starts, by what it waits for, where no time is known."""
_FEW: Mapping[str, str] = MappingProxyType(
    {
        "client": "its client",
        "needs": "other jobs",
        "due": "its time",
        "back_off": "a pause",
        "paused": "a paused queue",
        "unserved": "any worker",
        "unable": "an able worker",
        "owner_limit": "its owner's limit",
        "queue_limit": "its queue's limit",
        "kind_limit": "its kind's limit",
        "busy": "a free worker",
        "next": "nothing",
    }
)


def sentence(waiting: Waiting, now: datetime) -> str:
    """Return why a job waits and when it likely starts, as one sentence without a full stop."""
    why = waiting.sentence.removesuffix(".")
    if waiting.cause == "next":
        return why
    if waiting.until is not None:
        left = about((waiting.until - now).total_seconds())
        return f"{why}; it starts {left} at the earliest ({showing.when(waiting.until)})"
    if waiting.starts_at is not None:
        return f"{why}; likely starts {about((waiting.starts_at - now).total_seconds())}"
    when = _START.get(waiting.cause, "")
    return f"{why}; {when}" if when else why


def few_words(waiting: Waiting | None) -> str:
    """Return what a job waits for in two or three words; empty for one that does not wait."""
    if waiting is None:
        return ""
    if waiting.cause == "busy" and waiting.ahead:
        return f"{waiting.ahead:,}{'+' if waiting.more else ''} before it"
    return _FEW.get(waiting.cause, waiting.cause.replace("_", " "))


def about(seconds: float) -> str:
    """Return how far off something is, as rough as people say it."""
    if seconds < 5:
        return "in a moment"
    if seconds < 90:
        return f"in about {round(seconds / 5) * 5} s"
    if seconds < 90 * 60:
        return f"in about {round(seconds / 60)} min"
    if seconds < 36 * 3600:
        return f"in about {round(seconds / 3600)} h"
    return f"in about {round(seconds / 86_400)} days"
