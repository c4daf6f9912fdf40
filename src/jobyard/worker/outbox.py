"""What the house must hear: ends and returns of attempts, in batches, told until they are answered or declined."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from jobyard.job.desk import Finish, GiveBack, Held, Outcome, Settled
from jobyard.job.record import Failure, Reason
from jobyard.worker.desk import Declined, Desk, insist
from jobyard.worker.hand import Hand, Holding, Phase

_log = logging.getLogger("jobyard.worker")
_T = TypeVar("_T")
_BATCH = 256
_ENOUGH = 16
_GATHER = 0.005
_WEIGHT = 1_500_000
"""About the bytes of one batch; a single item may weigh more."""


class Outbox(Generic[_T]):
    """Sends at once when nothing is under way; what arrives meanwhile goes together with the next batch.

    While more is waiting to be run, the next ends are only milliseconds away, and a few of those are waited for: asking
    the house costs more than running a short job.
    """

    def __init__(self, hand: Hand, send: Callable[[list[_T]], Awaitable[Settled]], weigh: Callable[[_T], int]) -> None:
        self._hand = hand
        self._send = send
        self._weigh = weigh
        self._waiting: deque[tuple[Holding, _T]] = deque()
        self._arrived = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()

    def hold(self, *, back: bool) -> None:
        """Keep everything here for now, or send it from now on."""
        if back:
            self._open.clear()
        else:
            self._open.set()

    def put(self, holding: Holding, item: _T) -> None:
        """Take what the house must hear of an attempt. It stays in hand until the house has answered."""
        holding.phase = Phase.ENDING
        self._waiting.append((holding, item))
        self._arrived.set()

    async def run(self) -> None:
        """Send for as long as the worker lives."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._open.wait()
                if self._hand.busy and len(self._waiting) < _ENOUGH:
                    await asyncio.sleep(_GATHER)
                await self._deliver(self._batch())

    def _batch(self) -> list[tuple[Holding, _T]]:
        batch = [self._waiting.popleft()]
        weight = self._weigh(batch[0][1])
        while self._waiting and len(batch) < _BATCH:
            weight += self._weigh(self._waiting[0][1])
            if weight > _WEIGHT:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _deliver(self, batch: list[tuple[Holding, _T]]) -> None:
        items = [item for _, item in batch]
        try:
            settled = await insist(lambda: self._send(items))
        except Declined as fault:
            if len(batch) > 1:
                for one in batch:
                    await self._deliver([one])
                return
            self._declined(*batch[0], fault)
            return
        for (holding, _), state in zip(batch, settled.states, strict=False):
            if state == "stale":
                _log.warning("%s is not ours any more; its end does not count", holding)
        for holding, _ in batch:
            self._hand.settle(holding)

    def _declined(self, holding: Holding, item: _T, fault: Declined) -> None:
        _log.error("%s: the house declined its end: %s", holding, fault.sentence)
        if isinstance(item, Outcome) and item.how == "finish":
            failure = Failure(reason=Reason.ERROR, message=f"The house declined the result: {fault.sentence}"[:500])
            other = Outcome(job=item.job, attempt=item.attempt, how="fail", failure=failure)
            self.put(holding, other)  # type: ignore[arg-type]
            return
        self._hand.settle(holding)


def ends(hand: Hand, desk: Desk, worker: str) -> Outbox[Outcome]:
    """Return the outbox for outcomes."""

    async def send(outcomes: list[Outcome]) -> Settled:
        return await desk.finish(Finish(worker=worker, outcomes=tuple(outcomes)))

    return Outbox(hand, send, _weight)


def returns(hand: Hand, desk: Desk, worker: str) -> Outbox[Held]:
    """Return the outbox for attempts that are given back."""

    async def send(held: list[Held]) -> Settled:
        return await desk.give_back(GiveBack(worker=worker, held=tuple(held)))

    return Outbox(hand, send, lambda held: 0)


def _weight(outcome: Outcome) -> int:
    detail = len(outcome.failure.detail) if outcome.failure is not None else 0
    result = 64_000 if outcome.result is not None else 0
    return detail + result + sum(3 * len(line.text) + 16 for line in outcome.lines)
