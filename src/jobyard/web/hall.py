"""web: the room of every address that is no protocol's: the page, and what machines ask about the server."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.plugins import PluginProtocol

from jobyard.web import problems
from jobyard.web.problems import Lost


class _Hall(Litestar):
    """Litestar without plugins: to look for the packages of other shapes, it would import them all."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return plugins


def hall(routes: Sequence[HTTPRouteHandler], lost: Lost | None = None) -> Litestar:
    """Return the app that serves these routes and knows no other address; `lost` answers who asks for one."""
    return _Hall(
        route_handlers=list(routes),
        exception_handlers=problems.handlers(lost),
        openapi_config=None,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
