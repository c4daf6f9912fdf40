"""The housekeeper's rounds: lost workers, expired results, old records, orphaned blobs.

In pages, never "the first N".
"""

from __future__ import annotations

import asyncio
import logging

from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.engine.lifetimes import Lifetimes
from jobyard.engine.needs import Needs
from jobyard.engine.pruning import Pruning
from jobyard.engine.vigil import Vigil
from jobyard.job import moves
from jobyard.job.clock import SECOND
from jobyard.job.errors import Fault
from jobyard.job.events import Change
from jobyard.job.record import Job
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Transaction

_PAGE = 200
_DAY = 86_400 * SECOND
_FORGET_WORKER = 3_600 * SECOND
_PRUNING = 1.0
"""Seconds of a round in which old things are removed; the next round goes on."""

_log = logging.getLogger(__name__)


class Keeper:
    """Keeps house. One at a time does, even where several servers share a store."""

    def __init__(
        self,
        ledger: Ledger,
        needs: Needs,
        lifetimes: Lifetimes,
        blobs: Blobs,
        vigil: Vigil,
        pruning: Pruning,
        event_retention: float,
    ) -> None:
        self._ledger = ledger
        self._needs = needs
        self._lifetimes = lifetimes
        self._vigil = vigil
        self._blobs = blobs
        self._pruning = pruning
        self._event_retention = int(event_retention * _DAY)
        self._next_sweep = 0

    async def run(self, seconds: float) -> None:
        """Make a round every `seconds` until cancelled. A round that fails is logged; the next one comes."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.round()
            except Fault as fault:
                _log.warning("the keeper's round failed: %s", fault)
            except Exception:  # noqa: BLE001 - one broken round must not end the house keeping
                _log.exception("the keeper's round broke")

    async def round(self) -> None:
        """Do everything that is due now."""
        if not await asyncio.to_thread(self._ledger.store.hold_watch):
            self._vigil.broken()
            return
        await self.find_lost()
        await self.expire_results()
        await self._pruning.round(_PRUNING)
        await self._forget_workers()
        await self._forget_events()
        await self._tidy()
        if self._ledger.now() >= self._next_sweep:
            self._next_sweep = self._ledger.now() + _DAY
            await self.sweep()

    async def find_lost(self) -> int:
        """End the attempts whose lease has run out, naming the reason; return how many."""
        now, after, found = self._ledger.now(), "", 0
        if not self._vigil.complete():
            return 0
        while True:
            lapsed, jobs, told = await self._ledger.write(
                lambda transaction, after=after: self._lose(transaction, now, after)  # type: ignore[misc]
            )
            found += len(jobs)
            self._needs.ring(jobs + told)
            if len(lapsed) < _PAGE:
                return found
            after = lapsed[-1].id

    async def expire_results(self) -> int:
        """Remove result files whose time is over; the records stay. Return how many jobs were touched."""
        touched = 0
        while True:
            blobs, count = await self._ledger.write(self._expire)
            self._remove(blobs)
            touched += count
            if count < _PAGE:
                return touched

    async def sweep(self) -> int:
        """Remove blobs that no job knows and that are older than a day; return how many."""
        removed, before = 0, (self._ledger.now() - _DAY) / SECOND
        for page in self._blobs.pages(_PAGE, before):
            known = await self._ledger.read(lambda view, page=page: view.known_blobs(page))  # type: ignore[misc]
            orphans = [blob for blob in page if blob not in known]
            self._remove(orphans)
            removed += len(orphans)
        return removed

    def _lose(self, transaction: Transaction, now: int, after: str) -> tuple[list[Job], list[Job], list[Job]]:
        lapsed = transaction.lapsed(now, after, _PAGE)
        lost = [job for job in lapsed if not self._vigil.owes(job)]
        jobs = [transaction.apply(self._lost(transaction, job, now)) for job in lost]
        return lapsed, jobs, self._needs.ended(transaction, jobs)

    def _lost(self, transaction: Transaction, job: Job, now: int) -> Change:
        until = self._lifetimes.results_until(transaction, job, now)
        return moves.lose(job, job.attempt, now, moves.lost(job), now, until)

    def _expire(self, transaction: Transaction) -> tuple[list[str], int]:
        now = self._ledger.now()
        jobs = transaction.outlived(now, _PAGE)
        blobs = [blob for job in jobs for blob in transaction.drop_files(job.id)]
        for job in jobs:
            transaction.apply(moves.expire(job, now))
        return blobs, len(jobs)

    async def _forget_workers(self) -> None:
        now = self._ledger.now()

        def work(transaction: Transaction) -> None:
            for row in transaction.workers():
                if now - row.seen_at > _FORGET_WORKER:
                    transaction.drop_worker(row.name)

        await self._ledger.write(work)

    async def _forget_events(self) -> None:
        """Remove old events of jobs that are no more, and old entries of the house's own history."""
        if self._event_retention <= 0:
            return
        before = self._ledger.now() - self._event_retention
        loop = asyncio.get_running_loop()
        until = loop.time() + _PRUNING
        while loop.time() < until:
            began = loop.time()
            gone = await self._ledger.write(
                lambda transaction: transaction.prune_events(before, _PAGE) + audit.forget(transaction, before, _PAGE)
            )
            if gone < _PAGE:
                return
            await asyncio.sleep(loop.time() - began)

    async def _tidy(self) -> None:
        """Give back to the disk what was freed."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PRUNING
        while await asyncio.to_thread(self._ledger.store.tidy) and loop.time() < until:
            pass

    def _remove(self, blobs: list[str]) -> int:
        return sum(self._blobs.remove(blob) for blob in blobs)
