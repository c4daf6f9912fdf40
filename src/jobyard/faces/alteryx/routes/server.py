"""What this server is."""

from __future__ import annotations

import msgspec
from litestar import MediaType, Response, get

from jobyard.faces.alteryx.document import document
from jobyard.faces.alteryx.gate import PUBLIC
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.wire.server import ServerOut


@get(["/v3/serverinfo", "/v3/admin/settings"])
async def get_server(request: Ask) -> ServerOut:
    """Return which server answers, and where."""
    base = request.house.base_url()
    return ServerOut(name="Jobyard", version=request.house.version, base_address=f"{base}/webapi/")


@get(["/swagger/docs/v3", "/v3/swagger.json"], opt={PUBLIC: True})
async def get_document(request: Ask) -> Response[bytes]:
    """Return this face's own description, in Swagger 2.0."""
    house = request.house
    found = document(request.app.state["handlers"], house.base_url(), house.version)
    return Response(msgspec.json.encode(found), media_type=MediaType.JSON)


HANDLERS = (get_server, get_document)
