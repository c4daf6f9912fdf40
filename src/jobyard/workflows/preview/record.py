"""What a preview shows."""

from __future__ import annotations

from msgspec import Struct


class Preview(Struct, frozen=True, kw_only=True):
    """The first records of a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    more: bool
    """Whether there are further records or columns."""
