"""The small words that the shapes are made of: names, ids, times, numbers within bounds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

# In Python `$` also matches before a last line feed; in JSON Schema it does not. With the look-ahead both say the same.
_END = r"$(?!\n)"

LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON takes exactly."""

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Slug = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*" + _END)]
UserName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*" + _END)]
Id = Annotated[str, Meta(min_length=32, max_length=32, pattern=r"^[0-9a-f]{32}" + _END)]
Time = Annotated[datetime, Meta(tz=True)]
"""RFC 3339 with its zone; answers are always in UTC."""
Whole = Annotated[int, Meta(ge=0, le=LARGEST)]
AttemptNumber = Annotated[int, Meta(ge=1, le=2_147_483_647)]

StateName = Literal["draft", "queued", "running", "succeeded", "failed", "cancelled"]
EventName = Literal[
    "submitted",
    "released",
    "withdrawn",
    "claimed",
    "started",
    "begun",
    "finished",
    "failed",
    "backed_off",
    "given_back",
    "cancel_asked",
    "cancelled",
    "retried",
    "kept",
    "expired",
    "edited",
    "met",
    "marked",
    "deleted",
    "refused",
]
RoleName = Literal["viewer", "member", "operator", "administrator"]
RightName = Literal["python"]
ScopeName = Literal["full", "read", "desk"]
OnFailureName = Literal["cancel", "run", "wait"]
ReasonName = Literal["error", "lost", "memory", "timeout", "signal", "unreadable", "needed"]
CauseName = Literal[
    "client",
    "needs",
    "due",
    "back_off",
    "paused",
    "unserved",
    "unable",
    "owner_limit",
    "queue_limit",
    "kind_limit",
    "busy",
    "next",
]
"""What a queued job waits for."""
SubjectName = Literal["owner", "queue", "kind"]
"""Whose limit it is."""
