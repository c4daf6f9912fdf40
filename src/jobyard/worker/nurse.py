"""The worker's end of its nursery: starts the process, asks it for children, and hears of their deaths."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process

from jobyard.job.errors import Unavailable
from jobyard.settings import for_children
from jobyard.worker.frames import Born, Fork, Gone, Ready, Signal, encode, from_nursery
from jobyard.worker.warm import WarmChild

_log = logging.getLogger("jobyard.worker")
_PACKET = 64 * 1024
_PATIENCE = 120.0
_RETRY = 0.005
_FAREWELL = 2.0


class NoKinds(Unavailable):
    """The kinds of work could not be loaded: {reason}."""


class Nurse:
    """One nursery process. When it dies every child of it is dead too."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._children: dict[int, WarmChild] = {}
        self._process: Process | None = None
        self._line: socket.socket | None = None
        self._ready: asyncio.Future[Ready] = self._loop.create_future()
        self._key = 0
        self.lost = asyncio.Event()
        """Set when the nursery is dead."""

    async def start(self, registry: str, room: str) -> tuple[str, ...]:
        """Start the process and return the names of the kinds it has loaded. Raises NoKinds."""
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        with far:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "jobyard.worker.nursery", str(far.fileno()), room, registry),
                pass_fds=[far.fileno()],
                stdin=DEVNULL,
                env=for_children(),
                start_new_session=True,
            )
        self._line = near
        self._loop.add_reader(near, self._hear, near)
        try:
            ready = await asyncio.wait_for(self._ready, _PATIENCE)
        except TimeoutError:
            raise NoKinds(reason=f"it took longer than {_PATIENCE:.0f} s") from None
        if ready.error:
            raise NoKinds(reason=ready.error)
        return ready.kinds

    def fork(self) -> WarmChild:
        """Ask for a child and return it at once; what is sent to it waits until it lives."""
        self._key += 1
        child = WarmChild(self._key, self._kill)
        if self._line is None:
            child.sent()
            child.died(Gone(child.key, error="the process that starts the others is gone"))
            return child
        self._children[child.key] = child
        try:
            socket.send_fds(self._line, [encode(Fork(child.key))], child.ends)
        except OSError as error:
            del self._children[child.key]
            child.died(Gone(child.key, error=str(error)))
        child.sent()
        return child

    async def close(self) -> None:
        """Let the nursery kill and bury every child, and end."""
        if self._line is not None:
            self._line.shutdown(socket.SHUT_WR)
            try:
                async with asyncio.timeout(_FAREWELL):
                    await self.lost.wait()
            except TimeoutError:
                _log.warning("the nursery did not end by itself")
        self._lose()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    def _kill(self, key: int, number: int) -> None:
        if key not in self._children or self._line is None:
            return
        try:
            self._line.send(encode(Signal(key, number)))
        except BlockingIOError:
            self._loop.call_later(_RETRY, self._kill, key, number)
        except OSError:
            self._lose()

    def _hear(self, line: socket.socket) -> None:
        try:
            data = line.recv(_PACKET)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        match from_nursery(data):
            case Ready() as ready:
                # Who waited for it may have been told to stop.
                if not self._ready.done():
                    self._ready.set_result(ready)
            case Born(key, pid):
                if key in self._children:
                    self._children[key].pid = pid
            case Gone(key) as gone:
                child = self._children.pop(key, None)
                if child is not None:
                    child.died(gone)

    def _lose(self) -> None:
        """Note that the nursery is dead, and with it all its children."""
        if self._line is not None:
            self._loop.remove_reader(self._line)
            self._line.close()
            self._line = None
        if not self._ready.done():
            self._ready.set_result(Ready((), "the process that loads them has ended"))
        children, self._children = self._children, {}
        for child in children.values():
            child.died(Gone(child.key, -signal.SIGKILL))
        self.lost.set()
