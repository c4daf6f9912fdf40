"""Shapes of what people look at: pictures with what is drawn over them, quality reports, merges of replicas."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.annotations import AnnotationSet, ShapeKindName
from jobyard.faces.native.wire.asked import CursorText, PageAsked
from jobyard.faces.native.wire.datasets import SampleOut
from jobyard.faces.native.wire.words import Name, Time, Whole

ConflictName = Literal[
    "missing_annotation",
    "extra_annotation",
    "mismatching_label",
    "low_overlap",
    "mismatching_direction",
    "mismatching_attributes",
    "mismatching_groups",
    "covered_annotation",
]
SeverityName = Literal["error", "warning"]
DissentName = Literal["no_matching_annotation", "failed_label_voting", "failed_attribute_voting", "low_agreement_score"]


class PicturesAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """One page of pictures, in the order of their numbers."""

    annotated: bool | None = None
    """Whether they carry a label."""
    label: Name | None = None
    """The name of a label that they carry."""
    text: Annotated[str, Meta(max_length=1000)] = ""
    """Their path contains it."""
    limit: Annotated[int, Meta(ge=1, le=120)] = 60
    cursor: CursorText | None = None


class PictureAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose annotations."""

    layer: Whole = 0
    """0 for the dataset's own; else the number of an assignment whose annotations are kept apart."""


class PictureOut(Struct, kw_only=True):
    """A picture with all that is drawn over it."""

    sample: SampleOut
    frame: int
    version: str
    """Another one whenever the file has changed."""
    width: int
    """Pixels, upright; 0 for what is no picture or cannot be reached."""
    height: int
    annotations: AnnotationSet
    """A track's part in it stands among the shapes."""
    left_out: int
    """Shapes beyond those that a page brings of one picture."""


class PicturePage(Struct, kw_only=True):
    """Pictures; with a text in the filter they are counted up to 10,000."""

    pictures: list[PictureOut]
    next: str | None
    total: int


class PictureSizeOut(Struct, kw_only=True):
    """How many pictures have a size."""

    width: int
    height: int
    pictures: int


class DayOut(Struct, kw_only=True):
    """What people did on a day."""

    day: Time
    """When it began, in universal time."""
    made: int
    """Annotations."""
    deleted: int
    frames: int
    """Pictures worked on, each time anew."""


class LooksOut(Struct, kw_only=True):
    """How large the pictures of a dataset are, and what people did day by day in the last year."""

    sizes: list[PictureSizeOut]
    """The commonest first."""
    unmeasured: int
    """Samples at which nobody has looked yet."""
    days: list[DayOut]


class ConfusionOut(Struct, kw_only=True):
    """What was called what: a row for each label that was given, a column for each true one; the last for nothing."""

    labels: list[str]
    rows: list[list[int]]
    precision: list[float]
    recall: list[float]
    accuracy: list[float]
    jaccard: list[float]


class QualityOut(Struct, kw_only=True):
    """What a comparison with the ground truth found in a dataset."""

    job: str
    finished_at: Time | None
    frames: int
    """Pictures that were compared."""
    share: float
    """How much of all pictures that is."""
    given: int
    """Annotations of the dataset."""
    true: int
    """Annotations of the ground truth."""
    valid: int
    missing: int
    extra: int
    accuracy: float
    precision: float
    recall: float
    errors: int
    warnings: int
    conflicts: dict[str, int]
    """How many of each sort."""
    target: str
    """Which number has to be good enough."""
    threshold: float
    confusion: ConfusionOut
    truth: int | None
    """The layer of the ground truth, where it is still there."""


class ConflictsAsked(PageAsked, kw_only=True, forbid_unknown_fields=True):
    """One page of conflicts."""

    type: ConflictName | None = None
    severity: SeverityName | None = None


class ConflictThing(Struct, kw_only=True):
    """One of the annotations that a conflict is about."""

    number: int
    """Of a track's part 0."""
    assignment: int
    truth: bool
    """It stands in the ground truth."""
    kind: ShapeKindName | None
    """None for a tag."""


class ConflictOut(Struct, kw_only=True):
    """One thing on which annotations and the ground truth do not agree."""

    frame: int
    path: str | None
    """The file behind the frame; null where it is gone."""
    type: ConflictName
    severity: SeverityName
    things: list[ConflictThing]


class ConflictPage(Struct, kw_only=True):
    """Conflicts in the order of their frames."""

    conflicts: list[ConflictOut]
    next: str | None
    total: int


class MergedAssignment(Struct, kw_only=True):
    """How far the replicas of an assignment agree."""

    assignment: int
    replicas: list[int]
    agreement: list[list[float]]
    """Each with each."""
    scores: list[float]
    """Each one's mean agreement with the others."""


class LabelAgreement(Struct, kw_only=True):
    """How sure the replicas are of what carries a label."""

    label: str
    things: int
    agreement: float


class PictureAgreement(Struct, kw_only=True):
    """How sure the replicas are of a picture."""

    frame: int
    path: str | None
    """The file behind the frame; null where it is gone."""
    things: int
    agreement: float


class DissentThing(Struct, kw_only=True):
    """An annotation, and in which assignment it stands."""

    assignment: int
    number: int


class DissentOut(Struct, kw_only=True):
    """Something on which replicas do not agree."""

    frame: int
    path: str | None
    """The file behind the frame; null where it is gone."""
    type: DissentName
    things: list[DissentThing]


class ConsensusOut(Struct, kw_only=True):
    """What a merge of replicas found."""

    job: str
    finished_at: Time | None
    frames: int
    annotations: int
    """How many it kept."""
    doubts: dict[str, int]
    """How often replicas did not agree, by the sort of it."""
    assignments: list[MergedAssignment]
    labels: list[LabelAgreement]
    """The least sure first."""
    pictures: list[PictureAgreement]
    """Those of which the replicas are least sure."""


class DissentPage(Struct, kw_only=True):
    """What a merge left out or doubted."""

    dissents: list[DissentOut]
    next: str | None
