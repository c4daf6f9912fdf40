"""The routes of the protocol: one small file a subject, all under /api, all behind the gate."""

from __future__ import annotations

from litestar import Router

from jobyard.faces import WholeRouter
from jobyard.faces.cvat.gate import Gate
from jobyard.faces.cvat.routes import (
    absent,
    annotating,
    backups,
    data,
    exports,
    guides,
    invitations,
    issues,
    jobs,
    judging,
    labels,
    organizations,
    projects,
    quality,
    reports,
    requests,
    server,
    session,
    tasks,
    tokens,
    users,
    validating,
)
from jobyard.faces.cvat.surroundings import Ask

_SUBJECTS = (
    server,
    session,
    tokens,
    users,
    organizations,
    invitations,
    requests,
    backups,
    exports,
    projects,
    tasks,
    jobs,
    issues,
    guides,
    labels,
    data,
    annotating,
    quality,
    judging,
    validating,
    reports,
    absent,
)


def router() -> Router:
    """Return the protocol as one router."""
    handlers = [handler for subject in _SUBJECTS for handler in subject.HANDLERS]
    return WholeRouter(path="/api", route_handlers=handlers, request_class=Ask, middleware=[Gate])
