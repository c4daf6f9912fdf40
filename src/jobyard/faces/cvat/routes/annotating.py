"""Annotations of tasks and jobs: read, put, changed, deleted, and read from files."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import Response, delete, get, head, patch, post, put
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from jobyard.datasets.annotation_checks import frames
from jobyard.datasets.annotations import Annotations
from jobyard.datasets.record import Revision
from jobyard.faces.cvat import sending, submitting, taking
from jobyard.faces.cvat.routes.exports import local_only, what
from jobyard.faces.cvat.sending import Sent
from jobyard.faces.cvat.submitting import Target
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import AnnotationsWire, Started
from jobyard.faces.cvat.words.annotations import annotations_in, annotations_out, numbers_in, parted
from jobyard.job.errors import Invalid

LIMIT = 256 * 1024 * 1024
"""The most bytes of annotations in one body."""
_PLACES = ["/tasks/{number:str}/annotations", "/jobs/{number:str}/annotations"]
_FILES = [f"{place}/{{file_id:str}}" for place in _PLACES]
_LAST = 2**31 - 1
_EXPORTS = "Files are written in the background: POST .../dataset/export or .../backup/export, and GET /api/requests."
_JSON = "application/json"


@get([f"/{thing}/{{number:str}}/{part}" for thing in ("projects", "tasks", "jobs") for part in ("dataset", "backup")])
async def get_as_before(request: Ask, number: FromPath[str]) -> None:
    """Tell old clients how files are written now."""
    raise HTTPException(status_code=410, detail=_EXPORTS)


@get(_PLACES)
async def get_annotations(request: Ask, number: FromPath[str]) -> Response[bytes]:
    """Return all that was said of the frames of a task or a job."""
    if request.asked.keys() & {"format", "filename", "action", "location"}:
        raise HTTPException(status_code=410, detail=_EXPORTS)
    on = await submitting.target(request, what(request), int(number))
    first, last, layer = _range(on)
    said = await request.datasets.annotations(request.user, on.thing.id, first, last, layer)
    return await _answer(said)


@put(_PLACES, request_max_body_size=LIMIT)
async def put_annotations(request: Ask, number: FromPath[str]) -> Response[bytes]:
    """Replace all that was said of the frames of a task or a job."""
    if request.asked.keys() & {"format", "rq_id"}:
        # Old clients ask so, without a body, how far an import is; it must not be read as a wish to erase everything.
        raise HTTPException(status_code=410, detail="How far an import is, is told by its request: /api/requests.")
    on = await submitting.target(request, what(request), int(number))
    first, last, layer = _range(on)
    said = await _said(request)
    revision = Revision(layer=layer, replace=(first, last), add=said)
    return await _answer(await request.datasets.annotate(request.user, on.thing.id, revision))


@patch(_PLACES, request_max_body_size=LIMIT)
async def change_annotations(request: Ask, number: FromPath[str]) -> Response[bytes]:
    """Create, update or delete some annotations: all of it or nothing."""
    on = await submitting.target(request, what(request), int(number))
    action = taking.needed(request.asked, "action")
    layer = _range(on)[2]
    if action == "create":
        revision = Revision(layer=layer, add=await _said(request))
    elif action == "update":
        new, known = parted(await _said(request))
        revision = Revision(layer=layer, add=new, update=known)
    elif action == "delete":
        raw = await _raw(request)
        revision = Revision(layer=layer, delete=numbers_in(raw))
        await request.datasets.annotate(request.user, on.thing.id, revision)
        return await _answer(annotations_in(raw))
    else:
        raise Invalid(reason="", fields=[{"path": "action", "message": f'"{action[:50]}" is not a valid choice.'}])
    _require_inside(on, revision)
    return await _answer(await request.datasets.annotate(request.user, on.thing.id, revision))


@delete(_PLACES, status_code=204)
async def delete_annotations(request: Ask, number: FromPath[str]) -> None:
    """Delete all that was said of the frames of a task or a job."""
    on = await submitting.target(request, what(request), int(number))
    first, last, layer = _range(on)
    await request.datasets.annotate(request.user, on.thing.id, Revision(layer=layer, replace=(first, last)))


@post(_PLACES)
async def send_annotations(request: Ask, number: FromPath[str]) -> Response[Any]:
    """Take in a file of annotations, or ask for it to be read."""
    on = await submitting.target(request, what(request), int(number))

    async def finish(sent: Sent) -> Response[Started]:
        return await imported(request, on, sent, "annotations")

    return await sending.take(request, group_of(on, "annotations"), finish, many=False)


@patch(_FILES, status_code=204)
async def send_piece(request: Ask, number: FromPath[str], file_id: FromPath[str]) -> Response[None]:
    """Take in a piece of a file of annotations."""
    on = await submitting.target(request, what(request), int(number))
    return await sending.append(request, group_of(on, "annotations"), file_id)


@head(_FILES)
async def piece_state(request: Ask, number: FromPath[str], file_id: FromPath[str]) -> Response[None]:
    """Tell how far a file of annotations is."""
    on = await submitting.target(request, what(request), int(number))
    return await sending.state(request, group_of(on, "annotations"), file_id)


@post("/projects/{number:str}/dataset")
async def send_dataset(request: Ask, number: FromPath[str]) -> Response[Any]:
    """Take in an archive of pictures with annotations, or ask for it to become a task of the project."""
    on = await submitting.target(request, "projects", int(number))

    async def finish(sent: Sent) -> Response[Started]:
        return await imported(request, on, sent, "dataset")

    return await sending.take(request, group_of(on, "dataset"), finish, many=False)


@patch("/projects/{number:str}/dataset/{file_id:str}", status_code=204)
async def send_dataset_piece(request: Ask, number: FromPath[str], file_id: FromPath[str]) -> Response[None]:
    """Take in a piece of an archive."""
    on = await submitting.target(request, "projects", int(number))
    return await sending.append(request, group_of(on, "dataset"), file_id)


@head("/projects/{number:str}/dataset/{file_id:str}")
async def dataset_piece_state(request: Ask, number: FromPath[str], file_id: FromPath[str]) -> Response[None]:
    """Tell how far an archive is."""
    on = await submitting.target(request, "projects", int(number))
    return await sending.state(request, group_of(on, "dataset"), file_id)


async def imported(request: Ask, on: Target, sent: Sent, part: str) -> Response[Started]:
    """Ask for a file that was sent in to be read."""
    from jobyard.datasets.formats import registry

    asked = request.asked
    local_only(asked)
    format_ = registry.importer(taking.needed(asked, "format")).name
    if sent.file is None:
        raise Invalid(reason="No file was sent in.")
    mode = asked.get("import_mode", "") or "replace"
    if mode not in {"replace", "append"}:
        raise Invalid(reason="", fields=[{"path": "import_mode", "message": f'"{mode[:50]}" is not a valid choice.'}])
    return await submitting.submit(
        request,
        "dataset.import",
        f"Import {part} into {on.title}",
        {
            **on.parameters,
            "upload": f"{sent.group}/{sent.file.id}",
            "format": format_,
            "mode": mode,
            "masks_to_polygons": taking.flag(asked, "conv_mask_to_poly", default=False),
        },
        await submitting.mark(request, on, format=format_),
        unique=f"cvat import {on.what} {on.number}",
        project=on.thing.project,
    )


def group_of(on: Target, part: str) -> str:
    """Return the group of files that were sent in for something."""
    return f"{on.what}-{on.number}-{part}"


def _range(on: Target) -> tuple[int, int, int]:
    """Return the first and the last frame that are meant, and where what was said of them is kept."""
    return (0, _LAST, 0) if on.job is None else (on.job.first, on.job.last, on.job.layer)


def _require_inside(on: Target, revision: Revision) -> None:
    if on.job is None:
        return
    for said in (revision.add, revision.update):
        for _, _, frame in frames(said):
            if not on.job.holds(frame):
                raise Invalid(reason=f"Frame {frame} is no part of job {on.job.number}.")


async def _raw(request: Ask) -> AnnotationsWire:
    body = await request.body()
    return await asyncio.to_thread(taking.told, body, AnnotationsWire)


async def _said(request: Ask) -> Annotations:
    return await asyncio.to_thread(annotations_in, await _raw(request))


async def _answer(said: Annotations) -> Response[bytes]:
    body = await asyncio.to_thread(lambda: msgspec.json.encode(annotations_out(said)))
    return Response(body, media_type=_JSON)


HANDLERS = (
    get_as_before,
    get_annotations,
    put_annotations,
    change_annotations,
    delete_annotations,
    send_annotations,
    send_piece,
    piece_state,
    send_dataset,
    send_dataset_piece,
    dataset_piece_state,
)
