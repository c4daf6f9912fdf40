"""How long what was reported is kept: by its sort, and by the project of the house that the task lies in.

The rules are those of the house about results. One of the task's project wins over one of `experiment.run/SORT`, and
that over one of `experiment.run`; without any, reports are kept for ever. Of curves that go, the last, least, greatest
and first values stay.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, NamedTuple

from jobyard.engine.retention import DAY, Rules
from jobyard.experiments import rows
from jobyard.experiments.agents import LONGEST
from jobyard.experiments.deleting import drop_series
from jobyard.experiments.ground import Ground
from jobyard.experiments.machines import samples
from jobyard.experiments.record import KIND, Sort
from jobyard.job.errors import Fault
from jobyard.store.contract import Transaction, View

CONSOLE = "console"
"""How rules name the console, beside the sorts of series."""
_LOOKED_AT = 500
_REMOVED = 20
"""How many series or consoles go in one transaction, so that nobody waits long for it."""
_EVERY = 600.0
"""Seconds between rounds."""

_log = logging.getLogger(__name__)


class Old(NamedTuple):
    """A series, or the console of a task, that may be old enough to go."""

    place: int
    """The number of the series or of the task."""
    home: str
    project: str | None
    ended_at: int


class Keeping:
    """Forgets what was kept for long enough."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def run(self) -> None:
        """Make a round now and then, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.round()
            except Fault as fault:
                _log.warning("the round through old reports failed: %s", fault)
            except Exception:  # noqa: BLE001 - one broken round must not end the keeping
                _log.exception("the round through old reports broke")

    async def round(self) -> int:
        """Forget all reports whose time is over, and agents that are gone; return of how many series and consoles."""
        rules = await self._ground.read(self._ground.engine.retention.known)
        gone = 0
        for sort in (*(one.value for one in Sort), CONSOLE):
            shortest = _shortest(rules, sort)
            if shortest is not None:
                gone += await self._along(rules, sort, self._ground.now() - shortest)
        now = self._ground.now()

        def forget(transaction: Transaction) -> None:
            transaction.run(rows.AGENTS["forget_agents"], {"before": now - LONGEST})
            samples.forget(transaction, now)

        await self._ground.write(forget)
        return gone

    async def _along(self, rules: Rules, sort: str, before: int) -> int:
        after, gone = 0, 0
        while page := await self._page(sort, before, after):
            after = page[-1].place
            old = [one for one in page if self._is_over(rules, sort, one)]
            for start in range(0, len(old), _REMOVED):
                part = old[start : start + _REMOVED]
                await self._ground.write(lambda transaction, part=part: _forget(transaction, sort, part))  # type: ignore[misc]
            gone += len(old)
        return gone

    async def _page(self, sort: str, before: int, after: int) -> list[Old]:
        values: dict[str, Any] = {"before": before, "after": after, "limit": _LOOKED_AT}
        name = "old_consoles" if sort == CONSOLE else "old_series"
        if sort != CONSOLE:
            values |= {"sort": sort}

        def work(view: View) -> list[Old]:
            return [Old(*row) for row in view.rows(rows.QUERIES[name], values)]

        return await self._ground.search(work)

    def _is_over(self, rules: Rules, sort: str, one: Old) -> bool:
        days = days_for(rules, sort, one.project)
        return days > 0 and one.ended_at < self._ground.now() - int(days * DAY)


def days_for(rules: Rules, sort: str, project: str | None) -> float:
    """Return how many days reports of a sort are kept once their task has ended; 0 for ever."""
    found = rules.for_results(f"{KIND}/{sort}", project)
    if found is None:
        found = rules.for_results(KIND, project)
    return found or 0.0


def _shortest(rules: Rules, sort: str) -> int | None:
    """Return the shortest time that any rule lets reports of a sort live; None where none does."""
    projects: Iterable[str | None] = [None, *(rule.name for rule in rules.by_key.values())]
    days = [found for project in projects if (found := days_for(rules, sort, project)) > 0]
    return int(min(days) * DAY) if days else None


def _forget(transaction: Transaction, sort: str, old: list[Old]) -> None:
    if sort == CONSOLE:
        transaction.run_many(rows.QUERIES["delete_said"], [{"home": one.home} for one in old])
    elif sort == Sort.SCALAR:
        given = [{"series": one.place} for one in old]
        transaction.run_many(rows.QUERIES["delete_values"], given)
        transaction.run_many(rows.QUERIES["empty_series"], given)
    else:
        drop_series(transaction, [one.place for one in old])
