"""The routes of the native protocol: one small file a subject, all under /v1, all behind the gate."""

from __future__ import annotations

from litestar import Router

from jobyard.faces import WholeRouter
from jobyard.faces.native.gate import Gate
from jobyard.faces.native.routes import (
    annotating,
    changing,
    collections,
    datasets,
    endpoints,
    experimenting,
    experiments,
    feed,
    gathering,
    grouping,
    history,
    house,
    jobs,
    keeping,
    limits,
    looking,
    people,
    projects,
    results,
    running,
    schedules,
    sending,
    session,
    verbs,
    webhooks,
    workflows,
)
from jobyard.faces.native.routes.contents import get_document
from jobyard.faces.native.routes.desk import at_desk
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import Exact

_SUBJECTS = (
    session,
    jobs,
    verbs,
    changing,
    history,
    results,
    feed,
    house,
    running,
    keeping,
    limits,
    schedules,
    datasets,
    annotating,
    looking,
    collections,
    sending,
    endpoints,
    experiments,
    experimenting,
    workflows,
    gathering,
    grouping,
    projects,
    people,
    webhooks,
)


def router() -> Router:
    """Return the native protocol as one router."""
    return WholeRouter(
        path="/v1",
        route_handlers=[
            *(handler for subject in _SUBJECTS for handler in subject.HANDLERS),
            get_document,
            at_desk,
        ],
        request_class=Ask,
        dto=Exact,
        return_dto=None,
        middleware=[Gate],
    )
