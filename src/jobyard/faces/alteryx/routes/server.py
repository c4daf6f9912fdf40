"""What this server is."""

from __future__ import annotations

from litestar import get

from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.wire.server import ServerOut


@get(["/v3/serverinfo", "/v3/admin/settings"])
async def get_server(request: Ask) -> ServerOut:
    """Return which server answers, and where."""
    base = request.house.base_url()
    return ServerOut(name="Jobyard", version=request.house.version, base_address=f"{base}/webapi/")


HANDLERS = (get_server,)
