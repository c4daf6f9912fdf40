"""A house made of prepared answers: what is asked is remembered, and what comes back is what the test said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import msgspec

from jobyard.client import Jobyard

Answer = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]
URL = "http://house.example:1"


class Prepared(httpx2.BaseTransport):
    """Gives the answers in order, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def client(self, patience: float = 5.0) -> Jobyard:
        return Jobyard(URL, "jy_secret", patience=patience, transport=self)


def json(value: Any, status: int = 200, **headers: str) -> httpx2.Response:
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx2.Response(status, headers=told, content=msgspec.json.encode(value))


def problem(status: int, code: str = "some_code", detail: str = "It is so.", **more: Any) -> httpx2.Response:
    headers = more.pop("headers", {})
    body = {"title": "Told", "status": status, "detail": detail, "code": code, **more}
    return httpx2.Response(status, headers=headers, content=msgspec.json.encode(body))


def stream(*frames: str) -> httpx2.Response:
    return httpx2.Response(200, headers={"Content-Type": "text/event-stream"}, stream=Broken(frames))


class Broken(httpx2.SyncByteStream):
    """A body that ends in the middle where one of its pieces says so."""

    def __init__(self, pieces: tuple[str, ...]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Any:
        for piece in self._pieces:
            if piece == "CUT":
                raise httpx2.ReadError("cut")
            yield piece.encode()


def a_job(**fields: Any) -> dict[str, Any]:
    """Return a job as the house tells it."""
    at = "2026-01-02T03:04:05Z"
    plain: dict[str, Any] = dict.fromkeys(
        (
            *("project", "parent", "resource", "time_limit", "memory_limit", "queued_at", "due_at", "started_at"),
            *("begun_at", "finished_at", "worker", "cancel_asked_at", "cancel_asked_by", "progress", "result"),
            *("failure", "results_until", "unique", "schedule", "origin", "waiting"),
        )
    )
    plain |= {"id": "a" * 32, "number": 7, "kind": "command.run", "name": "work", "state": "queued", "revision": 1}
    plain |= {"owner": "anna", "queue": "default", "priority": 0, "labels": {}, "face": "native", "external": False}
    plain |= {"parameters": {}, "attempt": 0, "tries": 1, "failures": 0, "created_at": at, "cancelling": False}
    plain |= {"after": [], "on_failure": "cancel", "waits": 0}
    return plain | {"results_expired": False, "kept": False, "may": []} | fields
