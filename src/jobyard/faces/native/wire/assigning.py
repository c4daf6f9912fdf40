"""Shapes of the parts of a dataset that people work on."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.annotations import Frame
from jobyard.faces.native.wire.words import Whole

AssignmentKindName = Literal["annotation", "ground_truth", "replica"]
StageName = Literal["annotation", "validation", "acceptance"]
WorkName = Literal["new", "in progress", "completed", "rejected"]


class AssignmentOut(Struct, kw_only=True):
    """A part of a dataset that somebody works on."""

    number: int
    kind: AssignmentKindName
    parent: int | None
    """A replica's: the assignment whose frames it repeats."""
    layer: int
    """Where its annotations are: 0 among the dataset's own."""
    first: int
    last: int
    frames: int
    """How many."""
    assignee: str | None
    stage: StageName
    state: WorkName


class TruthIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which frames are annotated once more, with special care: these, or so many of all, drawn at random."""

    frames: Annotated[list[Frame], Meta(min_length=1, max_length=100_000)] | None = None
    """Named one by one."""
    count: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    """How many are drawn; all, where there are not so many."""
    share: Annotated[float, Meta(gt=0, le=1)] | None = None
    """Which share of all is drawn, rounded up."""
    seed: Whole | None = None
    """The same frames are drawn for the same seed; without one, others each time."""


class DivisionIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a dataset is divided among people."""

    size: Whole = 0
    """Frames of one assignment; 0 for one with all of them."""
    overlap: Whole = 0
    """Frames that each shares with the one before."""
    replicas: Annotated[int, Meta(ge=0, le=100)] = 0
    """How often each is annotated once more, apart, for consensus."""
