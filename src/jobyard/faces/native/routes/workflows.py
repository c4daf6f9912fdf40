"""Workflows: hand them in, see what runs of them, run them, and read what their runs told and wrote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import JSONBody
from msgspec import Meta

from jobyard.engine.submission import Submission
from jobyard.faces import ClosingStream
from jobyard.faces.native.download import attachment, whole
from jobyard.faces.native.routes.jobs import shown
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import TAKES, InPath, asking
from jobyard.faces.native.wire import JobOut, PageAsked
from jobyard.faces.native.wire.workflows import (
    DropAsked,
    FileAsked,
    FileKept,
    LookOut,
    PackageAsked,
    PreviewAsked,
    PreviewOut,
    RunIn,
    RunOut,
    VersionAsked,
    WorkflowChange,
    WorkflowPage,
    WorkflowWhole,
)
from jobyard.faces.native.words import row_cursor, row_text
from jobyard.faces.native.words import workflows as words
from jobyard.job.errors import Fault, Invalid, JobNotFound, NotFound
from jobyard.job.record import Job
from jobyard.workflows.kind import MESSAGES_FILE
from jobyard.workflows.library.record import Shown, Version, Wanted
from jobyard.workflows.library.verbs import New
from jobyard.workflows.messages import Message
from jobyard.workflows.preview import preview
from jobyard.workflows.refusals import FileUnreadable
from jobyard.workflows.report import Report

_BYTES = "application/octet-stream"
_Place = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_KINDS = frozenset({"workflow.run", "workflow.python"})
_MESSAGES = 64 * 1024 * 1024
"""The most bytes of messages of one run that are read."""


@get("/workflows", operation_id="listWorkflows", **asking(PageAsked))
async def list_workflows(request: Ask, asked: NamedDependency[PageAsked]) -> WorkflowPage:
    """Return one page of the workflows you may see, first one first."""
    start = 0 if asked.cursor is None else row_cursor(asked.cursor, "workflows", _Place)
    found = await request.house.library.find(request.user, Wanted(limit=asked.limit + 1, skip=start))
    page = found[: asked.limit]
    names = await request.names.of(one.workflow.project for one in page)
    return WorkflowPage(
        workflows=[words.workflow_out(one, request.user, names) for one in page],
        next=row_text("workflows", start + len(page)) if len(found) > len(page) else None,
    )


@post(
    "/uploads/workflows",
    operation_id="addWorkflow",
    **asking(PackageAsked, refusals=(413, 415), **{TAKES: _BYTES}),
)
async def add_workflow(request: Ask, asked: NamedDependency[PackageAsked]) -> WorkflowWhole:
    """Hand in a package or a document as a new workflow, or as another version; the answer says what runs of it."""
    library = request.house.library
    received = await library.receive(request.user, _body(request))
    if asked.workflow:
        kept, _ = await library.add_version(request.user, asked.workflow, received, asked.file, comment=asked.comment)
    else:
        name = asked.name.strip() or asked.file.rpartition(".")[0] or asked.file
        new = New(name=name, project=asked.project, comment=asked.comment)
        kept = await library.add(request.user, received, asked.file, new)
    return await _whole(request, kept)


@post(
    "/uploads/workflow-files",
    operation_id="addWorkflowFile",
    **asking(FileAsked, refusals=(413, 415), **{TAKES: _BYTES}),
)
async def add_workflow_file(request: Ask, asked: NamedDependency[FileAsked]) -> FileKept:
    """Hand in a file that goes with runs of yours, for an input that a workflow does not bring along."""
    library = request.house.library
    received = await library.receive(request.user, _body(request))
    return FileKept(file=await library.add_file(request.user, received, asked.file), size=received.size)


@delete("/uploads/workflow-files/{file_id:str}", operation_id="deleteWorkflowFile")
async def delete_workflow_file(request: Ask, file_id: InPath) -> None:
    """Remove a file that was handed in for runs; not while a job that waits or runs, or a schedule, needs it."""
    await request.house.library.drop_file(request.user, file_id)


@get("/workflows/{workflow_id:str}", operation_id="getWorkflow")
async def get_workflow(request: Ask, workflow_id: InPath) -> WorkflowWhole:
    """Return a workflow with its versions, and what runs here of the published one."""
    return await _whole(request, await request.house.library.shown(request.user, workflow_id))


@get("/workflows/{workflow_id:str}/look", operation_id="getWorkflowLook", **asking(VersionAsked))
async def get_look(request: Ask, workflow_id: InPath, asked: NamedDependency[VersionAsked]) -> LookOut:
    """Return what runs here of one version, tool by tool."""
    _, look = await request.house.library.report(request.user, workflow_id, _number(asked))
    return words.look_out(look)


@get(
    "/workflows/{workflow_id:str}/package",
    operation_id="getWorkflowPackage",
    **asking(VersionAsked, texts=(_BYTES,)),
)
async def get_package(request: Ask, workflow_id: InPath, asked: NamedDependency[VersionAsked]) -> Response[Any]:
    """Return the bytes of one version."""
    version, path = await request.house.library.package(request.user, workflow_id, _number(asked))
    opened = await asyncio.to_thread(Path(path).open, "rb")
    headers = {**attachment(version.file), "Content-Length": str(version.size), "Content-Type": _BYTES}
    return ClosingStream(whole(opened, version.size), headers=headers)


@patch("/workflows/{workflow_id:str}", operation_id="changeWorkflow")
async def change_workflow(request: Ask, workflow_id: InPath, data: JSONBody[WorkflowChange]) -> WorkflowWhole:
    """Change what is said of a workflow, or which version is published."""
    library = request.house.library
    return await _whole(
        request, await library.change(request.user, workflow_id, lambda old: words.changed(data, old.workflow))
    )


@delete("/workflows/{workflow_id:str}", operation_id="deleteWorkflow", **asking(DropAsked))
async def delete_workflow(request: Ask, workflow_id: InPath, asked: NamedDependency[DropAsked]) -> None:
    """Forget a workflow and its packages; its jobs stay. While it runs or waits only when that is forced."""
    await request.house.library.delete(request.user, workflow_id, force=asked.force)


@post("/workflows/{workflow_id:str}/run", operation_id="runWorkflow")
async def run_workflow(request: Ask, workflow_id: InPath, data: JSONBody[RunIn | None] = None) -> Response[JobOut]:
    """Put a run of the published version in line."""
    said = data or RunIn()
    wanted = Submission(
        kind="workflow.run",
        parameters={"files": said.files} if said.files else {},
        name=said.name,
        queue=said.queue,
        priority=said.priority,
    )
    job = await shown(request, await request.house.library.run(request.user, workflow_id, said.answers, wanted))
    return Response(job, status_code=201, headers={"Location": f"/v1/jobs/{job.id}"})


@get("/workflow-runs/{job_id:str}", operation_id="getWorkflowRun")
async def get_run(request: Ask, job_id: InPath) -> RunOut:
    """Return what a run of a workflow told, with its tools, how many records came out of each, and what it wrote."""
    job = await _run(request, job_id)
    version, look = await _looked(request, job)
    return words.run_out(job, await _told(request, job), look, version)


@get("/workflow-runs/{job_id:str}/preview", operation_id="previewWorkflowFile", **asking(PreviewAsked))
async def preview_file(request: Ask, job_id: InPath, asked: NamedDependency[PreviewAsked]) -> PreviewOut:
    """Return the first records of a file that a run wrote."""
    await _run(request, job_id)
    file, path = await request.engine.results.open(request.user, job_id, asked.name)
    try:
        return words.preview_out(await asyncio.to_thread(preview, path, file.name, asked.rows))
    except FileUnreadable as refusal:
        raise Invalid(reason=refusal.sentence) from None


async def _body(request: Ask) -> AsyncIterator[bytes]:
    """Give out the body as it comes; what it is is looked at once it is known that the sender may."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _BYTES:
        raise HTTPException(status_code=415, detail=f"Files are taken as {_BYTES}.")
    async for piece in request.stream():
        yield piece


