"""The endpoints of the house as administrators keep them: which buckets may be sources, and with which keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.access.vault import BrokenSeal, Vault
from jobyard.datasets.messages import Reach
from jobyard.datasets.sources import endpoint
from jobyard.datasets.sources.bucket import Bucket, Patience
from jobyard.datasets.sources.endpoint import DRAWER, MOST, Endpoint
from jobyard.datasets.sources.objects import Objects
from jobyard.engine import audit
from jobyard.job.clock import Clock
from jobyard.job.errors import Conflict, Fault, Invalid, NotFound, SourceMissing
from jobyard.people.record import Actor
from jobyard.store.contract import Store, Transaction, View

T = TypeVar("T")

_MOST_PLACES = 100
_TRIAL = Patience(connect=5.0, answer=10.0, tries=1)


class EndpointWish(Struct, frozen=True, kw_only=True):
    """An endpoint as somebody wants it."""

    name: str
    url: str
    allowed: tuple[str, ...]
    """Buckets and folders in them: `bucket`, `bucket/folder`."""
    region: str = "us-east-1"
    host_style: bool = False
    access: str = ""
    secret: str | None = None
    """None keeps the one that is there, as long as the access key and the address stay the same."""


class Trial(Struct, frozen=True, kw_only=True):
    """How a listing of one allowed place went."""

    place: str
    trouble: str
    """One sentence; empty where it went well."""
    code: str
    """The stable name of the trouble; empty where it went well."""


class Endpoints:
    """Set, list, try and drop endpoints. For administrators. A secret that was set is never shown again."""

    def __init__(self, store: Store, clock: Clock, vault: Vault) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault

    async def list(self, actor: Actor) -> list[Endpoint]:
        """Return all endpoints by name."""
        rules.require_house(actor, House.KEEP_HOUSE)
        return await self._read(endpoint.all_of)

    async def put(self, actor: Actor, wish: EndpointWish) -> Endpoint:
        """Set an endpoint in place of one of the same name.

        Raises Invalid for an address that is none, a place that another endpoint allows, and a key without its secret.
        """
        rules.require_house(actor, House.KEEP_HOUSE)
        made = _checked(wish)

        def work(transaction: Transaction) -> Endpoint:
            transaction.alone(DRAWER)
            others = endpoint.all_of(transaction)
            before = next((one for one in others if one.name == made.name), None)
            if before is None and len(others) >= MOST:
                raise Conflict(reason="There are as many endpoints already as there may be; drop one first.")
            endpoint.require_apart(made, others)
            kept = replace(made, sealed=self._sealed(wish, made, before), set_by=actor.name, set_at=self._clock.now())
            transaction.put_card(endpoint.card_of(kept))
            details = {"url": kept.url, "allowed": list(kept.allowed), "access": kept.access}
            audit.tell(transaction, kept.set_at, actor.name, "set", f"endpoint {kept.name}", details)
            return kept

        return await self._write(work)

    async def drop(self, actor: Actor, name: str) -> None:
        """Forget an endpoint and its secret; its buckets are no sources any more. Raises NotFound."""
        rules.require_house(actor, House.KEEP_HOUSE)

        def work(transaction: Transaction) -> None:
            if not transaction.drop_card(DRAWER, name):
                raise NotFound(what="endpoint", name=name)
            audit.tell(transaction, self._clock.now(), actor.name, "dropped", f"endpoint {name}")

        await self._write(work)

    async def test(self, actor: Actor, name: str) -> Sequence[Trial]:
        """Ask for the first objects of each allowed place, from this server, and tell how it went. Raises NotFound."""
        rules.require_house(actor, House.KEEP_HOUSE)
        found = next((one for one in await self._read(endpoint.all_of) if one.name == name), None)
        if found is None:
            raise NotFound(what="endpoint", name=name)
        return [await asyncio.to_thread(self._tried, found, place) for place in found.allowed]

    def _tried(self, found: Endpoint, place: str) -> Trial:
        try:
            way = reach(found, place, self._vault)
            with Bucket(way, self._clock, patience=_TRIAL) as bucket:
                next(iter(Objects(bucket, way.prefix.encode())), None)
        except SourceMissing:
            return Trial(place=place, trouble="", code="")  # it can be listed, and nothing lies there yet
        except Fault as fault:
            return Trial(place=place, trouble=fault.sentence, code=fault.code)
        return Trial(place=place, trouble="", code="")

    def _sealed(self, wish: EndpointWish, made: Endpoint, before: Endpoint | None) -> bytes:
        if not made.access:
            return b""
        if wish.secret is not None:
            return self._vault.seal(wish.secret, made.name)
        # A key that stays must not be sent to an address that somebody else may have chosen.
        if before is None or (before.access, before.url) != (made.access, made.url) or not before.sealed:
            raise _wrong("secret", "An access key needs its secret key.")
        return before.sealed

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        return await asyncio.wrap_future(self._store.write(work))

    async def _read(self, work: Callable[[View], T]) -> T:
        return await asyncio.wrap_future(self._store.read(work))


def reach(found: Endpoint, place: str, vault: Vault) -> Reach:
    """Return how to reach a place, `bucket/prefix`, with the key of its endpoint. Raises Conflict for a broken seal."""
    bucket, _, prefix = place.partition("/")
    try:
        secret = vault.open(found.sealed, found.name) if found.access else ""
    except BrokenSeal:
        reason = f"The secret key of the endpoint {found.name} was sealed by another house; set it anew."
        raise Conflict(reason=reason) from None
    return Reach(
        url=found.url,
        bucket=bucket,
        prefix=prefix,
        region=found.region,
        host_style=found.host_style,
        access=found.access,
        secret=secret,
    )


def _checked(wish: EndpointWish) -> Endpoint:
    if not 1 <= len(wish.allowed) <= _MOST_PLACES:
        raise _wrong("allowed", f"An endpoint allows 1 to {_MOST_PLACES} buckets or folders in them.")
    for path, text, least in (("region", wish.region, 1), ("access", wish.access, 0), ("secret", wish.secret or "", 0)):
        if not least <= len(text) <= 200 or not text.isascii() or not text.isprintable() or " " in text:
            raise _wrong(path, f"The {path} of an endpoint holds at most 200 printable ASCII characters and no space.")
    if wish.secret and not wish.access:
        raise _wrong("access", "A secret key needs its access key.")
    if wish.secret == "":
        raise _wrong("secret", "An access key needs its secret key.")
    places = tuple(sorted({endpoint.checked_place(one) for one in wish.allowed}))
    return Endpoint(
        name=wish.name,
        url=endpoint.checked_url(wish.url),
        allowed=places,
        region=wish.region,
        host_style=wish.host_style,
        access=wish.access,
    )


def _wrong(path: str, sentence: str) -> Invalid:
    return Invalid(reason=sentence, fields=[{"path": path, "message": sentence}])
