"""Shapes of webhooks: who is told what and where, what became of each delivery, and the letters a receiver gets."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from jobyard.client.shapes.jobs import Event, Job, ProjectRef, State


class Webhook(Struct, frozen=True, kw_only=True):
    """A webhook without its secret."""

    id: str
    name: str
    owner: str
    """It tells what they may see."""
    url: str
    events: list[str]
    states: list[State]
    kinds: list[str]
    queues: list[str]
    owners: list[str]
    projects: list[ProjectRef]
    active: bool
    paused_reason: str
    """Why the house paused it; empty where somebody did."""
    created_at: datetime
    last_event: int
    """The number of the last event that was looked at."""
    waiting: int
    """Deliveries that are to be tried."""
    failures: int
    """Tries in a row that failed."""
    failing_since: datetime | None


class WebhookMade(Struct, frozen=True, kw_only=True):
    """A webhook with a fresh secret, which is shown this once."""

    webhook: Webhook
    secret: str


class Try(Struct, frozen=True, kw_only=True):
    """One try to deliver."""

    at: datetime
    seconds: float
    status: int | None
    """The HTTP status of the answer; None where none came."""
    error: str
    """One sentence; empty when it went well."""
    answer: str
    """The beginning of what the receiver answered."""


class Delivery(Struct, frozen=True, kw_only=True):
    """One event on its way to one receiver."""

    event: int
    """The event's number."""
    job: str
    type: str
    fate: str
    """`waiting`, `delivered` or `given_up`."""
    made_at: datetime
    ended_at: datetime | None
    next_try_at: datetime | None
    failures: int
    tries: list[Try]
    """The newest ones, oldest first."""


class DeliveryPage(Struct, frozen=True, kw_only=True):
    """Deliveries, the newest event first."""

    deliveries: list[Delivery]
    next: str | None


class Telling(Struct, frozen=True, kw_only=True):
    """What a letter tells: the event, and the job as it was when the letter was sent; None when it was deleted."""

    event: Event
    job: Job | None


class JobLetter(Struct, frozen=True, kw_only=True):
    """What a receiver is told of a job."""

    type: str
    """`job.` and the event's type, such as `job.finished`."""
    timestamp: datetime
    """When it happened."""
    data: Telling


class PingLetter(Struct, frozen=True, kw_only=True):
    """A letter that only shows that letters arrive."""

    type: Literal["ping"]
    timestamp: datetime
    data: dict[str, Any]
