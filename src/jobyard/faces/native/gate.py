"""What a request must be before anyone reads it: meant for this house, whole in time, known, and not another site's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from jobyard.faces.native import login
from jobyard.faces.native.faults import request_id
from jobyard.faces.native.surroundings import Surroundings
from jobyard.faces.native.taking import ASKED
from jobyard.job.errors import Invalid, JobNotFound, NotFound, Refused
from jobyard.job.ids import is_id
from jobyard.people.record import KeyScope
from jobyard.settings import Settings

PUBLIC = "public"
"""The route option of what needs no login."""
FOR_DESK = "for_desk"
"""The route option of what a worker's key may ask."""
STALL = 60.0
"""Seconds a sender or a reader may stand still in the middle of a body before the connection is given up."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = b"jobyard"


class Doorplate:
    """Turns away requests that name another host, so that no foreign name can be made to point here.

    And those whose path has a separator in disguise: no name of ours holds one, and an address has one meaning.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        public = urlsplit(settings.public_url).hostname or ""
        self._names = _LOOPBACK | {_name(settings.host), _name(public)} - {""}
        self._any = settings.expose

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in or raise 421 or 404."""
        if scope["type"] == ScopeType.HTTP and not self._any:
            hosts = [value for name, value in scope["headers"] if name == b"host"]
            if len(hosts) != 1 or _host(hosts[0]) not in self._names:
                raise HTTPException(status_code=421, detail="This server is not known by that name.")
        if b"%2f" in scope["raw_path"].lower():
            raise NotFound(what="page", name="at this address")
        await self._app(scope, receive, send)


class Gate:
    """Stands before every route of this face."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in with `user` and `auth` set, or raise."""
        if scope["type"] != ScopeType.HTTP:
            return
        headers = dict(scope["headers"])
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise HTTPException(status_code=415, detail="Bodies are taken as they are, not compressed.")
        if not scope["path"].isprintable() and any(category(letter) == "Cc" for letter in scope["path"]):
            raise NotFound(what="page", name="at this address")
        _check_ids(scope["path_params"])
        options = scope["route_handler"].opt
        if not options.get(PUBLIC):
            await self._know(scope, headers, options)
        elif scope["method"] not in _SAFE:
            _refuse_foreign(scope, headers)
        if scope["query_string"] and ASKED not in options:
            raise Invalid(reason="This address takes no query parameters.")
        await self._app(scope, _patient_receive(receive), _patient_send(send))

    async def _know(self, scope: Any, headers: Mapping[bytes, bytes], options: Mapping[str, Any]) -> None:
        came = login.came(headers)
        house: Surroundings = scope["litestar_app"].state["surroundings"]
        actor = await login.actor(house.engine.people, came)
        if came.by_cookie:
            _refuse_foreign(scope, headers)
            if scope["method"] not in _SAFE and headers.get(b"x-requested-with", b"").lower() != _OURS:
                raise HTTPException(status_code=403, detail="A signed-in browser must send X-Requested-With: jobyard.")
        if actor.scope is KeyScope.DESK and not options.get(FOR_DESK):
            raise Refused(verb="do this with a worker's key")
        scope["user"], scope["auth"] = actor, came


async def stamp(message: Message, scope: Scope) -> None:
    """Put on every answer of the app what all of them carry, where the route has not said otherwise."""
    if message["type"] != "http.response.start":
        return
    headers = list(message.get("headers", ()))
    there = {name.lower() for name, _ in headers}
    for name, value in _STAMP:
        if name not in there:
            headers.append((name, value))
    headers.append((b"x-request-id", request_id(scope).encode("ascii")))
    message["headers"] = headers


_STAMP = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


def _patient_receive(receive: Receive) -> Receive:
    whole = False

    async def received() -> Any:
        nonlocal whole
        if whole:  # from here on only the end of the connection is waited for
            return await receive()
        try:
            async with asyncio.timeout(STALL):
                message = await receive()
        except TimeoutError:
            raise HTTPException(status_code=408, detail="The body did not arrive in time.") from None
        if message["type"] == "http.disconnect":
            raise HTTPException(status_code=400, detail="The body was cut off.")
        whole = not message.get("more_body", False)
        return message

    return received


def _patient_send(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if not message.get("more_body", False):  # the last piece waits for nobody
            await send(message)
            return
        async with asyncio.timeout(STALL):
            await send(message)

    return sent


def _refuse_foreign(scope: Any, headers: Mapping[bytes, bytes]) -> None:
    """Refuse what another site's page makes a browser send: it names the page's origin, or says cross-site."""
    house: Surroundings = scope["litestar_app"].state["surroundings"]
    origin = headers.get(b"origin")
    named = origin is not None and not _own(origin, headers.get(b"host", b""), house.settings.public_url)
    # Following a link from another place is no attack: nothing changes, and the other page sees no answer.
    walked = scope["method"] in _SAFE and headers.get(b"sec-fetch-mode") == b"navigate"
    sent = headers.get(b"sec-fetch-site", b"none") not in {b"same-origin", b"none"}
    if named or (sent and not walked):
        raise HTTPException(status_code=403, detail="This request was made by the page of another site.")


def _own(origin: bytes, host: bytes, public_url: str) -> bool:
    scheme, _, place = origin.lower().partition(b"://")
    public = urlsplit(public_url.lower())
    same = place == host.lower() or place.decode("latin-1") == public.netloc
    return same and scheme in {b"http", b"https"} and place != b""


def _check_ids(parameters: Mapping[str, Any]) -> None:
    for name, value in parameters.items():
        if name.endswith("_id") and not is_id(str(value)):
            what = name.removesuffix("_id")
            raise JobNotFound(id=value) if what == "job" else NotFound(what=what, name=value)


def _host(header: bytes) -> str:
    """Return the name in a Host header, without its port; empty for what is none."""
    text = header.decode("latin-1").lower()
    name, bracket, rest = text.partition("]") if text.startswith("[") else text.partition(":")
    port = rest.removeprefix(":") if bracket == "]" else rest
    return name + bracket.strip(":") if not port or port.isdecimal() else ""


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()
