"""External jobs: work that its own client runs (a notebook, a script) and reports to us.

The same moves, the same fence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobyard.access.rules import Verb
from jobyard.engine.ledger import Ledger, allowed
from jobyard.engine.needs import Needs
from jobyard.engine.settling import Settling
from jobyard.engine.vigil import Vigil
from jobyard.job import moves
from jobyard.job.errors import WrongState
from jobyard.job.record import Failure, Job, Progress, Reason
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction


class Outside:
    """Start, beat, report, finish, fail and stop, told by the job's own client."""

    def __init__(self, ledger: Ledger, needs: Needs, settling: Settling, vigil: Vigil) -> None:
        self._ledger = ledger
        self._vigil = vigil
        self._needs = needs
        self._settling = settling

    async def start(self, actor: Actor, id_: str) -> Job:
        """Note that the client runs the job now; the returned job carries the attempt number to report under."""
        lease = self._settling.lease
        return await self._ledger.change(
            actor, Verb.RUN, id_, lambda job, now: moves.start(job, now, actor.name, lease)
        )

    async def beat(self, actor: Actor, id_: str, attempt: int) -> Job:
        """Renew the lease; the returned job tells whether somebody wishes it to stop."""
        lease = self._settling.lease
        return await self._change(actor, id_, lambda job, now: moves.beat(job, attempt, now, lease))

    async def report(
        self, actor: Actor, id_: str, attempt: int, progress: Progress | None, lines: Sequence[str] = ()
    ) -> Job:
        """Take progress and lines of output; both renew the lease."""

        def work(transaction: Transaction) -> Job:
            job = _external(allowed(transaction, actor, Verb.RUN, id_))
            now, lease = self._ledger.now(), self._settling.lease
            told = progress or job.progress
            change = moves.report(job, attempt, now, lease, told) if told else moves.beat(job, attempt, now, lease)
            self._settling.logs.append(transaction, id_, attempt, lines, now)
            return transaction.apply(change)

        with self._vigil.hearing():
            job = await self._ledger.write(work)
        self._settling.ticks.note([id_])
        return job

    async def finish(self, actor: Actor, id_: str, attempt: int, result: Any = None) -> Job:
        """Note the good end."""
        return await self._change(actor, id_, lambda job, now: moves.finish(job, attempt, now, result))

    async def fail(self, actor: Actor, id_: str, attempt: int, message: str, detail: str = "") -> Job:
        """Note the bad end."""
        failure = Failure(reason=Reason.ERROR, message=message, detail=detail)
        return await self._change(actor, id_, lambda job, now: moves.lose(job, attempt, now, failure, now))

    async def stop(self, actor: Actor, id_: str, attempt: int) -> Job:
        """Note that the client stopped the work as was wished."""
        return await self._change(actor, id_, lambda job, now: moves.stop(job, attempt, now))

    async def _change(self, actor: Actor, id_: str, move: Any) -> Job:
        def work(transaction: Transaction) -> tuple[Job, list[Job]]:
            job, now = _external(allowed(transaction, actor, Verb.RUN, id_)), self._ledger.now()
            changed = transaction.apply(move(job, now))
            if not changed.final:
                return changed, []
            self._settling.logs.close(transaction, id_, changed.attempt, now)
            return changed, self._needs.ended(transaction, [changed])

        with self._vigil.hearing():
            job, told = await self._ledger.write(work)
        self._needs.ring(told)
        return job


def _external(job: Job) -> Job:
    if not job.external:
        raise WrongState(state=f"{job.state} and run by our workers", verb="be reported from outside")
    return job
