"""What two annotators do not agree on."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from jobyard.datasets.annotations import Shape, ShapeKind


class ConflictType(StrEnum):
    """What is wrong."""

    MISSING = "missing_annotation"
    EXTRA = "extra_annotation"
    LABEL = "mismatching_label"
    LOW_OVERLAP = "low_overlap"
    DIRECTION = "mismatching_direction"
    ATTRIBUTES = "mismatching_attributes"
    GROUPS = "mismatching_groups"
    COVERED = "covered_annotation"


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"


ERRORS = frozenset({ConflictType.MISSING, ConflictType.EXTRA, ConflictType.LABEL})


class Reference(Struct, frozen=True, kw_only=True):
    """One of the annotations that a conflict is about."""

    obj_id: int
    job_id: int
    type: str
    """`tag` or `shape`."""
    shape_type: ShapeKind | None = None


class Conflict(Struct, frozen=True, kw_only=True):
    """One thing that two annotators do not agree on."""

    frame_id: int
    type: ConflictType
    annotation_ids: tuple[Reference, ...]

    @property
    def severity(self) -> Severity:
        """Return how bad it is."""
        return Severity.ERROR if self.type in ERRORS else Severity.WARNING


def reference(shape: Shape, job: int) -> Reference:
    """Return what names a shape."""
    return Reference(obj_id=shape.number, job_id=job, type="shape", shape_type=shape.kind)
