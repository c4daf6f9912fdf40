"""Why a job waits, in one sentence, with its place in line and when it likely begins."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Cause(StrEnum):
    """What a queued job waits for; the first that applies is told."""

    CLIENT = "client"
    """Its own client has not said yet that it runs."""
    NEEDS = "needs"
    """Other jobs have to end first."""
    DUE = "due"
    """Its time has not come."""
    BACK_OFF = "back_off"
    """Its last attempt failed, and the next one comes after a pause."""
    PAUSED = "paused"
    """Its queue is paused."""
    UNSERVED = "unserved"
    """No live worker serves its queue."""
    UNABLE = "unable"
    """No live worker of its queue can do this kind of work."""
    OWNER_LIMIT = "owner_limit"
    """Its owner runs as many jobs as he may."""
    QUEUE_LIMIT = "queue_limit"
    """Its queue runs as many jobs as it may."""
    KIND_LIMIT = "kind_limit"
    """As many jobs of its kind run as may."""
    BUSY = "busy"
    """All workers are busy, or others are before it."""
    NEXT = "next"
    """Nothing is in its way; a worker takes it at once."""


class Waiting(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why one job waits."""

    cause: Cause
    sentence: str
    """The cause in one sentence for people."""
    ahead: int | None = None
    """Jobs of its queue that stand before it; None where the line does not matter to it."""
    more: bool = False
    """At least `ahead` stand before it; further ones were not counted."""
    until: int | None = None
    """When the cause ends by itself, where that is known."""
    starts_at: int | None = None
    """When it likely begins, judged by recent runs of its kind and those before it; None where nobody can say."""
    needs: tuple[str, ...] = ()
    """Ids of the jobs it waits for."""
