"""The job kind `events.report`: who annotated how much in which time, as a table and summed up."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec

from jobyard.datasets.analytics import events
from jobyard.datasets.analytics.summary import Summary, Work, followed
from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.tables.activities import Activity
from jobyard.datasets.work.messages import Recount, Recounted, Subject, Subjects
from jobyard.datasets.work.parameters import ReportParameters
from jobyard.kinds import Context, Kind

_DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOLD = 200
"""Users and days that the result tells of; the others are in the files only."""
NAME = "events.csv"


class EventsReport(Kind):
    """Writes the table line by line and sums up on the way."""

    name: ClassVar[str] = "events.report"
    title: ClassVar[str] = "Report who annotated how much"
    Parameters = ReportParameters
    results_for: ClassVar[float | None] = 7 * _DAY

    def run(self, parameters: ReportParameters, context: Context) -> dict[str, Any]:
        """Return the file and what it says together, by user and by day."""
        subjects = list[Subject]()
        if parameters.dataset is not None or parameters.collection is not None:
            subjects = unpacked(context.call("work.subjects"), Subjects).datasets
        summary = Summary()
        stream = followed(_told(parameters, subjects, context), summary)
        count = events.write(context.result_file(NAME, "text/csv"), stream)
        users = sorted(summary.users.items(), key=lambda one: (-one[1].objects, one[0]))
        named = {name: _numbers(work) for name, work in users}
        days = {day: _numbers(work) for day, work in sorted(summary.days.items())}
        facts: dict[str, Any] = {
            "events": count,
            "first": _written(summary.first),
            "last": _written(summary.last),
            "total": _numbers(summary.total),
            "users": named,
            "days": days,
            "scopes": summary.scopes,
        }
        context.result_file("summary.json", "application/json").write_bytes(msgspec.json.encode(facts))
        context.progress(count, count)
        short = {"users": dict(list(named.items())[:_TOLD]), "days": dict(list(days.items())[-_TOLD:])}
        return {**facts, **short, "file": NAME}


def _told(parameters: ReportParameters, subjects: list[Subject], context: Context) -> Iterator[events.Activity]:
    """Yield what was done, in the order of time."""
    if not subjects and parameters.dataset is None and parameters.collection is None:
        streams = [_stream(None, context)]
    else:
        streams = [_stream(one.id, context) for one in subjects]
    parts = {one.number: one.assignments for one in subjects}
    for done, (activity, collection) in enumerate(heapq.merge(*streams, key=lambda one: (one[0].at, one[0].number)), 1):
        job = _assignment(activity, parts.get(activity.dataset, ()))
        context.progress(done, None, "writing")
        if parameters.assignment is None or job == parameters.assignment:
            yield events.Activity(
                scope=activity.scope,
                timestamp=activity.at,
                obj_name=activity.name,
                obj_val=activity.value,
                count=activity.count,
                duration=activity.duration,
                project_id=collection,
                task_id=activity.dataset,
                job_id=job,
                user_name=activity.who,
            )


def _stream(dataset: str | None, context: Context) -> Iterator[tuple[Activity, int | None]]:
    """Yield the activities of a dataset, or those of the job's owner, each with its collection's number."""
    behind = 0
    while True:
        page = unpacked(context.call("work.recount", packed(Recount(behind=behind, dataset=dataset))), Recounted)
        for activity in page.activities:
            yield activity, page.collections.get(activity.dataset)
        if not page.activities:
            return
        behind = page.activities[-1].number


def _assignment(activity: Activity, assignments: tuple[Assignment, ...]) -> int | None:
    """Return the assignment in which something was done: its own layer's, else the one that holds the frame."""
    if activity.layer:
        return activity.layer
    own = (one for one in assignments if one.kind is AssignmentKind.ANNOTATION)
    return next((one.number for one in own if one.holds(activity.frame)), None)


def _written(moment: int | None) -> str | None:
    return None if moment is None else f"{_EPOCH + timedelta(microseconds=moment):%Y-%m-%dT%H:%M:%S.%fZ}"


def _numbers(work: Work) -> dict[str, Any]:
    return {
        "objects": work.objects,
        "changed": work.changed,
        "deleted": work.deleted,
        "frames": work.frames,
        "working_seconds": round(work.working / 1e6, 3),
        "objects_per_hour": round(work.objects_per_hour, 3),
        "frames_per_hour": round(work.frames_per_hour, 3),
        "events": work.events,
    }
