"""What a request must be before a route of this face reads it: known, and not another site's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import category

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from jobyard.access.origins import own
from jobyard.faces.native import login
from jobyard.faces.native.surroundings import Surroundings
from jobyard.faces.native.taking import ASKED
from jobyard.job.errors import Invalid, JobNotFound, NotFound, Refused
from jobyard.job.ids import is_id
from jobyard.people.record import KeyScope

PUBLIC = "public"
"""The route option of what needs no login."""
FOR_DESK = "for_desk"
"""The route option of what a worker's key may ask."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = b"jobyard"


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
        await self._app(scope, receive, send)

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


def _refuse_foreign(scope: Any, headers: Mapping[bytes, bytes]) -> None:
    """Refuse what another site's page makes a browser send: it names the page's origin, or says cross-site."""
    house: Surroundings = scope["litestar_app"].state["surroundings"]
    origin = headers.get(b"origin")
    named = origin is not None and not own(origin, headers.get(b"host", b""), house.settings.public_url)
    # Following a link from another place is no attack: nothing changes, and the other page sees no answer.
    walked = scope["method"] in _SAFE and headers.get(b"sec-fetch-mode") == b"navigate"
    sent = headers.get(b"sec-fetch-site", b"none") not in {b"same-origin", b"none"}
    if named or (sent and not walked):
        raise HTTPException(status_code=403, detail="This request was made by the page of another site.")


def _check_ids(parameters: Mapping[str, Any]) -> None:
    for name, value in parameters.items():
        if name.endswith("_id") and not is_id(str(value)):
            what = name.removesuffix("_id")
            raise JobNotFound(id=value) if what == "job" else NotFound(what=what, name=value)
