"""What people look at, in the native protocol's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from jobyard.datasets.assignment import Assignment, AssignmentKind
from jobyard.datasets.record import Sample, SampleFilter
from jobyard.datasets.work.found import Dissent, Found, Picture, Summed
from jobyard.datasets.work.showing import Looks, Seen
from jobyard.faces.native.wire.assigning import AssignmentOut
from jobyard.faces.native.wire.looking import (
    ConflictOut,
    ConflictThing,
    ConfusionOut,
    ConsensusOut,
    DayOut,
    DissentOut,
    DissentThing,
    LabelAgreement,
    LooksOut,
    MergedAssignment,
    PictureAgreement,
    PictureOut,
    PicturesAsked,
    PictureSizeOut,
    QualityOut,
)
from jobyard.faces.native.words.annotations import annotations_out
from jobyard.faces.native.words.datasets import path_out, sample_out
from jobyard.faces.native.words.times import moment, some_moment
from jobyard.job.record import Job

Paths = Mapping[int, bytes]
"""What the files behind frames are called."""


def pictures_wanted(asked: PicturesAsked) -> SampleFilter:
    """Return which pictures are meant."""
    return SampleFilter(annotated=asked.annotated, label=asked.label, text=asked.text)


def version(sample: Sample) -> str:
    """Return text that is another one whenever a sample's file has changed, and for every other sample."""
    facts = f"{sample.id} {sample.size} {sample.mtime_ns} {sample.changed_at}"
    return blake2b(facts.encode(), digest_size=10).hexdigest()


def picture_out(seen: Seen) -> PictureOut:
    """Return a picture with all that is drawn over it."""
    return PictureOut(
        sample=sample_out(seen.sample),
        frame=seen.frame,
        version=version(seen.sample.sample),
        width=seen.size[0],
        height=seen.size[1],
        annotations=annotations_out(seen.annotations),
        left_out=seen.left_out,
    )


def looks_out(looks: Looks) -> LooksOut:
    """Return how large pictures are, and what people did."""
    return LooksOut(
        sizes=[PictureSizeOut(width=one.width, height=one.height, pictures=one.pictures) for one in looks.sizes],
        unmeasured=looks.unmeasured,
        days=[DayOut(day=moment(one.day), made=one.made, deleted=one.deleted, frames=one.frames) for one in looks.days],
    )


def assignment_out(one: Assignment) -> AssignmentOut:
    """Return a part of a dataset that somebody works on."""
    return AssignmentOut(
        number=one.number,
        kind=one.kind.value,
        parent=one.parent,
        layer=one.layer,
        first=one.first,
        last=one.last,
        frames=len(one.frames) if one.frames is not None else one.last - one.first + 1,
        assignee=one.assignee,
        stage=one.stage.value,
        state=one.state.value,
    )


def truth_of(assignments: Sequence[Assignment]) -> int | None:
    """Return the layer of the ground truth."""
    return next((one.layer for one in assignments if one.kind is AssignmentKind.GROUND_TRUTH), None)


def quality_out(job: Job, found: Summed, truth: int | None) -> QualityOut:
    """Return what a comparison found in a dataset."""
    together, compared = found.comparison_summary, found.comparison_summary.annotations
    matrix = compared.confusion_matrix
    return QualityOut(
        job=job.id,
        finished_at=some_moment(job.finished_at),
        frames=together.frame_count,
        share=together.frame_share,
        given=compared.ds_count,
        true=compared.gt_count,
        valid=compared.valid_count,
        missing=compared.missing_count,
        extra=compared.extra_count,
        accuracy=compared.accuracy,
        precision=compared.precision,
        recall=compared.recall,
        errors=together.error_count,
        warnings=together.warning_count,
        conflicts=together.conflicts_by_type,
        target=found.parameters.target_metric,
        threshold=found.parameters.target_metric_threshold,
        confusion=ConfusionOut(
            labels=list(matrix.labels),
            rows=[list(row) for row in matrix.rows],
            precision=list(matrix.precision),
            recall=list(matrix.recall),
            accuracy=list(matrix.accuracy),
            jaccard=list(matrix.jaccard_index),
        ),
        truth=truth,
    )


def conflict_out(one: Found, truth: int | None, paths: Paths) -> ConflictOut:
    """Return one thing on which annotations and the ground truth do not agree."""
    return ConflictOut(
        frame=one.frame_id,
        path=_called(one.frame_id, paths),
        type=one.type.value,
        severity=one.severity.value,
        things=[
            ConflictThing(
                number=thing.obj_id,
                assignment=thing.job_id,
                truth=thing.job_id == truth,
                kind=None if thing.shape_type is None else thing.shape_type.value,
            )
            for thing in one.annotation_ids
        ],
    )


def consensus_out(job: Job, pictures: Sequence[Picture], paths: Paths) -> ConsensusOut:
    """Return what a merge found; `pictures` are those of which its replicas are least sure."""
    result: dict[str, Any] = job.result if isinstance(job.result, dict) else {}
    return ConsensusOut(
        job=job.id,
        finished_at=some_moment(job.finished_at),
        frames=int(result.get("frames", 0)),
        annotations=int(result.get("annotations", 0)),
        doubts=dict(result.get("dissents", {})),
        assignments=msgspec.convert(result.get("assignments", []), list[MergedAssignment]),
        labels=msgspec.convert(result.get("labels", []), list[LabelAgreement]),
        pictures=[
            PictureAgreement(
                frame=one.frame, path=_called(one.frame, paths), things=one.things, agreement=one.agreement
            )
            for one in pictures
        ],
    )


def dissent_out(one: Dissent, paths: Paths) -> DissentOut:
    """Return something on which replicas do not agree."""
    return DissentOut(
        frame=one.frame,
        path=_called(one.frame, paths),
        type=one.type.value,
        things=[DissentThing(assignment=thing.assignment, number=thing.number) for thing in one.annotations],
    )


def _called(frame: int, paths: Paths) -> str | None:
    path = paths.get(frame)
    return None if path is None else path_out(path)
