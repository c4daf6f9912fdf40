"""What is refused, in the protocol's body: `error_code`, `error_msg`, `request_id`; the login has a body of its own."""

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

from jobyard.faces.modelarts.refusals import (
    ForeignProject,
    NoToken,
    NoVersion,
    WrongPurpose,
    WrongSignature,
    WrongToken,
)
from jobyard.faces.modelarts.signature import ALGORITHM
from jobyard.faces.modelarts.wire import Problem
from jobyard.faces.modelarts.wire.identity import IdentityFault, IdentityProblem
from jobyard.job.errors import (
    AlreadySynchronizing,
    Conflict,
    Fault,
    Invalid,
    NameTaken,
    NotFound,
    Refused,
    SourceNotAllowed,
    StoreFull,
    TooLarge,
    TooMuch,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/json"
UNKNOWN_ADDRESS = "APIGW.0101"
WRONG_SIGNATURE = "APIGW.0301"
IDENTITY = "/v3"
"""How the addresses of the login begin."""

_log = logging.getLogger("jobyard.faces.modelarts")


_KNOWN: Mapping[type[Fault], tuple[int, str]] = MappingProxyType(
    {
        Invalid: (400, "ModelArts.0104"),
        SourceNotAllowed: (400, "ModelArts.4313"),
        Unauthenticated: (401, "ModelArts.0203"),
        NoToken: (401, "ModelArts.0201"),
        WrongToken: (401, "ModelArts.0203"),
        WrongSignature: (401, WRONG_SIGNATURE),
        Refused: (403, "ModelArts.4336"),
        ForeignProject: (403, "ModelArts.0210"),
        NotFound: (404, "ModelArts.4338"),
        NoVersion: (400, "ModelArts.4353"),
        Conflict: (400, "ModelArts.4396"),
        NameTaken: (400, "ModelArts.4351"),
        AlreadySynchronizing: (400, "ModelArts.4355"),
        TooLarge: (413, "ModelArts.0104"),
        TooMuch: (429, "ModelArts.4395"),
        WrongPurpose: (501, "ModelArts.4383"),
        Unavailable: (503, "ModelArts.0010"),
        StoreFull: (503, "ModelArts.4354"),
    }
)
"""Status and code of each family; a class that does not stand here has those of its nearest forebear."""
_MISSING: Mapping[str, str] = MappingProxyType({"dataset": "ModelArts.4352", "sample": "ModelArts.4420"})
"""Codes of what may be missing."""
_INTERNAL = (500, "ModelArts.0010")
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
    return {Fault: _of_fault, ValidationException: _of_http, HTTPException: _of_http, Exception: _of_break}


def code_of(fault: Fault) -> tuple[int, str]:
    """Return the status and the code of a fault."""
    status, code = next((_KNOWN[family] for family in type(fault).__mro__ if family in _KNOWN), _INTERNAL)
    if isinstance(fault, NotFound):
        code = _MISSING.get(fault.data.get("what", ""), code)
    return status, code


def refusal(status: int, detail: str) -> tuple[str, bytes]:
    """Return the media type and the body of a refusal that is said before anything of this face is reached."""
    return MEDIA_TYPE, _problem(status, _http_code(status), detail, "")


def identity_refusal(status: int, detail: str) -> tuple[str, bytes]:
    """Return the same for an address of the login."""
    return MEDIA_TYPE, _identity(status, detail)


def _of_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    if not isinstance(fault, Fault):
        return _of_break(request, fault)
    status, code = code_of(fault)
    if (status, code) == _INTERNAL:
        return _of_break(request, fault)
    return _answer(request, status, code, _sentence(fault), _headers(fault, status))


def _of_http(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        return _of_break(request, error)
    status = error.status_code
    detail = _DETAIL.get(status, error.detail) or HTTPStatus(status).phrase
    kept = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _answer(request, status, _http_code(status), detail, kept)


def _of_break(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    id_ = _request_id(request.scope)
    _log.error("request %s (%s) broke", id_, request.scope.get("path_template") or "no route", exc_info=error)
    return _answer(request, *_INTERNAL, f"The server made a mistake; its log tells of it under {id_}.")


def _answer(
    request: Request[Any, Any, Any], status: int, code: str, said: str, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    login = request.scope["path"].lstrip("/").startswith(IDENTITY.lstrip("/"))
    body = _identity(status, said) if login else _problem(status, code, said, _request_id(request.scope))
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def _problem(status: int, code: str, said: str, request_id: str) -> bytes:
    return msgspec.json.encode(Problem(error_code=code, error_msg=said, request_id=request_id))


def _identity(status: int, said: str) -> bytes:
    fault = IdentityFault(code=status, message=said, title=HTTPStatus(status).phrase)
    return msgspec.json.encode(IdentityProblem(error=fault))


def _http_code(status: int) -> str:
    return UNKNOWN_ADDRESS if status in {404, 405, 421} else "ModelArts.0104"


def _sentence(fault: Fault) -> str:
    places = fault.fields if isinstance(fault, Invalid) else []
    named = [f"{one['path']}: {one['message']}" for one in places if one.get("path") and one.get("message")]
    return " ".join([fault.sentence, *(f"({one})" for one in named if one not in fault.sentence)])


def _headers(fault: Fault, status: int) -> dict[str, str]:
    if status == 401:
        locked = fault.data.get("retry_after")
        return {"WWW-Authenticate": ALGORITHM} | ({"Retry-After": str(locked)} if locked else {})
    if isinstance(fault, (TooMuch, Unavailable)):
        return {"Retry-After": str(max(1, math.ceil(float(fault.data.get("retry_after", 1)))))}
    return {}


def _request_id(scope: Scope) -> str:
    found: str = scope["state"]["request_id"]
    return found
