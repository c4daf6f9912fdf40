"""Who comes, with a token or with a signature, and into which project.

Everybody has a project of their own: its id is the user's id, its name the user's name, and in it lies what they own.
The house's shared projects stand beside it under their own ids.
"""

from __future__ import annotations

from msgspec import Struct

from jobyard.access import rules
from jobyard.engine.engine import Engine
from jobyard.engine.people import People
from jobyard.faces.modelarts.lockout import LOCKED, Lockout
from jobyard.faces.modelarts.refusals import ForeignProject, NoToken, WrongSignature, WrongToken
from jobyard.faces.modelarts.signature import (
    Asked,
    BadSignature,
    Headers,
    Signed,
    check_fresh,
    fits,
    parsed,
    signed_at,
)
from jobyard.job.clock import SECOND, Clock
from jobyard.job.errors import Refused, Unauthenticated
from jobyard.people.record import Actor, KeyScope, Role

_LONGEST = 512
_TEMPORARY = "keys of this house are not temporary; leave X-Security-Token out"
_WRONG = "the access key is unknown, or the signature was made with another secret key or for another request"
_NOBODY = "no secret key at all, and as long as one"
"""Verified against where there is no such key, so that it takes the same time."""


class Place(Struct, frozen=True, kw_only=True):
    """A project in which somebody works: their own, or one that is shared."""

    id: str
    name: str
    project: str | None
    """The id of the shared project; None for one's own."""


class Login:
    """Knows senders by their headers."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._lockout = Lockout(clock)

    async def by_token(self, headers: Headers) -> Actor:
        """Return who comes with X-Auth-Token. Raises NoToken, WrongToken, or Refused for a worker's key."""
        token = header(headers, b"x-auth-token")
        if not token:
            raise NoToken
        return await self.of(token)

    async def of(self, token: str) -> Actor:
        """Return who comes with this token. Raises WrongToken, or Refused for a worker's key."""
        try:
            if len(token) > _LONGEST:
                raise Unauthenticated
            actor = await self._people.actor(token)
        except Unauthenticated:
            raise WrongToken from None
        return _person(actor)

    async def by_signature(self, asked: Asked, address: str) -> Actor:
        """Return who signed the request. Raises WrongSignature, or Refused for a worker's key."""
        try:
            if header(asked.headers, b"x-security-token"):
                raise BadSignature(_TEMPORARY)
            signed = parsed(header(asked.headers, b"authorization"))
            check_fresh(signed_at(asked.headers), self._clock.now())
        except BadSignature as bad:
            raise WrongSignature(reason=str(bad)) from None
        return _person(await self._signer(signed, asked, address))

    async def _signer(self, signed: Signed, asked: Asked, address: str) -> Actor:
        try:
            actor, secret = await self._people.signing(signed.access)
        except Unauthenticated:
            actor, secret = None, _NOBODY
        # From here on nothing is waited for: many at once get no further than one after the other.
        left = self._lockout.left(signed.access, address)
        if left:
            minutes = LOCKED // (60 * SECOND)
            reason = f"this access key signed wrongly too often in a row and is locked for {minutes} minutes"
            raise WrongSignature(reason=reason, retry_after=left)
        try:
            right, reason = fits(signed, asked, secret), _WRONG
        except BadSignature as bad:
            right, reason = False, str(bad)
        if actor is None or not right:
            self._lockout.wrong(signed.access, address)
            raise WrongSignature(reason=reason)
        self._lockout.right(signed.access, address)
        return actor


async def place(engine: Engine, actor: Actor, project: str) -> Place:
    """Return the project of this id. Raises ForeignProject where it is not the actor's, or where there is none."""
    own = await _own(engine, actor)
    if own.id == project:
        return own
    found = next((one for one in await _shared(engine, actor) if one.id == project), None)
    if found is None:
        raise ForeignProject(project=project)
    return found


async def places(engine: Engine, actor: Actor) -> list[Place]:
    """Return the projects somebody may work in, their own first."""
    return [await _own(engine, actor), *await _shared(engine, actor)]


async def _own(engine: Engine, actor: Actor) -> Place:
    user = await engine.people.user(actor, actor.name)
    return Place(id=user.id, name=user.name, project=None)


async def _shared(engine: Engine, actor: Actor) -> list[Place]:
    if not actor.projects and not rules.at_least(actor.role, Role.OPERATOR):
        return []
    found = [project for project, _ in await engine.projects.seen(actor)]
    return [Place(id=one.id, name=one.name, project=one.id) for one in found]


def header(headers: Headers, name: bytes) -> str:
    """Return a header as text; empty where it is not there."""
    return next((value for key, value in headers if key == name), b"").decode("latin-1")


def _person(actor: Actor) -> Actor:
    if actor.scope is KeyScope.DESK:
        raise Refused(verb="do this with a worker's key")
    return actor
