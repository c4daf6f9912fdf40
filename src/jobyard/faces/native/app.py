"""The app that serves this face, and beside it the routes the server hands in. One answer for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ControllerRouterHandler

from jobyard.faces.native import faults
from jobyard.faces.native.frames import Frames
from jobyard.faces.native.gate import Doorplate, stamp
from jobyard.faces.native.metrics import read_metrics
from jobyard.faces.native.routes import router
from jobyard.faces.native.routes.desk import DeskApp
from jobyard.faces.native.stream import Streams
from jobyard.faces.native.surroundings import Ask, Surroundings
from jobyard.faces.native.words import Names

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


class _App(Litestar):
    """Litestar for shapes of msgspec alone: to look whether there are others, it would import all their packages."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def native(
    surroundings: Surroundings, beside: Sequence[ControllerRouterHandler] = (), lifespan: Sequence[Lifespan] = ()
) -> Litestar:
    """Return the app with this face under /v1, /metrics and the routes `beside` it; `lifespan` runs while it does."""
    return _App(
        route_handlers=[router(surroundings.settings), read_metrics, *beside],
        state=State(standing(surroundings)),
        request_class=Ask,
        middleware=[DefineMiddleware(Doorplate, settings=surroundings.settings)],
        before_send=[stamp],
        exception_handlers=faults.handlers(),
        lifespan=list(lifespan),
        openapi_config=None,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )


def standing(surroundings: Surroundings) -> dict[str, Any]:
    """Return what the routes find in the state of their app; nothing else in the app knows a house."""
    names = Names(surroundings.engine.projects)
    return {
        "surroundings": surroundings,
        "names": names,
        "streams": Streams(),
        "frames": Frames(names),
        "desk": DeskApp(surroundings.engine),
    }
