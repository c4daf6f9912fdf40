"""A TCP proxy on this machine that cuts connections at a chosen byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

Cut = tuple[str, int] | None
"""`("request" | "reply", bytes let through)`, or None to let everything through."""


class CuttingProxy:
    """Passes connections on to a port. `plan(number)` says for each new one, counted from 0, where it is cut."""

    def __init__(self, port: int, plan: Callable[[int], Cut]) -> None:
        self._port = port
        self._plan = plan
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open = list[socket.socket]()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.requests = list[bytearray]()
        """What came in on each connection."""
        self.replies = list[bytearray]()
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *rest: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for one in self._open:
            _close(one)
        for thread in list(self._threads):
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            self._open += [near, far]
            cut = self._plan(len(self.requests))
            self.requests.append(bytearray())
            self.replies.append(bytearray())
            ways = (("request", near, far, self.requests[-1]), ("reply", far, near, self.replies[-1]))
            for name, source, target, seen in ways:
                limit = cut[1] if cut is not None and cut[0] == name else None
                thread = threading.Thread(target=_pass, args=(source, target, seen, limit), daemon=True)
                self._threads.append(thread)
                thread.start()


def _pass(source: socket.socket, target: socket.socket, seen: bytearray, limit: int | None) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            kept = chunk if limit is None else chunk[: max(0, limit - len(seen))]
            seen += kept
            target.sendall(kept)
            if limit is not None and len(seen) >= limit:
                break
    _close(source)
    _close(target)


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
