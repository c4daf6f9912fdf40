"""Streams that let go of what they hold as soon as nobody is sent anything more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from litestar.response import Stream

from jobyard.bodies.closing import closing


class ClosingStream(Stream):
    """Sends what a generator gives, and closes it at the end, however that came."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], **options: Any) -> None:
        super().__init__(pieces, **options)
        self._pieces = pieces

    def to_asgi_response(self, *arguments: Any, **options: Any) -> Any:
        """Return the answer that is sent."""
        return closing(super().to_asgi_response(*arguments, **options), self._pieces)
