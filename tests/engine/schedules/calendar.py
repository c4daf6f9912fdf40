"""A yard with people who have schedules, and short ways to let time pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from jobyard.engine.schedules.verbs import Seen
from jobyard.job.filters import Filter, Order, Query
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.schedule import Schedule
from jobyard.people.record import HOUSE, Actor, Membership, Project, Role, User
from tests.engine.yard import Yard

PEOPLE = {"olga": Role.OPERATOR, "mia": Role.MEMBER, "max": Role.MEMBER, "vera": Role.VIEWER}
BORN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def wish(**fields: Any) -> Schedule:
    said = {"id": "", "name": "nightly", "owner": "", "kind": "test.count", **fields}
    if not {"cron", "interval"} & said.keys():
        said["cron"] = "0 3 * * *"
    return Schedule(**said)


class Calendar(Yard):
    """It is 1 March 2026, ten o'clock, until a test says otherwise."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.clock.time = micros(BORN)
        self.schedules, self.clockwork = self.engine.schedules, self.engine.clockwork

    async def move_in(self) -> None:
        for name, role in PEOPLE.items():
            user = User(id=new_id(), name=name, role=role)
            await self.engine.ledger.write(lambda transaction, user=user: transaction.put_user(user))  # type: ignore[misc]

    async def actor(self, name: str = "mia") -> Actor:
        """Return a user with the rights of this moment."""

        def work(view: Any) -> Actor:
            places = {one.project: one.role for one in view.memberships(user=name)}
            return Actor(name=name, role=view.user(name).role, projects=places)

        return await self.engine.ledger.read(work)

    async def project(self, **places: Role) -> str:
        project = Project(id=new_id(), name="vision", owner="olga")
        await self.engine.ledger.write(lambda transaction: transaction.put_project(project))
        for user, role in places.items():
            await self.place(project.id, user, role)
        return project.id

    async def place(self, project: str, user: str, role: Role) -> None:
        place = Membership(project=project, user=user, role=role)
        await self.engine.ledger.write(lambda transaction: transaction.put_membership(place))

    async def change_user(self, name: str, **changes: Any) -> None:
        def work(transaction: Any) -> None:
            transaction.put_user(replace(transaction.user(name), **changes))

        await self.engine.ledger.write(work)

    async def create(self, actor: str = "mia", **fields: Any) -> Schedule:
        return (await self.schedules.create(await self.actor(actor), wish(**fields))).schedule

    async def seen(self, schedule: Schedule | str) -> Seen:
        return await self.schedules.get(HOUSE, schedule if isinstance(schedule, str) else schedule.id)

    async def stored(self, schedule: Schedule | str) -> Schedule:
        return (await self.seen(schedule)).schedule

    async def go_to(self, day: int, hour: int, minute: int = 0, second: float = 0.0, month: int = 3) -> None:
        """Let it be this time, and let the clockwork look."""
        self.clock.time = micros(datetime(2026, month, day, hour, minute, tzinfo=UTC)) + int(second * 1_000_000)
        await self.clockwork.round()

    async def made(self, schedule: Schedule | str) -> list[Job]:
        """Return the jobs of a schedule, oldest first."""
        id_ = schedule if isinstance(schedule, str) else schedule.id
        query = Query(filter=Filter(schedule=id_), order=Order.OLDEST, limit=500)
        return (await self.listing.find(HOUSE, query)).page.jobs

    async def end(self, job: Job) -> None:
        """Let a worker run a queued job to its good end."""
        [assignment] = await self.claim()
        assert assignment.job.id == job.id
        await self.finish(assignment.job)


def said(times: list[int]) -> list[str]:
    return [(EPOCH + timedelta(microseconds=time)).strftime("%d %H:%M") for time in times]
