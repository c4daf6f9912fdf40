"""web: how long a body is waited for, and how large it may become. Both end inside the room that reads it.

So the room says it in its own words: what is raised here is the framework's exception, which every room turns into an
answer of its protocol.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from litestar.exceptions import HTTPException

STALL = 60.0
"""Seconds a sender or a reader may stand still in the middle of a body before the connection is given up."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def patient_receive(receive: Receive, headers: Iterable[tuple[bytes, bytes]], limit: int | None) -> Receive:
    """Return who reads the body: raises 408 where it stands still, 400 where it is cut off, 413 beyond `limit`."""
    whole, size = False, 0

    async def received() -> Message:
        nonlocal whole, size
        if whole:  # from here on only the end of the connection is waited for
            return await receive()
        if limit is not None and not size and _announced(headers) > limit:
            raise HTTPException(status_code=413)
        try:
            async with asyncio.timeout(STALL):
                message = await receive()
        except TimeoutError:
            raise HTTPException(status_code=408, detail="The body did not arrive in time.") from None
        if message["type"] == "http.disconnect":
            raise HTTPException(status_code=400, detail="The body was cut off.")
        whole = not message.get("more_body", False)
        size += len(message.get("body", b""))
        if limit is not None and size > limit:
            raise HTTPException(status_code=413)
        return message

    return received


def patient_send(send: Send) -> Send:
    """Return who writes the answer: raises TimeoutError where its reader stands still."""

    async def sent(message: Message) -> None:
        if not message.get("more_body", False):  # the last piece waits for nobody
            await send(message)
            return
        async with asyncio.timeout(STALL):
            await send(message)

    return sent


def _announced(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Return how long the sender says the body will be; 0 where nothing is said."""
    said = next((value for name, value in headers if name == b"content-length"), b"")
    return int(said) if said.isdigit() else 0
