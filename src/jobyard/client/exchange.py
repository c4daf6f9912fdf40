"""Requests and answers between one client and one house: signing in, retrying, and turning refusals into errors."""

from __future__ import annotations

import secrets
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote, urlsplit

import httpx2
import msgspec
from msgspec import Struct

import jobyard
from jobyard.client.errors import NotJobyard, Refusal, Unavailable, Unreachable, refusal
from jobyard.client.shapes import Problem

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_CONNECT_WITHIN = 10.0
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Call(Struct, frozen=True, kw_only=True):
    """One request."""

    method: str = "GET"
    path: str
    """Behind `/v1`."""
    query: Mapping[str, Any] = {}
    """Entries that are None are left out; a list is sent once for each item."""
    body: Struct | None = None
    content: bytes | Path | None = None
    """Bytes as they are, or those of a file, in place of a body."""
    headers: Mapping[str, str] = {}
    again: bool = True
    """Whether it may be sent a second time when its answer was lost."""
    within: float | None = None
    """Seconds to wait for each piece of the answer; None for the client's own."""


class Patience:
    """How long a lost connection is borne: pauses grow from 0.1 to 5 seconds, with some chance in them."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Start over, because something was heard."""
        self._until = time.monotonic() + self._seconds
        self._pause = _FIRST_PAUSE

    def bear(self, error: Exception, at_least: float = 0.0) -> None:
        """Pause before the next try. Raises Unreachable, or the refusal itself, when patience is used up."""
        pause = max(at_least, self._pause * (0.5 + secrets.randbelow(1000) / 1000))
        if time.monotonic() + pause >= self._until:
            if isinstance(error, Refusal):
                raise error
            raise Unreachable(f"{self._url} does not answer: {_reason(error)}.") from error
        time.sleep(pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)


class Exchange:
    """One pool of connections. May be used from several threads."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float,
        patience: float,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.url = _address(url)
        self._timeout = timeout
        self._patience = patience
        headers = {"User-Agent": f"jobyard-client/{jobyard.__version__}", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {_printable(token)}"
        # A proxy from the environment is for the outside world; it seldom knows the way to this machine.
        parts = urlsplit(self.url)
        local = (parts.hostname or "") in _LOOPBACK
        # Reading the certificates takes its time, and plain HTTP needs none; a context without any trusts none.
        trust: ssl.SSLContext | bool = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if parts.scheme == "http" else True
        self._http = httpx2.Client(
            headers=headers, transport=transport, trust_env=not local, timeout=timeout, verify=trust
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def patience(self) -> Patience:
        """Return a fresh patience with this house."""
        return Patience(self.url, self._patience)

    def ask(self, call: Call, answer: type[T]) -> T:
        """Send a request and return its answer. Raises Refusal, Unreachable or NotJobyard."""
        content = self._exchanged(call)
        try:
            return msgspec.json.decode(content, type=answer)
        except msgspec.DecodeError as error:
            raise NotJobyard(f"{self.url} answers, but not as Jobyard does: {error}.") from error

    def tell(self, call: Call) -> None:
        """Send a request whose answer has no body."""
        self._exchanged(call)

    @contextmanager
    def stream(self, call: Call) -> Iterator[httpx2.Response]:
        """Send a request once and give its answer's body piece by piece.

        Raises Refusal; a broken connection shows as httpx2.TransportError.
        """
        with self._http.stream(
            call.method, self._target(call), headers=dict(call.headers), timeout=self._limits(call)
        ) as response:
            if response.status_code >= 300:
                response.read()
                raise self._refused(response)
            yield response

    def _exchanged(self, call: Call) -> bytes:
        patience, body = self.patience(), call.content if call.body is None else msgspec.json.encode(call.body)
        while True:
            try:
                return self._once(call, body)
            except _NOT_SENT as error:
                patience.bear(error)
            except httpx2.TransportError as error:
                if not call.again:
                    raise Unreachable(f"{self.url} was asked, but its answer was lost: {_reason(error)}.") from error
                patience.bear(error)
            except Unavailable as error:
                if not call.again or error.status == 507:
                    raise
                patience.bear(error, error.retry_after or 0.0)

    def _once(self, call: Call, body: bytes | Path | None) -> bytes:
        if isinstance(body, Path):
            with body.open("rb") as file:
                return self._sent(call, file)
        return self._sent(call, body)

    def _sent(self, call: Call, body: bytes | BinaryIO | None) -> bytes:
        headers = dict(call.headers)
        if body is not None:
            headers["Content-Type"] = "application/json" if call.content is None else "application/octet-stream"
        response = self._http.request(
            call.method, self._target(call), headers=headers, content=body, timeout=self._limits(call)
        )
        if response.status_code >= 300:
            raise self._refused(response)
        return response.content

    def _target(self, call: Call) -> httpx2.URL:
        given = {name: value for name, value in call.query.items() if value is not None and value != []}
        return httpx2.URL(f"{self.url}/v1{call.path}", params=given)

    def _limits(self, call: Call) -> httpx2.Timeout:
        seconds = self._timeout if call.within is None else call.within
        return httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_WITHIN))

    def _refused(self, response: httpx2.Response) -> Exception:
        try:
            problem = msgspec.json.decode(response.content, type=Problem)
        except msgspec.DecodeError:
            if response.status_code in (502, 503, 504):
                return Unavailable(response.status_code, "unavailable", f"{self.url} is not ready.")
            return NotJobyard(f"{self.url} answers with status {response.status_code}, but not as Jobyard does.")
        after = response.headers.get("Retry-After", "")
        seconds = float(after) if after.isdecimal() else None
        return refusal(response.status_code, problem.code, problem.detail, problem.errors, seconds, problem.job)


def segment(text: str) -> str:
    """Return text as one segment of a path; nothing in it can lead elsewhere."""
    quoted = quote(text, safe="")
    # A server may take a dot segment away before it looks for a route.
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an address; it should look like http://127.0.0.1:8080")
    return url.rstrip("/")


def _printable(token: str) -> str:
    token = token.strip()
    if not token.isascii() or not token.isprintable():
        raise ValueError("the token holds characters that no token has")
    return token


def _reason(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx2.ConnectError):
        return "no connection could be made"
    return "the connection broke"
