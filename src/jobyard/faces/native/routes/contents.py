"""The OpenAPI document of this face."""

from __future__ import annotations

import msgspec
from litestar import Response, get

from jobyard.faces.native.document import document
from jobyard.faces.native.gate import PUBLIC
from jobyard.faces.native.surroundings import Ask


@get("/openapi.json", operation_id="getDocument", opt={PUBLIC: True}, include_in_schema=False)
async def get_document(request: Ask) -> Response[bytes]:
    """Return the OpenAPI document."""
    written = msgspec.json.encode(document(request.app.routes, request.house.version))
    return Response(written, media_type="application/vnd.oai.openapi+json")
