"""One folder a protocol: routes, words, wire, login, faults in each. A face translates and decides nothing."""

from __future__ import annotations

from litestar import Litestar, Router
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin


class FaceApp(Litestar):
    """Litestar for shapes of msgspec alone: to look whether there are others, it would import all their packages."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


class WholeRouter(Router):
    """A router for one app. Litestar would copy all that is in it, since others may serve several."""

    def __deepcopy__(self, memo: dict[int, object]) -> WholeRouter:
        return self
