"""What a request must be before a route of this face reads it: known, not another site's, and of one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from jobyard.access.origins import own
from jobyard.faces.cvat import login
from jobyard.faces.cvat.space import Space, Where
from jobyard.faces.cvat.surroundings import ORGANIZATIONS, Surroundings
from jobyard.faces.cvat.words.accounts import slug_of
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.people.record import Actor, KeyScope

PUBLIC = "public"
"""The route option of what needs no login."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LARGEST = 2**31 - 1
_DESCRIPTION = msgspec.json.encode({"name": "Jobyard", "renders": ["application/json"], "parses": ["application/json"]})
_ASKED = 100
"""The most query parameters of a request."""


class Gate:
    """Stands before every route of this face."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in with `user`, `auth` and its space set, or raise."""
        if scope["type"] != ScopeType.HTTP:
            return
        headers = dict(scope["headers"])
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise HTTPException(status_code=415, detail="Bodies are taken as they are, not compressed.")
        for name, value in scope["path_params"].items():
            if name == "number":
                _check_number(value)
        scope["state"]["asked"] = _asked(scope["query_string"])
        if not scope["route_handler"].opt.get(PUBLIC):
            await self._know(scope, headers)
        elif scope["method"] not in _SAFE:
            _refuse_foreign(scope, headers)
        await self._app(scope, receive, _described(send, scope) if scope["method"] == "OPTIONS" else send)

    async def _know(self, scope: Any, headers: Mapping[bytes, bytes]) -> None:
        came = login.came(headers)
        house: Surroundings = scope["litestar_app"].state["surroundings"]
        client = scope.get("client")
        actor = await login.actor(house.engine.people, came, client[0] if client else "")
        if came.by_cookie and scope["method"] not in _SAFE:
            _refuse_foreign(scope, headers)
            if not login.repeats(came.secret, headers.get(login.CSRF_HEADER, b"")):
                raise HTTPException(
                    status_code=403, detail="CSRF Failed: X-CSRFToken must repeat the csrftoken cookie."
                )
        if actor.scope is KeyScope.DESK:
            raise Refused(verb="do this with a worker's key")
        scope["user"], scope["auth"] = actor, came
        scope["state"]["space"] = await _space(house, actor, headers, scope["state"]["asked"])


def _described(send: Send, scope: Any) -> Send:
    """Return what sends the answer to OPTIONS with the protocol's status and a description as its body."""
    place = scope["path_template"]
    methods = {name for one in scope["litestar_app"].routes if one.path_format == place for name in one.methods}
    allow = ", ".join(sorted(methods)).encode()

    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] == 204:
            length = str(len(_DESCRIPTION)).encode()
            told = [(b"allow", allow), (b"content-type", b"application/json"), (b"content-length", length)]
            message = {**message, "status": 200, "headers": told}
        elif message["type"] == "http.response.body":
            message = {**message, "body": _DESCRIPTION}
        await send(message)

    return sent


def _check_number(value: Any) -> None:
    if not (value.isascii() and value.isdecimal() and int(value[:11]) <= _LARGEST):
        raise NotFound(what="thing", name="of that number")


def _asked(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_ASKED, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise Invalid(reason="The query parameters cannot be read.") from None
    return dict(pairs)


async def _space(house: Surroundings, actor: Actor, headers: Mapping[bytes, bytes], asked: Mapping[str, str]) -> Space:
    """Return what is said of organizations: a slug in a header or `org`, or a number in `org_id`. Raises NotFound."""
    named = headers.get(b"x-organization")
    slug = named.decode("utf-8", "replace") if named is not None else asked.get("org")
    number = asked.get("org_id")
    if slug is None and number == "":
        slug = ""
    if number:
        whole = int(number) if number.isascii() and number.isdecimal() and len(number) <= 10 else 0
        slug = await house.engine.numbers.named(ORGANIZATIONS, whole) or "?"  # the project's id
    if slug is None:
        return Space()
    if not slug:
        return Space(where=Where.PRIVATE)
    for project, _ in await house.engine.projects.seen(actor):
        if slug in {project.name, project.id} or slug == await _slug(house, project.id, project.name):
            return Space(where=Where.INSIDE, project=project.id)
    unseen = False
    for id_, name in (await house.engine.projects.names()).items():
        unseen = unseen or slug in {name, id_} or slug == await _slug(house, id_, name)
    raise NotFound(what="organization", name=(number or slug)[:100], unseen=unseen)


async def _slug(house: Surroundings, id_: str, name: str) -> str:
    return slug_of(name, await house.engine.numbers.one(ORGANIZATIONS, id_))


def _refuse_foreign(scope: Any, headers: Mapping[bytes, bytes]) -> None:
    """Refuse what another site's page makes a browser send: it names the page's origin, or says cross-site."""
    house: Surroundings = scope["litestar_app"].state["surroundings"]
    origin = headers.get(b"origin")
    named = origin is not None and not own(origin, headers.get(b"host", b""), house.settings.public_url)
    if named or headers.get(b"sec-fetch-site", b"none") not in {b"same-origin", b"none"}:
        raise HTTPException(status_code=403, detail="This request was made by the page of another site.")
