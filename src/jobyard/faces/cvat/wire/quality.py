"""Shapes of quality reports and conflicts."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jobyard.faces.cvat.wire.shapes import UserRef


class ReportIn(Struct, kw_only=True):
    """What to compare with its ground truth."""

    task_id: int | None = None
    project_id: int | None = None


class MergeIn(Struct, kw_only=True):
    """Whose replicas to merge."""

    task_id: int | None = None
    job_id: int | None = None


class SummaryOut(Struct, kw_only=True):
    """What a report found, in numbers."""

    total_frames: int
    validation_frames: int
    validation_frame_share: float
    conflict_count: int
    error_count: int
    conflicts_by_type: dict[str, int]

    # What older clients of the protocol read, and what this server knows beyond it.
    frame_count: int
    frame_share: float
    warning_count: int
    valid_count: int
    ds_count: int
    gt_count: int
    accuracy: float
    precision: float
    recall: float


class ReportOut(Struct, kw_only=True):
    """One comparison."""

    id: int
    job_id: int | None
    task_id: int | None
    project_id: int | None
    parent_id: int | None
    target: str
    summary: SummaryOut
    created_date: str
    target_last_updated: str
    gt_last_updated: str | None
    assignee: UserRef | None
    rq_id: str


class MetricValuesOut(Struct, kw_only=True):
    """The number that decides, of all annotations together and as the mean of the labels'."""

    micro: float | None
    mean: float | None
    label: float | None


class MetricOut(Struct, kw_only=True):
    """What a matrix says of the number that decides."""

    metric: str
    aggregation: str
    values: MetricValuesOut
    worst_labels: list[str]


class MatrixOut(Struct, kw_only=True):
    """Which label was taken for which; the last row and column stand for no annotation at all."""

    labels: list[str]
    rows: list[list[int]]
    axes: dict[str, str]
    precision: list[float]
    recall: list[float]
    accuracy: list[float]
    jaccard_index: list[float]
    dice: list[float]
    target_metric_summary: MetricOut


class ConflictOut(Struct, kw_only=True):
    """One thing that two annotators do not agree on."""

    id: int
    frame: int
    type: str
    severity: str
    report_id: int
    annotation_ids: list[dict[str, Any]]
    attribute_names: list[str] = []
