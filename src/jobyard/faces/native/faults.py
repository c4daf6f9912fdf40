"""What is refused, as `application/problem+json` (RFC 9457). Nothing of the machinery shows: no trace, no SQL."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap, Scope

from jobyard.faces.native.wire import FieldFault, Problem
from jobyard.job.errors import (
    Conflict,
    Fault,
    Invalid,
    KeyReused,
    NotFound,
    Refused,
    ResultGone,
    StoreFull,
    TooLarge,
    TooMuch,
    Unauthenticated,
    Unavailable,
    UniqueTaken,
)

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger("jobyard.faces.native")

_STATUS: Mapping[type[Fault], int] = MappingProxyType(
    {
        Invalid: 400,
        Unauthenticated: 401,
        Refused: 403,
        NotFound: 404,
        Conflict: 409,
        ResultGone: 410,
        TooLarge: 413,
        TooMuch: 429,
        Unavailable: 503,
        StoreFull: 507,
    }
)
"""The status of each family; a class that does not stand here has that of its nearest forebear."""

_IN_THE_WAY = (UniqueTaken, KeyReused)
"""Faults that name another job by its id."""
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
    return {Fault: _of_fault, ValidationException: _of_misfit, HTTPException: _of_http, Exception: _of_break}


def problem(
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    job: str | None = None,
) -> Response[bytes]:
    """Return a problem as an answer; `job` is the one that stands in the way."""
    places = [FieldFault(path=one.get("path", ""), message=one.get("message", "")) for one in errors or []]
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code, errors=places, job=job)
    return Response(
        content=msgspec.json.encode(body), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def refusal(status: int, detail: str) -> tuple[str, bytes]:
    """Return the media type and the body of a refusal that is said before anything of this face is reached."""
    said = problem(status, HTTPStatus(status).name.lower(), detail)
    return MEDIA_TYPE, said.content


def status_of(fault: Fault) -> int:
    """Return the status of a fault."""
    return next((_STATUS[family] for family in type(fault).__mro__ if family in _STATUS), 500)


def request_id(scope: Scope) -> str:
    """Return the id of a request; it stands in the answer's headers and in the log."""
    found: str = scope["state"]["request_id"]
    return found


def _of_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    if not isinstance(fault, Fault):
        return _of_break(request, fault)
    status = status_of(fault)
    errors = fault.fields if isinstance(fault, Invalid) else None
    job = fault.data.get("job") if isinstance(fault, _IN_THE_WAY) else None
    return problem(status, fault.code, fault.sentence, errors, _headers(fault, status), job)


def _of_http(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        return _of_break(request, error)
    status = error.status_code
    detail = _DETAIL.get(status, error.detail) or HTTPStatus(status).phrase
    code = HTTPStatus(status).name.lower()
    kept = {name: value for name, value in (error.headers or {}).items() if name.lower() in {"allow", "content-range"}}
    return problem(status, code, detail, headers=kept)


def _of_misfit(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    # Shapes are read by our own hand; what is left to the framework is to miss a body that has to be there.
    return problem(400, Invalid(reason="").code, "A body is needed: a JSON object.")


def _of_break(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    id_ = request_id(request.scope)
    _log.error("request %s (%s %s) broke", id_, request.method, _route(request.scope), exc_info=error)
    return problem(500, "internal_error", f"The server made a mistake; its log tells of it under {id_}.")


def _headers(fault: Fault, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="jobyard"'}
    if isinstance(fault, (TooMuch, Unavailable)):
        return {"Retry-After": str(max(1, math.ceil(float(fault.data.get("retry_after", 1)))))}
    return {}


def _route(scope: Scope) -> str:
    # The route's own pattern, never the sender's text: a log line must not carry what strangers write.
    return str(scope.get("path_template", "")) or "no route"
