"""When replicas agree, as people set it. The names are those that CVAT's settings have."""

from __future__ import annotations

from math import ceil
from typing import Annotated

from msgspec import Meta, Struct

from jobyard.datasets.geometry.rule import PointSize, Rule

Share = Annotated[float, Meta(ge=0, le=1)]


class ConsensusRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to find what is the same, and how many must say so."""

    quorum: Share = 0.5
    """Least share of the replicas that must have an annotation with its label."""
    iou_threshold: Share = 0.4
    """Least agreement of any two shapes that are the same thing."""
    oks_sigma: Share = 0.09
    line_thickness: Share = 0.01
    point_size_base: PointSize = PointSize.GROUP_BOX
    agreement_score_threshold: Share = 0.0
    """Merged annotations with a lower score are left out."""

    @property
    def geometry(self) -> Rule:
        """Return how shapes without an area are compared."""
        return Rule(sigma=self.oks_sigma, thickness=self.line_thickness, point_size=self.point_size_base)

    def votes(self, replicas: int) -> int:
        """Return how many votes are enough; at least one."""
        return max(1, ceil(self.quorum * replicas - 1e-9))
