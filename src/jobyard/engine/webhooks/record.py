"""Webhooks and their deliveries as they rest on cards, and what a try makes of both. Times are microseconds."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.engine.interest import Interest
from jobyard.job.clock import SECOND
from jobyard.job.events import Event
from jobyard.store.contract import Card, View

DRAWER = "webhook"
PAUSES = (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds before each further try; after the last one a delivery is given up."""
SPREAD = 0.1
"""How far a pause may be shorter or longer, so that not everything is tried again in the same moment."""
PATIENCE = 3 * 86_400 * SECOND
"""How long nothing but failures is borne before a webhook pauses."""
TIRED = 5
"""Failures in a row after which a receiver is only tried now and then, until it answers well again."""
REST = 60 * SECOND
"""How often a receiver is tried that fails all the time."""
KEPT_FOR = 7 * 86_400 * SECOND
"""How long deliveries that are over are shown."""
KEPT = 1_000
"""How many of them, for one webhook."""
_TRIES_SHOWN = 20
_GONE = 410


class Webhook(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wants to be told what, and where."""

    id: str
    name: str
    owner: str
    """Who made it; it tells what they may see."""
    url: str
    interest: Interest = Interest()
    active: bool = True
    paused_reason: str = ""
    """Why the house paused it; empty where its owner did."""
    created_at: int
    sealed: bytes
    """The secret, encrypted."""
    former: bytes = b""
    """The secret before, which signs as well for a while."""
    former_until: int = 0
    cursor: int = 0
    """The number of the last event that was looked at."""
    failures: int = 0
    """Tries in a row that failed."""
    failing_since: int | None = None
    """When the first of them was made."""
    tried_at: int | None = None
    waiting: int = 0
    """Deliveries that are to be tried."""
    over: int = 0
    """Deliveries that are delivered or given up and still shown."""

    def rests(self, now: int) -> bool:
        """Tell whether its receiver failed so often lately that it is left alone for a moment."""
        return self.failures >= TIRED and self.tried_at is not None and now < self.tried_at + REST


class Fate(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    """It is to be tried, at once or again."""
    DELIVERED = "delivered"
    """The receiver answered with a status of 200 to 299."""
    GIVEN_UP = "given_up"
    """It failed too often, or there is nothing to tell any more."""


class Tried(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try."""

    at: int
    seconds: float = 0.0
    """How long it took."""
    status: int | None = None
    """The HTTP status of the answer; None where none came."""
    error: str = ""
    """One sentence; empty when it went well."""
    answer: str = ""
    """The beginning of what the receiver answered."""


class Delivery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event on its way to one receiver."""

    event: int
    """The event's number."""
    job: str
    type: str
    """What happened, as the event has it."""
    fate: Fate = Fate.WAITING
    made_at: int
    ended_at: int | None = None
    failures: int = 0
    """Tries that failed since it was last asked for."""
    tries: tuple[Tried, ...] = ()
    """The newest ones, oldest first."""


def webhook_card(webhook: Webhook) -> Card:
    """Return the card of a webhook."""
    return Card(drawer=DRAWER, id=webhook.id, body=_written(webhook))


def webhook_of(card: Card) -> Webhook:
    """Return the webhook on a card."""
    return msgspec.json.decode(card.body, type=Webhook)


def found(view: View, id_: str) -> Webhook | None:
    """Return a webhook by its id. In a write it is locked, and with it everything about its deliveries."""
    card = view.card(DRAWER, id_)
    return None if card is None else webhook_of(card)


def drawer(webhook: str) -> str:
    """Return the drawer of a webhook's deliveries: one for each, so that what is due there is found at once."""
    return f"delivery/{webhook}"


def card_id(event: int) -> str:
    """Return the id of a delivery's card, which sorts by the number of its event."""
    return f"{event:020}"


def delivery_card(webhook: str, delivery: Delivery, due_at: int | None) -> Card:
    """Return the card of a delivery."""
    return Card(drawer=drawer(webhook), id=card_id(delivery.event), body=_written(delivery), due_at=due_at)


def delivery_of(card: Card) -> Delivery:
    """Return the delivery on a card."""
    return msgspec.json.decode(card.body, type=Delivery)


def fresh(event: Event, now: int) -> Delivery:
    """Return the delivery of an event."""
    return Delivery(event=event.number, job=event.job, type=event.type.value, made_at=now)


def settled(webhook: Webhook, delivery: Delivery, tried: Tried, chance: float) -> tuple[Webhook, Delivery, int | None]:
    """Return what a try makes of both, and when the next one is due; `chance` from 0 to 1 moves that a little."""
    tries = (*delivery.tries, tried)[-_TRIES_SHOWN:]
    if not tried.error:
        done = replace(delivery, fate=Fate.DELIVERED, ended_at=tried.at, tries=tries)
        well = replace(webhook, failures=0, failing_since=None, tried_at=tried.at)
        return _ended(well), done, None
    failed = replace(delivery, failures=delivery.failures + 1, tries=tries)
    worse = _worse(webhook, tried)
    if failed.failures > len(PAUSES):
        return _ended(worse), replace(failed, fate=Fate.GIVEN_UP, ended_at=tried.at), None
    pause = PAUSES[failed.failures - 1] * (1 - SPREAD + 2 * SPREAD * chance)
    return worse, failed, tried.at + int(pause * SECOND)


def given_up(webhook: Webhook, delivery: Delivery, now: int, why: str) -> tuple[Webhook, Delivery]:
    """Return both after a delivery that cannot be made any more."""
    tries = (*delivery.tries, Tried(at=now, error=why))[-_TRIES_SHOWN:]
    return _ended(webhook), replace(delivery, fate=Fate.GIVEN_UP, ended_at=now, tries=tries)


def _ended(webhook: Webhook) -> Webhook:
    return replace(webhook, waiting=max(0, webhook.waiting - 1), over=webhook.over + 1)


def _worse(webhook: Webhook, tried: Tried) -> Webhook:
    since = tried.at if webhook.failing_since is None else webhook.failing_since
    worse = replace(webhook, failures=webhook.failures + 1, failing_since=since, tried_at=tried.at)
    if tried.status == _GONE:
        return replace(worse, active=False, paused_reason="The receiver answered 410: it wants no more.")
    if tried.at - since >= PATIENCE:
        return replace(worse, active=False, paused_reason=f"For three days every try failed. {tried.error}")
    return worse


def _written(record: Struct) -> str:
    return msgspec.json.encode(record, order="deterministic").decode()
