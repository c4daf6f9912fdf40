"""What makes two annotations the same, as people set it. The names are those that CVAT's settings have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from jobyard.datasets.geometry.rule import PointSize, Rule

Share = Annotated[float, Meta(ge=0, le=1)]


class Metric(StrEnum):
    """The number that decides whether something is good enough."""

    ACCURACY = "accuracy"
    PRECISION = "precision"
    RECALL = "recall"


class QualityRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to compare, and what is good enough."""

    target_metric: Metric = Metric.ACCURACY
    target_metric_threshold: Share = 0.7
    iou_threshold: Share = 0.4
    """Least agreement of two shapes that are the same thing."""
    low_overlap_threshold: Share = 0.8
    """Agreement below which the same thing gets a warning."""
    oks_sigma: Share = 0.09
    """How far a point may lie off, as a share of the thing's size."""
    point_size_base: PointSize = PointSize.GROUP_BOX
    line_thickness: Share = 0.01
    """How far a line may lie off, as a share of the picture's size."""
    compare_line_orientation: bool = True
    line_orientation_threshold: Share = 0.1
    """How much better a line must fit when it is read backwards to count as turned round."""
    compare_groups: bool = True
    group_match_threshold: Share = 0.5
    """Least share of members that two groups must have in common."""
    check_covered_annotations: bool = True
    object_visibility_threshold: Share = 0.05
    """Least share of a shape that must be seen under those above it."""
    panoptic_comparison: bool = True
    """Compare only what can be seen of polygons and masks."""
    compare_attributes: bool = True
    ignored_attributes: tuple[str, ...] = ()
    """Names of attributes that may differ."""
    empty_is_annotated: bool = False
    """A picture in which neither side says anything counts as one right annotation."""

    @property
    def geometry(self) -> Rule:
        """Return how shapes without an area are compared; a line's direction is looked at afterwards."""
        return Rule(
            sigma=self.oks_sigma, thickness=self.line_thickness, point_size=self.point_size_base, oriented=False
        )
