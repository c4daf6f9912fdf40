"""What finished comparisons and merges found, read back from the files they left."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from jobyard.datasets.annotations import ShapeKind
from jobyard.datasets.consensus.dissents import DissentType
from jobyard.datasets.quality.conflicts import ConflictType, Severity
from jobyard.job.errors import NotFound

T = TypeVar("T")


class Thing(Struct, frozen=True):
    """One of the annotations that a conflict is about."""

    obj_id: int
    job_id: int
    """The assignment in which it was said; 0 for none."""
    type: str
    shape_type: ShapeKind | None = None


class Found(Struct, frozen=True):
    """One thing on which annotations and the ground truth do not agree."""

    frame_id: int
    type: ConflictType
    annotation_ids: tuple[Thing, ...]
    severity: Severity


class Confusion(Struct, frozen=True):
    """What was called what: a row for each label that was given, a column for each true one."""

    labels: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    accuracy: tuple[float, ...]
    jaccard_index: tuple[float, ...]


class Compared(Struct, frozen=True):
    """How many annotations were compared."""

    valid_count: int
    missing_count: int
    extra_count: int
    total_count: int
    ds_count: int
    gt_count: int
    accuracy: float
    precision: float
    recall: float
    confusion_matrix: Confusion


class Together(Struct, frozen=True):
    """What was found in all frames together."""

    frame_share: float
    frame_count: int
    mean_conflict_count: float
    conflict_count: int
    warning_count: int
    error_count: int
    conflicts_by_type: dict[str, int]
    annotations: Compared


class Threshold(Struct, frozen=True):
    """What is good enough."""

    target_metric: str
    target_metric_threshold: float


class Summed(Struct, frozen=True):
    """As much of a report as people look at first."""

    comparison_summary: Together
    parameters: Threshold


class _Frame(Struct, frozen=True):
    conflicts: tuple[Found, ...]


class _Frames(Struct, frozen=True):
    frame_results: dict[str, _Frame]


class Picture(Struct, frozen=True):
    """How sure the replicas are of a picture."""

    frame: int
    things: int
    agreement: float


class Dissenter(Struct, frozen=True):
    """An annotation, and in which assignment it stands."""

    assignment: int
    number: int


class Dissent(Struct, frozen=True):
    """Something on which replicas do not agree."""

    frame: int
    type: DissentType
    annotations: tuple[Dissenter, ...]


def summary(report: Path) -> Summed:
    """Return what a quality report says of all frames together."""
    return _decoded(report, Summed)


def conflicts(
    report: Path, type_: str | None, severity: str | None, behind: int, limit: int
) -> tuple[list[Found], int]:
    """Return the conflicts of a quality report that are meant, from a place on, and how many are meant in all."""
    frames = _decoded(report, _Frames).frame_results.values()
    meant = [
        one
        for frame in frames
        for one in frame.conflicts
        if type_ in {None, one.type.value} and severity in {None, one.severity.value}
    ]
    return meant[behind : behind + limit], len(meant)


def least_sure(pictures: Path, most: int) -> list[Picture]:
    """Return the pictures of a merge of which its replicas are least sure; of those with nothing in them none."""
    told = (msgspec.json.decode(line, type=Picture) for line in _lines(pictures))
    return heapq.nsmallest(most, (one for one in told if one.things), key=lambda one: (one.agreement, one.frame))


def dissents(file: Path, behind: int, limit: int) -> tuple[list[Dissent], bool]:
    """Return what a merge left out or doubted, from a place on, and whether there is more."""
    lines = list(islice(_lines(file), behind, behind + limit + 1))
    return [msgspec.json.decode(line, type=Dissent) for line in lines[:limit]], len(lines) > limit


def _decoded(report: Path, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(report.read_bytes(), type=shape)
    except FileNotFoundError:
        raise NotFound(what="report", name="of this job") from None


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        yield from (line for line in stream if line.strip())
