"""What Prometheus reads: /metrics, open to this machine itself, to everybody where a setting says so, else guarded."""

from __future__ import annotations

import ipaddress
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from jobyard.engine.engine import Engine
from jobyard.engine.meters import MEDIA_TYPE
from jobyard.faces.native import login
from jobyard.people.record import Actor
from jobyard.settings import Settings

_PASSED_ON = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
"""What a proxy adds: the request came from elsewhere, although the proxy stands on this machine."""


def metrics(engine: Engine, settings: Settings) -> HTTPRouteHandler:
    """Return the route."""

    @get("/metrics", include_in_schema=False)
    async def read_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Return what was counted. Raises Unauthenticated or Refused for those who may not see it."""
        actor = None if settings.metrics_open or _near(request, settings) else await _known(request, engine)
        return Response(await engine.watching.metrics(actor), headers={"Content-Type": MEDIA_TYPE})

    return read_metrics


async def _known(request: Request[Any, Any, Any], engine: Engine) -> Actor:
    return await login.actor(engine.people, login.came(dict(request.scope["headers"])))


def _near(request: Request[Any, Any, Any], settings: Settings) -> bool:
    """Tell whether a request surely comes from this machine itself."""
    if settings.public_url or any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
