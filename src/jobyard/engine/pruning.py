"""Old jobs go: each rule walks along the jobs that ended, oldest first, and remembers how far it has come.

A walk looks at every job once. It starts over when the rules change and once a day, for what somebody kept and keeps no
longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from msgspec import Struct

from jobyard.engine.ledger import Ledger
from jobyard.engine.needs import Needs
from jobyard.engine.retention import DAY, Key, Retention, Rule, Rules, Subject
from jobyard.job import moves
from jobyard.job.record import Job
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Aged, Transaction

_LOOKED_AT = 1_000
"""Jobs that are looked at in one go; none of them is written to."""
_REMOVED = 25
"""Jobs that are removed in one transaction, so that nobody waits long for it."""
_START = (-1, 0)

Walker = Key | tuple[()]
"""The key of a rule, or nothing for the setting."""


class Walk(Struct, frozen=True):
    """What one rule, or the setting, may remove."""

    key: Walker
    before: int
    """Jobs that ended before this were remembered for long enough."""

    @property
    def project(self) -> str | None:
        """The one project it goes along; None for all jobs."""
        return self.key[1] if self.key and self.key[0] is Subject.PROJECT else None


class Pruned(Struct, frozen=True):
    """How many jobs went, and the bytes of their results."""

    jobs: int = 0
    freed: int = 0

    def __add__(self, other: Pruned) -> Pruned:
        return Pruned(self.jobs + other.jobs, self.freed + other.freed)


class Pruning:
    """Removes final jobs that were remembered for long enough and that nobody keeps."""

    def __init__(self, ledger: Ledger, needs: Needs, retention: Retention, blobs: Blobs, setting: float) -> None:
        self._ledger = ledger
        self._needs = needs
        self._retention = retention
        self._blobs = blobs
        self._setting = setting
        self._rules = Rules()
        self._start_over_at = 0
        self._places: dict[Walker, tuple[int, int]] = {}

    @property
    def setting(self) -> float:
        """Days a final job is remembered where no rule says otherwise; 0 for ever."""
        return self._setting

    async def round(self, seconds: float) -> Pruned:
        """Go on where the last round came to, for about so many seconds; each walk takes one step at least."""
        rules = await self._ledger.read(self._retention.known)
        if rules != self._rules or self._ledger.now() >= self._start_over_at:
            self._rules, self._start_over_at = rules, self._ledger.now() + DAY
            self._places = {}
        until = asyncio.get_running_loop().time() + seconds
        pruned = Pruned()
        for walk in self._walks(rules, self._setting):
            pruned += await self._along(walk, rules, self._places, until)
        return pruned

    async def all(self, days: float | None = None) -> Pruned:
        """Remove everything that may go now, with `days` in the place of the setting where they are given."""
        rules = await self._ledger.read(self._retention.known)
        pruned = Pruned()
        for walk in self._walks(rules, self._setting if days is None else days, exactly=days is not None):
            pruned += await self._along(walk, rules, {}, None)
        return pruned

    async def count(self, days: float | None = None, rule: Rule | None = None) -> Pruned:
        """Count what `all` would remove; with `rule`, what that rule would remove if it stood."""
        rules = await self._ledger.read(self._retention.known)
        rules = rules if rule is None else rules.with_rule(rule)
        counted = Pruned()
        for walk in self._walks(rules, self._setting if days is None else days, exactly=days is not None):
            if rule is None or walk.key == rule.key:
                counted += await self._counted(walk, rules)
        return counted

    def _walks(self, rules: Rules, setting: float, *, exactly: bool = False) -> Iterator[Walk]:
        """Give out what there is to walk. Days of 0 mean for ever, unless exactly that was asked."""
        now = self._ledger.now()
        for key, rule in sorted(rules.by_key.items()):
            if rule.days:
                yield Walk(key, now - int(rule.days * DAY))
        if setting > 0 or exactly:
            yield Walk((), now - int(setting * DAY))

    async def _along(
        self, walk: Walk, rules: Rules, places: dict[Walker, tuple[int, int]], until: float | None
    ) -> Pruned:
        loop, pruned = asyncio.get_running_loop(), Pruned()
        while page := await self._page(walk, places.get(walk.key, _START)):
            began = loop.time()
            chosen = _chosen(page, walk, rules)
            if chosen:
                batch = chosen[:_REMOVED]
                pruned += await self._remove(batch)
                places[walk.key] = batch[-1].place
            if len(chosen) <= _REMOVED:
                places[walk.key] = page[-1].place
            # Others are to have at least as much of the store's time as this has.
            await asyncio.sleep(loop.time() - began)
            if until is not None and loop.time() >= until:
                break
        return pruned

    async def _counted(self, walk: Walk, rules: Rules) -> Pruned:
        place, counted = _START, Pruned()
        while page := await self._page(walk, place):
            place = page[-1].place
            ids = [one.id for one in _chosen(page, walk, rules)]
            size = await self._ledger.search(lambda view, ids=ids: view.files_size(ids))  # type: ignore[misc]
            counted += Pruned(len(ids), size)
        return counted

    async def _page(self, walk: Walk, place: tuple[int, int]) -> list[Aged]:
        return await self._ledger.search(lambda view: view.aged(walk.before, place, _LOOKED_AT, walk.project))

    async def _remove(self, batch: Sequence[Aged]) -> Pruned:
        def work(transaction: Transaction) -> tuple[int, list[str], list[Job]]:
            jobs = transaction.prunable([one.id for one in batch])
            told = list[Job]()
            for job in jobs:
                told += self._needs.gone(transaction, job)
                transaction.note(moves.delete(job, self._ledger.now(), moves.HOUSE))
            return len(jobs), [blob for job in jobs for blob in transaction.remove(job.id)], told

        jobs, blobs, told = await self._ledger.write(work)
        self._needs.ring(told)
        return Pruned(jobs, sum(self._blobs.remove(blob) for blob in blobs))


def _chosen(page: Sequence[Aged], walk: Walk, rules: Rules) -> list[Aged]:
    """Return those that this walk may remove: what another rule says of is another walk's."""
    return [one for one in page if not one.kept and _key(rules, one) == walk.key]


def _key(rules: Rules, one: Aged) -> Walker:
    rule = rules.for_record(one.kind, one.project)
    return () if rule is None else rule.key
