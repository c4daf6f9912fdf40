"""What the rounds read and write: the log of events is the outbox, and each webhook has its place in it.

In one transaction the events behind the place become deliveries and the place moves on. So whatever is killed when,
nothing is left out; and as a delivery is written down as made only after its answer, it may be made twice, under the
same id.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.interest import Subject, subject, visible
from jobyard.engine.standing import present
from jobyard.engine.webhooks.post import Happening
from jobyard.engine.webhooks.record import (
    DRAWER,
    KEPT,
    KEPT_FOR,
    Delivery,
    Fate,
    Tried,
    Webhook,
    card_id,
    delivery_card,
    delivery_of,
    drawer,
    found,
    fresh,
    given_up,
    settled,
    webhook_card,
    webhook_of,
)
from jobyard.job.events import Event, EventType
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

BACKLOG = 1_000
"""Deliveries that wait for one receiver; from there on its place in the log stands still."""
PAGE = 500
"""Events that are looked at together."""
BATCH = 200
_GONE = "There is nothing to tell any more: the event is gone, or its owner may not see the job now."


class Told(Struct, frozen=True):
    """An event with what it is about."""

    event: Event
    about: Subject


class Seen(Struct, frozen=True):
    """A webhook, its owner, and the events behind its place."""

    webhook: Webhook
    owner: Actor
    events: list[Told]

    def wanted(self) -> list[Event]:
        """Return the events that are to be told."""
        scope, interest = rules.scope(self.owner), self.webhook.interest
        seen = (told for told in self.events if visible(scope, told.about))
        return [told.event for told in seen if interest.covers(told.event, told.about)]


class Look(Struct, frozen=True, kw_only=True):
    """What there is to do."""

    seen: list[Seen]
    due: set[str]
    """Webhooks with a delivery whose time has come."""
    crowded: set[str]
    """Webhooks with many more deliveries behind them than are shown."""
    anybody: bool
    """Whether there is anybody to tell."""


class Posting(Struct, frozen=True, kw_only=True):
    """A delivery that is to be made now."""

    webhook: Webhook
    delivery: Delivery
    happening: Happening


class Done(Struct, frozen=True, kw_only=True):
    """A try that was made."""

    event: int
    tried: Tried
    chance: float
    """From 0 to 1: what moves the next try a little."""


def look(view: View, now: int) -> Look:
    """Return what there is to do now."""
    last = view.last_event()
    webhooks = [webhook_of(card) for card in view.cards(DRAWER)]
    owners = {name: _teller(view, name) for name in {one.owner for one in webhooks if one.active}}
    behind: dict[int, list[Told]] = {}
    seen, due = list[Seen](), set[str]()
    for webhook in webhooks:
        owner = owners.get(webhook.owner)
        if not webhook.active or owner is None:
            continue
        if webhook.waiting and not webhook.rests(now) and _due(view, webhook.id, now):
            due.add(webhook.id)
        if webhook.cursor < last and webhook.waiting < BACKLOG:
            if webhook.cursor not in behind:
                behind[webhook.cursor] = _behind(view, webhook.cursor)
            seen.append(Seen(webhook, owner, behind[webhook.cursor]))
    crowded = {one.id for one in webhooks if one.over > KEPT + BATCH}
    return Look(seen=seen, due=due, crowded=crowded, anybody=any(owners.values()))


def write_down(transaction: Transaction, seen: Seen, now: int) -> bool:
    """Make deliveries of what was seen and move the webhook's place, both or neither; tell whether there are any.

    Nothing happens where the webhook was changed since.
    """
    webhook, before = found(transaction, seen.webhook.id), seen.webhook
    same = webhook is not None and (webhook.cursor, webhook.interest) == (before.cursor, before.interest)
    if webhook is None or not same or not webhook.active or not seen.events:
        return False
    wanted = seen.wanted()
    for event in wanted:
        transaction.put_card(delivery_card(webhook.id, fresh(event, now), now))
    moved = replace(webhook, cursor=seen.events[-1].event.number, waiting=webhook.waiting + len(wanted))
    transaction.put_card(webhook_card(moved))
    return bool(wanted)


def settle(transaction: Transaction, id_: str, done: Done) -> None:
    """Write down how a try went."""
    webhook = found(transaction, id_)
    card = None if webhook is None else transaction.card(drawer(id_), card_id(done.event))
    if webhook is None or card is None:
        return
    delivery = delivery_of(card)
    if delivery.fate is Fate.WAITING:
        _put(transaction, *settled(webhook, delivery, done.tried, done.chance))


def next_posting(transaction: Transaction, id_: str, now: int) -> Posting | None:
    """Return the delivery of a webhook that has been due for longest; None where it is to be left alone now.

    What cannot be told any more is given up on the way.
    """
    webhook = found(transaction, id_)
    owner = None if webhook is None else _teller(transaction, webhook.owner)
    if webhook is None or owner is None or not webhook.active or webhook.rests(now):
        return None
    for _ in range(BATCH):
        card = next(iter(transaction.due_cards(drawer(id_), now, 1)), None)
        if card is None:
            return None
        delivery = delivery_of(card)
        happening = _happening(transaction, owner, delivery)
        if happening is not None:
            return Posting(webhook=webhook, delivery=delivery, happening=happening)
        webhook, over = given_up(webhook, delivery, now, _GONE)
        _put(transaction, webhook, over, None)
    return None


def prune(transaction: Transaction, id_: str, after: str, now: int) -> tuple[str | None, int]:
    """Remove deliveries on the page behind `after` that were over long ago or are too many.

    Return where the page ended, None on the last one, and how many were removed.
    """
    webhook = found(transaction, id_)
    if webhook is None:
        return None, 0
    page, count = transaction.cards(drawer(id_), after=after, limit=BATCH), 0
    for delivery in map(delivery_of, page):
        old = delivery.ended_at is not None and delivery.ended_at < now - KEPT_FOR
        if delivery.fate is not Fate.WAITING and (old or webhook.over - count > KEPT):
            transaction.drop_card(drawer(id_), card_id(delivery.event))
            count += 1
    if count:
        transaction.put_card(webhook_card(replace(webhook, over=max(0, webhook.over - count))))
    return (page[-1].id if len(page) == BATCH else None), count


def _teller(view: View, name: str) -> Actor | None:
    """Return the owner of a webhook with the rights they have now; None while they may not have one."""
    owner = present(view, name)
    return owner if owner is not None and rules.may_house(owner, House.TELL) else None


def _due(view: View, id_: str, now: int) -> bool:
    first = view.next_card(drawer(id_))
    return first is not None and first <= now


def _behind(view: View, cursor: int) -> list[Told]:
    events = view.events(cursor, PAGE)
    jobs = {job.id: job for job in view.jobs(sorted({event.job for event in events}))}
    return [Told(event, _about(view, event, jobs.get(event.job))) for event in events]


def _about(view: View, event: Event, job: Job | None) -> Subject:
    if job is None and event.type is not EventType.DELETED:
        # A job may be deleted before all that happened to it was told; whose it was is what its last event says.
        later = view.history(event.job, event.number, PAGE)
        return subject(later[-1] if later else event, None)
    return subject(event, job)


def _put(transaction: Transaction, webhook: Webhook, delivery: Delivery, due_at: int | None) -> None:
    transaction.put_card(webhook_card(webhook))
    transaction.put_card(delivery_card(webhook.id, delivery, due_at))


def _happening(view: View, owner: Actor, delivery: Delivery) -> Happening | None:
    event = next((one for one in view.events(delivery.event - 1, 1) if one.number == delivery.event), None)
    if event is None:
        return None
    job = next(iter(view.jobs([event.job])), None)
    if not visible(rules.scope(owner), _about(view, event, job)):
        return None
    project = view.project(job.project) if job is not None and job.project is not None else None
    names = {} if project is None else {project.id: project.name}
    return Happening(owner=owner, event=event, job=job, names=names)
