"""Webhooks, deliveries, letters and what the feed is narrowed to, in the native protocol's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from msgspec import UNSET

from jobyard.engine.interest import Interest
from jobyard.engine.webhooks.book import Edit, Wish
from jobyard.engine.webhooks.post import Happening
from jobyard.engine.webhooks.record import Delivery, Tried, Webhook
from jobyard.faces.native.wire import (
    DeliveryOut,
    FeedAsked,
    JobLetter,
    PingLetter,
    StateName,
    Telling,
    TryOut,
    WebhookChange,
    WebhookIn,
    WebhookOut,
)
from jobyard.faces.native.words.asking import project_ref
from jobyard.faces.native.words.history import event_out
from jobyard.faces.native.words.jobs import job_out
from jobyard.faces.native.words.times import moment, some_moment
from jobyard.job.events import EventType
from jobyard.job.states import State

_STATES: tuple[StateName, ...] = get_args(StateName)


class Letters:
    """The bodies of letters to receivers of webhooks."""

    def told(self, happening: Happening) -> bytes:
        """Return an event with its job as the webhook's owner may see it."""
        event, job, owner = happening.event, happening.job, happening.owner
        shown = None if job is None else job_out(job, owner, happening.names)
        letter = JobLetter(
            type=f"job.{event.type.value}",
            timestamp=moment(event.at),
            data=Telling(event=event_out(event), job=shown),
        )
        return msgspec.json.encode(letter)

    def ping(self, webhook: Webhook, at: int) -> bytes:
        """Return a ping."""
        data = {"webhook": webhook.id, "name": webhook.name}
        return msgspec.json.encode(PingLetter(type="ping", timestamp=moment(at), data=data))


def feed_interest(asked: FeedAsked, names: Mapping[str, str]) -> Interest:
    """Return what a reader narrows the feed to; `names` are the names of projects by id."""
    ids = {name: id_ for id_, name in names.items()}
    return Interest(
        jobs=frozenset(asked.job),
        kinds=frozenset(asked.kind),
        queues=frozenset(asked.queue),
        owners=frozenset(asked.owner),
        projects=frozenset(one if one in names else ids.get(one, one) for one in asked.project),
    )


def webhook_in(wish: WebhookIn) -> Wish:
    """Return a wish for a webhook as the engine takes it."""
    interest = Interest(
        events=frozenset(map(EventType, wish.events)),
        states=frozenset(map(State, wish.states)),
        kinds=frozenset(wish.kinds),
        queues=frozenset(wish.queues),
        owners=frozenset(wish.owners),
        projects=frozenset(wish.projects),
    )
    return Wish(name=wish.name, url=wish.url, interest=interest, active=wish.active)


def webhook_change(change: WebhookChange) -> Edit:
    """Return what shall change about a webhook as the engine takes it."""
    lists: dict[str, Any] = {
        "events": change.events,
        "states": change.states,
        "kinds": change.kinds,
        "queues": change.queues,
        "owners": change.owners,
        "projects": change.projects,
    }
    kinds: dict[str, type[Any]] = {"events": EventType, "states": State}
    return Edit(
        name=None if change.name is UNSET else change.name,
        url=None if change.url is UNSET else change.url,
        interest={
            name: frozenset(map(kinds.get(name, str), words)) for name, words in lists.items() if words is not UNSET
        },
        active=None if change.active is UNSET else change.active,
        from_now=change.from_now,
    )


def webhook_out(webhook: Webhook, names: Mapping[str, str]) -> WebhookOut:
    """Return a webhook without anything secret; `names` are the names of projects by id."""
    interest = webhook.interest
    refs = (project_ref(id_, names) for id_ in sorted(interest.projects))
    return WebhookOut(
        id=webhook.id,
        name=webhook.name,
        owner=webhook.owner,
        url=webhook.url,
        events=[type_.value for type_ in EventType if type_ in interest.events],
        states=[state for state in _STATES if state in interest.states],
        kinds=sorted(interest.kinds),
        queues=sorted(interest.queues),
        owners=sorted(interest.owners),
        projects=[ref for ref in refs if ref is not None],
        active=webhook.active,
        paused_reason=webhook.paused_reason,
        created_at=moment(webhook.created_at),
        last_event=webhook.cursor,
        waiting=webhook.waiting,
        failures=webhook.failures,
        failing_since=some_moment(webhook.failing_since),
    )


def delivery_out(delivery: Delivery, due_at: int | None) -> DeliveryOut:
    """Return a delivery with when it is tried next."""
    return DeliveryOut(
        event=delivery.event,
        job=delivery.job,
        type=delivery.type,
        fate=delivery.fate.value,
        made_at=moment(delivery.made_at),
        ended_at=some_moment(delivery.ended_at),
        next_try_at=some_moment(due_at),
        failures=delivery.failures,
        tries=[try_out(tried) for tried in delivery.tries],
    )


def try_out(tried: Tried) -> TryOut:
    """Return one try."""
    return TryOut(
        at=moment(tried.at),
        seconds=tried.seconds,
        status=tried.status,
        error=tried.error,
        answer=tried.answer,
    )
