"""web: an application that is built when somebody asks for it, not before the port is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class Late:
    """An ASGI application in place of one that is not built yet; the first request waits for the building.

    Nothing else runs in the event loop meanwhile, so nobody meets it half done.
    """

    def __init__(self, build: Callable[[], App]) -> None:
        self._build = build
        self._app: App | None = None

    def built(self) -> App:
        """Return the application, built now where it was not. Raises what building it raises, each time."""
        if self._app is None:
            self._app = self._build()
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        await self.built()(scope, receive, send)
