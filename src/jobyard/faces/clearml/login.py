"""Who comes: with a pair of keys, a name and a password, a token of the house, or one that was given out here.

What is given here is a JSON web token, because clients read in its claims which version of the protocol is spoken. It
names the key it was given for and is void with it.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from jobyard.access.tokens import ACCESS_PREFIX, SESSION_PREFIX, TOKEN_PREFIX, fingerprint
from jobyard.engine.people import People
from jobyard.faces.clearml.refusals import Missing, WrongPair, WrongScheme, WrongToken
from jobyard.faces.clearml.surroundings import NEWEST, SERVER
from jobyard.faces.clearml.wire import COMPANY
from jobyard.job.clock import SECOND, Clock
from jobyard.job.errors import Unauthenticated
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, Key, KeyScope

COOKIE = "clearml_token_basic"
DAY = 86_400
LONGEST, USUAL = 365 * DAY, 30 * DAY
FACE = "clearml"
_ALGORITHM = "HS256"
_LENGTH = 4_096
_REMEMBERED = 2_000


class Comer(Struct, frozen=True):
    """Who comes, and with which key; None for a password."""

    actor: Actor
    key: Key | None


class Login:
    """Knows senders by their headers, and gives out tokens."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._secret = people.secret("tokens of the ClearML face")
        self._verified: OrderedDict[str, tuple[str, int]] = OrderedDict()
        """Tokens whose signature was verified: the key they name, and when they end."""

    async def comer(self, headers: Mapping[bytes, bytes], address: str) -> Comer:
        """Return who comes. A header wins over the cookie. Raises an Unauthenticated that says why nobody does."""
        told = headers.get(b"authorization", b"").decode("latin-1")
        if not told:
            token = _cookie(headers)
            if not token or headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}:
                raise Missing
            return await self.by_token(token)
        if len(told) > _LENGTH:
            raise WrongToken(reason="too long")
        scheme, _, rest = told.partition(" ")
        match scheme.lower():
            case "basic":
                return await self._by_pair(rest.strip(), address)
            case "bearer":
                return await self.by_token(rest.strip())
        raise WrongScheme

    def token(self, comer: Comer, access: str, seconds: int | None) -> str:
        """Return a token for whoever came with the key of this `access` field."""
        import jwt

        now = self._clock.now() // SECOND
        life = min(max(seconds or USUAL, 60), LONGEST)
        ends = now + life
        if comer.key is not None and comer.key.expires_at is not None:
            ends = min(ends, comer.key.expires_at // SECOND)
        actor = comer.actor
        claims: dict[str, Any] = {
            "exp": ends,
            "iat": now,
            "session_id": new_id(),
            "auth_type": "Bearer",
            "env": "",
            "key": access,
            "identity": {
                "user": actor.name,
                "company": COMPANY,
                "role": actor.role.value,
                "user_name": actor.name,
                "company_name": COMPANY,
            },
            "api_version": f"{NEWEST[0]}.{NEWEST[1]}",
            "server_version": SERVER,
            "server_build": SERVER,
            "feature_set": "basic",
        }
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    async def access(self, comer: Comer, headers: Mapping[bytes, bytes], address: str) -> tuple[str, Comer]:
        """Return the `access` field for which a token may be given; a password begins a session. Raises WrongPair."""
        if comer.key is not None:
            return comer.key.access, comer
        name, secret = _pair(headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2])
        _, session = await self._people.sign_in(name, secret, address, FACE)
        key, actor = await self._people.standing(session)
        return key.access, Comer(actor, key)

    async def _by_pair(self, encoded: str, address: str) -> Comer:
        name, secret = _pair(encoded)
        try:
            if secret.startswith((TOKEN_PREFIX, SESSION_PREFIX)):
                key, actor = await self._people.keyed(fingerprint(secret))
                if name != actor.name:
                    raise WrongPair
                return _person(key, actor)
            if name.startswith(ACCESS_PREFIX):
                await self._people.paired(name, secret)
                return _person(*await self._people.keyed(name))
            return Comer(await self._people.proved(name, secret, address), None)
        except Unauthenticated:
            raise WrongPair from None

    async def by_token(self, token: str) -> Comer:
        """Return whose a token is. Raises WrongToken."""
        access = fingerprint(token) if token.startswith((TOKEN_PREFIX, SESSION_PREFIX)) else self._named(token)
        try:
            return _person(*await self._people.keyed(access))
        except Unauthenticated:
            raise WrongToken(reason="the key it was given for is void") from None

    def _named(self, token: str) -> str:
        """Return the key that a token of ours names. Raises WrongToken."""
        import jwt

        now = self._clock.now() // SECOND
        known = self._verified.get(token)
        if known is not None and known[1] > now:
            return known[0]
        try:
            options: Any = {"require": ["exp", "key"], "verify_exp": False, "verify_iat": False}
            claims = jwt.decode(token, self._secret, algorithms=[_ALGORITHM], options=options)
            access, ends = claims["key"], claims["exp"]
        except (jwt.PyJWTError, ValueError) as error:
            raise WrongToken(reason=str(error)) from None
        if not isinstance(access, str) or not isinstance(ends, int) or ends <= now:
            raise WrongToken(reason="Signature has expired")
        self._verified[token] = (access, ends)
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)
        return access


def _person(key: Key, actor: Actor) -> Comer:
    if actor.scope is KeyScope.DESK:
        raise WrongPair
    return Comer(actor, key)


def _pair(encoded: str) -> tuple[str, str]:
    try:
        name, colon, secret = b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        raise WrongPair from None
    if not colon or not name or not secret or not name.isprintable():
        raise WrongPair
    return name, secret


def _cookie(headers: Mapping[bytes, bytes]) -> str:
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name == COOKIE:
            return value.strip('"')
    return ""
