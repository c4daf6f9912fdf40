"""Sending workers to rest: one that drains finishes what it holds and is given nothing more."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.bell import Bell
from jobyard.engine.ledger import Ledger
from jobyard.job.errors import NotFound
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, WorkerRow


class Workers:
    """Drain and resume. A worker that starts anew drains no longer."""

    def __init__(self, ledger: Ledger, bell: Bell) -> None:
        self._ledger = ledger
        self._bell = bell

    async def drain(self, actor: Actor, name: str) -> WorkerRow:
        """Give a worker nothing more; saying it again changes nothing. Raises NotFound."""
        return await self._set(actor, name, "drained", draining=True)

    async def resume(self, actor: Actor, name: str) -> WorkerRow:
        """Give it work again. Raises NotFound."""
        row = await self._set(actor, name, "resumed", draining=False)
        self._bell.ring_all()
        return row

    async def _set(self, actor: Actor, name: str, verb: str, *, draining: bool) -> WorkerRow:
        rules.require_house(actor, House.RUN_QUEUES)

        def work(transaction: Transaction) -> WorkerRow:
            known = next((row for row in transaction.workers() if row.name == name), None)
            if known is None:
                raise NotFound(what="worker", name=name)
            if known.draining != draining:
                transaction.drain(name, draining=draining)
                audit.tell(transaction, self._ledger.now(), actor.name, verb, f"worker {name}")
            return next(row for row in transaction.workers() if row.name == name)

        return await self._ledger.write(work)
