"""What is refused, in the protocol's body: `message`, and `modelState` where fields are at fault."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from msgspec import UNSET

from jobyard.faces.alteryx.refusals import Forbidden, WrongKeys
from jobyard.faces.alteryx.wire.faults import Problem
from jobyard.job.errors import (
    Conflict,
    Fault,
    Invalid,
    NotFound,
    Refused,
    StoreFull,
    TooLarge,
    TooMuch,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/json"
TOKENS = "/webapi/oauth2/"
"""How the addresses begin at which OAuth2 says what is refused."""

_log = logging.getLogger("jobyard.faces.alteryx")

_STATUS: Mapping[type[Fault], int] = MappingProxyType(
    {
        Invalid: 400,
        Unauthenticated: 401,
        # The protocol says 401 to whoever lacks a role; 403 is for running and downloading alone.
        Refused: 401,
        Forbidden: 403,
        NotFound: 404,
        Conflict: 400,
        TooLarge: 413,
        TooMuch: 429,
        Unavailable: 503,
        StoreFull: 507,
    }
)
"""The status of each family; a class that does not stand here has that of its nearest forebear."""
_DETAIL: Mapping[int, str] = MappingProxyType(
    {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        413: "The body is larger than the server takes.",
    }
)
"""What the framework's own refusals say; others say what they were raised with."""


def handlers() -> ExceptionHandlersMap:
    """Return who turns what was raised into an answer; complete, so nothing else ever writes an error body."""
    return {Fault: _of_fault, HTTPException: _of_http, Exception: _of_break}


def status_of(fault: Fault) -> int:
    """Return the status of a fault."""
    return next((_STATUS[family] for family in type(fault).__mro__ if family in _STATUS), 500)


def refusal(status: int, detail: str) -> tuple[str, bytes]:
    """Return the media type and the body of a refusal that is said before anything of this face is reached."""
    return MEDIA_TYPE, msgspec.json.encode(Problem(message=detail))


def _of_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    status = status_of(fault) if isinstance(fault, Fault) else 500
    if not isinstance(fault, Fault) or status == 500:
        return _of_break(request, fault)
    problem = Problem(message=_said(fault), model_state=_places(fault) or UNSET)
    if request.scope["path"].startswith(TOKENS):
        problem.error = "invalid_client" if isinstance(fault, WrongKeys) else fault.data.get("error", "invalid_request")
        problem.error_description = fault.sentence
    return _answer(status, problem, _headers(fault, status))


def _of_http(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        return _of_break(request, error)
    status = error.status_code
    detail = _DETAIL.get(status, error.detail) or HTTPStatus(status).phrase
    kept = {name: value for name, value in (error.headers or {}).items() if name.lower() in {"allow", "content-range"}}
    return _answer(status, Problem(message=detail), kept)


def _of_break(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    id_: str = request.scope["state"]["request_id"]
    route = str(request.scope.get("path_template", "")) or "no route"
    _log.error("request %s (%s %s) broke", id_, request.method, route, exc_info=error)
    return _answer(500, Problem(message=f"The server made a mistake; its log tells of it under {id_}."), {})


def _answer(status: int, problem: Problem, headers: Mapping[str, str]) -> Response[bytes]:
    return Response(msgspec.json.encode(problem), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers))


def _said(fault: Fault) -> str:
    # A client in use tells what is missing by these two words alone.
    return f"Not found. {fault.sentence}" if isinstance(fault, NotFound) else fault.sentence


def _places(fault: Fault) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in fault.fields if isinstance(fault, Invalid) else ():
        found.setdefault(one.get("path", ""), []).append(one.get("message", ""))
    return found


def _headers(fault: Fault, status: int) -> dict[str, str]:
    if isinstance(fault, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="jobyard"'}
    if isinstance(fault, (TooMuch, Unavailable)):
        return {"Retry-After": str(max(1, math.ceil(float(fault.data.get("retry_after", 1)))))}
    return {}
