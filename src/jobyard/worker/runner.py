"""Runs attempts in warm children: limits, output, calls to the house, the end. Uploads what they leave."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from jobyard.job.clock import Clock
from jobyard.job.desk import Call, MadeFile
from jobyard.job.record import Failure, Reason
from jobyard.worker import linux, names
from jobyard.worker.desk import Declined, Desk, insist
from jobyard.worker.frames import Answered, Asked, Ended, Gone, Run
from jobyard.worker.hand import Cause, Holding, Phase
from jobyard.worker.options import WorkerOptions
from jobyard.worker.output import Output
from jobyard.worker.pool import Pool
from jobyard.worker.stopper import Stopper
from jobyard.worker.verdict import End, Limits, judge, strange
from jobyard.worker.warm import WarmChild

_log = logging.getLogger("jobyard.worker")
_NOTHING = msgspec.Raw(b"\xc0")
_FILES_OF_FAILED = 120.0
"""The longest that the files of failed work may take; files of stopped work may take no longer than its grace."""
_LEAVING_TOO = 0.3
"""Seconds in which the worker itself may hear of a SIGTERM that its children have heard already."""


class Runner:
    """Runs one attempt at a time for each slot."""

    def __init__(self, pool: Pool, desk: Desk, options: WorkerOptions, room: Path, clock: Clock) -> None:
        self._pool = pool
        self._desk = desk
        self._options = options
        self._room = room
        self._clock = clock
        self._serial = 0
        self._starved = linux.starved()
        self._stoppers: set[Stopper] = set()
        self.leaving = asyncio.Event()
        """Set when the worker stops."""

    async def run(self, holding: Holding) -> tuple[End, tuple[MadeFile, ...]]:
        """Run an attempt to its end and hand in its files. Raises NoKinds when no child can be had."""
        child = await self._pool.take()
        self._serial += 1
        folder = self._room / str(self._serial)
        last = await self._work(holding, child, folder)
        end = await self._judge(holding, last)
        made: tuple[MadeFile, ...] = ()
        try:
            if end.how == "finish" and end.files:
                end, made = await self._hand_in(holding, end, folder)
            if end.how != "finish" and end.files:
                made = await self._hand_in_what_there_is(holding, end, folder)
        finally:
            if not (isinstance(last, Ended) and last.empty):
                await asyncio.to_thread(_remove, folder)
        return end, made

    def kill(self) -> None:
        """Kill whatever runs."""
        for stopper in self._stoppers:
            stopper.kill()

    async def _work(self, holding: Holding, child: WarmChild, folder: Path) -> Ended | Gone:
        loop = asyncio.get_running_loop()
        job = holding.job
        output = Output(self._clock.now, self._options.log_limit, self._options.log_size)
        holding.output, holding.slate, holding.phase, holding.began = output, child.slate, Phase.RUNNING, loop.time()
        stopper = Stopper(child, holding.assignment.grace, self._options.leave)
        calls = Calls(self._desk, holding, child)
        done = child.run(Run(job, str(folder)), output, calls.ask)
        timer = None if job.time_limit is None else loop.call_later(job.time_limit, holding.want, Cause.TIMEOUT)
        self._stoppers.add(stopper)
        holding.react = stopper.react
        holding.react(holding.cause)
        try:
            last = await done
        finally:
            holding.react = None
            self._stoppers.discard(stopper)
            stopper.close()
            calls.close()
            if timer is not None:
                timer.cancel()
            holding.look(self._clock.now())
            holding.slate = None
        await self._pool.give(child, last if isinstance(last, Ended) else None)
        output.close()
        return last

    async def _judge(self, holding: Holding, last: Ended | Gone) -> End:
        if holding.cause is Cause.NONE and strange(last):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LEAVING_TOO):
                    await self.leaving.wait()
        starved = False
        if isinstance(last, Gone):
            count = linux.starved()
            starved, self._starved = count > self._starved, count
            if last.error:
                _log.error("%s: no process could be had: %s", holding, last.error)
                await asyncio.sleep(1.0)
        limits = Limits(seconds=holding.job.time_limit, memory=holding.job.memory_limit)
        return judge(last, holding.cause, limits, starved=starved)

    async def _hand_in(self, holding: Holding, end: End, folder: Path) -> tuple[End, tuple[MadeFile, ...]]:
        task = asyncio.create_task(self._upload(holding, end, Path(f"{folder}.files")))
        holding.react = _cancelling(task, above=Cause.TIMEOUT)
        holding.react(holding.cause)
        try:
            return end, await task
        except asyncio.CancelledError:
            if holding.cause < Cause.STOP:
                raise
            return End(how="stop" if holding.cause is Cause.STOP else "drop"), ()
        except (Declined, OSError, ValueError) as error:
            text = error.sentence if isinstance(error, Declined) else str(error)
            failure = Failure(reason=Reason.ERROR, message=f"A result file could not be kept: {text}"[:500])
            return End(how="fail", failure=failure, files=end.files), ()
        finally:
            holding.react = None

    async def _hand_in_what_there_is(self, holding: Holding, end: End, folder: Path) -> tuple[MadeFile, ...]:
        """Hand in the files of work that failed or was stopped, as far as they go: they change nothing of its end."""
        made = list[MadeFile]()
        task = asyncio.create_task(self._upload_each(holding, end, Path(f"{folder}.files"), made))
        leaving = asyncio.create_task(self.leaving.wait())
        holding.react = _cancelling(task, above=holding.cause)
        patience = _FILES_OF_FAILED if end.how == "fail" else min(_FILES_OF_FAILED, holding.assignment.grace)
        try:
            await asyncio.wait([task, leaving], timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            holding.react = None
            leaving.cancel()
            task.cancel()
            await asyncio.wait([task])
        return tuple(made)

    async def _upload_each(self, holding: Holding, end: End, folder: Path, made: list[MadeFile]) -> None:
        for one in end.files:
            try:
                made += await self._upload(holding, structs.replace(end, files=(one,)), folder)
            except (Declined, OSError, ValueError) as error:
                text = error.sentence if isinstance(error, Declined) else str(error)
                _log.warning("%s: the file %s is not kept: %s", holding, one[0], text)

    async def _upload(self, holding: Holding, end: End, folder: Path) -> tuple[MadeFile, ...]:
        made = []
        for name, media_type in end.files:
            path = folder / names.checked(name)
            try:
                taken = await insist(partial(self._put, holding, name, path))
            except FileNotFoundError:
                continue
            made.append(MadeFile(name=name, blob=taken, media_type=media_type))
        return tuple(made)

    async def _put(self, holding: Holding, name: str, path: Path) -> str:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ValueError(f"{name} is not a file")
            return (await self._desk.upload(holding.held, name, file, status.st_size)).blob


class Calls:
    """What one attempt asks of the house."""

    def __init__(self, desk: Desk, holding: Holding, child: WarmChild) -> None:
        self._desk = desk
        self._holding = holding
        self._child = child
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, asked: Asked) -> None:
        """Carry a question to the house and the answer back, however long the house is away."""
        task = asyncio.create_task(self._carry(asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Forget what is still being asked; the work is over."""
        for task in self._tasks:
            task.cancel()

    async def _carry(self, asked: Asked) -> None:
        held = self._holding.held
        call = Call(job=held.job, attempt=held.attempt, verb=asked.verb, payload=asked.payload)
        try:
            reply = await insist(lambda: self._desk.call(call))
        except Declined as fault:
            self._child.answer(Answered(asked.number, _NOTHING, error=fault.sentence, code=fault.data.get("code", "")))
            return
        if reply.wish:
            self._holding.want(Cause.DROP if reply.wish == "drop" else Cause.STOP)
        self._child.answer(Answered(asked.number, reply.value, stop=bool(reply.wish)))


def _cancelling(task: asyncio.Task[Any], *, above: Cause) -> Callable[[Cause], None]:
    def react(cause: Cause) -> None:
        if cause > above:
            task.cancel()

    return react


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(f"{folder}.files", ignore_errors=True)
