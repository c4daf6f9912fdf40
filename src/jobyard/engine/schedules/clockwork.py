"""Makes the runs of schedules when their time comes.

One transaction takes a due schedule, submits its job and writes down its next time. So a house that is killed at any
moment has done all of it or nothing, and of several houses that share a store only one can do it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from jobyard.engine.jobs import Jobs
from jobyard.engine.ledger import Ledger
from jobyard.engine.schedules import book
from jobyard.job import timetable
from jobyard.job.clock import SECOND
from jobyard.job.errors import (
    Conflict,
    Fault,
    Invalid,
    NotFound,
    OwnerGone,
    Refused,
    RunsOverlap,
    TooMuch,
    Unavailable,
)
from jobyard.job.moves import HOUSE
from jobyard.job.record import Job
from jobyard.job.schedule import Overlap, Schedule
from jobyard.job.states import LIVE
from jobyard.store.contract import Card, Transaction, View

_LOOK_AGAIN = 1.0
_AT_ONCE = 8
_BROKEN = "A run could not be made because of a mistake of the house; its log tells which."

_log = logging.getLogger(__name__)


class Clockwork:
    """Looks after the schedules; only the process that keeps house does."""

    def __init__(self, ledger: Ledger, jobs: Jobs) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Make runs as they come due until cancelled. A round that fails is logged; the next one comes."""
        while True:
            self._changed.clear()
            pause = _LOOK_AGAIN
            try:
                await self.round()
                pause = await self._until_next()
            except Fault as fault:
                _log.warning("the schedules could not be looked at: %s", fault)
            except Exception:  # noqa: BLE001 - one broken round must not end all schedules
                _log.exception("a round of the schedules broke")
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._changed.wait()

    def wake(self) -> None:
        """Look at once: a schedule was changed."""
        self._changed.set()

    async def round(self) -> int:
        """Make all runs that are due; return how many schedules were looked at."""
        if not await self._anything_due() or not await asyncio.to_thread(self._ledger.store.hold_watch):
            return 0
        looked_at = 0
        # Often only one is due; when there are more, several go into one commit.
        while done := sum(await asyncio.gather(*(self._make_one() for _ in range(_AT_ONCE if looked_at else 1)))):
            looked_at += done
        return looked_at

    async def _anything_due(self) -> bool:
        next_at = await self._ledger.read(lambda view: view.next_card(book.DRAWER))
        return next_at is not None and next_at <= self._ledger.now()

    async def _until_next(self) -> float:
        next_at, now = await self._ledger.read(lambda view: view.next_card(book.DRAWER)), self._ledger.now()
        # What is due now is for another process to do, or came due this moment.
        return _LOOK_AGAIN if next_at is None or next_at <= now else min(_LOOK_AGAIN, (next_at - now) / SECOND)

    async def _make_one(self) -> bool:
        """Look at the schedule that has been due for longest; False when there is none."""
        taken: list[Card] = []

        def work(transaction: Transaction) -> list[Job] | None:
            taken[:] = transaction.due_cards(book.DRAWER, self._ledger.now(), 1)
            return self._made(transaction, taken[0]) if taken else None

        try:
            jobs = await self._ledger.write(work)
        except Unavailable:
            raise
        except Exception as error:
            if not taken:
                raise
            _log.exception("schedule %s broke and is set aside", taken[0].id)
            because = error.sentence if isinstance(error, Fault) else _BROKEN
            await self._ledger.write(lambda transaction: self._set_aside(transaction, taken[0].id, because))
            return True
        for job in jobs or []:
            self._jobs.ring(job)
        return jobs is not None

    def _made(self, transaction: Transaction, card: Card) -> list[Job]:
        now, schedule = self._ledger.now(), book.opened(card)
        chosen = timetable.chosen(schedule, now)
        if chosen is None:  # its card only has to be put right
            book.write(transaction, schedule)
            return []
        jobs, retry_at = list[Job](), None
        if chosen.skipped_at is not None:
            schedule = _skipped(schedule, chosen.skipped_at, chosen.skipped_because)
        schedule = replace(schedule, next_at=timetable.following(schedule, chosen.upto), held_because="")
        for time in chosen.runs:
            try:
                made, schedule = submitted(transaction, self._jobs, schedule, time)
                jobs.append(made)
            except TooMuch as fault:
                schedule = replace(schedule, next_at=time, held_because=fault.sentence)
                retry_at = now + max(1, int(fault.data.get("retry_after", 1))) * SECOND
                break
            except Refused as fault:
                because = f"Its owner {schedule.owner} is not allowed to {fault.data.get('verb', 'submit its job')}."
                schedule = _paused(transaction, _skipped(schedule, time, because), now, because)
                break
            except (OwnerGone, Invalid, NotFound) as fault:
                schedule = _paused(transaction, _skipped(schedule, time, fault.sentence), now, fault.sentence)
                break
            except Conflict as fault:
                schedule = _skipped(schedule, time, fault.sentence)
        book.write(transaction, schedule, retry_at)
        return jobs

    def _set_aside(self, transaction: Transaction, id_: str, because: str) -> None:
        """Pause a schedule that no run can be made for; a card that cannot be read is only never looked at again."""
        card = transaction.card(book.DRAWER, id_)
        if card is None:
            return
        try:
            book.write(transaction, _paused(transaction, book.opened(card), self._ledger.now(), because))
        except msgspec.DecodeError:
            transaction.put_card(replace(card, due_at=None))


def submitted(
    transaction: Transaction, jobs: Jobs, schedule: Schedule, time: int, told_by: str | None = None
) -> tuple[Job, Schedule]:
    """Submit the job of one run with its owner's rights; return it, and the schedule that knows of it.

    Raises RunsOverlap, OwnerGone, or what refuses the job.
    """
    _refuse_overlap(transaction, schedule)
    wanted = jobs.checked(book.submission(schedule, time))
    actor = book.owner(transaction, schedule)
    job = jobs.put(transaction, actor, wanted, told_by or f"schedule:{schedule.name}")
    return job, replace(schedule, last_at=time, last_job=job.id, runs=schedule.runs + 1)


def _refuse_overlap(view: View, schedule: Schedule) -> None:
    if schedule.overlap is Overlap.ALLOW or schedule.last_job is None:
        return
    for job in view.jobs([schedule.last_job]):
        if job.state in LIVE:
            raise RunsOverlap(job=job.number, state=job.state.value)


def _skipped(schedule: Schedule, time: int, because: str) -> Schedule:
    return replace(schedule, skipped_at=time, skipped_because=because)


def _paused(transaction: Transaction, schedule: Schedule, now: int, because: str) -> Schedule:
    book.tell(transaction, now, HOUSE, "paused", schedule, because=because)
    told = {"paused_by": HOUSE, "paused_because": because, "updated_by": HOUSE, "updated_at": now}
    return replace(schedule, paused=True, next_at=None, held_because="", **told)
