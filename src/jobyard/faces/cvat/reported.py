"""Quality reports as these clients count them: each of a whole task or project, or of one job's part of a task's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.faces.cvat import people
from jobyard.faces.cvat.marks import marks_of
from jobyard.faces.cvat.surroundings import REPORTS, Ask
from jobyard.faces.cvat.wire import ReportOut
from jobyard.faces.cvat.words.quality import ReportFile, files_of, report_out
from jobyard.faces.cvat.words.requests import Mark
from jobyard.job.errors import NotFound
from jobyard.job.filters import Filter, Query
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.people.record import HOUSE

_KIND = "quality.calculate"
_LATEST = 500
"""Reports that a list looks at, the newest first."""


class Report(Struct, frozen=True, kw_only=True):
    """One comparison, or what it says of one job."""

    number: int
    job: Job
    """The background work that made it."""
    mark: Mark
    part: Assignment | None = None
    """The job of a task that it is about; None where it is about the whole."""
    parent: int | None = None
    """The number of the report that this is a part of."""


async def made(request: Ask) -> list[Report]:
    """Return the whole reports inside the request's space, the newest first."""
    wanted = Filter(kinds=frozenset({_KIND}), states=frozenset({State.SUCCEEDED}))
    found = await request.engine.listing.find(request.user, Query(filter=wanted, limit=_LATEST))
    jobs = [job for job in found.page.jobs if request.space.holds(job.project)]
    marks = await marks_of(request, jobs)
    numbers = await request.engine.numbers.of(REPORTS, (job.id for job in jobs))
    return [Report(number=numbers[job.id], job=job, mark=marks[job.id]) for job in jobs]


async def parts(request: Ask, reports: Sequence[Report]) -> list[Report]:
    """Return the parts of some reports of tasks, job by job; of tasks that are gone there are none."""
    found = list[Report]()
    for report in reports:
        pieces = {f"{report.job.id} {one.number}": one for one in await _divided(request, report)}
        numbers = await request.engine.numbers.of(REPORTS, pieces)
        found += [replace(report, number=numbers[name], part=one, parent=report.number) for name, one in pieces.items()]
    return found


async def numbered(request: Ask, number: int) -> Report:
    """Return the report, or the part of one, that has a number. Raises NotFound."""
    name = await request.engine.numbers.named(REPORTS, number)
    id_, _, piece = (name or "").partition(" ")
    if not id_:
        raise NotFound(what="report", name=str(number))
    try:
        job = await request.engine.listing.job(request.user, id_)
    except NotFound:
        await request.engine.listing.job(HOUSE, id_)  # raises where it is gone for everybody
        raise NotFound(what="report", name=str(number), unseen=True) from None
    if job.kind != _KIND or job.state is not State.SUCCEEDED:
        raise NotFound(what="report", name=str(number))
    whole = Report(number=number, job=job, mark=(await marks_of(request, [job]))[job.id])
    if not piece:
        return whole
    part = next((one for one in await _divided(request, whole) if one.number == int(piece)), None)
    if part is None:
        raise NotFound(what="report", name=str(number))
    return replace(whole, part=part, parent=await request.engine.numbers.one(REPORTS, id_))


async def shown(request: Ask, report: Report) -> ReportOut:
    """Return a report in numbers."""
    out = report_out(report.job, report.number, report.mark, await summaries(request, report))
    if report.part is None:
        return out
    somebody = report.part.assignee
    return replace(
        out,
        target="job",
        job_id=report.part.number,
        task_id=None,
        parent_id=report.parent,
        assignee=await people.ref(request, somebody) if somebody else None,
    )


async def summaries(request: Ask, report: Report) -> list[Any]:
    """Return what each dataset's report says of all its frames together; where the files are gone, nothing."""
    return [one.comparison_summary for one in await files(request, report)]


async def files(request: Ask, report: Report) -> list[ReportFile]:
    """Return as much of the files of a report as its summary takes; where they are gone, none."""
    if report.part is not None:
        try:
            return [msgspec.convert(await content(request, report), ReportFile)]
        except NotFound:
            return []
    found = list[ReportFile]()
    for name in files_of(report.job):
        try:
            _, path = await request.engine.results.open(request.user, report.job.id, name)
        except NotFound:
            return []
        found.append(await asyncio.to_thread(_summed, path))
    return found


async def content(request: Ask, report: Report) -> dict[str, Any]:
    """Return all that a report of one task says, or the first of a project's. Raises NotFound."""
    _, path = await request.engine.results.open(request.user, report.job.id, file_of(report))
    return await asyncio.to_thread(_content, path, report.part)


def file_of(report: Report) -> str:
    """Return the file of the first dataset that a report is about. Raises NotFound."""
    names = files_of(report.job)
    if not names:
        raise NotFound(what="file", name="of this report")
    return names[0]


async def _divided(request: Ask, report: Report) -> list[Assignment]:
    resource = report.job.resource
    if report.mark.target != "task" or resource is None or resource.type != "dataset":
        return []
    try:
        divided = await request.datasets.assignments(request.user, resource.id)
    except NotFound:
        return []
    return [one for one in divided if one.kind is AssignmentKind.ANNOTATION]


def _summed(path: Path) -> ReportFile:
    return msgspec.json.decode(path.read_bytes(), type=ReportFile)


def _content(path: Path, part: Assignment | None) -> dict[str, Any]:
    from jobyard.datasets.quality.portions import portion

    whole: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return whole if part is None else portion(whole, part.holds, part.last - part.first + 1)
