"""The room without a face: short ways to write tasks down and to report of them."""

from __future__ import annotations

from typing import Any

from jobyard.engine.retention import Rule, Subject
from jobyard.experiments.life import Told
from jobyard.experiments.record import Sort
from jobyard.experiments.reports import Report, Taken
from jobyard.experiments.tasks import Draft
from jobyard.people.record import Actor
from tests.faces.clearml.house import House

QUIET = Told()


class Room:
    """The room of a house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.verbs = house.experiments

    async def task(self, actor: Actor, name: str = "a task", **told: Any) -> str:
        """Write a task down; return its id."""
        return (await self.verbs.tasks.create(actor, Draft(name=name, type="training", **told))).task.id

    async def begun(self, actor: Actor, **told: Any) -> str:
        """Write a task down that runs; return its id."""
        id_ = await self.task(actor, **told)
        await self.verbs.life.start(actor, id_, QUIET)
        return id_

    async def tell(self, actor: Actor, id_: str, *points: tuple[int, float], name: str = "loss") -> Taken:
        """Report points of a curve."""
        batch = [self.report(id_, Sort.SCALAR, name, iteration, value=value) for iteration, value in points]
        return await self.verbs.reports.add(actor, batch)

    def report(self, id_: str, sort: Sort | None, name: str = "m", iteration: int = 0, **told: Any) -> Report:
        """Return one thing to report."""
        at = self.house.clock.now()
        return Report(home=id_, sort=sort, metric=name, variant="v", iteration=iteration, at=at, **told)

    async def everything(self, actor: Actor, id_: str) -> None:
        """Report one of each sort."""
        sorts = [self.report(id_, sort, sort.value, 1, value=1.0, body=b"{}") for sort in Sort]
        taken = await self.verbs.reports.add(actor, [*sorts, self.report(id_, None, text="a line")])
        assert (taken.added, taken.troubles) == (len(Sort) + 1, {})

    async def left(self, actor: Actor, id_: str) -> set[str]:
        """Return of which sorts there is anything to read."""
        curves = self.verbs.curves
        found = {sort.value for sort in Sort if await curves.page(actor, id_, [sort], (0, 0), 10)}
        _, lines = await curves.console(actor, id_, 10)
        return found | ({"console"} if lines else set())

    async def rule(self, subject: str, name: str, days: float) -> None:
        """Set a rule of how long results are kept."""
        rule = Rule(subject=Subject(subject), name=name, results=days)
        await self.house.engine.retention.put(self.house.actor("ada"), rule)
