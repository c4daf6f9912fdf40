"""Exports of annotations and datasets, and fetching what exports and backups have made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Response, get, head, post
from litestar.params import FromPath

from jobyard.faces.cvat import download, submitting, taking
from jobyard.faces.cvat.marks import mark_of
from jobyard.faces.cvat.routes.requests import found
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import Started
from jobyard.faces.cvat.words import requests as words
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.job.record import Job, ResultFile
from jobyard.job.states import State

_WHATS = ("projects", "tasks", "jobs")


@post([f"/{what}/{{number:str}}/dataset/export" for what in _WHATS], status_code=202)
async def export_dataset(request: Ask, number: FromPath[str]) -> Response[Started]:
    """Write annotations, with or without pictures, in a format."""
    from jobyard.datasets.formats import registry

    asked = request.asked
    local_only(asked)
    format_ = registry.exporter(taking.needed(asked, "format")).name
    pictures = taking.flag(asked, "save_images")
    on = await submitting.target(request, what(request), int(number))
    marked = await submitting.mark(request, on, format=format_, pictures=pictures)
    part = "dataset" if pictures else "annotations"
    return await submitting.submit(
        request,
        "dataset.export",
        f"Export {part} of {on.title}",
        {**on.parameters, "format": format_, "pictures": pictures, "file": asked.get("filename", "")[:200]},
        marked,
        unique=f"cvat export {part} {on.what} {on.number} {format_} {request.user.name}",
        project=on.thing.project,
    )


@get([f"/{what}/{{number:str}}/{part}/download" for what in _WHATS for part in ("dataset", "backup")])
async def download_result(request: Ask, number: FromPath[str]) -> Response[Any]:
    """Return the file that an export has made, or one range of it; as often as wanted until it expires."""
    return download.sent(request, *await _file(request, number))


@head([f"/{what}/{{number:str}}/{part}/download" for what in _WHATS for part in ("dataset", "backup")])
async def describe_result(request: Ask, number: FromPath[str]) -> Response[None]:
    """Return what the file of an export is, without its bytes."""
    file, _ = await _file(request, number)
    return Response(None, headers=download.described(file) | {"Content-Length": str(file.size)})


@get("/events/download")
async def download_events(request: Ask) -> Response[Any]:
    """Return the file that a report of events has made."""
    return download.sent(request, *await _opened(request, await _made(request, "events", None)))


def what(request: Ask) -> str:
    """Return whether a request is about projects, tasks or jobs: the first word behind /api."""
    return request.url.path.removeprefix("/api/").partition("/")[0]


def local_only(asked: dict[str, str]) -> None:
    """Raise Invalid where files shall come from a cloud or go there."""
    if asked.get("location", "local") not in {"", "local"} or asked.get("cloud_storage_id"):
        message = "Only the local storage is known here."
        raise Invalid(reason=message, fields=[{"path": "location", "message": message}])


async def _file(request: Ask, number: str) -> tuple[ResultFile, Path]:
    kind = what(request)
    try:
        job = await _made(request, kind.removesuffix("s"), int(number))
    except Invalid:
        await _require_seen(request, kind, int(number))
        raise
    return await _opened(request, job)


async def _require_seen(request: Ask, kind: str, number: int) -> None:
    """Raise NotFound for what is there and not the sender's; others are told what is wrong with their request."""
    try:
        await submitting.target(request, kind, number)
    except Refused:
        return
    except NotFound as missing:
        if missing.unseen:
            raise


async def _opened(request: Ask, job: Job) -> tuple[ResultFile, Path]:
    return await request.engine.results.open(request.user, job.id, words.file_of(job))


async def _made(request: Ask, target: str, number: int | None) -> Job:
    """Return the finished export that is meant. Raises Invalid for one that is not, or is of something else."""
    rq_id = taking.needed(request.asked, "rq_id")
    try:
        job = await found(request, rq_id)
    except NotFound:
        # Only a file that is gone is told as not found.
        raise Invalid(reason=f"There is no request {rq_id[:100]}.") from None
    mark = mark_of(job)
    own = {"project": mark.project_id, "task": mark.task_id, "job": mark.job_id}.get(target)
    if words.action(job) != "export" or mark.target != target or (number is not None and own not in {number, None}):
        raise Invalid(reason="The request is no export of this.")
    if job.state is not State.SUCCEEDED or not words.file_of(job):
        raise Invalid(reason=f"The request is {words.status(job)}; there is no file to fetch.")
    return job


HANDLERS = (export_dataset, download_result, describe_result, download_events)
