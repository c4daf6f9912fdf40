"""Carries one letter to its receiver: to the checked address, without detours, bounded in time and size."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import jobyard
from jobyard.engine.webhooks.record import Tried
from jobyard.engine.webhooks.targets import Target, Targets
from jobyard.job.clock import Clock
from jobyard.job.errors import TargetNotAllowed

if TYPE_CHECKING:
    import httpx2

WITHIN = 10.0
"""Seconds for everything: looking up the name, connecting, sending, and the whole answer."""
MOST = 64 * 1024
"""Bytes of an answer that are read; then the connection is closed."""
SHOWN = 2_000
"""Characters of it that are kept."""
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "User-Agent": f"jobyard-webhook/{jobyard.__version__}",
        "Content-Type": "application/json",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
)


class Letter(Struct, frozen=True, kw_only=True):
    """What is sent, signed and sealed."""

    url: str
    headers: dict[str, str]
    body: bytes


class _Answer:
    """What has come so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.content = b""


class Carrier:
    """Sends letters. Nothing of the environment is heeded, no cookie kept, no redirect followed."""

    def __init__(self, clock: Clock, targets: Targets, trust: ssl.SSLContext | None = None) -> None:
        self._clock = clock
        self._targets = targets
        self._trust = trust

    async def carry(self, letter: Letter) -> Tried:
        """Send a letter once and return how it went; never raises but when it is cancelled."""
        loop = asyncio.get_running_loop()
        tried, began, answer = Tried(at=self._clock.now()), loop.time(), _Answer()
        error = await self._sent(letter, answer)
        if answer.status is not None:
            # The status came, so the receiver has spoken; of the rest of its answer we take what there is.
            error = _judged(answer.status)
        return replace(
            tried,
            seconds=round(loop.time() - began, 6),
            status=answer.status,
            error=error,
            answer=_shown(answer.content),
        )

    async def _sent(self, letter: Letter, answer: _Answer) -> str:
        import httpx2

        try:
            async with asyncio.timeout(WITHIN) as limit:
                target = await self._targets.checked(letter.url)
                async with self._answered(target, letter, limit.when() or 0.0) as response:
                    answer.status = response.status_code
                    async for piece in response.aiter_raw():
                        answer.content += piece[: MOST - len(answer.content)]
                        if len(answer.content) >= MOST:
                            break
        except TargetNotAllowed as fault:
            return fault.sentence
        except (TimeoutError, httpx2.TimeoutException):
            return f"No answer came within {WITHIN:g} seconds."
        except httpx2.ConnectError as failed:
            return _unconnected(failed)
        except (httpx2.TransportError, OSError):
            return "The connection broke before an answer came."
        return ""

    @asynccontextmanager
    async def _answered(self, target: Target, letter: Letter, until: float) -> AsyncIterator[httpx2.Response]:
        import httpx2

        # A client for each letter: no connection is ever shared between two names that lead to one address.
        async with httpx2.AsyncClient(verify=await self._trusted(target), trust_env=False) as client:
            response = await _sent_to_any(client, target, letter, until)
            try:
                yield response
            finally:
                await response.aclose()

    async def _trusted(self, target: Target) -> ssl.SSLContext:
        if target.url.scheme == "http":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and costs nothing
        if self._trust is None:
            import httpx2

            # Reading all the certificates takes a while.
            self._trust = await asyncio.to_thread(httpx2.create_ssl_context)
        return self._trust


async def _sent_to_any(client: httpx2.AsyncClient, target: Target, letter: Letter, until: float) -> httpx2.Response:
    """Send to the first of the addresses that can be connected to; return the answer's beginning."""
    import httpx2

    failed: httpx2.TransportError | None = None
    for address in target.addresses:
        left = max(0.01, until - asyncio.get_running_loop().time())
        request = client.build_request(
            "POST",
            target.url.copy_with(host=address, fragment=None),
            headers={"Host": target.authority, **_HEADERS, **letter.headers},
            content=letter.body,
            # Connecting and greeting each end by themselves before all is over: cut off in between from outside, they
            # would leave the connection open.
            timeout=httpx2.Timeout(left, connect=left * 0.45),
            # The connection goes to the address; the certificate has to be the name's.
            extensions={"sni_hostname": target.host},
        )
        try:
            return await client.send(request, stream=True, follow_redirects=False)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            failed = error
    raise failed or httpx2.ConnectError("there is no address")


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"The receiver answered {status}, and redirects are not followed."
    return f"The receiver answered {status}."


def _unconnected(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "The receiver's certificate is not good for its name, or it does not speak TLS."
        cause = cause.__cause__ or cause.__context__
    return "No connection could be made."


def _shown(content: bytes) -> str:
    text = content[: SHOWN * 4].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)[:SHOWN]
