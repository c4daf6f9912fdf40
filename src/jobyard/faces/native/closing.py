"""Streams that let go of what they hold as soon as nobody is sent anything more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from litestar.response import Stream
from litestar.types import ASGIApp, Receive, Scope, Send


class ClosingStream(Stream):
    """Sends what a generator gives, and closes it at the end, however that came.

    A generator whose reader went away while a piece was being sent is else closed when Python next looks for garbage,
    which in a quiet house may take hours.
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None], **options: Any) -> None:
        super().__init__(pieces, **options)
        self._pieces = pieces

    def to_asgi_response(self, *arguments: Any, **options: Any) -> Any:
        """Return the answer that is sent."""
        return _closing(super().to_asgi_response(*arguments, **options), self._pieces)


def _closing(answer: ASGIApp, pieces: AsyncGenerator[bytes, None]) -> ASGIApp:
    async def sent(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await answer(scope, receive, send)
        finally:
            await pieces.aclose()

    return sent
