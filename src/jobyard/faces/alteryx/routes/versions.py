"""The versions of a workflow: handed in, listed, fetched, and what they ask."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from jobyard.faces.alteryx import sending
from jobyard.faces.alteryx.packing import packed
from jobyard.faces.alteryx.receiving import handed_in
from jobyard.faces.alteryx.refusals import Forbidden
from jobyard.faces.alteryx.routes.workflows import change_of, told
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED, MULTIPART, TAKES
from jobyard.faces.alteryx.wire.workflows import QuestionOut, VersionOut, WorkflowIn, WorkflowOut
from jobyard.faces.alteryx.words import workflows as words
from jobyard.job.errors import Refused


@get("/v3/workflows/{workflow_id:str}/versions")
async def list_versions(request: Ask, workflow_id: FromPath[str]) -> list[VersionOut]:
    """Return the versions of a workflow, first one first."""
    shown = await request.library.shown(request.user, workflow_id)
    owners = await request.library.ids_of(one.owner for one in shown.versions)
    return [words.version_out(shown, one, owners) for one in shown.versions]


@post("/v3/workflows/{workflow_id:str}/versions", status_code=200, opt={TAKES: WorkflowIn, MULTIPART: True})
async def add_version(request: Ask, workflow_id: FromPath[str]) -> WorkflowOut:
    """Take another version in. It is published unless that is denied; the answer also tells its own number and id."""
    handed = await handed_in(request)
    try:
        file, name = handed.file()
        change = await change_of(request, handed.told)
    except BaseException:
        handed.forget()
        raise
    shown, version = await request.library.add_version(
        request.user,
        workflow_id,
        file,
        name,
        comment=handed.told.comments or "",
        publish=handed.told.make_published is not False,
        change=change,
    )
    answer = await told(request, shown)
    answer.version_number, answer.version_id = version.number, version.package
    return answer


@get("/v3/workflows/{workflow_id:str}/questions", opt={ASKED: ("versionId",)})
async def list_questions(request: Ask, workflow_id: FromPath[str]) -> list[QuestionOut]:
    """Return what a version asks; the published one unless another is named."""
    _, found = await request.library.report(request.user, workflow_id, request.asked.get("versionid", "").strip())
    return words.questions_out(found.questions)


@get("/v3/workflows/{workflow_id:str}/package", opt={ASKED: ("versionId",)})
async def get_package(request: Ask, workflow_id: FromPath[str]) -> Stream | Response[Any]:
    """Return a version's package; the published one unless another is named."""
    return await package_of(request, workflow_id)


async def package_of(request: Ask, workflow_id: str) -> Stream | Response[Any]:
    """Return a package as an answer. Raises Forbidden where it may not be had."""
    try:
        version, path = await request.library.package(
            request.user, workflow_id, request.asked.get("versionid", "").strip()
        )
    except Refused:
        raise Forbidden(verb="download this workflow") from None
    name = words.file_name(version)
    alone = await asyncio.to_thread(packed, Path(path), version.file)
    if alone is None:
        return sending.sent(Path(path), version.size, name)
    return Response(alone, media_type=sending.BYTES, headers=sending.described(name))


HANDLERS = (list_versions, add_version, list_questions, get_package)
