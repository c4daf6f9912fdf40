"""What went wrong, on the wire."""

from __future__ import annotations

from msgspec import Struct


class Problem(Struct, kw_only=True):
    """An error. Clients show the code, and people read the message."""

    error_code: str
    error_msg: str
    request_id: str
