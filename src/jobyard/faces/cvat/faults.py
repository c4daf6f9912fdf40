"""What is refused, in CVAT's bodies: `detail`, a list by field, or the request that stands in the way."""

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

from jobyard.job.errors import (
    Conflict,
    Fault,
    Invalid,
    NameTaken,
    NotFound,
    Refused,
    StoreFull,
    TooLarge,
    TooMuch,
    Unauthenticated,
    Unavailable,
    UniqueTaken,
)

MEDIA_TYPE = "application/json"
_KEPT = frozenset({"allow", "content-range", "upload-offset", "tus-resumable"})
"""Headers that an exception brings along."""

_log = logging.getLogger("jobyard.faces.cvat")

_STATUS: Mapping[type[Fault], int] = MappingProxyType(
    {
        Invalid: 400,
        Unauthenticated: 401,
        Refused: 403,
        NotFound: 404,
        Conflict: 409,
        TooLarge: 413,
        TooMuch: 429,
        Unavailable: 503,
        StoreFull: 507,
    }
)
"""The status of each family; a class that does not stand here has that of its nearest forebear."""
_WITHIN = frozenset({"label", "part"})
"""What is told as part of something else: two of one name are a mistake in its body, and not a conflict."""
_DENIED = "You do not have permission to perform this action."
"""The protocol's own words, which scripts look for; ours stand behind them."""
_DETAIL: Mapping[int, str] = MappingProxyType(
    {
        404: "Not found.",
        405: "This address does not take that method.",
        413: "The body is larger than the server takes.",
    }
)
"""What the framework's own refusals say; others say what they were raised with."""


def handlers() -> ExceptionHandlersMap:
    """Return who turns what was raised into an answer; complete, so nothing else ever writes an error body."""
    return {Fault: _of_fault, HTTPException: _of_http, Exception: _of_break}


def refusal(status: int, detail: str) -> tuple[str, bytes]:
    """Return the media type and the body of a refusal that is said before anything of this face is reached."""
    return MEDIA_TYPE, msgspec.json.encode({"detail": detail})


def status_of(fault: Fault) -> int:
    """Return the status of a fault; what is there and not for the sender is refused, as the protocol says it."""
    if isinstance(fault, NotFound) and fault.unseen:
        return 403
    if isinstance(fault, NameTaken) and fault.data.get("what") in _WITHIN:
        return 400
    return next((_STATUS[family] for family in type(fault).__mro__ if family in _STATUS), 500)


def body_of(fault: Fault) -> dict[str, Any]:
    """Return what is said of a fault: by field where fields are at fault, else as a sentence with a code."""
    if isinstance(fault, Invalid) and fault.fields:
        said: dict[str, list[str]] = {}
        for one in fault.fields:
            said.setdefault(one.get("path") or "non_field_errors", []).append(one.get("message", ""))
        return said
    if isinstance(fault, NotFound) and fault.unseen:
        return {"detail": _DENIED, "code": Refused().code}
    body: dict[str, Any] = {"detail": fault.sentence, "code": fault.code}
    if isinstance(fault, Refused):
        body["detail"] = f"{_DENIED} {fault.sentence}"
    if isinstance(fault, UniqueTaken):
        # The refused request's own id: what is in work with the same operation, target and format.
        body["rq_id"] = fault.data.get("job")
    return body


def _of_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    if not isinstance(fault, Fault):
        return _of_break(request, fault)
    status = status_of(fault)
    return _answer(status, body_of(fault), _headers(fault, status))


def _of_http(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        return _of_break(request, error)
    status = error.status_code
    detail = _DETAIL.get(status, error.detail) or HTTPStatus(status).phrase
    kept = {name: value for name, value in (error.headers or {}).items() if name.lower() in _KEPT}
    return _answer(status, {"detail": detail}, kept)


def _of_break(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    id_: str = request.scope["state"]["request_id"]
    route = str(request.scope.get("path_template", "")) or "no route"
    _log.error("request %s (%s %s) broke", id_, request.method, route, exc_info=error)
    return _answer(500, {"detail": f"The server made a mistake; its log tells of it under {id_}."}, {})


def _answer(status: int, body: Any, headers: Mapping[str, str]) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers))


def _headers(fault: Fault, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="jobyard"'}
    if isinstance(fault, (TooMuch, Unavailable)):
        return {"Retry-After": str(max(1, math.ceil(float(fault.data.get("retry_after", 1)))))}
    return {}
