"""Samples on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from jobyard.faces.modelarts.wire.datasets import Limit, Offset
from jobyard.faces.modelarts.wire.labels import LabelName

SampleId = Annotated[str, Meta(min_length=1, max_length=64)]
Point = Annotated[list[float], Meta(min_length=1, max_length=2)]
_MOST = 500


class SamplesAsked(Struct, kw_only=True):
    """Which samples are listed."""

    offset: Offset = 0
    limit: Limit = 10
    label_name: Annotated[str, Meta(max_length=200)] | None = None
    sample_state: Annotated[str, Meta(max_length=32)] = ""
    sample_name: Annotated[str, Meta(max_length=1_024)] = ""
    version_id: Annotated[str, Meta(max_length=64)] = ""
    search_conditions: str = ""
    low_score: float | None = None
    high_score: float | None = None


class ShapeIn(Struct, kw_only=True):
    """Where on a picture a label lies."""

    shape: Annotated[str, Meta(max_length=32)] | None = field(name="@modelarts:shape", default=None)
    feature: Annotated[list[Point], Meta(max_length=10_000)] = field(name="@modelarts:feature", default=[])


class SampleLabelIn(Struct, kw_only=True):
    """A label that a sample shall carry."""

    name: LabelName
    type: int | None = None
    score: Annotated[float, Meta(ge=0, le=1)] = 1.0
    property: ShapeIn | None = None


class LabelledIn(Struct, kw_only=True):
    """A sample with all labels that it shall carry; none takes them away."""

    sample_id: SampleId
    labels: Annotated[list[SampleLabelIn], Meta(max_length=1_000)] = []


class SamplesIn(Struct, kw_only=True):
    """Samples to be labelled."""

    samples: Annotated[list[LabelledIn], Meta(min_length=1, max_length=_MOST)]


class SamplesGone(Struct, kw_only=True):
    """Samples to be deleted."""

    samples: Annotated[list[SampleId], Meta(min_length=1, max_length=_MOST)]
    delete_source: bool = False


class SampleLabelOut(Struct, kw_only=True):
    """A label that a sample carries."""

    name: str
    type: int
    score: float
    property: dict[str, Any] | UnsetType = UNSET


class SampleOut(Struct, kw_only=True):
    """A sample."""

    sample_id: str
    sample_type: int
    source: str
    sample_name: str
    sample_dir: str
    sample_size: int
    sample_time: int
    """When its file was last changed."""
    sample_status: str
    labels: list[SampleLabelOut]
    metadata: dict[str, Any]


class SamplesOut(Struct, kw_only=True):
    """One page of samples."""

    sample_count: int
    samples: list[SampleOut]


class OutcomeOut(Struct, kw_only=True):
    """What became of one of several."""

    success: bool
    error_code: str | UnsetType = UNSET
    error_msg: str | UnsetType = UNSET


class BatchOut(Struct, kw_only=True):
    """What became of all of them, in order."""

    success: bool
    results: list[OutcomeOut]
