"""A child's end of the socket to its worker."""

from __future__ import annotations

import os
import select
import socket
from collections import deque

from msgspec import Struct

from jobyard.worker.frames import Answered, Run, Splitter, pack, to_child
from jobyard.worker.interrupt import Interrupt

_CHUNK = 256 * 1024


class Link:
    """Sends and receives whole frames, whatever signals come. When the worker is gone the process ends at once."""

    def __init__(self, connection: socket.socket, interrupt: Interrupt) -> None:
        self._connection = connection
        self._interrupt = interrupt
        self._splitter = Splitter()
        self._frames: deque[Run | Answered] = deque()
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def send(self, frame: Struct) -> None:
        """Send one frame. Raises ValueError when it is too long."""
        data = pack(frame)
        with self._interrupt.guarded():
            try:
                self._connection.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                os._exit(0)

    def receive(self) -> Run | Answered:
        """Wait for a frame. While the work runs, Cancelled may be raised here; then nothing is lost."""
        while not self._frames:
            self._poll.poll()
            with self._interrupt.guarded():
                data = self._connection.recv(_CHUNK)
                if not data:
                    os._exit(0)
                self._frames.extend(to_child(body) for body in self._splitter.feed(data))
        return self._frames.popleft()
