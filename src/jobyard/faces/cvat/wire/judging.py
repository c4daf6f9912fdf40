"""Shapes of how quality is calculated and replicas are merged."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class RequirementIn(Struct, kw_only=True):
    """What shall be different about a requirement; None is as good as left out."""

    name: str | UnsetType | None = UNSET
    filter: str | UnsetType | None = UNSET
    enabled: bool | UnsetType | None = UNSET
    annotation_type: str | UnsetType | None = UNSET
    metric: str | UnsetType | None = UNSET
    required_score: float | UnsetType | None = UNSET
    iou_threshold: float | UnsetType | None = UNSET
    point_size: float | UnsetType | None = UNSET
    point_size_base: str | UnsetType | None = UNSET
    line_thickness: float | UnsetType | None = UNSET
    match_orientation: bool | UnsetType | None = UNSET
    line_orientation_threshold: float | UnsetType | None = UNSET
    match_groups: bool | UnsetType | None = UNSET
    group_match_threshold: float | UnsetType | None = UNSET
    check_covered_annotations: bool | UnsetType | None = UNSET
    object_visibility_threshold: float | UnsetType | None = UNSET
    panoptic_comparison: bool | UnsetType | None = UNSET
    attribute_comparison: dict[str, Any] | UnsetType | None = UNSET


class RequirementOut(Struct, kw_only=True):
    """What annotations are measured by. There is one: whatever is said of a task or a project."""

    id: int
    settings_id: int
    task_id: int | None
    project_id: int | None
    name: str
    is_base: bool
    sort_order: int
    filter: str
    enabled: bool
    annotation_type: str | None
    metric: str
    required_score: float
    parent_requirement: int | None
    iou_threshold: float
    point_size: float
    point_size_base: str
    line_thickness: float
    match_orientation: bool
    line_orientation_threshold: float
    match_groups: bool
    group_match_threshold: float
    check_covered_annotations: bool
    object_visibility_threshold: float
    panoptic_comparison: bool
    attribute_comparison: dict[str, Any]
    effective: dict[str, Any]
    created_date: str
    updated_date: str


class QualitySettingsIn(Struct, kw_only=True):
    """What shall be different about how quality is calculated."""

    inherit: bool | UnsetType = UNSET
    job_filter: str | UnsetType = UNSET
    max_validations_per_job: int | UnsetType = UNSET

    # What older clients of the protocol say here.
    target_metric: str | UnsetType = UNSET
    target_metric_threshold: float | UnsetType = UNSET
    iou_threshold: float | UnsetType = UNSET
    low_overlap_threshold: float | UnsetType = UNSET
    oks_sigma: float | UnsetType = UNSET
    point_size_base: str | UnsetType = UNSET
    line_thickness: float | UnsetType = UNSET
    compare_line_orientation: bool | UnsetType = UNSET
    line_orientation_threshold: float | UnsetType = UNSET
    compare_groups: bool | UnsetType = UNSET
    group_match_threshold: float | UnsetType = UNSET
    check_covered_annotations: bool | UnsetType = UNSET
    object_visibility_threshold: float | UnsetType = UNSET
    panoptic_comparison: bool | UnsetType = UNSET
    compare_attributes: bool | UnsetType = UNSET
    empty_is_annotated: bool | UnsetType = UNSET


class ConsensusSettingsIn(Struct, kw_only=True):
    """What shall be different about how replicas are merged."""

    iou_threshold: float | UnsetType = UNSET
    quorum: float | UnsetType = UNSET
    oks_sigma: float | UnsetType = UNSET
    line_thickness: float | UnsetType = UNSET
    agreement_score_threshold: float | UnsetType = UNSET


class ConsensusSettingsOut(Struct, kw_only=True):
    """How the replicas of a task are merged."""

    id: int
    task_id: int
    iou_threshold: float
    quorum: float
    oks_sigma: float
    line_thickness: float
    agreement_score_threshold: float
