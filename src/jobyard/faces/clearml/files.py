"""The server of files: put there under a path, fetched, deleted. Each user has files of their own.

What is put under the path of a task that somebody may see is read by whoever may see the task.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from litestar.exceptions import HTTPException

from jobyard.bodies.parts import Bounds, parts
from jobyard.experiments.shelf import Shelf, Stored
from jobyard.faces.clearml import faults
from jobyard.faces.clearml.login import Login
from jobyard.faces.clearml.surroundings import Surroundings
from jobyard.job.errors import Fault, Invalid, NotFound
from jobyard.job.ids import new_id
from jobyard.people.record import Actor

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Pieces = AsyncIterator[bytes]

PREFIX = "/files"
DELETE_MANY = "/delete_many"
_BOUNDS = Bounds(parts=20_000, text=0)
_PIECE = 256 * 1024
_SMALL = 4 * 1024 * 1024
_ALIVE_EVERY = 16 * 1024 * 1024
"""Bytes of a file that comes in, after which its task counts as worked on once more."""


class Files:
    """The application below /files."""

    def __init__(self, house: Surroundings, login: Login) -> None:
        self._house = house
        self._login = login
        self._shelf: Shelf = house.experiments.shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope["path_template"] = PREFIX
        path = _path(scope)
        if scope["method"] == "GET" and not path.strip("/"):
            await _answer(send, 200, b"OK", "text/plain")
            return
        if scope["method"] == "OPTIONS":
            await _answer(send, 200, b"", "text/plain")
            return
        try:
            await self._handled(scope, path, receive, send)
        except HTTPException as error:
            await _refuse(send, error.status_code, error.detail)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, clients are told in their words
            id_ = str(scope.get("state", {}).get("request_id") or new_id())
            refused = faults.of(error, PREFIX, "", id_)
            code = 404 if isinstance(error, NotFound) else refused.code
            await _refuse(send, code, refused.text)

    async def _handled(self, scope: Scope, path: str, receive: Receive, send: Send) -> None:
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        client = scope.get("client")
        comer = await self._login.comer(headers, client[0] if client else "")
        actor = scope["user"] = comer.actor
        match scope["method"]:
            case "POST" if path == DELETE_MANY:
                await self._delete_many(actor, receive, send)
            case "POST" | "PUT":
                await self._upload(actor, headers, receive, send)
            case "GET" | "HEAD":
                await self._download(actor, path, send, head=scope["method"] == "HEAD")
            case "DELETE":
                await self._shelf.delete(actor, path)
                await _answer(send, 200, b"", "text/plain")
            case _:
                await _refuse(send, 405, "This address does not take that method.")

    async def _upload(self, actor: Actor, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        """Take files in, each under the name of its part; what came whole is there, whatever becomes of the rest."""
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        taken = list[str]()
        async for part in parts(_body(receive), content_type, _BOUNDS):
            name = part.field or part.filename or ""
            await self._shelf.put(actor, name, self._beating(actor, name, part.pieces))
            taken.append(name)
        if not taken:
            raise Invalid(reason="no file came")
        await _answer(send, 200, msgspec.json.encode(taken), "application/json")

    async def _beating(self, actor: Actor, name: str, pieces: Pieces) -> Pieces:
        """Give out the pieces of a file, and say now and then that the task in its path is worked on."""
        task, size, told = self._shelf.task_in(name), 0, 0
        async for piece in pieces:
            size += len(piece)
            if task and size - told >= _ALIVE_EVERY:
                told = size
                await self._house.experiments.tasks.hear(actor, [task])
            yield piece

    async def _download(self, actor: Actor, path: str, send: Send, *, head: bool) -> None:
        stored = await self._shelf.get(actor, path)
        headers = [
            (b"content-type", b"application/octet-stream"),
            (b"content-length", str(stored.size).encode("ascii")),
            (b"content-disposition", b"attachment"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if not head:
            await _send(stored, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _delete_many(self, actor: Actor, receive: Receive, send: Send) -> None:
        body = b""
        async for piece in _body(receive):
            body += piece
            if len(body) > _SMALL:
                raise HTTPException(status_code=413)
        try:
            asked = msgspec.json.decode(body, type=dict[str, list[str]])
        except msgspec.DecodeError as error:
            raise Invalid(reason=str(error)) from None
        deleted: dict[str, str] = {}
        errors: dict[str, list[str]] = {}
        for given in asked.get("files", []):
            path = _decoded(given.encode())
            try:
                await self._shelf.delete(actor, path)
            except Fault as fault:
                errors.setdefault(fault.sentence, []).append(given)
            else:
                deleted[given] = path
        told = msgspec.json.encode({"deleted": deleted, "errors": errors})
        await _answer(send, 200, told, "application/json")


def _path(scope: Scope) -> str:
    """Return what stands behind the prefix, decoded exactly once: a plus stays a plus."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    decoded = _decoded(raw.partition(b"?")[0])
    return decoded.removeprefix("/").removeprefix(PREFIX.strip("/"))


def _decoded(raw: bytes) -> str:
    return unquote_to_bytes(raw).decode("utf-8", "replace")


async def _body(receive: Receive) -> Pieces:
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        if message.get("body"):
            yield message["body"]


async def _send(stored: Stored, send: Send) -> None:
    file = await asyncio.to_thread(stored.open)
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _answer(send: Send, status: int, body: bytes, media_type: str) -> None:
    headers = [
        (b"content-type", media_type.encode("ascii")),
        (b"content-length", str(len(body)).encode("ascii")),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _refuse(send: Send, status: int, text: str) -> None:
    media_type, body = faults.refusal(status, text)
    await _answer(send, status, body, media_type)
