"""A yard whose webhooks may be sent to this machine, with people who really live there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from jobyard.engine.webhooks.book import Wish
from jobyard.engine.webhooks.record import Delivery, Webhook
from jobyard.job.ids import new_id
from jobyard.people.record import HOUSE, Actor, Membership, Project, Role, User
from jobyard.store.contract import Store
from tests.engine.webhooks.receiver import Receiver, receiving
from tests.engine.yard import Yard


class Posted(Yard):
    """The engine with short ways to make webhooks and turn the rounds by hand."""

    def __init__(self, store: Store, folder: Path) -> None:
        super().__init__(store, folder, webhook_targets=("127.0.0.0/8",))
        self.folder = folder
        self.webhooks, self.rounds = self.engine.webhooks, self.engine.rounds

    async def person(self, name: str, role: Role = Role.MEMBER, *, disabled: bool = False) -> Actor:
        """Let somebody in, or change them."""
        user = User(id=name, name=name, role=role, disabled=disabled)
        await self.engine.ledger.write(lambda transaction: transaction.put_user(user))
        return Actor(name=name, role=role)

    async def project(self, name: str, **places: Role) -> str:
        """Make a project with members; return its id."""
        project = Project(id=new_id(), name=name, owner="ada")
        await self.engine.ledger.write(lambda transaction: transaction.put_project(project))
        for user, role in places.items():
            place = Membership(project=project.id, user=user, role=role)
            await self.engine.ledger.write(lambda transaction, place=place: transaction.put_membership(place))  # type: ignore[misc]
        return project.id

    async def webhook(self, actor: Actor, receiver: Receiver, **wish: object) -> tuple[Webhook, str]:
        """Make a webhook to a receiver; return it with its secret."""
        return await self.webhooks.create(actor, Wish(**{"name": "w", "url": receiver.url, **wish}))  # type: ignore[arg-type]

    async def turn(self, seconds: float = 0.0) -> None:
        """Let time pass, then do everything that is due."""
        self.clock.forward(seconds)
        while await self.rounds.round():
            pass
        await self.rounds.idle()
        # A sender that ended may have left something that was written down meanwhile.
        await self.rounds.round()
        await self.rounds.idle()

    async def deliveries(self, webhook: Webhook) -> list[Delivery]:
        """Return a webhook's deliveries, the oldest event first."""
        found = await self.webhooks.deliveries(HOUSE, webhook.id, None, 1_000)
        return [delivery for delivery, _ in reversed(found)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """Let the rounds run by themselves."""
        task = asyncio.create_task(self.rounds.run())
        await asyncio.sleep(0)
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look(self, webhook: Webhook) -> Webhook:
        """Return a webhook as it is now."""
        return await self.webhooks.get(HOUSE, webhook.id)


@pytest.fixture
def posted(any_store: Store, tmp_path: Path) -> Posted:
    return Posted(any_store, tmp_path)


@pytest.fixture
async def mia(posted: Posted) -> Actor:
    return await posted.person("mia")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made
