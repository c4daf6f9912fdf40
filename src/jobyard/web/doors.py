"""web: one port, many doors. Each address belongs to one room of the house; every room gets the same care.

A room is an ASGI application of its own that knows nothing of the others. What all of them need happens here, once:
a request is meant for this house, its body is bounded and comes in time, and its answer carries an id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any

from jobyard.job.ids import new_id
from jobyard.web.doorplate import Doorplate
from jobyard.web.patience import patient_receive, patient_send

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
Takes = Callable[[str], bool]
"""Told the first part of an address, such as `v1`: whether it belongs to the room."""
Refusal = Callable[[int, str], tuple[str, bytes]]
"""Told a status and a sentence: the media type and the body with which the room says that."""
Living = Callable[[], AbstractAsyncContextManager[None]]

_STAMP = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""What every answer carries where its room has not said otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """What lies behind one door."""

    app: App
    takes: Takes
    refusal: Refusal
    body_limit: int
    """The largest body in bytes."""
    counts_itself: tuple[str, ...] = ()
    """Beginnings of addresses at which the room bounds bodies by itself."""
    below: tuple[str, ...] = ()
    """Longer beginnings of addresses that are the room's too, where another has what begins with their first part."""


def named(*names: str) -> Takes:
    """Return who takes addresses that begin with one of the names."""
    return frozenset(names).__contains__


class Doors:
    """The application of the whole house. The first room that takes an address has it; `hall` has all the others."""

    def __init__(self, rooms: Sequence[Room], hall: Room, doorplate: Doorplate, living: Living) -> None:
        """Take the rooms; `living` holds while the house is served."""
        self._rooms = tuple(rooms)
        self._hall = hall
        self._doorplate = doorplate
        self._living = living

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Show a request to its room, or refuse it in that room's words."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        if scope["type"] != "http":
            return
        room = self._room(scope["path"])
        id_ = scope.setdefault("state", {}).setdefault("request_id", new_id())
        sent = patient_send(_stamped(send, id_.encode("ascii")))
        turned = self._doorplate.turns_away(scope)
        if turned is not None:
            await _refuse(sent, room, *turned)
            return
        limit = None if scope["path"].startswith(room.counts_itself) else room.body_limit
        await room.app(scope, patient_receive(receive, scope["headers"], limit), sent)

    def _room(self, path: str) -> Room:
        plain = "/" + path.lstrip("/")
        first = plain[1:].partition("/")[0]
        return next((room for room in self._rooms if room.takes(first) or plain.startswith(room.below)), self._hall)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Speak the server's protocol of coming up and going down. Raises what kept the house from either.

        A server that leaves at once only cancels this; the house goes down as it does when it is asked to.
        """
        await receive()
        under_way = "startup"
        try:
            async with self._living():
                await send({"type": "lifespan.startup.complete"})
                under_way = "shutdown"
                with suppress(asyncio.CancelledError):
                    await receive()
        except BaseException as error:
            await send({"type": f"lifespan.{under_way}.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})


def _stamped(send: Send, id_: bytes) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            there = {name.lower() for name, _ in headers}
            headers += [one for one in _STAMP if one[0] not in there]
            headers.append((b"x-request-id", id_))
            message["headers"] = headers
        await send(message)

    return sent


async def _refuse(send: Send, room: Room, status: int, detail: str) -> None:
    media_type, body = room.refusal(status, detail)
    headers: Iterable[tuple[bytes, bytes]] = [
        (b"content-type", media_type.encode("ascii")),
        (b"content-length", str(len(body)).encode("ascii")),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
