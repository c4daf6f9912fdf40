"""The files a job gave back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import Response, get, head
from litestar.di import NamedDependency

from jobyard.faces.native import download, words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import ResultAsked, ResultOut

_TOLD: Mapping[str, Any] = MappingProxyType(
    {
        "texts": ("application/octet-stream",),
        "headers": ("Range", "If-Range", "If-None-Match"),
        "also": {206: None, 304: None},
        "refusals": (410, 416),
    }
)
"""What the document says of fetching bytes."""


@get("/jobs/{job_id:str}/results", operation_id="listJobResults")
async def list_results(request: Ask, job_id: InPath) -> list[ResultOut]:
    """Return a job's result files, the newest attempt's first."""
    return [words.result_out(job_id, file) for file in await request.engine.results.files(request.user, job_id)]


@get("/jobs/{job_id:str}/results/{name:str}", operation_id="getJobResult", **asking(ResultAsked, **_TOLD))
async def get_result(request: Ask, job_id: InPath, name: InPath, asked: NamedDependency[ResultAsked]) -> Response[Any]:
    """Return a result file's bytes, or one range of them; with its SHA-256 as ETag and digest."""
    file, _ = await request.engine.results.open(request.user, job_id, name, asked.attempt)
    opened = await asyncio.to_thread(request.engine.results.blobs.open, file.blob)
    wanted = download.Wanted(
        range=request.headers.get("range", ""),
        if_range=request.headers.get("if-range", ""),
        if_none_match=request.headers.get("if-none-match", ""),
    )
    return download.answer(file, opened, wanted)


@head("/jobs/{job_id:str}/results/{name:str}", operation_id="headJobResult", **asking(ResultAsked, refusals=[410]))
async def head_result(
    request: Ask, job_id: InPath, name: InPath, asked: NamedDependency[ResultAsked]
) -> Response[None]:
    """Return what a result file is, without its bytes."""
    file, _ = await request.engine.results.open(request.user, job_id, name, asked.attempt)
    headers = download.described(file) | {"Content-Length": str(file.size)}
    return Response(None, headers=headers)


HANDLERS = (list_results, get_result, head_result)
