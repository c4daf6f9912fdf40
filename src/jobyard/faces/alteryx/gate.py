"""What a request must be before a route of this face reads it: uncompressed, readable and known."""

from __future__ import annotations

from typing import Any
from unicodedata import category
from urllib.parse import parse_qsl

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from jobyard.faces.alteryx.login import Login
from jobyard.job.errors import Invalid

PUBLIC = "public"
"""The route option of what needs no login."""
_ASKED = 100
"""The most query parameters of a request."""


class Gate:
    """Stands before every route of this face."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in with `user` and its query parameters set, or raise."""
        if scope["type"] != ScopeType.HTTP:
            return
        headers = dict(scope["headers"])
        if headers.get(b"content-encoding", b"identity").lower() not in {b"identity", b""}:
            raise HTTPException(status_code=415, detail="Bodies are taken as they are, not compressed.")
        if any(category(letter) == "Cc" for letter in scope["path"]):
            raise HTTPException(status_code=404)
        if not scope["route_handler"].opt.get(PUBLIC):
            await _know(scope, headers)
        scope["state"]["asked"] = _asked(scope["query_string"])
        await self._app(scope, receive, send)


async def _know(scope: Any, headers: dict[bytes, bytes]) -> None:
    login: Login = scope["litestar_app"].state["login"]
    scope["user"] = await login.actor(headers.get(b"authorization", b"").decode("latin-1"))
    scope["auth"] = None


def _asked(query: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_ASKED, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise Invalid(reason="The query parameters cannot be read.") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), []).append(value)
    return found
