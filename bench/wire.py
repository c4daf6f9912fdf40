"""HTTP with next to no cost of its own: prepared requests over kept connections, one thread for all of them.

It shows what the server can do; a Python client of ordinary comfort adds its own time to every request.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit


class Connection:
    """One kept connection with at most one request under way."""

    def __init__(self, url: str, token: str) -> None:
        place = urlsplit(url)
        self.socket = socket.create_connection((place.hostname or "", place.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f" HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._answer = b""

    def close(self) -> None:
        """End the connection."""
        self.socket.close()

    def send(self, method: str, path: str, body: bytes = b"") -> None:
        """Send a request without waiting for its answer."""
        rest = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n" if body else "\r\n"
        self.socket.sendall(f"{method} {path}{self._head}{rest}".encode() + body)

    def receive(self) -> bytes | None:
        """Read what has come; return the answer's body when it is whole. Raises RuntimeError for a refusal."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise RuntimeError("the server closed the connection")
        self._answer += piece
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return None
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        if len(body) < length:
            return None
        self._answer = b""
        if head[9:10] != b"2":
            raise RuntimeError(f"the server refused: {body.decode()}")
        return body

    def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Send a request and wait for its answer."""
        self.send(method, path, body)
        while (answer := self.receive()) is None:
            pass
        return answer


def burst(connections: list[Connection], send: Callable[[Connection, int], None], numbers: Iterator[int]) -> float:
    """Keep every connection busy until the numbers are used up; return the seconds it took."""
    watch = selectors.DefaultSelector()
    began = time.perf_counter()
    for connection, number in zip(connections, numbers, strict=False):
        watch.register(connection.socket, selectors.EVENT_READ, connection)
        send(connection, number)
    while watch.get_map():
        for key, _ in watch.select():
            connection = key.data
            if connection.receive() is None:
                continue
            following = next(numbers, None)
            if following is None:
                watch.unregister(connection.socket)
            else:
                send(connection, following)
    return time.perf_counter() - began
