"""The worker's way to the house: the six verbs and the upload of result files, over HTTP with msgpack bodies."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from jobyard.job.desk import Ask, Beat, Call, Claimed, Finish, GiveBack, Held, Report, Settled, Wishes
from jobyard.job.errors import Fault, Unavailable
from jobyard.worker.lines import Lines, Request, Response

_log = logging.getLogger("jobyard.worker")
_T = TypeVar("_T")
_CHUNK = 1024 * 1024
_ANSWER = 15.0
_LONG_ANSWER = 60.0
_UPLOAD_ANSWER = 600.0
"""Seconds after the last byte: the house writes a large file to the disk before it answers."""
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_BARRED_PAUSE = 2.0
_LONGEST_WISH = 60.0


class Away(Unavailable):
    """The house is out of reach: {reason}."""

    @property
    def pause(self) -> float:
        """Seconds the house wants to be left alone; 0 where it did not say."""
        return float(self.data.get("pause", 0.0))


class Barred(Away):
    """The house does not accept this worker's key: {reason}."""


class Declined(Fault):
    """{sentence}."""


class Taken(Struct, frozen=True):
    """What the house says of an uploaded file."""

    blob: str
    size: int
    sha256: str


class Reply(Struct, frozen=True):
    """The answer to a call, its value left as it came."""

    value: msgspec.Raw = msgspec.Raw(b"\xc0")
    wish: str = ""


class _Problem(Struct):
    title: str = ""
    detail: str = ""
    code: str = ""


class Desk(Protocol):
    """What a worker may say to the house. Every verb raises Away when it may be said again, Declined when not."""

    async def claim(self, ask: Ask) -> Claimed:
        """Ask for work."""

    async def beat(self, beat: Beat, patience: float) -> Wishes:
        """Say what is held, and wait at most `patience` seconds for the answer."""

    async def report(self, report: Report) -> Wishes:
        """Tell news of attempts."""

    async def finish(self, finish: Finish) -> Settled:
        """Tell how attempts ended."""

    async def give_back(self, back: GiveBack) -> Settled:
        """Return attempts that will not be run."""

    async def call(self, call: Call) -> Reply:
        """Ask a capability for running work."""

    async def upload(self, held: Held, name: str, file: BinaryIO, size: int) -> Taken:
        """Hand in a result file of `size` bytes."""

    async def close(self) -> None:
        """Let go of the connections."""


class HttpDesk:
    """The house behind an address."""

    def __init__(self, url: str, token: str) -> None:
        self._lines = Lines(url)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/msgpack"}

    async def claim(self, ask: Ask) -> Claimed:
        """Ask for work. Waits as long as the house was asked to wait, and a little."""
        return await self._post("claim", ask, Claimed, ask.wait + _ANSWER)

    async def beat(self, beat: Beat, patience: float) -> Wishes:
        """Say what is held."""
        return await self._post("beat", beat, Wishes, patience)

    async def report(self, report: Report) -> Wishes:
        """Tell news of attempts."""
        return await self._post("report", report, Wishes, _ANSWER)

    async def finish(self, finish: Finish) -> Settled:
        """Tell how attempts ended; saying it again is harmless."""
        return await self._post("finish", finish, Settled, _LONG_ANSWER)

    async def give_back(self, back: GiveBack) -> Settled:
        """Return attempts that will not be run."""
        return await self._post("give_back", back, Settled, _ANSWER)

    async def call(self, call: Call) -> Reply:
        """Ask a capability for running work."""
        return await self._post("call", call, Reply, _LONG_ANSWER)

    async def upload(self, held: Held, name: str, file: BinaryIO, size: int) -> Taken:
        """Stream a file to the house and check that it took the same bytes."""
        digest = hashlib.sha256()

        async def chunks() -> AsyncIterator[bytes]:
            left = size
            while left and (chunk := await asyncio.to_thread(file.read, min(left, _CHUNK))):
                left -= len(chunk)
                digest.update(chunk)
                yield chunk

        path = f"/v1/desk/files/{held.job}/{held.attempt}/{quote(name, safe='')}"
        headers = {**self._headers, "Content-Type": "application/octet-stream"}
        taken = _decoded(await self._send(Request("PUT", path, headers, chunks(), size), _UPLOAD_ANSWER), Taken)
        if taken.sha256 != digest.hexdigest():
            raise Away(reason=f"it took other bytes than those of {name}")
        return taken

    async def close(self) -> None:
        """Let go of the connections."""
        self._lines.close()

    async def _post(self, verb: str, body: Struct, shape: type[_T], patience: float) -> _T:
        encoded = msgspec.msgpack.encode(body)
        request = Request("POST", f"/v1/desk/{verb}", self._headers, encoded, len(encoded))
        return _decoded(await self._send(request, patience), shape)

    async def _send(self, request: Request, patience: float) -> bytes:
        try:
            response = await self._lines.ask(request, patience)
        except TimeoutError:
            raise Away(reason=f"no answer within {patience:g} s") from None
        except OSError as error:
            raise Away(reason=str(error) or type(error).__name__) from None
        if 200 <= response.status < 300:
            return response.body
        problem = _problem(response)
        sentence = (problem.detail or problem.title).rstrip(".") or f"it answered {response.status}"
        if response.status in {401, 403}:
            raise Barred(reason=sentence, pause=_BARRED_PAUSE)
        if response.status in {408, 429} or response.status >= 500:
            raise Away(reason=sentence, pause=_pause(response))
        raise Declined(sentence=sentence, status=response.status, code=problem.code)


class Pauses:
    """How long to wait before each next try: a little longer every time, never the same for two workers."""

    def __init__(self, first: float = _FIRST_PAUSE, longest: float = _LONGEST_PAUSE) -> None:
        self._first = first
        self._longest = longest
        self._next = first
        self._dice = secrets.SystemRandom()

    def after(self, fault: Fault) -> float:
        """Return the seconds to wait after this fault; never less than the house asked for."""
        pause = self._dice.uniform(self._next / 2, self._next)
        self._next = min(self._next * 2, self._longest)
        return max(pause, fault.pause) if isinstance(fault, Away) else pause

    def reset(self) -> None:
        """Begin with short pauses again: it went well."""
        self._next = self._first


async def insist(ask: Callable[[], Awaitable[_T]]) -> _T:
    """Ask until the house answers or declines. Raises Declined."""
    pauses = Pauses()
    while True:
        try:
            return await ask()
        except Away as away:
            _log.debug("%s Asking again.", away.sentence)
            await asyncio.sleep(pauses.after(away))


def _decoded(body: bytes, shape: type[_T]) -> _T:
    try:
        return msgspec.msgpack.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise Away(reason=f"what it says makes no sense ({error})") from None


def _problem(response: Response) -> _Problem:
    try:
        return msgspec.json.decode(response.body, type=_Problem)
    except msgspec.MsgspecError:
        return _Problem()


def _pause(response: Response) -> float:
    text = response.headers.get("retry-after", "")
    return min(float(text), _LONGEST_WISH) if text.isdecimal() else 0.0
