"""One connection, before anybody knows what is asked: its requests have a head that is whole, bounded and in time."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from jobyard.web import problems

HEAD_LIMIT = 64 * 1024
"""Bytes of a request's first line and headers."""
HEAD_WITHIN = 60.0
"""Seconds in which a request's head has to arrive."""
_LINGER = 1.0
"""Seconds in which a refused sender may read why; a connection closed under its hands would swallow that."""
_MALFORMED = "This is no HTTP request that can be understood."
_TOO_LARGE = f"The first line and the headers of a request may have {HEAD_LIMIT:,} bytes."
_LATE = "The first line and the headers of the request did not arrive in time."


class Together(asyncio.Transport):
    """Uvicorn's transport, but an answer's head waits for its body and leaves with it.

    Sent apart they are two packets, and their reader is woken for a head with which it can do nothing yet.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send what belongs to a body at once, and a head with it or in the loop's next turn."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines([head, data])
        elif bytes(data[:7]) == b"HTTP/1.":
            self._head = bytes(data)
            self._loop.call_soon(self._send_head)
        else:
            self._transport.write(data)

    def write_eof(self) -> None:
        """Say that nothing follows."""
        self._send_head()
        self._transport.write_eof()

    def close(self) -> None:
        """Send what waits, and close."""
        self._send_head()
        self._transport.close()

    def is_closing(self) -> bool:
        """Tell whether it is closed or about to be."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Tell what is known of the connection."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Take nothing for a while."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on."""
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand what comes to somebody else."""
        self._transport.set_protocol(protocol)

    def _send_head(self) -> None:
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)


class Connection(HttpToolsProtocol):
    """Uvicorn's connection, with bounds, and with refusals in the words of the house."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head = 0
        self._understood = False
        self._silent = 0
        """Bytes from which nothing whole has come yet."""
        self._refused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever."""
        super().connection_made(Together(transport, self.loop))
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless too much came in one piece."""
        if self._refused:
            return
        self._understood = False
        super().data_received(data)
        self._silent = 0 if self._understood else self._silent + len(data)
        if self._silent > HEAD_LIMIT and not self._refused:
            self._refuse(431, _TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._head = 0
        self._expect_head()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Let the request in."""
        self._understood = True
        self._stop_timer()
        if not self.url.startswith(b"/"):
            self._settle_host()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._understood = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        self._understood = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser or one of us cannot take."""
        large = self._head > HEAD_LIMIT
        self._refuse(431 if large else 400, _TOO_LARGE if large else _MALFORMED)

    def _count(self, size: int) -> None:
        self._understood = True
        self._head += size
        if self._head > HEAD_LIMIT:
            raise ValueError(_TOO_LARGE)

    def _settle_host(self) -> None:
        """Let the host of an absolute target be the one that counts, whatever the header says (RFC 9112, 3.2.2)."""
        target = httptools.parse_url(self.url)
        # The parser's types are simpler than what it gives: any part may be None.
        scheme, name, port = target.schema or b"", target.host or b"", target.port or 0
        if scheme.lower() not in {b"http", b"https"} or not name or target.userinfo:
            raise ValueError(_MALFORMED)
        host = b"[%b]" % name if b":" in name else name
        place = b"%b:%d" % (host, port) if port else host
        self.headers[:] = [(name, place if name == b"host" else value) for name, value in self.headers]

    def _expect_head(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(HEAD_WITHIN, self._refuse, 408, _LATE)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int, detail: str) -> None:
        self._refused = True
        self._stop_timer()
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        begun = False
        if cycle is not None and not cycle.response_complete:
            # Whoever answers it learns that nobody listens any more.
            begun, cycle.disconnected = cycle.response_started, True
            cycle.message_event.set()
        if not begun:
            self.transport.write(_answer(status, detail))
        self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.close)


def _answer(status: int, detail: str) -> bytes:
    name = HTTPStatus(status)
    media_type, body = problems.refusal(status, detail)
    head = [
        f"HTTP/1.1 {status} {name.phrase}",
        f"content-type: {media_type}",
        f"content-length: {len(body)}",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "connection: close",
        "",
        "",
    ]
    return "\r\n".join(head).encode("ascii") + body
