"""The engine put together: one object with a room for each sort of verb.

It is built by the server and used by every face.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import jobyard
from jobyard.access.vault import Vault
from jobyard.engine.audit import Audit
from jobyard.engine.bell import Bell
from jobyard.engine.bulk import Bulk
from jobyard.engine.capability import Capability
from jobyard.engine.desk import Desk
from jobyard.engine.feed import Feed
from jobyard.engine.jobs import Jobs
from jobyard.engine.keeper import Keeper
from jobyard.engine.leafing import Leafing
from jobyard.engine.ledger import Ledger
from jobyard.engine.lifetimes import Lifetimes
from jobyard.engine.limits import Limits
from jobyard.engine.listing import Listing
from jobyard.engine.logs import Logs
from jobyard.engine.meters import Meters
from jobyard.engine.needs import Needs
from jobyard.engine.numbers import Numbers
from jobyard.engine.outside import Outside
from jobyard.engine.people import People
from jobyard.engine.profiles import Profiles
from jobyard.engine.projects import Projects
from jobyard.engine.pruning import Pruning
from jobyard.engine.queues import Queues
from jobyard.engine.reported import Reported
from jobyard.engine.results import Results
from jobyard.engine.retention import Retention
from jobyard.engine.rights import Rights
from jobyard.engine.schedules.clockwork import Clockwork
from jobyard.engine.schedules.verbs import Schedules
from jobyard.engine.settling import Settling
from jobyard.engine.upkeep import Upkeep
from jobyard.engine.vigil import Vigil
from jobyard.engine.waiting import Waits
from jobyard.engine.watching import Watching
from jobyard.engine.webhooks.book import Webhooks
from jobyard.engine.webhooks.carrier import Carrier
from jobyard.engine.webhooks.post import Post, Wording
from jobyard.engine.webhooks.rounds import Rounds
from jobyard.engine.webhooks.targets import Targets
from jobyard.engine.witness import Witness
from jobyard.engine.workers import Workers
from jobyard.job.clock import SECOND, Clock
from jobyard.kinds.registry import Registry
from jobyard.settings import Settings
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Store


class Engine:
    """Everything that may be asked of jobs. Each verb asks `access` itself."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        vault: Vault,
        clock: Clock,
        registry: Registry,
        capabilities: Iterable[Capability],
        settings: Settings,
        wording: Wording,
    ) -> None:
        self.registry = registry
        self.capabilities = {capability.name: capability for capability in capabilities}
        self.meters = Meters(registry.names(), jobyard.__version__)
        self.ledger = Ledger(store, clock, Witness(self.meters))
        self.bell = Bell()
        self.results = Results(self.ledger, blobs, settings.upload_limit)
        lease = int(settings.lease * SECOND)
        self.limits, self.vigil = Limits(self.ledger), Vigil(self.ledger, lease)
        self.retention, self.audit = Retention(self.ledger), Audit(self.ledger)
        lifetimes = Lifetimes(registry, self.retention)
        self.needs = needs = Needs(self.ledger, self.bell, lifetimes)
        settling = Settling(self.ledger, needs, lifetimes, self.results, Logs(settings), lease)
        self.jobs = Jobs(self.ledger, registry, self.capabilities, lifetimes, needs, self.limits, blobs)
        self.clockwork, self.bulk = Clockwork(self.ledger, self.jobs), Bulk(self.ledger, self.jobs, blobs)
        self.schedules = Schedules(self.ledger, self.jobs, self.clockwork)
        self.desk = Desk(self.ledger, self.bell, registry, self.capabilities, settling, self.limits, self.vigil)
        self.outside = Outside(self.ledger, needs, settling, self.vigil)
        self.reported = Reported(self.ledger, needs, settling, self.limits)
        self.listing, self.leafing = _lists(self.ledger, Waits(self.ledger, self.limits))
        self.feed = Feed(self.ledger, settling.ticks, settings.feed_limit)
        self.watching = Watching(self.ledger, self.feed, self.meters)
        self.people, self.rights = People(self.ledger, vault, clock, settings), Rights(self.ledger)
        self.projects, self.profiles, self.numbers = Projects(self.ledger), Profiles(self.ledger), Numbers(self.ledger)
        self.queues, self.workers = Queues(self.ledger, self.bell, registry), Workers(self.ledger, self.bell)
        self.pruning = Pruning(self.ledger, needs, self.retention, blobs, settings.retention)
        self.keeper = Keeper(self.ledger, needs, lifetimes, blobs, self.vigil, self.pruning, settings.event_retention)
        self.upkeep = Upkeep(self.ledger, blobs, self.pruning, settings.folder)
        self.webhooks, self.rounds = _posting(self.ledger, vault, settings, wording, self.meters)
        self._round = settings.round

    async def run(self) -> None:
        """Keep the feed, the keeper's rounds, the needs of jobs, the schedules and the post going until cancelled."""
        if self.ledger.store.dialect == "postgres":
            # Another server's submissions reach our waiting workers through the feed.
            self.feed.on_news(self.bell.ring_all)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.feed.run())
            group.create_task(self.vigil.run())
            group.create_task(self.keeper.run(self._round))
            group.create_task(self.needs.run(self._round))
            group.create_task(self.clockwork.run())
            group.create_task(self.rounds.run())


def _lists(ledger: Ledger, waits: Waits) -> tuple[Listing, Leafing]:
    """Return who answers questions about jobs, by places in lists and by numbers of pages."""
    return Listing(ledger, waits), Leafing(ledger, waits)


def _posting(
    ledger: Ledger, vault: Vault, settings: Settings, wording: Wording, meters: Meters
) -> tuple[Webhooks, Rounds]:
    """Return who keeps the webhooks and who makes the deliveries, waking each other."""
    targets = Targets(settings.webhook_targets)
    post = Post(ledger.clock, vault, Carrier(ledger.clock, targets), wording)
    webhooks, rounds = Webhooks(ledger, vault, targets, post), Rounds(ledger, post, meters)
    webhooks.on_change = rounds.wake
    return webhooks, rounds
