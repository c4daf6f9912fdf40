"""The app that serves this face. One answer for whatever goes wrong."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.datastructures import State

from jobyard.faces import FaceApp
from jobyard.faces.native import faults
from jobyard.faces.native.frames import Frames
from jobyard.faces.native.metrics import read_metrics
from jobyard.faces.native.routes import router
from jobyard.faces.native.routes.desk import DeskApp
from jobyard.faces.native.stream import Streams
from jobyard.faces.native.surroundings import Ask, Surroundings
from jobyard.faces.native.words import Names

PLACES = ("v1", "metrics")
"""How the addresses of this face begin."""
COUNTS_ITSELF = ("/v1/desk/", "/v1/uploads/")
"""Addresses at which bodies are bounded by who reads them."""


def native(surroundings: Surroundings) -> Litestar:
    """Return the app with this face under /v1 and /metrics."""
    return FaceApp(
        route_handlers=[router(), read_metrics],
        state=State(standing(surroundings)),
        request_class=Ask,
        exception_handlers=faults.handlers(),
        request_max_body_size=None,  # the door counts
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
