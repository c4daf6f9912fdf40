"""Webhooks of a house, for who has them made and for who receives the letters."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as Malformed
from collections.abc import Iterable, Iterator
from typing import Protocol, TypedDict, Unpack

import msgspec
from msgspec import UNSET, Struct, UnsetType

from jobyard.client.errors import NotGenuine
from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import NewWebhook, WebhookChange
from jobyard.client.shapes import Delivery, DeliveryPage, JobLetter, PingLetter, Try, Webhook, WebhookMade
from jobyard.job.clock import SECOND, SystemClock

TOLERANCE = 300.0
"""Seconds by which a letter's time may differ from ours: an old one that somebody sends again is not taken."""
_PREFIX = "whsec_"
_SLOW = 60.0


class Wanted(TypedDict, total=False):
    """What is told; each list narrows, and one that is left out does not."""

    events: list[str]
    """Types of events, such as `finished`, `failed`, `cancelled`."""
    states: list[str]
    """States of the job after the event."""
    kinds: list[str]
    queues: list[str]
    owners: list[str]
    projects: list[str]
    """Ids or names."""


class Webhooks:
    """Who is told, instead of asking. Yours, or for an administrator everybody's."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def all(self) -> list[Webhook]:
        """Return the webhooks, oldest first."""
        return self._exchange.ask(Call(path="/webhooks"), list[Webhook])

    def create(self, url: str, name: str = "", *, active: bool = True, **wanted: Unpack[Wanted]) -> WebhookMade:
        """Have `url` told what happens from now on to jobs you may see; the secret is in the answer, this once.

        Raises Invalid for an address that the house does not send to, Conflict when there are too many.
        """
        body = NewWebhook(url=url, name=name, active=active, **wanted)
        return self._exchange.ask(Call(method="POST", path="/webhooks", body=body, again=False), WebhookMade)

    def get(self, id_: str) -> Webhook:
        """Return a webhook. Raises NotFound."""
        return self._exchange.ask(Call(path=_path(id_)), Webhook)

    def change(self, id_: str, *, url: str | None = None, name: str | None = None, **wanted: Unpack[Wanted]) -> Webhook:
        """Change what is said; what is told from then on is what it says from then on."""
        body = WebhookChange(url=_said(url), name=_said(name), **wanted)
        return self._exchange.ask(Call(method="PATCH", path=_path(id_), body=body), Webhook)

    def pause(self, id_: str) -> Webhook:
        """Tell nothing more; what happens meanwhile is told when it goes on."""
        body = WebhookChange(active=False)
        return self._exchange.ask(Call(method="PATCH", path=_path(id_), body=body), Webhook)

    def resume(self, id_: str, *, from_now: bool = False) -> Webhook:
        """Go on where it stopped, or leave out with `from_now` what happened meanwhile."""
        body = WebhookChange(active=True, from_now=from_now)
        return self._exchange.ask(Call(method="PATCH", path=_path(id_), body=body), Webhook)

    def delete(self, id_: str) -> None:
        """Remove a webhook with its deliveries. Raises NotFound."""
        self._exchange.tell(Call(method="DELETE", path=_path(id_), again=False))

    def renew_secret(self, id_: str) -> WebhookMade:
        """Make a new secret, shown this once; for a day letters are signed with the one before as well."""
        return self._exchange.ask(Call(method="POST", path=_path(id_, "secret"), again=False), WebhookMade)

    def test(self, id_: str) -> Try:
        """Send a ping now and return how it went."""
        return self._exchange.ask(Call(method="POST", path=_path(id_, "test"), again=False, within=_SLOW), Try)

    def deliveries(self, id_: str, limit: int | None = None) -> Iterator[Delivery]:
        """Give out what became of each event, the newest first, page after page, up to `limit`."""
        left, cursor = limit, None
        while left is None or left > 0:
            query = {"limit": 100 if left is None else min(left, 100), "cursor": cursor}
            page = self._exchange.ask(Call(path=_path(id_, "deliveries"), query=query), DeliveryPage)
            yield from page.deliveries
            left = None if left is None else left - len(page.deliveries)
            cursor = page.next
            if cursor is None:
                return

    def redeliver(self, id_: str, event: int) -> Delivery:
        """Have a delivery made once more, at once and with all its tries.

        Raises NotFound, and Conflict while the webhook is paused.
        """
        path = _path(id_, "deliveries", str(event), "redeliver")
        return self._exchange.ask(Call(method="POST", path=path), Delivery)


class Headers(Protocol):
    """What a web server hands over: names with values, in any spelling of the names."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return the names with their values."""


class _Head(Struct, frozen=True):
    type: str


def verify(secret: str, headers: Headers, body: bytes, *, tolerance: float = TOLERANCE) -> JobLetter | PingLetter:
    """Return what a letter tells, once it is certain that it came from the house, whole and lately.

    For receivers: `secret` is what the house showed when the webhook was made, `headers` and `body` are those of the
    request, the body as it came. Raises NotGenuine. The same letter may come twice, under the same `webhook-id`.
    """
    given = {name.lower(): value for name, value in headers.items()}
    id_, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not id_ or not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        raise NotGenuine("The letter does not say its id and its time.")
    if not _signed(
        secret, f"{id_}.{timestamp}.".encode("utf-8", "surrogatepass") + body, given.get("webhook-signature", "")
    ):
        raise NotGenuine("The letter is not signed with this secret.")
    if abs(SystemClock().now() / SECOND - int(timestamp)) > tolerance:
        raise NotGenuine("The letter is too old, or the two clocks differ.")
    try:
        ping = msgspec.json.decode(body, type=_Head).type == "ping"
        return msgspec.json.decode(body, type=PingLetter) if ping else msgspec.json.decode(body, type=JobLetter)
    except msgspec.DecodeError as error:
        raise NotGenuine(f"The letter is signed, but is none that this client knows: {error}.") from error


def _signed(secret: str, content: bytes, given: str) -> bool:
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (Malformed, ValueError):
        raise ValueError(f"a webhook's secret begins with {_PREFIX}") from None
    wanted = "v1," + b64encode(hmac.digest(key, content, "sha256")).decode()
    # While a secret is being replaced there are two signatures, with a space between them.
    return any(hmac.compare_digest(one.encode("utf-8", "surrogatepass"), wanted.encode()) for one in given.split(" "))


def _said(text: str | None) -> str | UnsetType:
    return UNSET if text is None else text


def _path(id_: str, *rest: str) -> str:
    return "/".join(["/webhooks", segment(id_), *map(segment, rest)])
