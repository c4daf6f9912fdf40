"""How the engine reaches the store: runs work there, waits for it without blocking, and tells the time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.witness import Happening, Witness
from jobyard.job.clock import Clock
from jobyard.job.errors import JobNotFound
from jobyard.job.events import Change
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.store.contract import Store, Transaction, View

T = TypeVar("T")

SEARCHES = 4
"""Searches under way at once; fewer than a store has readers, so that no short question waits for one."""


class Ledger:
    """The store and the clock of one house, and who sees what was written."""

    def __init__(self, store: Store, clock: Clock, witness: Witness) -> None:
        self.store = store
        self.clock = clock
        self._witness = witness
        store.measure(witness.saw_commit)
        self._searches = asyncio.Semaphore(SEARCHES)

    def now(self) -> int:
        """Return the house's time in microseconds."""
        return self.clock.now()

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction; return when it is durable."""
        happened: Sequence[Happening] = ()

        def seen(transaction: Transaction) -> T:
            nonlocal happened
            result = work(transaction)
            happened = transaction.happened
            return result

        began = time.perf_counter()
        result = await _settled(self.store.write(seen))
        self._witness.saw(happened, time.perf_counter() - began)
        return result

    async def read(self, work: Callable[[View], T]) -> T:
        """Run `work` on one consistent moment."""
        return await _settled(self.store.read(work))

    async def search(self, work: Callable[[View], T]) -> T:
        """Run `work` like `read`, but beside the event loop: for questions whose answer may take long to find."""
        async with self._searches:
            return await asyncio.to_thread(lambda: self.store.read(work).result())

    async def change(self, actor: Actor, verb: Verb, id_: str, move: Callable[[Job, int], Change]) -> Job:
        """Find a job, ask whether the actor may, let the move decide, and apply it: one transaction."""

        def work(transaction: Transaction) -> Job:
            job = allowed(transaction, actor, verb, id_)
            return transaction.apply(move(job, self.now()))

        return await self.write(work)


def allowed(view: View, actor: Actor, verb: Verb, id_: str) -> Job:
    """Return the job where the actor may do `verb` to it. Raises JobNotFound or Refused."""
    job = view.job(id_)
    if job is None:
        raise JobNotFound(id=id_)
    rules.require(actor, verb, job)
    return job


async def _settled(future: Future[T]) -> T:
    if future.done():
        return future.result()
    return await asyncio.wrap_future(future)
