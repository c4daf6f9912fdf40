"""The routes of the protocol: one small file a subject, all behind the gate."""

from __future__ import annotations

from litestar import Router

from jobyard.faces import WholeRouter
from jobyard.faces.modelarts.gate import Gate
from jobyard.faces.modelarts.routes import datasets, identity, labels, samples, syncs
from jobyard.faces.modelarts.surroundings import Ask

_SUBJECTS = (datasets, syncs, samples, labels)


def routers() -> list[Router]:
    """Return the datasets below the address of a project, and the login."""
    handlers = [handler for subject in _SUBJECTS for handler in subject.HANDLERS]
    return [
        WholeRouter(path="/v2/{project_id:str}", route_handlers=handlers, request_class=Ask, middleware=[Gate]),
        WholeRouter(path="/v3", route_handlers=list(identity.HANDLERS), request_class=Ask, middleware=[Gate]),
    ]
