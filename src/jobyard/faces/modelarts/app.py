"""The app that serves this face. One answer for whatever goes wrong."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.datastructures import State

from jobyard.faces import FaceApp
from jobyard.faces.modelarts import faults
from jobyard.faces.modelarts.login import Login
from jobyard.faces.modelarts.routes import routers
from jobyard.faces.modelarts.surroundings import Ask, Surroundings


def modelarts(surroundings: Surroundings) -> Litestar:
    """Return the app with this face under /v2 and /v3."""
    return FaceApp(
        route_handlers=routers(),
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
    engine = surroundings.engine
    return {"modelarts": surroundings, "login": Login(engine.people, engine.ledger.clock)}
