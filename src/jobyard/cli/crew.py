"""The worker processes that `up` keeps beside the server: started, restarted when they die, sent home at the end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from jobyard.job.errors import Fault

_log = logging.getLogger("jobyard.crew")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_HEALTHY = 30.0
"""Seconds after which a worker that lived so long is started again at once."""
_GENTLE = 12.0
"""Seconds a worker gets to give its work back; it wants nine at most."""


class WorkerPlan(Struct, frozen=True, kw_only=True):
    """What each worker is told."""

    url: str
    token_file: Path
    slots: int
    queues: tuple[str, ...]
    kinds: str = ""
    """`MODULE:ATTRIBUTE` of what it can do; empty for all that is installed."""


Bury = Callable[[str, str], Awaitable[object]]
"""Told the name of a worker that is surely dead, and its fate."""


class Crew:
    """Workers of one server on one machine. Their names are the same after every start, and nobody else bears them."""

    def __init__(self, plan: WorkerPlan, names: Sequence[str], bury: Bury) -> None:
        self._plan = plan
        self._names = names
        self._bury = bury
        self._processes = dict[str, asyncio.subprocess.Process]()
        self._tasks = list[asyncio.Task[None]]()
        self._leaving = asyncio.Event()

    def start(self) -> None:
        """Start all workers and keep them going."""
        self._tasks = [asyncio.create_task(self._keep(name)) for name in self._names]

    async def stop(self) -> None:
        """Send all workers home: gently, and after 12 seconds not."""
        self._leaving.set()
        self._signal(signal.SIGTERM)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_GENTLE)
            if late:
                self._signal(signal.SIGKILL)
                await asyncio.wait(late)

    def hurry(self) -> None:
        """End all workers now."""
        self._leaving.set()
        self._signal(signal.SIGKILL)

    async def _keep(self, name: str) -> None:
        loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE
        # Whoever had this name before us was another server's, and that one is gone.
        await self._free(name, "lost its server")
        while not self._leaving.is_set():
            began = loop.time()
            code = await self._live(name)
            await self._free(name, f"ended ({_ending(code)})")
            if self._leaving.is_set():
                return
            if loop.time() - began >= _HEALTHY:
                pause = _FIRST_PAUSE
            _log.warning("worker %s ended (%s); it is started again in %.1f s", name, _ending(code), pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._leaving.wait()
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _free(self, name: str, fate: str) -> None:
        """Let what a dead worker held be done by another one at once; where that fails, its lease runs out."""
        try:
            await self._bury(name, fate)
        except Fault as fault:
            _log.warning("what worker %s held waits for its lease: %s", name, fault.sentence)

    async def _live(self, name: str) -> int:
        # A group of its own: Ctrl-C reaches us first, and we send the workers home in order.
        process = await asyncio.create_subprocess_exec(
            *self._command(name), stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        self._processes[name] = process
        if self._leaving.is_set():
            process.terminate()
        try:
            return await process.wait()
        finally:
            del self._processes[name]

    def _command(self, name: str) -> list[str]:
        plan = self._plan
        told = [
            *("--url", plan.url, "--token-file", str(plan.token_file), "--name", name),
            *("--slots", str(plan.slots), "--leave-with", str(os.getpid())),
        ]
        for queue in plan.queues:
            told += ["--queues", queue]
        if plan.kinds:
            told += ["--kinds-from", plan.kinds]
        return [sys.executable, "-P", "-m", "jobyard", "work", *told]

    def _signal(self, number: signal.Signals) -> None:
        for process in list(self._processes.values()):
            with suppress(ProcessLookupError):
                process.send_signal(number)


def _ending(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
