"""The warm pool: child processes that stand ready, since a fresh one costs milliseconds and a warm one nothing."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections import deque
from pathlib import Path

from jobyard.worker.frames import Ended
from jobyard.worker.nurse import Nurse
from jobyard.worker.options import WorkerOptions
from jobyard.worker.warm import WarmChild

_log = logging.getLogger("jobyard.worker")
_BURIAL = 10.0


class Pool:
    """Hands out children and takes them back. A worn one is killed with all it has started, and replaced."""

    def __init__(self, options: WorkerOptions, room: Path) -> None:
        self._options = options
        self._room = room
        self._idle: deque[WarmChild] = deque()
        self._out: set[WarmChild] = set()
        self._nurse: Nurse | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def start(self) -> tuple[str, ...]:
        """Start the nursery and warm a child for each slot; return the names of the kinds. Raises NoKinds."""
        self._nurse = Nurse()
        kinds = await self._nurse.start(self._options.registry, str(self._room))
        self._idle.extend(self._nurse.fork() for _ in range(self._options.slots))
        return kinds

    async def take(self) -> WarmChild:
        """Return a child that runs nothing. Raises NoKinds when the nursery died and does not start again."""
        child = await self._ready()
        self._out.add(child)
        return child

    async def give(self, child: WarmChild, ended: Ended | None) -> None:
        """Take a child back after an attempt: what it printed is read to the end, what it left running is dead."""
        fit = ended is not None and not ended.worn and not child.tainted and not child.gone.done()
        if ended is not None and (not fit or not self._lasting(child, ended)):
            await self._bury(child)
            fit = False
        child.over()
        self._out.discard(child)
        if fit:
            self._idle.append(child)
            return
        child.close()
        if not self._closed and len(self._idle) < self._options.slots:
            self._idle.append(self._fork())

    async def close(self) -> None:
        """Kill every child and end the nursery."""
        self._closed = True
        if self._nurse is not None:
            await self._nurse.close()
        for child in (*self._idle, *self._out):
            child.close()
        self._idle.clear()
        self._out.clear()

    async def _ready(self) -> WarmChild:
        while self._idle:
            child = self._idle.pop()
            if not child.gone.done():
                return child
            child.close()
        async with self._starting:
            if self._nurse is None or self._nurse.lost.is_set():
                _log.warning("the nursery died and is started again")
                if self._nurse is not None:
                    await self._nurse.close()
                await self.start()
        return self._idle.pop() if self._idle else self._fork()

    def _fork(self) -> WarmChild:
        if self._nurse is None:
            raise RuntimeError("the pool was not started")
        return self._nurse.fork()

    def _lasting(self, child: WarmChild, ended: Ended) -> bool:
        return child.used < self._options.recycle_after and ended.peak < self._options.recycle_above

    async def _bury(self, child: WarmChild) -> None:
        child.signal(signal.SIGKILL)
        try:
            await asyncio.wait_for(asyncio.shield(child.gone), _BURIAL)
        except TimeoutError:
            _log.warning("the child process %d does not die", child.pid)
