"""Shapes of limits: how much one owner, queue or kind may hold, and how much of it is used."""

from __future__ import annotations

from msgspec import Struct

from jobyard.faces.native.wire.words import SubjectName, Time, Whole


class LimitIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be allowed; null for no limit. At least one of them is said."""

    queued: Whole | None = None
    """Jobs that may wait in line."""
    running: Whole | None = None
    """Jobs that workers may run side by side."""
    stored: Whole | None = None
    """Bytes of result files; only for owners."""


class LimitOut(Struct, kw_only=True):
    """A limit."""

    subject: SubjectName
    name: str
    """The owner's, queue's or kind's name, or `*` for each that has no limit of its own."""
    queued: int | None
    """Jobs that may wait in line; null for no limit."""
    running: int | None
    """Jobs that workers may run side by side; null for no limit."""
    stored: int | None
    """Bytes of result files; null for no limit."""
    set_by: str
    set_at: Time


class UsedOut(Struct, kw_only=True):
    """How much of a limit is used."""

    used: int
    """As far as it was counted: at least up to the limit."""
    limit: int


class LimitUse(Struct, kw_only=True):
    """What bounds the asker, and how much of it is used. Queues and kinds are used by everybody."""

    subject: SubjectName
    name: str
    queued: UsedOut | None
    """Null where nothing bounds it."""
    running: UsedOut | None
    stored: UsedOut | None
