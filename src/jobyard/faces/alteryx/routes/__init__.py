"""The routes of the protocol: one small file a subject, all under /webapi, all behind the gate.

Addresses are written in lower case, since that is how they arrive (see `paths`). A new subject is a module with
HANDLERS that stands in `_SUBJECTS`.
"""

from __future__ import annotations

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from jobyard.faces import WholeRouter
from jobyard.faces.alteryx.gate import Gate
from jobyard.faces.alteryx.paths import PLACE
from jobyard.faces.alteryx.routes import (
    collections,
    credentials,
    first,
    groups,
    jobs,
    outputs,
    runs,
    schedules,
    server,
    token,
    users,
    versions,
    workflows,
)
from jobyard.faces.alteryx.surroundings import Ask

_SUBJECTS = (
    token,
    server,
    workflows,
    versions,
    runs,
    jobs,
    outputs,
    first,
    schedules,
    collections,
    users,
    groups,
    credentials,
)


def handlers() -> list[HTTPRouteHandler]:
    """Return every route."""
    return [handler for subject in _SUBJECTS for handler in subject.HANDLERS]


def router() -> Router:
    """Return the protocol as one router."""
    return WholeRouter(path=f"/{PLACE}", route_handlers=handlers(), request_class=Ask, middleware=[Gate])
