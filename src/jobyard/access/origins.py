"""Whose page made a browser send a request."""

from __future__ import annotations

from urllib.parse import urlsplit


def own(origin: bytes, host: bytes, public_url: str) -> bool:
    """Tell whether an Origin header names this house, by the Host it was asked at or by its public address."""
    scheme, _, place = origin.lower().partition(b"://")
    public = urlsplit(public_url.lower())
    same = place == host.lower() or place.decode("latin-1") == public.netloc
    return same and scheme in {b"http", b"https"} and place != b""
