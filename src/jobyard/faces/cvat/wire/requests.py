"""Shapes of requests: background work as these clients see it, with what we know beyond that."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jobyard.faces.cvat.wire.shapes import UserRef


class OperationOut(Struct, kw_only=True):
    """What is done to what."""

    type: str
    """`action:subresource` where there is one, else `action:target`."""
    target: str
    project_id: int | None
    task_id: int | None
    job_id: int | None
    org_id: int | None
    format: str | None
    function_id: str | None
    lightweight: bool | None


class WaitOut(Struct, kw_only=True):
    """Why a request waits."""

    reason: str
    ahead: int | None
    """How many are before it in line."""
    starts_at: str | None
    """When it likely begins."""


class RequestOut(Struct, kw_only=True):
    """One piece of background work. The client refuses another status, and a progress outside 0 to 1."""

    id: str
    status: str
    message: str
    operation: OperationOut
    progress: float | None
    created_date: str
    started_date: str | None
    finished_date: str | None
    expiry_date: str | None
    owner: UserRef
    result_url: str | None
    result_id: int | None

    # From here on: what this server knows beyond the protocol; clients pass it by.
    name: str
    progress_text: str
    attempt: int
    tries: int
    cancelling: bool
    waiting: WaitOut | None
    result: Any
    log_url: str
    page_url: str


class StatusOut(Struct, kw_only=True):
    """How far the pictures of a task are taken in."""

    state: str
    """`Queued`, `Started`, `Finished` or `Failed`."""
    message: str
    progress: float
