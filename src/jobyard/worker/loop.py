"""The worker itself: what happens between its start and its end. The command line comes in at `run`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from pathlib import Path

import uvloop
from msgspec import structs

from jobyard.job.clock import SystemClock
from jobyard.job.desk import MadeFile, Outcome, Wish
from jobyard.job.ids import new_id
from jobyard.job.record import Failure, Reason
from jobyard.job.shapes import learn
from jobyard.worker import linux, outbox
from jobyard.worker.claims import Claims
from jobyard.worker.desk import Desk, HttpDesk
from jobyard.worker.hand import Cause, Hand, Holding, Phase
from jobyard.worker.nurse import NoKinds
from jobyard.worker.options import WorkerOptions
from jobyard.worker.pool import Pool
from jobyard.worker.pulse import Identity, Pulse, last_lines, last_progress
from jobyard.worker.runner import Runner
from jobyard.worker.scratch import Scratch
from jobyard.worker.verdict import End

_log = logging.getLogger("jobyard.worker")
_DEADLINE = 7.5
"""Seconds from the wish to leave to the end, whatever the house and the work do; burying the children may add two."""
_HURRY = 2.0
_FAREWELL = 1.0
_LAST_CLAIM = 0.25
"""How long the answer to a claim under way is waited for: what the house gives out in that moment would be lost."""


def run(options: WorkerOptions) -> int:
    """Be a worker until SIGTERM or SIGINT; return the exit code. 0 says that the house knows of everything held."""
    linux.hide()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work(options))


async def work(options: WorkerOptions) -> int:
    """Be a worker in this process until SIGTERM or SIGINT; return the exit code."""
    scratch = Scratch(options.scratch)
    desk = HttpDesk(options.url, options.token)
    try:
        return await Worker(options, desk, scratch.folder).live()
    finally:
        await desk.close()
        scratch.close()


class Worker:
    """Claims, runs, beats, tells, until it is asked to leave."""

    def __init__(self, options: WorkerOptions, desk: Desk, folder: Path) -> None:
        learn("jobyard")
        clock = SystemClock()
        identity = Identity(options.name, new_id())
        self._options = options
        self._hand = Hand(options.slots, options.ahead)
        self._pool = Pool(options, folder)
        self._runner = Runner(self._pool, desk, options, folder, clock)
        self._pulse = Pulse(desk, self._hand, identity, clock, self.heed)
        self._claims = Claims(desk, self._hand, options, self.heed)
        self._claims.ask = structs.replace(self._claims.ask, session=identity.session)
        self._ends = outbox.ends(self._hand, desk, options.name)
        self._returns = outbox.returns(self._hand, desk, options.name)
        self._asked_to_leave = asyncio.Event()
        self._hurried = asyncio.Event()
        self._broken = False

    async def live(self) -> int:
        """Work until asked to leave, then leave gently. Return the exit code."""
        self._hear_signals()
        try:
            kinds = await self._load()
            if not self._asked_to_leave.is_set():
                self._claims.ask = structs.replace(self._claims.ask, kinds=kinds)
                await self._work()
        except NoKinds as fault:
            _log.critical("%s", fault.sentence)
            return 1
        finally:
            await self._pool.close()
        _log.info("worker %s ends with %d attempts in hand", self._options.name, len(self._hand))
        return 1 if self._broken or len(self._hand) else 0

    def heed(self, wish: Wish) -> None:
        """Do what the house wishes of an attempt."""
        holding = self._hand.get(wish.job, wish.attempt)
        if holding is None or holding.phase is Phase.ENDING:
            return
        cause = Cause.DROP if wish.what == "drop" else Cause.STOP
        if holding.cause < cause:
            _log.info("%s: the house says %s", holding, wish.what)
        if holding.phase is Phase.RUNNING:
            holding.want(cause)
        elif cause is Cause.STOP:
            job, attempt = holding.key
            self._ends.put(holding, Outcome(job=job, attempt=attempt, how="stop", begun=False))
        else:
            holding.phase = Phase.ENDING
            self._hand.settle(holding)

    def leave(self) -> None:
        """Leave gently; when said again, at once; when said once more, without a word."""
        if self._hurried.is_set():
            os._exit(1)
        if self._asked_to_leave.is_set():
            _log.warning("asked to leave again: killing what runs")
            self._hurried.set()
            self._runner.kill()
        self._asked_to_leave.set()

    def _hear_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.leave)

    async def _load(self) -> tuple[str, ...]:
        """Load the kinds, which may take a while, but not once asked to leave. Raises NoKinds."""
        loading = asyncio.create_task(self._pool.start())
        asked = asyncio.create_task(self._asked_to_leave.wait())
        await asyncio.wait([loading, asked], return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not loading.done():
            loading.cancel()
            return ()
        return loading.result()

    async def _work(self) -> None:
        names = ", ".join(self._options.queues)
        _log.info("worker %s serves %s with %d slots", self._options.name, names, self._options.slots)
        steady = [
            asyncio.create_task(going)
            for going in (
                self._pulse.beat(self._options.beat),
                self._pulse.tell(),
                self._ends.run(),
                self._returns.run(),
                self._return_overdue(),
            )
        ]
        slots = [asyncio.create_task(self._slot()) for _ in range(self._options.slots)]
        claims = asyncio.create_task(self._claims.run())
        try:
            await self._until_leaving([*steady, *slots, claims])
            await self._leave(claims, slots)
        finally:
            for task in (*steady, *slots, claims):
                task.cancel()
            await asyncio.gather(*steady, *slots, claims, return_exceptions=True)

    async def _until_leaving(self, tasks: list[asyncio.Task[None]]) -> None:
        """Return when asked to leave, or when one of the tasks, which never should, has ended by itself."""
        asked = asyncio.create_task(self._asked_to_leave.wait())
        done, _ = await asyncio.wait([asked, *tasks], return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        for task in done - {asked}:
            self._broken = True
            _log.critical("the worker broke down", exc_info=None if task.cancelled() else task.exception())

    async def _slot(self) -> None:
        while (holding := await self._hand.next()) is not None:
            await self._pulse.confirm(holding)
            if holding.phase is not Phase.WAITING:
                continue
            try:
                await self._serve(holding)
            except NoKinds:
                self._returns.put(holding, holding.held)
                raise
            except Exception:  # noqa: BLE001 - one job's trouble is not the others'
                _log.exception("%s: the worker stumbled", holding)
                message = "The worker stumbled over this job; its log says why."
                self._finish(holding, End(how="fail", failure=Failure(reason=Reason.ERROR, message=message)), ())

    async def _serve(self, holding: Holding) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        _log.debug("%s (%s) begins", holding, holding.job.kind)
        end, made = await self._runner.run(holding)
        self._hand.learn(loop.time() - started)
        if last_lines(holding) is None:
            await self._pulse.clear(holding)
        if end.how == "give_back" and holding.output:
            await self._pulse.report()
        self._finish(holding, end, made)

    def _finish(self, holding: Holding, end: End, made: tuple[MadeFile, ...]) -> None:
        level = logging.DEBUG if end.how == "finish" else logging.INFO
        _log.log(level, "%s: %s%s", holding, end.how, f" ({end.failure.message})" if end.failure else "")
        if end.how == "drop" or holding.cause is Cause.DROP:
            holding.phase = Phase.ENDING
            self._hand.settle(holding)
        elif end.how == "give_back":
            self._returns.put(holding, holding.held)
        else:
            job, attempt = holding.key
            outcome = Outcome(
                job=job,
                attempt=attempt,
                how=end.how,
                ran=holding.ran(),
                failure=end.failure,
                result=end.result,
                files=made,
                progress=last_progress(holding),
                lines=last_lines(holding) or (),
            )
            self._ends.put(holding, outcome)

    async def _return_overdue(self) -> None:
        """Give back what was claimed ahead when the work before it turns out to be long."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._options.beat)
            for holding in self._hand.overdue(loop.time()):
                _log.debug("%s is given back: what runs before it takes long", holding)
                self._returns.put(holding, holding.held)

    async def _leave(self, claims: asyncio.Task[None], slots: list[asyncio.Task[None]]) -> None:
        """Give back what has not begun, stop what runs, tell the house, all within bounds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _DEADLINE
        _log.info("worker %s leaves with %d attempts in hand", self._options.name, len(self._hand))
        self._runner.leaving.set()
        self._claims.leave()
        self._hand.close()
        # What is given back while a claim of ours still waits at the door would come straight to us again.
        self._returns.hold(back=True)
        self._put_down()
        await self._wait([claims], loop.time() + _LAST_CLAIM)
        claims.cancel()
        await asyncio.wait([claims])
        self._put_down()
        self._returns.hold(back=False)
        await self._wait(slots, end - _HURRY)
        self._runner.kill()
        end = min(end, loop.time() + _HURRY)
        await asyncio.wait(slots, timeout=_HURRY / 2)
        for slot in slots:
            slot.cancel()
        for holding in self._hand:
            if holding.phase is not Phase.ENDING:
                self._returns.put(holding, holding.held)
        while len(self._hand) and (left := end - loop.time()) > 0:
            self._hand.changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._hand.changed.wait()
        await self._pulse.farewell(_FAREWELL)

    def _put_down(self) -> None:
        for holding in self._hand:
            if holding.phase is Phase.WAITING:
                self._returns.put(holding, holding.held)
            else:
                holding.want(Cause.LEAVE)
        self._pulse.wake()

    async def _wait(self, tasks: list[asyncio.Task[None]], until: float) -> None:
        """Wait until all tasks have ended, but not beyond that time, and no longer once hurried."""
        hurried = asyncio.create_task(self._hurried.wait())
        ended = asyncio.create_task(asyncio.wait(tasks))
        left = max(0.0, until - asyncio.get_running_loop().time())
        await asyncio.wait([ended, hurried], timeout=left, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        hurried.cancel()
