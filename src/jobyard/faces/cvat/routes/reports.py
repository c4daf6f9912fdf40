"""Quality reports that were made, what they found, and the conflicts in them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from jobyard.faces.cvat import download, paging, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.marks import marks_of
from jobyard.faces.cvat.surroundings import REPORTS, Ask
from jobyard.faces.cvat.wire import PageOut, ReportOut
from jobyard.faces.cvat.wire.quality import MatrixOut
from jobyard.faces.cvat.words.quality import (
    Found,
    ReportFile,
    conflicts,
    files_of,
    matrix_out,
    matrix_table,
    report_out,
)
from jobyard.job.errors import NotFound
from jobyard.job.filters import Filter, Query
from jobyard.job.record import Job
from jobyard.job.states import State

_KIND = "quality.calculate"
_REPORTS = Sort(
    fields=frozenset({"id", "target", "task_id", "project_id", "job_id", "created_date", "parent_id"}), searched=()
)
_LATEST = 500
"""Reports that a list looks at, the newest first."""


@get("/quality/reports")
async def list_reports(request: Ask) -> PageOut:
    """Return the reports you may see, the newest first."""
    wanted = Filter(kinds=frozenset({_KIND}), states=frozenset({State.SUCCEEDED}))
    found = await request.engine.listing.find(request.user, Query(filter=wanted, limit=_LATEST))
    marks = await marks_of(request, found.page.jobs)
    numbers = await request.engine.numbers.of(REPORTS, (job.id for job in found.page.jobs))

    def facts(job: Job) -> dict[str, Any]:
        mark = marks[job.id]
        return {
            "id": numbers[job.id],
            "target": mark.target,
            "task_id": mark.task_id,
            "project_id": mark.project_id,
            "job_id": None,
            "parent_id": None,
            "created_date": job.finished_at,
        }

    async def shown(jobs: Sequence[Job]) -> list[Any]:
        return [report_out(job, numbers[job.id], marks[job.id], await _read(request, job)) for job in jobs]

    return await listed(request, "quality/reports", found.page.jobs, _REPORTS, facts, shown)


@get("/quality/reports/{number:str}")
async def get_report(request: Ask, number: FromPath[str]) -> ReportOut:
    """Return what a comparison found, in numbers."""
    job = await _found(request, int(number))
    return report_out(job, int(number), (await marks_of(request, [job]))[job.id], await _read(request, job))


@get("/quality/reports/{number:str}/data")
async def get_report_data(request: Ask, number: FromPath[str]) -> Response[Any] | Stream:
    """Return a whole report, frame by frame."""
    job = await _found(request, int(number))
    return download.sent(request, *await request.engine.results.open(request.user, job.id, _file(job)))


@get("/quality/reports/{number:str}/confusion")
async def get_confusion(request: Ask, number: FromPath[str]) -> Response[bytes]:
    """Return which label was taken for which, as a table."""
    return _table(await _matrix(request, int(number)))


@get("/quality/reports/{number:str}/confusion/matrix")
async def get_confusion_matrix(request: Ask, number: FromPath[str]) -> Response[bytes]:
    """Return which label was taken for which, as JSON or as a table. There is one requirement, so it is any."""
    found = await _matrix(request, int(number))
    if request.asked.get("format", "json") == "csv":
        return _table(found)
    return Response(msgspec.json.encode(found), media_type="application/json")


@get("/quality/conflicts")
async def list_conflicts(request: Ask) -> PageOut:
    """Return one page of the conflicts of a report."""
    number = int(taking.needed(request.asked, "report_id")) if request.asked.get("report_id", "").isdecimal() else 0
    job = await _found(request, number)
    which = paging.wanted(request.asked)
    _, path = await request.engine.results.open(request.user, job.id, _file(job))

    def read() -> tuple[list[Any], int]:
        found = list(conflicts(msgspec.json.decode(path.read_bytes()), number))
        return which.cut(found), len(found)

    shown, count = await asyncio.to_thread(read)
    return paging.page(request.link("quality/conflicts"), request.asked, which, shown, count)


async def _found(request: Ask, number: int) -> Job:
    id_ = await request.engine.numbers.named(REPORTS, number)
    if id_ is None:
        raise NotFound(what="report", name=str(number))
    job = await request.engine.listing.job(request.user, id_)
    if job.kind != _KIND or job.state is not State.SUCCEEDED:
        raise NotFound(what="report", name=str(number))
    return job


async def _read(request: Ask, job: Job) -> list[Found]:
    """Return what each dataset's report says; where the files are gone, nothing."""
    return [one.comparison_summary for one in await _files(request, job)]


async def _files(request: Ask, job: Job) -> list[ReportFile]:
    found = list[ReportFile]()
    for name in files_of(job):
        try:
            _, path = await request.engine.results.open(request.user, job.id, name)
        except NotFound:
            return []
        found.append(await asyncio.to_thread(_told, path))
    return found


def _told(path: Path) -> ReportFile:
    return msgspec.json.decode(path.read_bytes(), type=ReportFile)


async def _matrix(request: Ask, number: int) -> MatrixOut:
    job = await _found(request, number)
    files = await _files(request, job)
    if not files:
        raise NotFound(what="file", name="of this report")
    return matrix_out([one.comparison_summary for one in files], files[0].parameters.target_metric)


def _table(found: MatrixOut) -> Response[bytes]:
    headers = {"Content-Disposition": 'attachment; filename="confusion.csv"'}
    return Response(matrix_table(found).encode("utf-8"), media_type="text/csv", headers=headers)


def _file(job: Job) -> str:
    """Return the file of the first dataset that a report is about."""
    files = files_of(job)
    if not files:
        raise NotFound(what="file", name="of this report")
    return files[0]


HANDLERS = (list_reports, get_report, get_report_data, get_confusion, get_confusion_matrix, list_conflicts)
