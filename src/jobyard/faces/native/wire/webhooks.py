"""Shapes of webhooks: who wants to be told what and where, what became of each delivery, and what a receiver gets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.native.wire.history import EventOut
from jobyard.faces.native.wire.jobs import JobOut, ProjectRef
from jobyard.faces.native.wire.words import EventName, StateName, Time

_Title = Annotated[str, Meta(max_length=100)]
_Url = Annotated[str, Meta(min_length=1, max_length=2000)]
_Words = Annotated[list[Annotated[str, Meta(min_length=1, max_length=300)]], Meta(max_length=100)]
_Events = Annotated[list[EventName], Meta(max_length=100)]
_States = Annotated[list[StateName], Meta(max_length=6)]


class WebhookIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new webhook. Each list narrows what is told; an empty one does not."""

    url: _Url
    """Where to send to: `http` or `https`, and no address inside unless an administrator allowed it."""
    name: _Title = ""
    """What people call it; the host of the address when it is left out."""
    events: _Events = []
    states: _States = []
    """States of the job after the event."""
    kinds: _Words = []
    queues: _Words = []
    owners: _Words = []
    projects: _Words = []
    """Ids or names of projects."""
    active: bool = True


class WebhookChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall change about a webhook."""

    url: _Url | UnsetType = UNSET
    name: _Title | UnsetType = UNSET
    events: _Events | UnsetType = UNSET
    states: _States | UnsetType = UNSET
    kinds: _Words | UnsetType = UNSET
    queues: _Words | UnsetType = UNSET
    owners: _Words | UnsetType = UNSET
    projects: _Words | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    """False pauses it; true lets it go on where it stopped."""
    from_now: bool = False
    """Leave out what happened up to now and was not told yet."""


class WebhookOut(Struct, kw_only=True):
    """A webhook without its secret."""

    id: str
    name: str
    owner: str
    """It tells what they may see."""
    url: str
    events: list[str]
    states: list[StateName]
    kinds: list[str]
    queues: list[str]
    owners: list[str]
    projects: list[ProjectRef]
    active: bool
    paused_reason: str
    """Why the house paused it; empty where somebody did."""
    created_at: Time
    last_event: int
    """The number of the last event that was looked at."""
    waiting: int
    """Deliveries that are to be tried."""
    failures: int
    """Tries in a row that failed."""
    failing_since: Time | None


class WebhookMade(Struct, kw_only=True):
    """A webhook with a fresh secret, which is shown this once."""

    webhook: WebhookOut
    secret: str
    """Begins with `whsec_`; what comes from this house is signed with it."""


class TryOut(Struct, kw_only=True):
    """One try to deliver."""

    at: Time
    seconds: float
    status: int | None
    """The HTTP status of the answer; null where none came."""
    error: str
    """One sentence; empty when it went well."""
    answer: str
    """The beginning of what the receiver answered."""


class DeliveryOut(Struct, kw_only=True):
    """One event on its way to one receiver."""

    event: int
    """The event's number."""
    job: str
    type: str
    """What happened."""
    fate: Literal["waiting", "delivered", "given_up"]
    made_at: Time
    ended_at: Time | None
    next_try_at: Time | None
    failures: int
    tries: list[TryOut]
    """The newest ones, oldest first."""


class DeliveryPage(Struct, kw_only=True):
    """Deliveries, the newest event first."""

    deliveries: list[DeliveryOut]
    next: str | None
    """Pass as `cursor` for the next page; null on the last."""


class Telling(Struct, kw_only=True):
    """What a letter tells: the event, and the job as it is when the letter is sent (null when it was deleted)."""

    event: EventOut
    job: JobOut | None


class JobLetter(Struct, kw_only=True):
    """The body of a letter to a webhook's receiver."""

    type: str
    """`job.` and the event's type."""
    timestamp: Time
    """When it happened."""
    data: Telling


class PingLetter(Struct, kw_only=True):
    """The body of a letter that only shows that letters arrive."""

    type: Literal["ping"]
    timestamp: Time
    data: dict[str, Any]
    """The webhook's `id` and `name`."""
