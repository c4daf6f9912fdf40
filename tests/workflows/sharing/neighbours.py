"""A house with people who share things with each other."""

from __future__ import annotations

from pathlib import Path

from jobyard.access.vault import Vault
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.store.contract import Store
from jobyard.workflows.library import rows as library
from jobyard.workflows.library.record import Workflow
from jobyard.workflows.sharing.house import Sharing
from tests.engine.schedules.calendar import Calendar


class Neighbours(Calendar):
    """Olga looks after what people share; Mia and Max are members, Vera only looks on."""

    def __init__(self, store: Store, folder: Path) -> None:
        super().__init__(store, folder)
        self.vault = Vault(bytes(32))
        self.sharing = Sharing(self.engine.ledger, self.vault)
        self.collections, self.groups = self.sharing.collections, self.sharing.groups
        self.credentials = self.sharing.credentials

    async def workflow(self, owner: str = "mia") -> str:
        """Keep a workflow of somebody's; return its id."""
        made = Workflow(id=new_id(), name="totals", owner=owner, created_at=1, updated_at=1)
        await self.engine.ledger.write(lambda transaction: library.insert(transaction, made))
        return made.id

    async def scheduled_job(self, owner: str = "mia") -> tuple[str, Job]:
        """Let somebody's schedule make a job; return the schedule's id with the job."""
        schedule = await self.create(owner, name=new_id(), overlap="allow")
        return schedule.id, await self.schedules.run_now(await self.actor(owner), schedule.id)

    async def neighbours(self) -> tuple[Actor, Actor, Actor, Actor]:
        """Return Olga, Mia, Max and Vera."""
        return (
            await self.actor("olga"),
            await self.actor("mia"),
            await self.actor("max"),
            await self.actor("vera"),
        )
