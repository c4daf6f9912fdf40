"""Kept-alive HTTP/1.1 connections from a worker to its house, straight, never through a proxy.

A worker asks thousands of small questions a second; a general client spends a millisecond of processor on each, which
is more than a short job needs. This one does only what the desk needs, in a twentieth of that.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import cast
from urllib.parse import urlsplit

import httptools
from msgspec import Struct

_IDLE = 4.0
"""Seconds after which an unused connection is not used again: servers close theirs after five."""
_CONNECT = 5.0
_KEPT = 8
_LARGEST = 64 * 1024 * 1024


class Response(Struct, frozen=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Request(Struct, frozen=True):
    """What is asked."""

    method: str
    path: str
    """Below the address of the house, quoted."""
    headers: Mapping[str, str]
    body: bytes | AsyncIterator[bytes]
    size: int
    """The body's length in bytes."""


class Lines:
    """Connections to one address, opened when needed and used again. Raises OSError when the house cannot be had."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"not an address of a house: {url!r}")
        self._host = parts.hostname
        self._secure = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._secure else 80)
        self._name = parts.netloc.rpartition("@")[2]
        self._path = parts.path.rstrip("/")
        self._idle: deque[Line] = deque()

    async def ask(self, request: Request, patience: float) -> Response:
        """Send a request and return the answer; wait at most `patience` seconds between two signs of life."""
        line = await self._line()
        try:
            response = await line.ask(self._head(request), request, patience)
        except BaseException:
            line.abort()
            raise
        if line.usable and len(self._idle) < _KEPT:
            self._idle.append(line)
        else:
            line.abort()
        return response

    def close(self) -> None:
        """Close all connections that are not in use."""
        while self._idle:
            self._idle.pop().abort()

    async def _line(self) -> Line:
        loop = asyncio.get_running_loop()
        while self._idle:
            line = self._idle.pop()
            if line.usable and loop.time() - line.used < _IDLE:
                return line
            line.abort()
        async with asyncio.timeout(_CONNECT):
            _, line = await loop.create_connection(Line, self._host, self._port, ssl=self._secure)
        return line

    def _head(self, request: Request) -> bytes:
        lines = [f"{request.method} {self._path}{request.path} HTTP/1.1", f"Host: {self._name}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        lines += [f"Content-Length: {request.size}", "", ""]
        return "\r\n".join(lines).encode("latin-1")


class Line(asyncio.Protocol):
    """One connection. It carries one request at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost = False
        self._keep = True
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._answer: asyncio.Future[Response] | None = None
        self.used = 0.0
        """When it was used last, in the loop's time."""

    @property
    def usable(self) -> bool:
        """Whether another request may go this way."""
        return self._keep and not self._lost and self._transport is not None and not self._transport.is_closing()

    async def ask(self, head: bytes, request: Request, patience: float) -> Response:
        """Send a request and return its answer. Raises OSError or TimeoutError."""
        if self._transport is None:
            raise ConnectionError("not connected")
        self._headers, self._body = {}, bytearray()
        self._answer = self._loop.create_future()
        if isinstance(request.body, bytes):
            self._transport.write(head + request.body)
        else:
            self._transport.write(head)
            await self._stream(request, patience)
        async with asyncio.timeout(patience):
            response = await self._answer
        self.used = self._loop.time()
        return response

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    async def _stream(self, request: Request, patience: float) -> None:
        """Send a body as fast as it is taken. Stops early when the house has answered already."""
        sent = 0
        if isinstance(request.body, bytes) or self._transport is None or self._answer is None:
            return
        async for chunk in request.body:
            async with asyncio.timeout(patience):
                await self._writable.wait()
            if self._answer.done() or self._lost:
                break
            sent += len(chunk)
            self._transport.write(chunk)
        if sent < request.size:
            self._keep = False
            if not self._answer.done():
                raise OSError(f"{request.size - sent} bytes of the body are missing")

    # What the connection tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note that the connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take in a piece of an answer."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ConnectionError(f"what it says is no HTTP ({error})"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        self._lost = True
        self._writable.set()
        self._fail(exc if isinstance(exc, OSError) else ConnectionError("the connection was closed"))

    def pause_writing(self) -> None:
        """Note that the house takes no more for now."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Note that the house takes more."""
        self._writable.set()

    # What the parser tells.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body += body
        if len(self._body) > _LARGEST:
            self._fail(ConnectionError("its answer is too long"))

    def on_message_complete(self) -> None:
        """Hand over the answer, unless it was only the leave to go on."""
        status = self._parser.get_status_code()
        if status < 200:
            self._headers = {}
            return
        self._keep = self._keep and self._parser.should_keep_alive()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Response(status, self._headers, bytes(self._body)))

    def _fail(self, error: OSError) -> None:
        self._keep = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
            self._answer.exception()
        self.abort()