async def _whole(request: Ask, kept: Shown) -> WorkflowWhole:
    _, look = await request.house.library.report(request.user, kept.workflow.id, kept.published.package)
    names = await request.names.of([kept.workflow.project])
    return words.workflow_whole(kept, look, request.user, names)


async def _run(request: Ask, job_id: str) -> Job:
    job = await request.engine.listing.job(request.user, job_id)
    if job.kind not in _KINDS:
        raise JobNotFound(id=job_id)
    return job


async def _looked(request: Ask, job: Job) -> tuple[Version | None, Report | None]:
    """Return the version that a job runs with what was found of it; nothing where it is gone or not to be seen."""
    package = str(job.parameters.get("package", ""))
    if job.resource is None:
        return None, None
    try:
        return await request.house.library.report(request.user, job.resource.id, package)
    except NotFound:
        return None, None


async def _told(request: Ask, job: Job) -> list[Message]:
    try:
        file, path = await request.engine.results.open(request.user, job.id, MESSAGES_FILE)
    except Fault:  # it told nothing yet, or its files are over
        return []
    if file.size > _MESSAGES:
        return []
    return words.messages_in(await asyncio.to_thread(path.read_bytes))


def _number(asked: VersionAsked) -> str:
    return "" if asked.version is None else str(asked.version)


HANDLERS = (
    list_workflows,
    add_workflow,
    add_workflow_file,
    delete_workflow_file,
    get_workflow,
    get_look,
    get_package,
    change_workflow,
    delete_workflow,
    run_workflow,
    get_run,
    preview_file,
)
