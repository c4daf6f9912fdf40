"""What machines ask a server: does it live, and is it ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def health(ready: Callable[[], Awaitable[bool]]) -> list[HTTPRouteHandler]:
    """Return /healthz (the process answers) and /readyz (the store answers, else 503). Neither needs a login."""

    @get("/healthz", media_type=MediaType.TEXT, include_in_schema=False)
    async def healthz() -> Response[str]:
        return Response("ok\n", headers=_HEADERS)

    @get("/readyz", media_type=MediaType.TEXT, include_in_schema=False)
    async def readyz() -> Response[str]:
        if await ready():
            return Response("ready\n", headers=_HEADERS)
        return Response("not ready\n", status_code=503, headers=_HEADERS)

    return [healthz, readyz]
