"""Backups of tasks and projects, and restoring them."""

from __future__ import annotations

from typing import Any

from litestar import Response, head, patch, post
from litestar.params import FromPath

from jobyard.faces.cvat import finding, sending, submitting, taking
from jobyard.faces.cvat.routes.exports import local_only, what
from jobyard.faces.cvat.sending import Sent
from jobyard.faces.cvat.surroundings import USERS, Ask
from jobyard.faces.cvat.wire import Started
from jobyard.faces.cvat.words.requests import Mark
from jobyard.job.errors import Invalid

_WHATS = ("projects", "tasks")
_KINDS = {"projects": "collection", "tasks": "dataset"}


@post([f"/{one}/{{number:str}}/backup/export" for one in _WHATS], status_code=202)
async def export_backup(request: Ask, number: FromPath[str]) -> Response[Started]:
    """Write everything about a task or a project into one archive."""
    asked = request.asked
    local_only(asked)
    lightweight = taking.flag(asked, "lightweight")
    on = await submitting.target(request, what(request), int(number))
    return await submitting.submit(
        request,
        "backup.export",
        f"Back up {on.title}",
        {**on.parameters, "lightweight": lightweight, "file": asked.get("filename", "")[:200]},
        await submitting.mark(request, on, lightweight=lightweight),
        unique=f"cvat backup {on.what} {on.number} {lightweight} {request.user.name}",
        project=on.thing.project,
    )


@post([f"/{one}/backup" for one in _WHATS])
async def send_backup(request: Ask) -> Response[Any]:
    """Take in a backup, or ask for it to be restored."""

    async def finish(sent: Sent) -> Response[Started]:
        return await _restored(request, sent)

    return await sending.take(request, await _group(request), finish, many=False)


@patch([f"/{one}/backup/{{file_id:str}}" for one in _WHATS], status_code=204)
async def send_piece(request: Ask, file_id: FromPath[str]) -> Response[None]:
    """Take in a piece of a backup."""
    return await sending.append(request, await _group(request), file_id)


@head([f"/{one}/backup/{{file_id:str}}" for one in _WHATS])
async def piece_state(request: Ask, file_id: FromPath[str]) -> Response[None]:
    """Tell how far a backup is."""
    return await sending.state(request, await _group(request), file_id)


async def _group(request: Ask) -> str:
    return f"user-{await request.engine.numbers.one(USERS, request.user.name)}-backups"


async def _restored(request: Ask, sent: Sent) -> Response[Started]:
    local_only(request.asked)
    if sent.file is None:
        raise Invalid(reason="No file was sent in.")
    kind = _KINDS[what(request)]
    target = what(request).removesuffix("s")
    return await submitting.submit(
        request,
        "backup.import",
        f"Restore a {target} from {sent.file.told.name}",
        {"upload": f"{sent.group}/{sent.file.id}", "what": kind, "project": request.space.project},
        Mark(target=target, org_id=await finding.organization(request, request.space.project)),
        unique=f"cvat restore {sent.file.id}",
        project=request.space.project,
    )


HANDLERS = (export_backup, send_backup, send_piece, piece_state)
