"""What is told to those who watch the house from outside: how it stands now, and what was counted."""

from __future__ import annotations

import asyncio
from collections import Counter

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.feed import Feed
from jobyard.engine.ledger import Ledger
from jobyard.engine.listing import alive
from jobyard.engine.meters import Meters, Standing
from jobyard.engine.webhooks.record import DRAWER, webhook_of
from jobyard.job.filters import EVERYTHING
from jobyard.people.record import Actor
from jobyard.store.contract import Sizes, View

_STATES = ("alive", "draining", "gone")
_WEBHOOKS = ("active", "failing", "paused")


class Watching:
    """Answers who asks for metrics."""

    def __init__(self, ledger: Ledger, feed: Feed, meters: Meters) -> None:
        self._ledger = ledger
        self._feed = feed
        self._meters = meters

    async def metrics(self, actor: Actor | None) -> bytes:
        """Return the metrics as text. None for somebody whom the settings let read them; else an operator may."""
        if actor is not None:
            rules.require_house(actor, House.SEE_METRICS)
        sizes = await asyncio.to_thread(self._ledger.store.sizes)
        standing = await self._ledger.search(lambda view: self._standing(view, sizes))
        return self._meters.text(standing)

    def _standing(self, view: View, sizes: Sizes) -> Standing:
        now = self._ledger.now()
        workers = Counter(
            "gone" if not alive(row, now) else "draining" if row.draining else "alive" for row in view.workers()
        )
        webhooks = [webhook_of(card) for card in view.cards(DRAWER)]
        posting = Counter("paused" if not one.active else "failing" if one.failures else "active" for one in webhooks)
        return Standing(
            jobs={(tally.queue, tally.state): tally.count for tally in view.tallies(EVERYTHING)},
            workers={state: workers[state] for state in _STATES},
            paused=sum(row.paused for row in view.queues()),
            blobs=view.stored(None),
            database=sizes.database,
            free=sizes.free,
            log=sizes.log,
            readers=self._feed.waiting,
            webhooks={state: posting[state] for state in _WEBHOOKS},
            deliveries=sum(one.waiting for one in webhooks),
        )
