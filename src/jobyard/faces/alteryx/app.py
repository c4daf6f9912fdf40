"""The app that serves this face. One answer for whatever goes wrong."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.datastructures import State

from jobyard.faces import FaceApp
from jobyard.faces.alteryx import faults
from jobyard.faces.alteryx.login import Login
from jobyard.faces.alteryx.routes import handlers, router
from jobyard.faces.alteryx.surroundings import Ask, Surroundings


def alteryx(surroundings: Surroundings) -> Litestar:
    """Return the app with this face under /webapi; addresses have to come plain (see `paths`)."""
    return FaceApp(
        route_handlers=[router()],
        state=State(standing(surroundings)),
        request_class=Ask,
        exception_handlers=faults.handlers(),
        request_max_body_size=None,  # `taking` counts
        openapi_config=None,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )


def standing(surroundings: Surroundings) -> dict[str, Any]:
    """Return what the routes find in the state of their app; nothing else in the app knows a house."""
    engine = surroundings.engine
    login = Login(engine.people, engine.ledger.clock)
    return {"alteryx": surroundings, "login": login, "handlers": handlers()}
