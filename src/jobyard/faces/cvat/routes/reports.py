"""Quality reports that were made, what they found, and the conflicts in them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from jobyard.faces.cvat import download, people, reported, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.reported import Report
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import PageOut, ReportOut
from jobyard.faces.cvat.wire.quality import ConflictOut, MatrixOut
from jobyard.faces.cvat.words.quality import conflicts, matrix_out, matrix_table
from jobyard.job.errors import NotFound

_REPORTS = Sort(
    fields=frozenset({"id", "target", "task_id", "project_id", "job_id", "created_date", "parent_id"}), searched=()
)
_CONFLICTS = Sort(
    fields=frozenset({"id", "report_id", "type", "severity", "frame", "job_id", "task_id", "project_id"}),
    searched=(),
    default="id",
)
_READ = 20
"""So many reports' conflicts are read for one list, the newest ones; one that names its report reads that."""


@get("/quality/reports")
async def list_reports(request: Ask) -> PageOut:
    """Return the reports you may see, the newest first; what they say of single jobs where that is asked for."""
    task = taking.whole(request.asked, "task_id")
    if task is not None:
        await request.house.tasks.known(request.user, task)
    reports = await _meant(request)

    async def shown(page: Sequence[Report]) -> list[Any]:
        return [await reported.shown(request, report) for report in page]

    return await listed(request, "quality/reports", reports, _REPORTS, _facts, shown)


@get("/quality/reports/{number:str}")
async def get_report(request: Ask, number: FromPath[str]) -> ReportOut:
    """Return what a comparison found, in numbers."""
    return await reported.shown(request, await reported.numbered(request, int(number)))


@get("/quality/reports/{number:str}/data")
async def get_report_data(request: Ask, number: FromPath[str]) -> Response[Any] | Stream:
    """Return a whole report, frame by frame."""
    report = await reported.numbered(request, int(number))
    if report.part is None:
        file = reported.file_of(report)
        return download.sent(request, *await request.engine.results.open(request.user, report.job.id, file))
    said, somebody = await reported.content(request, report), report.part.assignee
    said["assignee"] = msgspec.to_builtins(await people.ref(request, somebody)) if somebody else None
    headers = {"Content-Disposition": f'attachment; filename="quality_job_{report.part.number}.json"'}
    return Response(await asyncio.to_thread(msgspec.json.encode, said), media_type="application/json", headers=headers)


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
    """Return one page of the conflicts of a report, or of the newest reports of a task, a job or all you may see."""
    number = taking.whole(request.asked, "report_id")
    if number is not None:
        reports = [await reported.numbered(request, number)]
    else:
        asked = {name: text for name, text in request.asked.items() if name in {"job_id", "task_id", "project_id"}}
        reports = [one for one in await _meant(request) if all(_fits(one, *pair) for pair in asked.items())][:_READ]
    found = list[tuple[Report, ConflictOut]]()
    for report in reports:
        with nullcontext() if number is not None else suppress(NotFound):  # files expire, and reports outlive them
            found += [(report, conflict) for conflict in await _conflicts(request, report)]

    def facts(pair: tuple[Report, ConflictOut]) -> dict[str, Any]:
        report, conflict = pair
        said = {name: getattr(conflict, name) for name in ("id", "report_id", "type", "severity", "frame")}
        return {**_facts(report), **said}

    async def shown(page: Sequence[tuple[Report, ConflictOut]]) -> list[Any]:
        return [conflict for _, conflict in page]

    return await listed(request, "quality/conflicts", found, _CONFLICTS, facts, shown)


async def _meant(request: Ask) -> list[Report]:
    """Return the reports that a list may show; with those of single jobs where they are asked for."""
    asked = request.asked
    reports = await reported.made(request)
    named = any(name in asked.get("filter", "") for name in ('"job', '"parent_id"'))
    if not (named or asked.keys() & {"job_id", "parent_id"} or asked.get("target", "").casefold() == "job"):
        return reports
    parent, task, job = (taking.whole(asked, name) for name in ("parent_id", "task_id", "job_id"))
    if job is not None:
        task = (await request.datasets.assignment(request.user, job))[1].number
    whole = [one for one in reports if parent in {None, one.number} and task in {None, one.mark.task_id}][:_READ]
    return [*reports, *await reported.parts(request, whole)]


def _facts(report: Report) -> dict[str, Any]:
    part = report.part
    return {
        "id": report.number,
        "target": "job" if part is not None else report.mark.target,
        "task_id": report.mark.task_id,
        "project_id": report.mark.project_id,
        "job_id": None if part is None else part.number,
        "parent_id": report.parent,
        "created_date": report.job.finished_at,
    }


def _fits(report: Report, name: str, text: str) -> bool:
    return not text or str(_facts(report)[name]) == text


async def _conflicts(request: Ask, report: Report) -> list[ConflictOut]:
    said = await reported.content(request, report)
    return await asyncio.to_thread(lambda: list(conflicts(said, report.number)))


async def _matrix(request: Ask, number: int) -> MatrixOut:
    files = await reported.files(request, await reported.numbered(request, number))
    if not files:
        raise NotFound(what="file", name="of this report")
    return matrix_out([one.comparison_summary for one in files], files[0].parameters.target_metric)


def _table(found: MatrixOut) -> Response[bytes]:
    headers = {"Content-Disposition": 'attachment; filename="confusion.csv"'}
    return Response(matrix_table(found).encode("utf-8"), media_type="text/csv", headers=headers)


HANDLERS = (list_reports, get_report, get_report_data, get_confusion, get_confusion_matrix, list_conflicts)
