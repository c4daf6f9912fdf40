"""Who comes: a Bearer token, HTTP Basic with a token or a key pair, or the page's session cookie."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping

from msgspec import Struct

from jobyard.access.tokens import ACCESS_PREFIX, SESSION_PREFIX
from jobyard.engine.people import People
from jobyard.job.errors import Unauthenticated
from jobyard.people.record import Actor

COOKIE = "jobyard_session"
_LONGEST = 512


class Came(Struct, frozen=True, kw_only=True):
    """What a request came with to prove who sends it."""

    name: str = ""
    """The user's name or the access key, where one was said."""
    secret: str
    by_cookie: bool = False
    """The browser sent it by itself, so the request may be another site's doing."""

    @property
    def session(self) -> bool:
        """Whether it is a signed-in session, which can be signed out of."""
        return self.secret.startswith(SESSION_PREFIX)


def came(headers: Mapping[bytes, bytes]) -> Came:
    """Return what a request's headers prove it with. A header wins over the cookie. Raises Unauthenticated."""
    authorization = headers.get(b"authorization", b"")
    if authorization:
        scheme, _, rest = _text(authorization).partition(" ")
        if scheme.lower() == "bearer":
            return Came(secret=_secret(rest.strip()))
        if scheme.lower() == "basic":
            return _basic(rest.strip())
        raise Unauthenticated
    return Came(secret=_secret(_cookie(headers.get(b"cookie", b""))), by_cookie=True)


async def actor(people: People, came_: Came) -> Actor:
    """Return who it is. Raises Unauthenticated, in the same words whatever was wrong."""
    if came_.name.startswith(ACCESS_PREFIX):
        return await people.paired(came_.name, came_.secret)
    found = await people.actor(came_.secret)
    if came_.name and came_.name != found.name:
        raise Unauthenticated
    return found


def cookie_header(token: str, *, seconds: int, secure: bool) -> str:
    """Return the Set-Cookie header of a session; no seconds left takes the cookie away."""
    parts = [f"{COOKIE}={token}", "Path=/", f"Max-Age={max(0, seconds)}", "HttpOnly", "SameSite=Strict"]
    return "; ".join([*parts, "Secure"] if secure else parts)


def _basic(encoded: str) -> Came:
    try:
        name, colon, secret = b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        raise Unauthenticated from None
    if not colon or not name or len(name) > _LONGEST:
        raise Unauthenticated
    return Came(name=name, secret=_secret(secret))


def _cookie(header: bytes) -> str:
    for part in _text(header).split(";"):
        name, _, value = part.strip().partition("=")
        # Only a session may come by itself; a key in a cookie would be one that any page could make the browser send.
        if name == COOKIE and value.startswith(SESSION_PREFIX):
            return value
    return ""


def _secret(text: str) -> str:
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise Unauthenticated
    return text


def _text(header: bytes) -> str:
    return header.decode("latin-1")
