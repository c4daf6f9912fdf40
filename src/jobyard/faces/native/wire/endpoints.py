"""Shapes of endpoints: where buckets are that may be sources."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from jobyard.faces.native.wire.words import Time

Text = Annotated[str, Meta(max_length=200)]


class EndpointIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """An endpoint as it shall be."""

    url: Annotated[str, Meta(min_length=1, max_length=500)]
    """`https://` or `http://`, a host, and a port where it needs one."""
    allowed: Annotated[list[Annotated[str, Meta(min_length=1, max_length=1100)]], Meta(min_length=1, max_length=100)]
    """Buckets and folders in them that may be sources: `bucket`, `bucket/folder`."""
    region: Annotated[str, Meta(min_length=1, max_length=200)] = "us-east-1"
    host_style: bool = False
    """The bucket is named in the host, and not in the path."""
    access: Text = ""
    """The access key; empty where anybody may read."""
    secret: Text | None = None
    """The secret key; null keeps the one that is there, as long as the access key and the address stay the same."""


class EndpointOut(Struct, kw_only=True):
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
    set_at: Time


class TrialOut(Struct, kw_only=True):
    """How a listing of one allowed place went."""

    place: str
    trouble: str
    """One sentence; empty where it went well."""
    code: str
    """The stable name of the trouble; empty where it went well."""
