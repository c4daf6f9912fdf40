"""Quality reports in this protocol's words."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from jobyard.faces.cvat.wire.quality import ConflictOut, MatrixOut, MetricOut, MetricValuesOut, ReportOut, SummaryOut
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


class Matrix(Struct, frozen=True, kw_only=True):
    """Which label was taken for which: a row for what was said, a column for what is true."""

    labels: list[str]
    rows: list[list[int]]


class Numbers(Struct, frozen=True, kw_only=True):
    """How many annotations were compared."""

    valid_count: int
    total_count: int
    ds_count: int
    gt_count: int
    confusion_matrix: Matrix


class Found(Struct, frozen=True, kw_only=True):
    """What the file of a report says of all its frames together."""

    frame_share: float
    frame_count: int
    conflict_count: int
    warning_count: int
    error_count: int
    conflicts_by_type: dict[str, int]
    annotations: Numbers


class Measures(Struct, frozen=True, kw_only=True):
    """By which number a report decides."""

    target_metric: str = "accuracy"


class ReportFile(Struct, frozen=True, kw_only=True):
    """As much of the file of a report as its summary takes."""

    comparison_summary: Found
    parameters: Measures = Measures()


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


def matrix_out(found: Sequence[Found], metric: str) -> MatrixOut:
    """Return which label was taken for which in several datasets together."""
    labels = list(dict.fromkeys(name for one in found for name in one.annotations.confusion_matrix.labels))
    # The last one says that there was nothing on the one side.
    labels.sort(key=lambda name: name == found[0].annotations.confusion_matrix.labels[-1])
    counts = Counter[tuple[str, str]]()
    for one in found:
        matrix = one.annotations.confusion_matrix
        for said, row in zip(matrix.labels, matrix.rows, strict=True):
            counts.update({(said, true): count for true, count in zip(matrix.labels, row, strict=True)})
    rows = [[counts[said, true] for true in labels] for said in labels]
    right = [rows[place][place] for place in range(len(labels))]
    given, true = [sum(row) for row in rows], [sum(column) for column in zip(*rows, strict=True)]
    whole = sum(given)
    either = [given[at] + true[at] - right[at] for at in range(len(labels))]
    scores = {
        "precision": _shares(right, given),
        "recall": _shares(right, true),
        "accuracy": _shares([whole - either[at] + right[at] for at in range(len(labels))], [whole] * len(labels)),
    }
    return MatrixOut(
        labels=labels,
        rows=rows,
        axes={"cols": "gt", "rows": "ds"},
        **scores,
        target_metric_summary=_metric(found, metric, labels[:-1], scores[metric][:-1]),
        jaccard_index=_shares(right, either),
        dice=_shares([2 * count for count in right], [given[at] + true[at] for at in range(len(labels))]),
    )


def _metric(found: Sequence[Found], metric: str, labels: list[str], scores: list[float]) -> MetricOut:
    whole = _summary(found)
    worst = min(scores, default=0.0)
    return MetricOut(
        metric=metric,
        aggregation="micro",
        values=MetricValuesOut(
            micro={"accuracy": whole.accuracy, "precision": whole.precision, "recall": whole.recall}[metric],
            mean=sum(scores) / len(scores) if scores else None,
            label=worst if scores else None,
        ),
        worst_labels=[label for label, score in zip(labels, scores, strict=True) if score == worst],
    )


def matrix_table(found: MatrixOut) -> str:
    """Return a matrix as comma-separated values."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["", *found.labels])
    table.writerows([name, *row] for name, row in zip(found.labels, found.rows, strict=True))
    return out.getvalue()


def _shares(some: Sequence[int], all_: Sequence[int]) -> list[float]:
    return [part / whole if whole else 0.0 for part, whole in zip(some, all_, strict=True)]


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
