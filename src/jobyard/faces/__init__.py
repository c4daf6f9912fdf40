"""One folder a protocol: routes, words, wire, login, faults in each. A face translates and decides nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Litestar, Router
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.response import Stream


class FaceApp(Litestar):
    """Litestar for shapes of msgspec alone: to look whether there are others, it would import all their packages."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


class WholeRouter(Router):
    """A router for one app. Litestar would copy all that is in it, since others may serve several."""

    def __deepcopy__(self, memo: dict[int, object]) -> WholeRouter:
        return self


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
        answer = super().to_asgi_response(*arguments, **options)

        async def sent(scope: Any, receive: Any, send: Any) -> None:
            try:
                await answer(scope, receive, send)
            finally:
                await self._pieces.aclose()

        return sent
