"""How bodies and query parameters are taken in: strictly, in the shape the route names."""

from __future__ import annotations

from typing import Any, TypeVar

from litestar import Request
from litestar.di import Provide
from litestar.dto import AbstractDTO
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.typing import FieldDefinition

from jobyard.faces.native import words

ASKED = "asked"
"""The route option that names the shape of its query parameters, and the argument that brings them."""

HEADERS = "headers"
"""The route option that names the headers it heeds, for the document."""
TAKES = "takes"
"""The route option that names the media type of a body that is read as it comes, for the document."""
InPath = FromPath[str]
"""A part of the address, once decoded."""

T = TypeVar("T")


class Exact(AbstractDTO[T]):
    """Decodes a body into the route's shape. The framework's own way would take the text "1" for a number."""

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Prepare nothing: the shape stands in the route's signature."""

    def decode_bytes(self, value: bytes) -> Any:
        """Return a body in the route's shape. Raises Invalid, or 415 for anything but JSON."""
        # A browser's form cannot send this type to another site, so a form of another site is never read.
        media_type = self.asgi_connection.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise HTTPException(status_code=415, detail="Bodies are taken as application/json.")
        field = self.asgi_connection.route_handler.parsed_data_field
        return words.told(value, field.annotation)


def asking(shape: type[Any], **options: Any) -> dict[str, Any]:
    """Return what a route says to be handed its query parameters, as `asked`, in this shape; and its other options."""

    def dependency(request: Request[Any, Any, Any]) -> Any:
        return words.asked(request.scope["query_string"], shape)

    return {
        "dependencies": {ASKED: Provide(dependency, sync_to_thread=False)},
        "opt": {ASKED: shape, **options},
    }
