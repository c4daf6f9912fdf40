"""Running the queues: pause one, so that nothing more is given out of it, and let it go on."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.bell import Bell
from jobyard.engine.ledger import Ledger
from jobyard.job.errors import NotFound
from jobyard.kinds.registry import Registry
from jobyard.people.record import Actor
from jobyard.store.contract import QueueRow, Transaction, View

DEFAULT = "default"
"""The queue of whatever names no other."""


class Queues:
    """Pause and resume. What runs already runs on, and jobs may still be put in line."""

    def __init__(self, ledger: Ledger, bell: Bell, registry: Registry) -> None:
        self._ledger = ledger
        self._bell = bell
        self._registry = registry

    async def pause(self, actor: Actor, name: str) -> QueueRow:
        """Give out nothing more of a queue; saying it again changes nothing. Raises NotFound for an unknown queue."""
        now = self._ledger.now()
        return await self._set(
            actor, name, "paused", QueueRow(name=name, paused=True, paused_by=actor.name, paused_at=now)
        )

    async def resume(self, actor: Actor, name: str) -> QueueRow:
        """Give its jobs out again. Raises NotFound for an unknown queue."""
        row = await self._set(actor, name, "resumed", QueueRow(name=name))
        self._bell.ring_all()
        return row

    async def _set(self, actor: Actor, name: str, verb: str, row: QueueRow) -> QueueRow:
        rules.require_house(actor, House.RUN_QUEUES)

        def work(transaction: Transaction) -> QueueRow:
            known = self._known(transaction, name)
            if known.paused == row.paused:
                return known
            transaction.put_queue(row)
            audit.tell(transaction, self._ledger.now(), actor.name, verb, f"queue {name}")
            return row

        return await self._ledger.write(work)

    def _known(self, view: View, name: str) -> QueueRow:
        """Return a queue that was used, is served, or is where a kind's jobs go. Raises NotFound."""
        row = next((row for row in view.queues() if row.name == name), None)
        if row is not None:
            return row
        served = {queue for worker in view.workers() for queue in worker.queues}
        if name not in served | {DEFAULT} | {kind.queue for kind in self._registry}:
            raise NotFound(what="queue", name=name)
        return QueueRow(name=name)
