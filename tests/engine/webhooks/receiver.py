"""A program that is told things: a server on this machine that writes down what comes and answers as a test says."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

Answer = Callable[["Receiver", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Got:
    """A letter as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def number(self) -> int:
        """The number of the event it tells of."""
        number: int = self.told["data"]["event"]["number"]
        return number

    def genuine(self, secret: str) -> bool:
        """Tell whether the signature is right, as the standard says it is made."""
        key = b64decode(secret.removeprefix("whsec_"))
        content = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        wanted = b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """What came, and how the next letter is answered."""

    got: list[Got] = field(default_factory=list)
    status: int = 204
    answer: Answer | None = None
    """Writes the whole answer by hand; `status` is not looked at then."""
    sent: int = 0
    """Bytes that an answer by hand has sent."""
    port: int = 0
    scheme: str = "http"
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?a=b"

    @property
    def numbers(self) -> list[int]:
        return [got.number for got in self.got]

    async def until(self, count: int, within: float = 10.0) -> list[Got]:
        """Wait until so many letters have come."""
        async with asyncio.timeout(within):
            while len(self.got) < count:
                self._came.clear()
                await self._came.wait()
        return self.got

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._taken(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in head[1:])}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append(Got(head[0], headers, body))
        self._came.set()
        if self.answer is not None:
            await self.answer(self, writer)
        else:
            writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Listen on a free port of this machine."""
    receiver = Receiver(scheme="https" if tls else "http")
    handling = set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(receiver.connected(reader, writer))
        handling.add(task)
        task.add_done_callback(handling.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(handling):
            task.cancel()
        await asyncio.gather(*handling, return_exceptions=True)
        await server.wait_closed()
