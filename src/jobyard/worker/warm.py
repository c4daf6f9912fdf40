"""The worker's end of one child process: frames in and out, what it prints, its slate, and its death."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable

import msgspec

from jobyard.worker import slate
from jobyard.worker.frames import Answered, Asked, Ended, Gone, Run, Splitter, from_child, pack
from jobyard.worker.output import STREAMS, Output
from jobyard.worker.slate import Slate

_CHUNK = 64 * 1024
_ROUNDS = 4
_LAST_ROUNDS = 64
Killer = Callable[[int, int], None]
"""Sends a signal to the child with this key."""


class WarmChild:
    """A child as its worker sees it. It runs one attempt at a time."""

    def __init__(self, key: int, kill: Killer) -> None:
        self.key = key
        self.pid = 0
        """Its process id, once the nursery has told."""
        self.used = 0
        """Attempts it was given."""
        self.tainted = False
        """Whether it was signalled; such a child runs nothing more."""
        self._loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[Gone] = self._loop.create_future()
        self._kill = kill
        self._done: asyncio.Future[Ended | Gone] | None = None
        self._asked: Callable[[Asked], None] | None = None
        self._output: Output | None = None
        self._splitter = Splitter()
        self._unsent = bytearray()
        self._line, self._far_line = socket.socketpair()
        self._line.setblocking(False)
        page = slate.descriptor()
        self.slate = Slate(page)
        pipes = {stream: os.pipe2(os.O_CLOEXEC) for stream in STREAMS}
        self._far = [self._far_line.fileno(), page, *(far for _, far in pipes.values())]
        self._pipes = {stream: near for stream, (near, _) in pipes.items()}
        self._loop.add_reader(self._line, self._hear)
        for stream, near in self._pipes.items():
            os.set_blocking(near, False)
            self._loop.add_reader(near, self._read, stream)

    @property
    def ends(self) -> list[int]:
        """The descriptors that are the child's own."""
        return self._far

    def sent(self) -> None:
        """Close the child's ends here; the nursery has them."""
        self._far_line.close()
        for descriptor in self._far[1:]:
            os.close(descriptor)

    def run(self, run: Run, output: Output, asked: Callable[[Asked], None]) -> asyncio.Future[Ended | Gone]:
        """Start an attempt. The answer is set when the child says that it is over, or when the child is dead."""
        self.used += 1
        self.slate.clear()
        self._output, self._asked = output, asked
        self._done = self._loop.create_future()
        if self.gone.done():
            self._done.set_result(self.gone.result())
        else:
            self._send(pack(run))
        return self._done

    def answer(self, answered: Answered) -> None:
        """Answer what the work has asked."""
        self._send(pack(answered))

    def signal(self, number: int) -> None:
        """Send a signal to the child and the process group it leads."""
        self.tainted = True
        self._kill(self.key, number)

    def over(self) -> None:
        """Read to the end what the attempt has printed, and forget the attempt."""
        for stream in self._pipes:
            for _ in range(_LAST_ROUNDS):
                if not self._take(stream):
                    break
        self._output = self._asked = self._done = None

    def died(self, gone: Gone) -> None:
        """Note that the child is dead."""
        if not self.gone.done():
            self.gone.set_result(gone)
        if self._done is not None and not self._done.done():
            self._done.set_result(gone)

    def close(self) -> None:
        """Let go of everything; the child is dead."""
        self._loop.remove_reader(self._line)
        self._loop.remove_writer(self._line)
        self._line.close()
        for near in self._pipes.values():
            self._loop.remove_reader(near)
            os.close(near)
        self._pipes = {}
        self.slate.close()

    def _send(self, data: bytes) -> None:
        if self.gone.done():
            return
        if not self._unsent:
            try:
                data = data[self._line.send(data) :]
            except BlockingIOError:
                pass
            except OSError:
                return
        if data:
            self._unsent += data
            self._loop.add_writer(self._line, self._send_rest)

    def _send_rest(self) -> None:
        try:
            del self._unsent[: self._line.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()
        if not self._unsent:
            self._loop.remove_writer(self._line)

    def _hear(self) -> None:
        try:
            data = self._line.recv(4 * _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        try:
            if not data:
                raise ValueError("the child has closed its end")
            for body in self._splitter.feed(data):
                self._take_in(from_child(body))
        except (ValueError, msgspec.DecodeError):
            self._loop.remove_reader(self._line)
            self.signal(signal.SIGKILL)

    def _take_in(self, frame: Asked | Ended) -> None:
        if isinstance(frame, Asked):
            if self._asked is not None:
                self._asked(frame)
        elif self._done is not None and not self._done.done():
            self._done.set_result(frame)

    def _read(self, stream: str) -> None:
        for _ in range(_ROUNDS):
            if not self._take(stream):
                return
            if self._output is not None and self._output.wait(self._go_on):
                for near in self._pipes.values():
                    self._loop.remove_reader(near)
                return

    def _go_on(self) -> None:
        for stream, near in self._pipes.items():
            self._loop.add_reader(near, self._read, stream)

    def _take(self, stream: str) -> bool:
        near = self._pipes[stream]
        try:
            data = os.read(near, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._loop.remove_reader(near)
            return False
        if self._output is not None:
            self._output.feed(stream, data)
        return True
