"""What parts of a dataset people work on: frozen records. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType


class AssignmentKind(StrEnum):
    """What an assignment's annotations are."""

    ANNOTATION = "annotation"
    """The dataset's own."""
    GROUND_TRUTH = "ground_truth"
    """What others are compared with; kept apart from the dataset's own."""
    REPLICA = "replica"
    """The same frames annotated once more, for consensus; kept apart."""


class Stage(StrEnum):
    """Which part of the work it is."""

    ANNOTATION = "annotation"
    VALIDATION = "validation"
    ACCEPTANCE = "acceptance"


class Work(StrEnum):
    """How far the stage is."""

    NEW = "new"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    REJECTED = "rejected"


class Assignment(Struct, frozen=True, kw_only=True):
    """A range of frames that somebody works on."""

    number: int = 0
    """Counts the assignments of this house; also the layer of what is kept apart. 0 before it is kept."""
    dataset: int
    """The dataset's number."""
    kind: AssignmentKind
    parent: int | None = None
    """A replica's: the assignment whose frames it repeats."""
    first: int
    last: int
    """The last frame, itself included."""
    frames: tuple[int, ...] | None = None
    """Only these frames of the range; None for all of them."""
    assignee: str | None = None
    """The name of the user who does it."""
    stage: Stage = Stage.ANNOTATION
    state: Work = Work.NEW
    created_at: int = 0
    updated_at: int = 0
    assigned_at: int | None = None
    """When somebody else was last named to do it, or nobody any more."""

    @property
    def layer(self) -> int:
        """Where its annotations are kept: 0 among the dataset's own."""
        return 0 if self.kind is AssignmentKind.ANNOTATION else self.number

    def holds(self, frame: int) -> bool:
        """Tell whether a frame is part of it."""
        return self.first <= frame <= self.last and (self.frames is None or frame in self.frames)


class AssignmentChanges(Struct, frozen=True, kw_only=True):
    """What shall be different about an assignment."""

    assignee: str | UnsetType | None = UNSET
    stage: Stage | UnsetType = UNSET
    state: Work | UnsetType = UNSET
