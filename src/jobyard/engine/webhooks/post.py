"""Writes letters in the words of a face, signs them, and has them carried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from jobyard.access.signing import signature
from jobyard.access.vault import BrokenSeal, Vault
from jobyard.engine.webhooks.carrier import Carrier, Letter
from jobyard.engine.webhooks.record import Tried, Webhook
from jobyard.job.clock import SECOND, Clock
from jobyard.job.events import Event
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.people.record import Actor


class Happening(Struct, frozen=True, kw_only=True):
    """An event as it is told to somebody."""

    owner: Actor
    """Who is told, with the rights they have now."""
    event: Event
    job: Job | None
    """The job as it is now; None when it is gone."""
    names: Mapping[str, str]
    """The name of the job's project, by its id."""


class Wording(Protocol):
    """Says things in a protocol's words; a face brings it."""

    def told(self, happening: Happening) -> bytes:
        """Return an event as the body of a letter."""

    def ping(self, webhook: Webhook, at: int) -> bytes:
        """Return the body of a letter that only shows that letters arrive."""


class Post:
    """Sends what is to be told to a webhook's receiver."""

    def __init__(self, clock: Clock, vault: Vault, carrier: Carrier, wording: Wording) -> None:
        self._clock = clock
        self._vault = vault
        self._carrier = carrier
        self._wording = wording

    async def tell(self, webhook: Webhook, happening: Happening) -> Tried:
        """Send an event once. Its id is the same at every try, so that a receiver can drop doubles."""
        id_ = f"{webhook.id}-{happening.event.number}"
        return await self._sent(webhook, id_, self._wording.told(happening))

    async def ping(self, webhook: Webhook) -> Tried:
        """Send a ping."""
        id_ = f"{webhook.id}-ping-{new_id()}"
        return await self._sent(webhook, id_, self._wording.ping(webhook, self._clock.now()))

    async def _sent(self, webhook: Webhook, id_: str, body: bytes) -> Tried:
        now = self._clock.now()
        try:
            signatures = [signature(secret, id_, now // SECOND, body) for secret in self._secrets(webhook, now)]
        except BrokenSeal:
            sentence = "The secret cannot be opened with this house's master key; make a new one."
            return Tried(at=now, error=sentence)
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(now // SECOND),
            "webhook-signature": " ".join(signatures),
        }
        return await self._carrier.carry(Letter(url=webhook.url, headers=headers, body=body))

    def _secrets(self, webhook: Webhook, now: int) -> list[str]:
        sealed = [webhook.sealed, webhook.former] if webhook.former and now < webhook.former_until else [webhook.sealed]
        return [self._vault.open(one, webhook.id) for one in sealed]
