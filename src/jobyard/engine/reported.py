"""Jobs whose life other programs report: brought to the state that is told, by the arrows that lead there.

Their clients say how a job stands now, not which step it takes; so one word may be several moves, each with its event,
all in one transaction of the caller's. Such a job may also stand in line, and be claimed by a program that is no worker
of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.ledger import Ledger
from jobyard.engine.limits import Limits, Subject
from jobyard.engine.needs import Needs
from jobyard.engine.settling import Settling
from jobyard.job import moves
from jobyard.job.events import Change
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import FINAL, Arrow, State
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction

LOOKED_AT = 64
"""Jobs of a queue that are looked at for one that its claimer may run."""

_D, _Q, _R = State.DRAFT, State.QUEUED, State.RUNNING
_S, _F, _C = State.SUCCEEDED, State.FAILED, State.CANCELLED
_STEPS: Mapping[tuple[State, State], Arrow] = MappingProxyType(
    {
        (_D, _Q): Arrow.RELEASE,
        (_D, _C): Arrow.CANCEL,
        (_Q, _D): Arrow.WITHDRAW,
        (_Q, _C): Arrow.CANCEL,
        (_R, _D): Arrow.GIVE_BACK,
        (_R, _Q): Arrow.GIVE_BACK,
        (_R, _S): Arrow.FINISH,
        (_R, _F): Arrow.FAIL,
        (_R, _C): Arrow.STOP,
        **{(final, target): Arrow.RETRY for final in FINAL for target in (_D, _Q)},
        **{(now, target): Arrow.START for now in (_D, _Q) for target in (_R, _S, _F)},
        **{(final, target): Arrow.START for final in FINAL for target in (_R, _S, _F, _C)},
    }
)
"""(the state now, the state that is told) -> the first arrow on the way."""


class Word(Struct, frozen=True, kw_only=True):
    """What is told of a job, beside its state."""

    queue: str | None = None
    """The queue it stands in line in, for whoever claims; None where its own client runs it."""
    failure: str = ""
    """Why it failed."""
    lease: int
    """Microseconds its holder may stay silent."""
    tries: int | None = None
    """How often it may be begun, in line, where its holders go away; None leaves that as it is."""


class Reported:
    """Brings jobs to states, and gives them out to programs that are no workers of ours."""

    def __init__(self, ledger: Ledger, needs: Needs, settling: Settling, limits: Limits) -> None:
        self._ledger = ledger
        self._needs = needs
        self._settling = settling
        self._limits = limits

    def bring(
        self, transaction: Transaction, actor: Actor, job: Job, target: State, word: Word, *, anew: bool = False
    ) -> list[Job]:
        """Bring a job to a state; return it and what it let go, for which the caller rings afterwards.

        `anew` takes a way even where the job is in that state already. Raises LimitReached where there is no room in
        line. The caller has asked whether the actor may.
        """
        moved = job
        while moved.state is not target or anew:
            anew = False
            moved = self._stepped(transaction, actor, moved, target, word)
        if moved.state is State.QUEUED and word.queue is not None and (moved.external or moved.queue != word.queue):
            moved = self._moved_over(transaction, actor, moved, word)
        if not moved.final or moved.revision == job.revision:
            return [moved]
        self._settling.logs.close(transaction, moved.id, moved.attempt, self._ledger.now())
        return [moved, *self._needs.ended(transaction, [moved])]

    def claimed(
        self, transaction: Transaction, actor: Actor, queue: str, kind: str, worker: str, lease: int
    ) -> Job | None:
        """Give out the first job of a queue that the actor may run, within the limits; None where there is none."""
        room, now = self._limits.claiming(transaction), self._ledger.now()
        if room is not None and not (room.open(Subject.QUEUE, [queue]) and room.open(Subject.KIND, [kind])):
            return None
        barred = set(room.barred) if room is not None else set[str]()
        while found := transaction.candidates([queue], [kind], now, LOOKED_AT, barred, worker):
            for job in found:
                if rules.may(actor, Verb.RUN, job) and (room is None or room.full(job) is None):
                    # Whoever took it and did not begin says nothing of what it does to its workers.
                    fresh = replace(job, losses=0) if job.begun_at is None else job
                    return transaction.apply(moves.claim(fresh, now, worker, lease))
            barred.update(job.owner for job in found)
        return None

    def begun(self, transaction: Transaction, job: Job, lease: int) -> Job:
        """Note that the work of a claimed job began. It is not repeated by itself then, unless it has several tries."""
        spent = max(moves.LOSSES, job.tries) if job.tries == 1 else job.losses
        began = moves.begin(replace(job, losses=spent), job.attempt, self._ledger.now())
        renewed = moves.beat(began.job, job.attempt, self._ledger.now(), lease)
        return transaction.apply(renewed.after(began))

    def heard(self, transaction: Transaction, job: Job, lease: int) -> Job:
        """Renew the lease of a running job whose holder lives, where a third of it is over."""
        now = self._ledger.now()
        if job.state is not State.RUNNING or (job.lease_until or 0) - now > lease * 2 // 3:
            return job
        return transaction.apply(moves.beat(job, job.attempt, now, lease))

    def renamed(self, transaction: Transaction, actor: Actor, job: Job, **changes: Any) -> Job:
        """Give a job another name or project, however it stands; what people searched for by words is found anew."""
        fresh = {name: value for name, value in changes.items() if getattr(job, name) != value}
        if not fresh:
            return job
        return transaction.apply(moves.mark(replace(job, **fresh), self._ledger.now(), actor.name, {}))

    def ring(self, *jobs: Job) -> None:
        """Wake whoever waits for one of the jobs; called once the transaction is over."""
        self._needs.ring(jobs)

    def _stepped(self, transaction: Transaction, actor: Actor, job: Job, target: State, word: Word) -> Job:
        now, name = self._ledger.now(), actor.name
        asked: Change | None = None
        arrow = _STEPS[job.state, target]
        if job.cancelling and arrow is Arrow.GIVE_BACK:
            arrow = Arrow.STOP
        if arrow is Arrow.STOP and not job.cancelling:
            asked = moves.cancel(job, now, name)
            job = asked.job
        return transaction.apply(self._moved(transaction, job, arrow, now, name, word).after(asked))

    def _moved(self, transaction: Transaction, job: Job, arrow: Arrow, now: int, name: str, word: Word) -> Change:
        match arrow:
            case Arrow.RELEASE | Arrow.RETRY:
                placed = self._placed(transaction, job, word)
                turn = transaction.turn(placed.queue, placed.priority, placed.owner) if not placed.external else 0
                if arrow is Arrow.RELEASE:
                    return moves.release(placed, now, name, None, turn)
                return moves.retry(placed, now, name, turn=turn, waits=self._needs.left(transaction, placed))
            case Arrow.WITHDRAW:
                return moves.withdraw(job, now, name)
            case Arrow.START:
                return moves.start(replace(job, external=True), now, name, word.lease)
            case Arrow.GIVE_BACK:
                return moves.give_back(job, job.attempt, now)
            case Arrow.FINISH:
                return moves.finish(job, job.attempt, now)
            case Arrow.FAIL:
                told = Failure(reason=Reason.ERROR, message=word.failure or "Its own client said that it failed.")
                return moves.fail(job, job.attempt, now, told)
            case Arrow.STOP:
                return moves.stop(job, job.attempt, now)
            case _:
                return moves.cancel(job, now, name)

    def _moved_over(self, transaction: Transaction, actor: Actor, job: Job, word: Word) -> Job:
        placed = self._placed(transaction, job, word)
        turn = transaction.turn(placed.queue, placed.priority, placed.owner)
        changes = {"queue": placed.queue, "external": False, "turn": turn, "tries": placed.tries}
        return transaction.apply(moves.edit(job, self._ledger.now(), actor.name, changes))

    def _placed(self, transaction: Transaction, job: Job, word: Word) -> Job:
        if word.queue is None:
            return replace(job, external=True)
        placed = replace(job, external=False, queue=word.queue, tries=word.tries or job.tries)
        self._limits.require(transaction, placed)
        return placed
