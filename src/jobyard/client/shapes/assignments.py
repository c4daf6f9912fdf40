"""Parts of datasets that people work on."""

from __future__ import annotations

from msgspec import Struct


class Assignment(Struct, frozen=True, kw_only=True):
    """A part of a dataset that somebody works on."""

    number: int
    kind: str
    """`annotation`, `ground_truth` or `replica`."""
    parent: int | None
    """A replica's: the assignment whose frames it repeats."""
    layer: int
    """Where its annotations are: 0 among the dataset's own."""
    first: int
    last: int
    frames: int
    """How many."""
    assignee: str | None
    stage: str
    state: str
