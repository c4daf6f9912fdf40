"""web: stands before the whole app, counts each request and writes one line about it. It opens nothing that passes.

A line holds the pattern of the address and never the address itself, no header and no body, so that nothing a stranger
sends, and no secret, gets into the log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from jobyard.job.ids import is_id, new_id
from jobyard.web.passing import REQUEST

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
Counted = Callable[[str, str, int, float], None]
"""Told of each request: method, pattern of the address, status, and seconds until the answer began."""

GONE = 499
"""What is counted where nobody waited for the answer any more."""
_CHATTER = ("/v1/desk", "/healthz", "/readyz", "/metrics", "/assets")
"""Addresses that machines ask all the time."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

_log = logging.getLogger("jobyard.requests")


class Porter:
    """An ASGI application around another one."""

    def __init__(self, app: App, counted: Counted) -> None:
        self._app = app
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = new_id()
        scope.setdefault("state", {})["request_id"] = id_
        began = time.perf_counter()
        status, answered = GONE, 0.0

        async def sent(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter() - began
            await send(message)

        token = REQUEST.set(id_)
        try:
            await self._app(scope, receive, sent)
        finally:
            now = time.perf_counter() - began
            self._counted(scope["method"], _pattern(scope), status, answered or now)
            _write(scope, status, now)
            REQUEST.reset(token)


def _write(scope: Scope, status: int, seconds: float) -> None:
    route = _pattern(scope)
    level = _level(scope["method"], route, status)
    if not _log.isEnabledFor(level):
        return
    told: dict[str, object] = {"status": status, "ms": round(seconds * 1000, 1)}
    user = getattr(scope.get("user"), "name", "")
    if user:
        told["user"] = user
    client = scope.get("client")
    if client:
        told["address"] = client[0]
    job = str(scope.get("path_params", {}).get("job_id", ""))
    if is_id(job):
        told["job"] = job
    method = scope["method"] if scope["method"].isalpha() and len(scope["method"]) <= 20 else "?"
    _log.log(level, "%s %s", method, route or "no such address", extra=told)


def _level(method: str, route: str, status: int) -> int:
    if status >= 500:
        return logging.ERROR
    if route.startswith(_CHATTER) or (status < 400 and (method in _READING or route == "/v1/jobs")):
        return logging.DEBUG
    return logging.INFO


def _pattern(scope: Scope) -> str:
    return str(scope.get("path_template") or "")
