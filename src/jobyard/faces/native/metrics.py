"""What Prometheus reads: /metrics, open to this machine itself, to everybody where a setting says so, else guarded."""

from __future__ import annotations

import ipaddress

from litestar import Response, get

from jobyard.engine.meters import MEDIA_TYPE
from jobyard.faces.native import login
from jobyard.faces.native.surroundings import Ask
from jobyard.people.record import Actor
from jobyard.settings import Settings

_PASSED_ON = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
"""What a proxy adds: the request came from elsewhere, although the proxy stands on this machine."""


@get("/metrics", include_in_schema=False)
async def read_metrics(request: Ask) -> Response[bytes]:
    """Return what was counted. Raises Unauthenticated or Refused for those who may not see it."""
    settings = request.house.settings
    actor = None if settings.metrics_open or _near(request, settings) else await _known(request)
    return Response(await request.engine.watching.metrics(actor), headers={"Content-Type": MEDIA_TYPE})


async def _known(request: Ask) -> Actor:
    return await login.actor(request.engine.people, login.came(dict(request.scope["headers"])))


def _near(request: Ask, settings: Settings) -> bool:
    """Tell whether a request surely comes from this machine itself."""
    if settings.public_url or any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
