"""Jobs that wait for other jobs: how many they still wait for, and what becomes of them when one of those ends."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.access.rules import Verb
from jobyard.engine.bell import Bell
from jobyard.engine.ledger import Ledger, allowed
from jobyard.engine.lifetimes import Lifetimes
from jobyard.job import moves
from jobyard.job.errors import Invalid, NeededFailed
from jobyard.job.record import Failure, Job, OnFailure, Reason
from jobyard.job.states import State
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

NEEDS_LIMIT = 100
"""The most jobs one job may wait for."""


class Needs:
    """Looks after the jobs that wait for others, always inside the transaction that ends one of these."""

    def __init__(self, ledger: Ledger, bell: Bell, lifetimes: Lifetimes) -> None:
        self._ledger = ledger
        self._bell = bell
        self._lifetimes = lifetimes

    def count(self, transaction: Transaction, actor: Actor, after: Sequence[str], on_failure: OnFailure) -> int:
        """Return how many of the jobs that a new one would wait for have not ended as it needs.

        Raises JobNotFound for one that the actor may not see, Invalid for too many, and NeededFailed where the new job
        would be cancelled at once.
        """
        if len(after) > NEEDS_LIMIT:
            raise Invalid(reason=f"a job can wait for {NEEDS_LIMIT} others at most")
        left = 0
        # In the order of their ids, so that two submissions never wait for each other crosswise.
        for id_ in sorted(set(after)):
            needed = allowed(transaction, actor, Verb.SEE, id_)
            if _failed(needed) and on_failure is OnFailure.CANCEL:
                raise NeededFailed(id=needed.id, state=needed.state.value)
            left += not _met(needed, on_failure)
        return left

    def left(self, view: View, job: Job) -> int:
        """Return how many of the jobs that this one waits for have not ended as it needs; one that is gone has."""
        return sum(not _met(needed, job.on_failure) for needed in view.jobs(job.after)) if job.after else 0

    def ended(self, transaction: Transaction, jobs: Sequence[Job]) -> list[Job]:
        """Tell those that wait for these jobs; return the ones that joined the line or were cancelled.

        Jobs that have not ended are passed over, and whoever waits for a job that is cancelled here is told too.
        """
        told: list[Job] = []
        ended = {job.id: job for job in jobs if job.final}
        while ended:
            moved = [self._hear(transaction, job, ended) for job in transaction.dependents(list(ended))]
            told += [job for job in moved if job.final or job.waits == 0]
            ended = {job.id: job for job in moved if job.final}
        return told

    def gone(self, transaction: Transaction, job: Job) -> list[Job]:
        """Cancel what waits for a job that is being removed for good; return it and what waits for that.

        A job that has ended as another needs is waited for no more, and may go.
        """
        cancelled = [
            self._cancel(transaction, one, job, "was deleted")
            for one in transaction.dependents([job.id])
            if not _met(job, one.on_failure)
        ]
        return cancelled + self.ended(transaction, cancelled)

    def ring(self, jobs: Sequence[Job]) -> None:
        """Wake workers for those of the jobs that stand in line; called after the transaction."""
        for job in jobs:
            if job.state is State.QUEUED and not job.external and job.waits == 0:
                self._bell.ring(job.queue)

    def _hear(self, transaction: Transaction, job: Job, ended: dict[str, Job]) -> Job:
        needed = next(ended[id_] for id_ in job.after if id_ in ended)
        failed = next((ended[id_] for id_ in job.after if id_ in ended and _failed(ended[id_])), None)
        if failed is not None and job.on_failure is OnFailure.CANCEL:
            return self._cancel(transaction, job, failed, failed.state.value)
        left = self.left(transaction, job)
        if left == job.waits:
            return job
        turn = transaction.turn(job.queue, job.priority, job.owner) if left == 0 else None
        return transaction.apply(moves.meet(job, self._ledger.now(), needed.id, left, turn))

    def _cancel(self, transaction: Transaction, job: Job, needed: Job, what: str) -> Job:
        now = self._ledger.now()
        sentence = f"Job {needed.number} ({needed.name}), which this one waited for, {_ENDED.get(what, what)}."
        because = Failure(reason=Reason.NEEDED, message=sentence)
        until = self._lifetimes.results_until(transaction, job, now)
        return transaction.apply(moves.cancel(job, now, moves.HOUSE, until, because))


_ENDED = {"failed": "failed", "cancelled": "was cancelled"}


def _failed(job: Job) -> bool:
    return job.state in {State.FAILED, State.CANCELLED}


def _met(job: Job, on_failure: OnFailure) -> bool:
    return job.state is State.SUCCEEDED or (on_failure is OnFailure.RUN and job.final)
