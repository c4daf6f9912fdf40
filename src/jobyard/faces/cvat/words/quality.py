"""Quality reports in this protocol's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from jobyard.faces.cvat.wire.quality import ConflictOut, ReportOut, SummaryOut
from jobyard.faces.cvat.words.requests import Mark
from jobyard.faces.cvat.words.times import moment
from jobyard.job.record import Job

TYPES = frozenset(
    {
        "missing_annotation",
        "extra_annotation",
        "mismatching_label",
        "mismatching_direction",
        "mismatching_attributes",
        "mismatching_groups",
        "covered_annotation",
    }
)
"""Sorts of conflicts that the clients know; they refuse a whole page that has another one."""


class Numbers(Struct, frozen=True, kw_only=True):
    """How many annotations were compared."""

    valid_count: int
    total_count: int
    ds_count: int
    gt_count: int


class Found(Struct, frozen=True, kw_only=True):
    """What the file of a report says of all its frames together."""

    frame_share: float
    frame_count: int
    conflict_count: int
    warning_count: int
    error_count: int
    conflicts_by_type: dict[str, int]
    annotations: Numbers


class ReportFile(Struct, frozen=True, kw_only=True):
    """As much of the file of a report as its summary takes."""

    comparison_summary: Found


def files_of(job: Job) -> list[str]:
    """Return the names of the report files that a job has made, one a dataset."""
    reports = job.result.get("reports", []) if isinstance(job.result, dict) else []
    return [str(report["report"]) for report in reports]


def report_out(job: Job, number: int, mark: Mark, found: Sequence[Found]) -> ReportOut:
    """Return what a job found as a report."""
    ended = moment(job.finished_at or job.created_at)
    return ReportOut(
        id=number,
        job_id=None,
        task_id=mark.task_id,
        project_id=mark.project_id if mark.target == "project" else None,
        parent_id=None,
        target=mark.target,
        summary=_summary(found),
        created_date=ended,
        target_last_updated=ended,
        gt_last_updated=ended,
        assignee=None,
        rq_id=job.id,
    )


def conflicts(report: Mapping[str, Any], number: int) -> Iterator[ConflictOut]:
    """Yield the conflicts of a report, as its file tells them."""
    count = 0
    for frame in report.get("frame_results", {}).values():
        for one in frame.get("conflicts", ()):
            count += 1
            if one["type"] in TYPES:
                yield ConflictOut(
                    id=count,
                    frame=one["frame_id"],
                    type=one["type"],
                    severity=one["severity"],
                    report_id=number,
                    annotation_ids=[dict(reference) for reference in one["annotation_ids"]],
                )


def _summary(found: Sequence[Found]) -> SummaryOut:
    """Return what was found in several datasets together."""
    frames = sum(one.frame_count for one in found)
    total = sum(round(one.frame_count / one.frame_share) if one.frame_share else 0 for one in found)
    by_type = Counter[str]()
    for one in found:
        by_type.update(one.conflicts_by_type)
    valid = sum(one.annotations.valid_count for one in found)
    given = sum(one.annotations.ds_count for one in found)
    true = sum(one.annotations.gt_count for one in found)
    things = sum(one.annotations.total_count for one in found)
    share = frames / total if total else 0.0
    return SummaryOut(
        total_frames=total,
        validation_frames=frames,
        validation_frame_share=share,
        conflict_count=sum(one.conflict_count for one in found),
        error_count=sum(one.error_count for one in found),
        conflicts_by_type={type_: count for type_, count in by_type.items() if type_ in TYPES},
        frame_count=frames,
        frame_share=share,
        warning_count=sum(one.warning_count for one in found),
        valid_count=valid,
        ds_count=given,
        gt_count=true,
        accuracy=valid / things if things else 0.0,
        precision=valid / given if given else 0.0,
        recall=valid / true if true else 0.0,
    )
