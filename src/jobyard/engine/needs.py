"""Jobs that wait for other jobs: how many they still wait for, and what becomes of them when one of those ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.access.rules import Verb
from jobyard.engine.bell import Bell
from jobyard.engine.ledger import Ledger, allowed
from jobyard.engine.lifetimes import Lifetimes
from jobyard.job import moves
from jobyard.job.errors import Fault, Invalid, NeededFailed
from jobyard.job.ids import new_id
from jobyard.job.record import Failure, Job, OnFailure, Reason
from jobyard.job.states import State
from jobyard.people.record import Actor
from jobyard.store.contract import Card, Transaction, View
from jobyard.store.rows import LAST

NEEDS_LIMIT = 100
"""The most jobs one job may wait for."""
TOLD_AT_ONCE = 200
"""How many jobs are told in one transaction that others have ended; nobody else writes meanwhile on SQLite."""
DRAWER = "ended"
"""Where it is written down who is still to be told."""

_log = logging.getLogger(__name__)


class Ended(Struct, frozen=True):
    """What those that waited for a job have to know of it."""

    number: int
    name: str
    state: State


class Wave(Struct, frozen=True):
    """Jobs that ended together, and how far those that waited for them have been told."""

    ended: dict[str, Ended]
    after: int = 0
    """The number of the last one that was told."""
    upto: int = LAST
    """The number of the last one to tell: who began to wait after that waits for another end."""


class Needs:
    """Looks after the jobs that wait for others: the first of them inside the transaction that ends one of these."""

    def __init__(self, ledger: Ledger, bell: Bell, lifetimes: Lifetimes) -> None:
        self._ledger = ledger
        self._bell = bell
        self._lifetimes = lifetimes
        self._left = False
        self._more = asyncio.Event()

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

        Jobs that have not ended are passed over, and whoever waits for a job that is cancelled here is told too. Where
        very many wait, the last of them are told by `go_on`, and not one is forgotten whatever happens until then.
        """
        return self._tell(transaction, _waves(jobs))

    async def run(self, seconds: float) -> None:
        """Go on whenever a transaction left somebody untold, and every `seconds` for what others left; until cancelled.

        Where that fails it is logged, and tried again.
        """
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._more.wait(), seconds)
            self._more.clear()
            try:
                await self.go_on()
            except Fault as fault:
                _log.warning("those that wait for others could not be told: %s", fault)
            except Exception:  # noqa: BLE001 - one broken turn must not end the telling
                _log.exception("telling those that wait for others broke")

    async def go_on(self) -> None:
        """Tell all that were left untold, some in a transaction, leaving others as much of the store's time."""
        loop = asyncio.get_running_loop()
        while await self._ledger.read(lambda view: view.next_card(DRAWER)) is not None:
            began = loop.time()
            told = await self._ledger.write(self._tell_more)
            if told is None:
                return
            self.ring(told)
            await asyncio.sleep(loop.time() - began)

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
        if self._left:
            self._left = False
            self._more.set()

    def _tell_more(self, transaction: Transaction) -> list[Job] | None:
        """Take one card and go on from there. None where there is no card, or another server has it."""
        card = next(iter(transaction.due_cards(DRAWER, self._ledger.now(), 1)), None)
        if card is None:
            return None
        transaction.drop_card(DRAWER, card.id)
        return self._tell(transaction, msgspec.json.decode(card.body, type=list[Wave]))

    def _tell(self, transaction: Transaction, waves: list[Wave]) -> list[Job]:
        """Tell TOLD_AT_ONCE jobs, and write down what is left. The last wave goes first, so that there are few."""
        told: list[Job] = []
        room = TOLD_AT_ONCE
        while waves and room:
            wave = waves.pop()
            found = transaction.dependents(list(wave.ended), wave.after, wave.upto, room)
            moved = [self._hear(transaction, job, wave.ended) for job in found]
            if len(found) == room:
                waves.append(replace(wave, after=found[-1].number))
            room -= len(found)
            told += [job for job in moved if job.final or job.waits == 0]
            waves += _waves(moved)
        left = [found for found in (self._rest(transaction, wave) for wave in waves) if found is not None]
        if left:
            body = msgspec.json.encode(left).decode()
            transaction.put_card(Card(drawer=DRAWER, id=new_id(), body=body, due_at=self._ledger.now()))
            self._left = True
        return told

    def _rest(self, transaction: Transaction, wave: Wave) -> Wave | None:
        upto = transaction.last_dependent(list(wave.ended)) if wave.upto == LAST else wave.upto
        return replace(wave, upto=upto) if upto > wave.after else None

    def _hear(self, transaction: Transaction, job: Job, ended: dict[str, Ended]) -> Job:
        among = [id_ for id_ in job.after if id_ in ended]
        failed = next((ended[id_] for id_ in among if _failed(ended[id_])), None)
        if failed is not None and job.on_failure is OnFailure.CANCEL:
            return self._cancel(transaction, job, failed, failed.state.value)
        left = self.left(transaction, job)
        if left == job.waits:
            return job
        turn = transaction.turn(job.queue, job.priority, job.owner) if left == 0 else None
        return transaction.apply(moves.meet(job, self._ledger.now(), among[0], left, turn))

    def _cancel(self, transaction: Transaction, job: Job, needed: Job | Ended, what: str) -> Job:
        now = self._ledger.now()
        sentence = f"Job {needed.number} ({needed.name}), which this one waited for, {_ENDED.get(what, what)}."
        because = Failure(reason=Reason.NEEDED, message=sentence)
        until = self._lifetimes.results_until(transaction, job, now)
        return transaction.apply(moves.cancel(job, now, moves.HOUSE, until, because))


_ENDED = {"failed": "failed", "cancelled": "was cancelled"}


def _waves(jobs: Sequence[Job]) -> list[Wave]:
    """Return the wave of those of the jobs that have ended, where there are any."""
    ended = {job.id: Ended(job.number, job.name, job.state) for job in jobs if job.final}
    return [Wave(ended)] if ended else []


def _failed(job: Job | Ended) -> bool:
    return job.state in {State.FAILED, State.CANCELLED}


def _met(job: Job, on_failure: OnFailure) -> bool:
    return job.state is State.SUCCEEDED or (on_failure is OnFailure.RUN and job.final)
