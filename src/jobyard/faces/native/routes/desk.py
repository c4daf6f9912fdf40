"""The desk on the wire: a worker's six verbs as msgpack, and its result files as streams.

This is the hottest way into the house, so it is a plain ASGI application: it skips what the framework does for shapes
and documents. It is no part of the public document; `job/desk.py` is its contract.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import msgspec
from litestar import asgi
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.engine import Engine
from jobyard.faces.native.gate import FOR_DESK
from jobyard.job.desk import Ask, Beat, Call, Claimed, Finish, GiveBack, Held, Report
from jobyard.job.errors import Invalid, NotFound, StaleAttempt, TooLarge
from jobyard.job.ids import is_id
from jobyard.people.record import Actor

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of one word of a worker: it may bring the log lines of many attempts."""
_LONGEST_NAME = 200
_PLACES = frozenset({"claim", "beat", "report", "finish", "give_back", "call", "files"})
"""What is counted each by itself."""
_BINARY = "application/msgpack"

Verb = Callable[[Actor, Any], Awaitable[Struct]]


class Gone(Exception):
    """The worker closed the connection before its word was whole."""


class DeskApp:
    """Answers /desk/VERB and /desk/files/JOB/ATTEMPT/NAME."""

    def __init__(self, engine: Engine) -> None:
        self._desk = engine.desk
        self._results = engine.results
        self._encode = msgspec.msgpack.Encoder().encode
        self._verbs: dict[str, tuple[msgspec.msgpack.Decoder[Any], Verb]] = {
            "beat": (msgspec.msgpack.Decoder(Beat), cast("Verb", engine.desk.beat)),
            "report": (msgspec.msgpack.Decoder(Report), cast("Verb", engine.desk.report)),
            "finish": (msgspec.msgpack.Decoder(Finish), self._finish),
            "give_back": (msgspec.msgpack.Decoder(GiveBack), cast("Verb", engine.desk.give_back)),
            "call": (msgspec.msgpack.Decoder(Call), cast("Verb", engine.desk.call)),
        }
        self._ask = msgspec.msgpack.Decoder(Ask)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one word of a worker."""
        place = scope["path"].strip("/").split("/")
        if place[0] in _PLACES:
            scope["path_template"] = f"/v1/desk/{place[0]}"
        # Before anything is read: the verbs ask this as well, but a word may have many megabytes.
        rules.require_house(scope["user"], House.WORK)
        try:
            answer = await self._answer(place, scope, receive)
        except Gone:
            return
        await _reply(send, self._encode(answer))

    async def _answer(self, place: list[str], scope: Any, receive: Receive) -> Struct:
        if place == ["claim"]:
            return await self._claim(scope, receive)
        if len(place) == 1 and place[0] in self._verbs:
            return await self._word(place[0], scope, receive)
        if len(place) == 4 and place[0] == "files":
            return await self._file(place[1:], scope, receive)
        raise NotFound(what="verb", name="of that name at the desk")

    async def _word(self, name: str, scope: Any, receive: Receive) -> Struct:
        _require(scope, "POST")
        decoder, verb = self._verbs[name]
        return await verb(scope["user"], _decoded(decoder, await _body(receive)))

    async def _claim(self, scope: Any, receive: Receive) -> Claimed:
        """Claim; what was claimed for a worker that went away meanwhile is put in line again at once."""
        _require(scope, "POST")
        ask = _decoded(self._ask, await _body(receive))
        if ask.wait <= 0:
            return await self._desk.claim(scope["user"], ask)
        gone = asyncio.ensure_future(receive())
        try:
            claimed = await self._desk.claim(scope["user"], ask, gone)
            if gone.done() and claimed.assignments:
                held = tuple(Held(job=one.job.id, attempt=one.job.attempt) for one in claimed.assignments)
                await self._desk.give_back(scope["user"], GiveBack(worker=ask.worker, held=held))
                raise Gone
        finally:
            gone.cancel()
        return claimed

    async def _finish(self, actor: Actor, finish: Finish) -> Struct:
        for outcome in finish.outcomes:
            for made in outcome.files:
                _check_name(made.name)
        return await self._desk.finish(actor, finish)

    async def _file(self, place: list[str], scope: Any, receive: Receive) -> Struct:
        _require(scope, "PUT")
        job, number, name = place
        _check_name(name)
        attempt = int(number) if number.isascii() and number.isdecimal() and len(number) <= 9 else 0
        held = is_id(job) and await self._desk.holds(scope["user"], job, attempt)
        if not held:
            raise StaleAttempt(id=job, attempt=number, state="not run under it", newest="another one")
        return await self._results.receive(_chunks(receive), _announced(scope))


@asgi("/desk", is_mount=True, opt={FOR_DESK: True}, copy_scope=False)
async def at_desk(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a worker's word to the desk of this app."""
    await scope["litestar_app"].state["desk"](scope, receive, send)


def _require(scope: Any, method: str) -> None:
    if scope["method"] != method:
        raise HTTPException(status_code=405, headers={"Allow": method})


def _decoded(decoder: msgspec.msgpack.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(reason=f"The body does not fit: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid(reason="The body is no msgpack.") from None


def _check_name(name: str) -> None:
    plain = 0 < len(name) <= _LONGEST_NAME and "/" not in name and "\\" not in name and name not in {".", ".."}
    if not plain or any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        raise Invalid(reason="A result file's name has 1 to 200 characters, no separators and no control characters.")


async def _body(receive: Receive) -> bytes:
    pieces, size = list[bytes](), 0
    async for piece in _chunks(receive):
        size += len(piece)
        if size > BODY_LIMIT:
            raise TooLarge(what="The body", limit=f"{BODY_LIMIT} bytes")
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _announced(scope: Any) -> int:
    """Return how many bytes the body has as its sender says; 0 where nothing is said."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(said) if said.isdigit() and len(said) <= 18 else 0


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        if body := message.get("body", b""):
            yield body
        more = message.get("more_body", False)


async def _reply(send: Send, body: bytes) -> None:
    headers = [(b"content-type", _BINARY.encode("ascii")), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
