"""How an attempt ends: results taken in, the outcome decided, the next try put in line."""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from jobyard.engine.ledger import Ledger
from jobyard.engine.lifetimes import Lifetimes
from jobyard.engine.logs import Logs
from jobyard.engine.needs import Needs
from jobyard.engine.results import Received, Results
from jobyard.engine.ticks import Ticks
from jobyard.job import moves
from jobyard.job.desk import Finish, MadeFile, Outcome, Settled
from jobyard.job.errors import NotFound
from jobyard.job.events import Change
from jobyard.job.record import Failure, Job, Reason, ResultFile
from jobyard.store.contract import Transaction, View

_BROKEN = Failure(reason=Reason.ERROR, message="The worker said that the work failed, but not why.")


class Settling:
    """Ends attempts. Shared by workers (through the desk) and the clients of external jobs."""

    def __init__(
        self,
        ledger: Ledger,
        needs: Needs,
        lifetimes: Lifetimes,
        results: Results,
        logs: Logs,
        lease: int,
    ) -> None:
        self._ledger = ledger
        self.needs = needs
        self.lifetimes = lifetimes
        self._results = results
        self.logs = logs
        self.ticks = Ticks()
        self.lease = lease
        """The length of a lease in microseconds."""

    async def settle(self, finish: Finish) -> Settled:
        """End the attempts of a worker's finish, all in one transaction; one word for each, in order."""
        files = await self._received(finish)

        def work(transaction: Transaction) -> tuple[list[str], list[Job]]:
            settled = list[Job]()
            states = [
                self._settle(transaction, finish.worker, _whole(outcome, files), files, settled)
                for outcome in finish.outcomes
            ]
            return states, settled + self.needs.ended(transaction, settled)

        states, settled = await self._ledger.write(work)
        self.needs.ring(settled)
        return Settled(states=tuple(states))

    def _settle(
        self, transaction: Transaction, worker: str, outcome: Outcome, files: dict[str, Received], settled: list[Job]
    ) -> str:
        job, now = transaction.job(outcome.job), self._ledger.now()
        if job is None:
            return "stale"
        if not moves.holds(job, outcome.attempt):
            return self._repeated(transaction, job, outcome, f"worker:{worker}")
        self.logs.write(transaction, job.id, outcome.attempt, outcome.lines)
        self.logs.close(transaction, job.id, outcome.attempt, now)
        told: Change | None = None
        if outcome.begun and job.begun_at is None:
            told = moves.begin(job, outcome.attempt, now, outcome.ran)
            job = told.job
        if outcome.progress is not None:
            told = moves.report(job, outcome.attempt, now, self.lease, outcome.progress).after(told)
            job = told.job
        kept = [_file(made, files[made.blob], outcome.attempt) for made in outcome.files if made.blob in files]
        ended = transaction.apply(self._ending(transaction, job, outcome, now, fresh=bool(kept)).after(told))
        for file in kept:
            transaction.add_file(ended.id, file)
        settled.append(ended)
        return ended.state.value

    def _ending(self, view: View, job: Job, outcome: Outcome, now: int, *, fresh: bool) -> Change:
        # The files of earlier attempts are looked for only where there were any: most jobs have one attempt.
        until = self.lifetimes.results_until(view, job, now, fresh=fresh) if fresh or job.attempt > 1 else None
        if outcome.how == "finish":
            return moves.finish(job, outcome.attempt, now, outcome.result, until)
        if outcome.how == "stop" and job.cancelling:
            return moves.stop(job, outcome.attempt, now, until)
        failure = outcome.failure or _BROKEN
        if failure.reason is Reason.UNREADABLE:
            return moves.fail(job, outcome.attempt, now, failure, until)
        return moves.lose(job, outcome.attempt, now, failure, now + self.lifetimes.pause(job), until)

    def _repeated(self, transaction: Transaction, job: Job, outcome: Outcome, actor: str) -> str:
        attempts = {attempt.number: attempt for attempt in transaction.attempts(job.id)}
        ended = attempts.get(outcome.attempt)
        same = {"finish": {"finish"}, "fail": {"fail", "back_off", "stop"}, "stop": {"stop"}}
        if ended is not None and ended.outcome in same.get(outcome.how, set()):
            return job.state.value
        transaction.note(moves.late(job, outcome.attempt, self._ledger.now(), actor, outcome.how))
        return "stale"

    async def _received(self, finish: Finish) -> dict[str, Received]:
        found = dict[str, Received]()
        for outcome in finish.outcomes:
            for made in outcome.files:
                with suppress(NotFound):
                    found[made.blob] = await self._results.described(made.blob)
        return found


def _file(made: MadeFile, received: Received, attempt: int) -> ResultFile:
    return ResultFile(
        name=made.name,
        size=received.size,
        sha256=received.sha256,
        blob=made.blob,
        media_type=made.media_type,
        attempt=attempt,
    )


def _whole(outcome: Outcome, files: dict[str, Received]) -> Outcome:
    missing = [made.name for made in outcome.files if made.blob not in files]
    if outcome.how != "finish" or not missing:
        return outcome
    sentence = f"The result file {missing[0]} did not arrive whole; the job has to run again."
    return replace(outcome, how="fail", failure=Failure(reason=Reason.ERROR, message=sentence))
