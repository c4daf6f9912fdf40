"""Who comes: the two cookies of a login, `Token`, `Bearer` or HTTP Basic."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Mapping

from msgspec import Struct

from jobyard.access.tokens import SESSION_PREFIX, TOKEN_PREFIX
from jobyard.engine.people import People
from jobyard.job.errors import Unauthenticated
from jobyard.people.record import Actor

SESSION = "sessionid"
CSRF = "csrftoken"
CSRF_HEADER = b"x-csrftoken"
_LONGEST = 512


class Came(Struct, frozen=True, kw_only=True):
    """What a request came with to prove who sends it."""

    name: str = ""
    """The user's name, where one was said."""
    secret: str
    by_cookie: bool = False
    """The browser may have sent it by itself, so the request may be another site's doing."""

    @property
    def session(self) -> bool:
        """Whether it is a signed-in session, which can be signed out of."""
        return self.secret.startswith(SESSION_PREFIX)


def came(headers: Mapping[bytes, bytes]) -> Came:
    """Return what a request's headers prove it with. A header wins over the cookies. Raises Unauthenticated."""
    authorization = headers.get(b"authorization", b"")
    if authorization:
        scheme, _, rest = authorization.decode("latin-1").partition(" ")
        if scheme.lower() in {"bearer", "token"}:
            return Came(secret=_secret(rest.strip()))
        if scheme.lower() == "basic":
            return _basic(rest.strip())
        raise Unauthenticated
    session = cookies(headers.get(b"cookie", b"")).get(SESSION, "")
    # Only a session may come by itself; a token in a cookie would be one that any page could make the browser send.
    if not session.startswith(SESSION_PREFIX):
        raise Unauthenticated
    return Came(secret=_secret(session), by_cookie=True)


async def actor(people: People, came_: Came, address: str) -> Actor:
    """Return who it is. Raises Unauthenticated, in the same words whatever was wrong, and TooMuch."""
    if came_.name and not came_.secret.startswith((SESSION_PREFIX, TOKEN_PREFIX)):
        return await people.proved(came_.name, came_.secret, address)
    found = await people.actor(came_.secret)
    if came_.name and came_.name != found.name:
        raise Unauthenticated
    return found


def csrf_token(session: str) -> str:
    """Return the word that a page must repeat to show that it can read this session's cookies."""
    return hashlib.sha256(f"csrf {session}".encode()).hexdigest()


def repeats(session: str, header: bytes) -> bool:
    """Tell whether a header repeats the session's word."""
    return hmac.compare_digest(csrf_token(session).encode("ascii"), header)


def cookie_headers(session: str, *, seconds: int, secure: bool) -> list[tuple[str, str]]:
    """Return the Set-Cookie headers of a login, in the order that the client can parse; no seconds takes them away.

    The client joins both headers by a comma and reads them as one: it finds nothing behind a cookie that ends in a
    word without a value, so each ends in `SameSite=Lax`, and the one that needs such words comes last.
    """
    life = f"Max-Age={max(0, seconds)}; Path=/; SameSite=Lax"
    csrf = csrf_token(session) if session else ""
    words = "Secure; HttpOnly" if secure else "HttpOnly"
    return [
        ("Set-Cookie", f"{CSRF}={csrf}; {life}"),
        ("Set-Cookie", f"{SESSION}={session}; {words}; {life}"),
    ]


def cookies(header: bytes) -> dict[str, str]:
    """Return the cookies of a request; of several of one name the first."""
    found: dict[str, str] = {}
    for part in header.decode("latin-1").split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            found.setdefault(name, value.strip('"'))
    return found


def _basic(encoded: str) -> Came:
    try:
        name, colon, secret = b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        raise Unauthenticated from None
    if not colon or not name or len(name) > _LONGEST:
        raise Unauthenticated
    return Came(name=name, secret=_secret(secret))


def _secret(text: str) -> str:
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise Unauthenticated
    return text
