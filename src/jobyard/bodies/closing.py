"""Bodies on their way out that let go of what they hold as soon as nobody is sent anything more."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application, which a framework's answer is too."""


def closing(answer: Application, pieces: AsyncGenerator[bytes, None]) -> Application:
    """Return an answer that closes the generator of its pieces at the end, however that came.

    A generator whose reader went away while a piece was being sent is else closed when Python next looks for garbage,
    which in a quiet house may take hours.
    """

    async def sent(scope: Any, receive: Any, send: Any) -> None:
        try:
            await answer(scope, receive, send)
        finally:
            await pieces.aclose()

    return sent
