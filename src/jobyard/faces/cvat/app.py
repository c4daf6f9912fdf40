"""The app that serves this face. One answer for whatever goes wrong."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.datastructures import State

from jobyard.faces import FaceApp
from jobyard.faces.cvat import faults
from jobyard.faces.cvat.routes import router
from jobyard.faces.cvat.surroundings import Ask, Surroundings


def cvat(surroundings: Surroundings) -> Litestar:
    """Return the app with this face under /api."""
    return FaceApp(
        route_handlers=[router()],
        state=State(standing(surroundings)),
        request_class=Ask,
        exception_handlers=faults.handlers(),
        request_max_body_size=surroundings.settings.body_limit,
        openapi_config=None,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )


def standing(surroundings: Surroundings) -> dict[str, Any]:
    """Return what the routes find in the state of their app; nothing else in the app knows a house."""
    return {"surroundings": surroundings}
