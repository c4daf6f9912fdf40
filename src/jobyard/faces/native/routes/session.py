"""Signing in and out."""

from __future__ import annotations

from litestar import Response, delete, get, post
from litestar.params import JSONBody

from jobyard.faces.native import login, words
from jobyard.faces.native.gate import FOR_DESK, PUBLIC
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.wire import SessionOut, SignIn
from jobyard.job.errors import Conflict
from jobyard.people.record import KeyScope, User


@post("/session", operation_id="signIn", opt={PUBLIC: True})
async def sign_in(request: Ask, data: JSONBody[SignIn]) -> Response[SessionOut]:
    """Sign in with name and password; the session comes as a cookie."""
    user, token = await request.engine.people.sign_in(data.user, data.password, request.address)
    seconds = int(request.house.settings.session_days * 86_400)
    cookie = login.cookie_header(token, seconds=seconds, secure=_secure(request))
    return Response(await _session(request, user, KeyScope.FULL), headers={"Set-Cookie": cookie})


@get("/session", operation_id="getSession", opt={FOR_DESK: True})
async def get_session(request: Ask) -> SessionOut:
    """Return who you are, what your key is good for, and where the feed stands."""
    user = await request.engine.people.user(request.user, request.user.name)
    return await _session(request, user, request.user.scope)


@delete("/session", operation_id="signOut", opt={FOR_DESK: True})
async def sign_out(request: Ask) -> Response[None]:
    """End the session you came with."""
    if not request.auth.session:
        raise Conflict(reason="This request came with a key, not with a session; revoke the key instead.")
    await request.engine.people.sign_out(request.user)
    cookie = login.cookie_header("", seconds=0, secure=_secure(request))
    return Response(None, status_code=204, headers={"Set-Cookie": cookie})


async def _session(request: Ask, user: User, scope: KeyScope) -> SessionOut:
    return SessionOut(
        user=words.user_out(user),
        scope=scope.value,
        version=request.house.version,
        last_event=await request.engine.feed.end(),
    )


def _secure(request: Ask) -> bool:
    return request.scope["scheme"] == "https" or request.house.settings.public_url.lower().startswith("https:")


HANDLERS = (sign_in, get_session, sign_out)
