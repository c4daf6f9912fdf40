"""By which numbers these clients know what a job works on: what this face marked it with, else what it says itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jobyard.faces.cvat import finding
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.words.requests import MARK, Mark
from jobyard.job.errors import Fault
from jobyard.job.filters import Outline
from jobyard.job.record import Job


def mark_of(job: Job | Outline) -> Mark:
    """Return a job's mark; for one that came through another door, what its parameters say without looking."""
    found = job.marks.get(MARK)
    if found is not None:
        try:
            return msgspec.convert(found, Mark)
        except msgspec.ValidationError:
            pass  # somebody else wrote it
    said = job.parameters
    return Mark(
        target=_target(job),
        job_id=_number(said.get("assignment")),
        format=_text(said.get("format")),
        lightweight=_flag(said.get("lightweight")) if job.kind == "backup.export" else None,
        pictures=bool(said.get("pictures")),
    )


async def marks_of(request: Ask, jobs: Sequence[Job]) -> dict[str, Mark]:
    """Return the marks of jobs by their ids; numbers of datasets and collections are looked up where they miss."""
    return {job.id: await _looked_up(request, job, mark_of(job)) for job in jobs}


async def _looked_up(request: Ask, job: Job, mark: Mark) -> Mark:
    resource = job.resource
    if MARK in job.marks:
        return mark
    mark = msgspec.structs.replace(mark, org_id=await finding.organization(request, job.project))
    if resource is None:
        return mark
    try:
        if resource.type == "collection":
            collection = await request.datasets.collection(request.user, resource.id)
            return msgspec.structs.replace(mark, project_id=collection.number)
        if resource.type == "dataset":
            dataset = await request.datasets.get(request.user, resource.id)
            return msgspec.structs.replace(mark, task_id=dataset.number)
    except Fault:
        pass  # it is gone, or not this user's to see; the request stays
    return mark


def _target(job: Job | Outline) -> str:
    if job.kind == "events.report":
        return "events"
    if job.parameters.get("assignment") is not None:
        return "job"
    return "project" if job.parameters.get("collection") is not None else "task"


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
