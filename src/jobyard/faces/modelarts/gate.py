"""What a request must be before a route of this face reads it: uncompressed, known, and in a project of its sender."""

from __future__ import annotations

from typing import Any
from unicodedata import category

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from jobyard.faces.modelarts import login
from jobyard.faces.modelarts.login import Login
from jobyard.faces.modelarts.signature import Asked
from jobyard.faces.modelarts.surroundings import Surroundings

PUBLIC = "public"
"""The route option of what needs no login."""


class Gate:
    """Stands before every route of this face."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in with `user` and `auth` set, or raise."""
        if scope["type"] != ScopeType.HTTP:
            return
        headers = list(scope["headers"])
        if login.header(headers, b"content-encoding").lower() not in {"", "identity"}:
            raise HTTPException(status_code=415, detail="Bodies are taken as they are, not compressed.")
        if any(category(letter) == "Cc" for letter in scope["path"]):
            raise HTTPException(status_code=404)
        if not scope["route_handler"].opt.get(PUBLIC):
            receive = await _know(scope, receive)
        await self._app(scope, receive, send)


async def _know(scope: Any, receive: Receive) -> Receive:
    """Set who sends the request and where they work; return who gives out its body, which a signature covers."""
    house: Surroundings = scope["litestar_app"].state["modelarts"]
    known: Login = scope["litestar_app"].state["login"]
    headers = scope["headers"]
    if login.header(headers, b"authorization"):
        body = await _whole(receive)
        asked = Asked(scope["method"], scope["raw_path"], scope["query_string"], headers, body)
        scope["user"] = await known.by_signature(asked, scope["client"][0] if scope["client"] else "")
        receive = _again(body, receive)
    else:
        scope["user"] = await known.by_token(headers)
    project = scope["path_params"].get("project_id")
    scope["auth"] = None if project is None else await login.place(house.engine, scope["user"], project)
    return receive


async def _whole(receive: Receive) -> bytes:
    pieces, more = list[bytes](), True
    while more:
        message: Any = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return who gives out a body that was read already, and then whatever else comes."""
    given = False

    async def received() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
