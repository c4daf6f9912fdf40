"""Labels and statistics on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

LabelName = Annotated[str, Meta(min_length=1, max_length=200)]


class PropertyIn(Struct, kw_only=True):
    """What is said of a label beside its name."""

    color: Annotated[str, Meta(pattern="^#[0-9A-Fa-f]{6}$")] | None = field(name="@modelarts:color", default=None)
    shape: Annotated[str, Meta(max_length=32)] | None = field(name="@modelarts:default_shape", default=None)
    rename_to: LabelName | None = field(name="@modelarts:rename_to", default=None)


class LabelIn(Struct, kw_only=True):
    """A label by its name."""

    name: LabelName
    type: int | None = None
    property: PropertyIn | None = None


class LabelsIn(Struct, kw_only=True):
    """Labels to add, change or delete."""

    labels: Annotated[list[LabelIn], Meta(min_length=1, max_length=1_000)]


class DeletionAsked(Struct, kw_only=True):
    """What becomes of samples that carried a deleted label: 0 nothing, 1 they are deleted, 2 their files too."""

    delete_policy: Annotated[int, Meta(ge=0, le=2)] = 0


class LabelOut(Struct, kw_only=True):
    """A label."""

    name: str
    type: int
    property: dict[str, Any]


class LabelsOut(Struct, kw_only=True):
    """The labels of a dataset."""

    labels: list[LabelOut]


class LabelStat(Struct, kw_only=True):
    """How often a label is carried."""

    name: str
    type: int
    count: int
    sample_count: int
    property: dict[str, Any]


class SampleStats(Struct, kw_only=True):
    """How many samples there are."""

    all: int
    total: int
    un_annotation: int
    manual_annotation: int
    auto_annotation: int
    deleted: int
    lefted: int


class StatsOut(Struct, kw_only=True):
    """What a dataset holds."""

    label_stats: list[LabelStat]
    sample_stats: SampleStats
    key_sample_stats: dict[str, int]
    data_spliting_enable: bool
    """The protocol's own spelling: whether a version may be split for training; there has to be a label."""
