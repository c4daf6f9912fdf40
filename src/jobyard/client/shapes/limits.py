"""Shapes of limits: how much one owner, queue or kind may hold, and how much of it is used."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Subject = Literal["owner", "queue", "kind"]
"""Whose limit it is."""


class Limit(Struct, frozen=True, kw_only=True):
    """A limit."""

    subject: Subject
    name: str
    """The owner's, queue's or kind's name, or `*` for each that has no limit of its own."""
    queued: int | None
    """Jobs that may wait in line; None for no limit."""
    running: int | None
    """Jobs that workers may run side by side; None for no limit."""
    stored: int | None
    """Bytes of result files; None for no limit."""
    set_by: str
    set_at: datetime


class Used(Struct, frozen=True, kw_only=True):
    """How much of a limit is used."""

    used: int
    """As far as it was counted: at least up to the limit."""
    limit: int


class LimitUse(Struct, frozen=True, kw_only=True):
    """What bounds you, and how much of it is used. Queues and kinds are used by everybody."""

    subject: Subject
    name: str
    queued: Used | None
    """None where nothing bounds it."""
    running: Used | None
    stored: Used | None
