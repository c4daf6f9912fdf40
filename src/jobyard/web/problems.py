"""web: what goes wrong at an address of no protocol, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException
from litestar.types import ExceptionHandlersMap

MEDIA_TYPE = "application/problem+json"
_DETAIL: Mapping[int, str] = MappingProxyType(
    {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        413: "The body is larger than the server takes.",
    }
)
"""What the framework's own refusals say; others say what they were raised with."""

Lost = Callable[[Request[Any, Any, Any]], Response[bytes] | None]
"""Told a request to an address that leads nowhere: the answer to it; None where it has none of its own."""

_log = logging.getLogger("jobyard.web")


def refusal(status: int, detail: str) -> tuple[str, bytes]:
    """Return the media type and the body that say what was refused."""
    name = HTTPStatus(status)
    body = {"title": name.phrase, "status": status, "detail": detail, "code": name.name.lower()}
    return MEDIA_TYPE, msgspec.json.encode(body)


def handlers(lost: Lost | None = None) -> ExceptionHandlersMap:
    """Return who turns what was raised into an answer; `lost` goes first where an address leads nowhere."""

    def of_nowhere(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        shown = lost(request) if lost is not None else None
        return _of_http(request, error) if shown is None else shown

    return {NotFoundException: of_nowhere, HTTPException: _of_http, Exception: _of_break}


def _of_http(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        return _of_break(request, error)
    status = error.status_code
    kept = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _answer(status, _DETAIL.get(status, error.detail) or HTTPStatus(status).phrase, kept)


def _of_break(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    id_ = request.scope["state"]["request_id"]
    _log.error("request %s broke", id_, exc_info=error)
    return _answer(500, f"The server made a mistake; its log tells of it under {id_}.")


def _answer(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    media_type, body = refusal(status, detail)
    return Response(body, status_code=status, media_type=media_type, headers=dict(headers or {}))
