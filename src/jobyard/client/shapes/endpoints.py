"""Shapes of endpoints: where buckets are that may be sources."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Endpoint(Struct, frozen=True, kw_only=True):
    """An endpoint. Its secret key is never shown."""

    name: str
    url: str
    allowed: list[str]
    """Buckets and folders in them that may be sources, each ending in a slash."""
    region: str
    host_style: bool
    access: str
    """The access key; empty where anybody may read."""
    set_by: str
    set_at: datetime


class Trial(Struct, frozen=True, kw_only=True):
    """How a listing of one allowed place went."""

    place: str
    trouble: str
    """One sentence; empty where it went well."""
    code: str
    """The stable name of the trouble; empty where it went well."""
