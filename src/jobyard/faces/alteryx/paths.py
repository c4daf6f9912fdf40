"""How addresses arrive: clients double slashes, end in one, and write letters large or small. All of that is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

PLACE = "webapi"
"""How the addresses of this face begin."""
COUNTS_ITSELF = ("/",)
"""Bodies are bounded by who reads them: files come in at several addresses, which clients write in many ways."""

Scope = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]


def takes(first: str) -> bool:
    """Tell whether an address that begins so belongs to this face."""
    return first.lower() == PLACE


def plain(path: str) -> str:
    """Return an address with single slashes, none at its end, in small letters."""
    return "/" + "/".join(part for part in path.lower().split("/") if part)


class Plain:
    """An application before which every address has become plain."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hand the request on."""
        if scope["type"] == "http":
            scope["path"] = plain(scope["path"])
            scope["raw_path"] = scope["path"].encode()
        await self._app(scope, receive, send)
