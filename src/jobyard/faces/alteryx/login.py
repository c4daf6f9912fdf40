"""Who comes: with a pair of keys for a token, and then with the token.

What is given here is a JSON web token. It names the key it was given for, and is void with it. A token of the house
that somebody made by hand is as good.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

from jobyard.access.tokens import SESSION_PREFIX, TOKEN_PREFIX, fingerprint
from jobyard.engine.people import People
from jobyard.faces.alteryx.refusals import NoToken, WrongKeys, WrongToken
from jobyard.job.clock import SECOND, Clock
from jobyard.job.errors import Refused, Unauthenticated
from jobyard.people.record import Actor, KeyScope

LIFE = 3_600
"""Seconds that a token is good for. Some clients never renew theirs, others do 300 seconds before."""
_ALGORITHM = "HS256"
_LONGEST = 4_096


class Login:
    """Knows senders by their headers, and gives out tokens."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._secret = people.secret("tokens of the Alteryx face")

    def pair(self, authorization: str, access: str, secret: str) -> tuple[str, str]:
        """Return the pair of keys that a request for a token came with; the header wins. Raises WrongKeys."""
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                access, _, secret = b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")
            except ValueError:
                raise WrongKeys from None
            access, secret = unquote_plus(access), unquote_plus(secret)
        if not access or not secret or len(access + secret) > _LONGEST or not (access + secret).isprintable():
            raise WrongKeys
        return access, secret

    async def token(self, access: str, secret: str) -> str:
        """Return a token for a pair of keys. Raises WrongKeys, or Refused for a worker's."""
        import jwt

        try:
            _person(await self._people.paired(access, secret))
            key, _ = await self._people.keyed(access)
        except Unauthenticated:
            raise WrongKeys from None
        now = self._clock.now() // SECOND
        ends = now + LIFE if key.expires_at is None else min(now + LIFE, key.expires_at // SECOND)
        return jwt.encode({"key": access, "iat": now, "exp": ends}, self._secret, algorithm=_ALGORITHM)

    async def actor(self, authorization: str) -> Actor:
        """Return who comes with this header. Raises NoToken, WrongToken, or Refused for a worker's key."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise NoToken
        if len(token) > _LONGEST or not token.isascii():
            raise WrongToken(reason="it is too long, or no token at all")
        access = fingerprint(token) if token.startswith((TOKEN_PREFIX, SESSION_PREFIX)) else self._named(token)
        try:
            _, actor = await self._people.keyed(access)
        except Unauthenticated:
            raise WrongToken(reason="the key it was given for is void") from None
        return _person(actor)

    def _named(self, token: str) -> str:
        """Return the key that a token of ours names. Raises WrongToken."""
        import jwt

        options: Any = {"require": ["exp", "key"], "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._secret, algorithms=[_ALGORITHM], options=options)
            access, ends = claims["key"], claims["exp"]
        except (jwt.PyJWTError, ValueError):
            raise WrongToken(reason="it was not made by this house") from None
        if not isinstance(access, str) or not isinstance(ends, int):
            raise WrongToken(reason="it was not made by this house")
        if ends <= self._clock.now() // SECOND:
            raise WrongToken(reason="its time is over; ask for a new one")
        return access


def _person(actor: Actor) -> Actor:
    if actor.scope is KeyScope.DESK:
        raise Refused(verb="do this with a worker's key")
    return actor
