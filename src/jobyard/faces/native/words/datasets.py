"""Datasets, samples and synchronizations in the native protocol's words, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobyard.datasets.annotations import Annotations
from jobyard.datasets.paths import shown
from jobyard.datasets.record import (
    Dataset,
    DatasetChanges,
    Draft,
    LabelledSample,
    Outcome,
    Purpose,
    SampleFilter,
    Sync,
)
from jobyard.faces.native.wire import (
    DatasetChange,
    DatasetIn,
    DatasetOut,
    OutcomeOut,
    OutcomesOut,
    SampleOut,
    SamplesAsked,
    SampleWhole,
    SyncOut,
    SyncPointOut,
)
from jobyard.faces.native.words.annotations import annotations_out
from jobyard.faces.native.words.asking import project_ref
from jobyard.faces.native.words.labels import label_in
from jobyard.faces.native.words.times import moment, some_moment


def dataset_draft(wanted: DatasetIn) -> Draft:
    """Return the dataset that is wanted."""
    return Draft(
        name=wanted.name,
        source=wanted.source,
        collection=wanted.collection,
        project=wanted.project,
        purpose=Purpose(wanted.purpose),
        description=wanted.description,
        work_path=wanted.work_path,
        read_labels=wanted.read_labels,
        labels=tuple(map(label_in, wanted.labels)),
    )


def dataset_changes(wanted: DatasetChange) -> DatasetChanges:
    """Return what shall be different about a dataset."""
    return DatasetChanges(name=wanted.name, description=wanted.description, read_labels=wanted.read_labels)


def dataset_out(dataset: Dataset, names: Mapping[str, str], *, whole: bool = True) -> DatasetOut:
    """Return a dataset; `names` are the names of projects by id, and `whole` tells whether all of it is seen."""
    return DatasetOut(
        id=dataset.id,
        number=dataset.number,
        name=dataset.name,
        source=dataset.source,
        owner=dataset.owner,
        project=project_ref(dataset.project, names),
        purpose=dataset.purpose.value,
        description=dataset.description,
        work_path=dataset.work_path,
        read_labels=dataset.read_labels,
        collection=dataset.collection,
        samples=dataset.samples,
        annotated=dataset.annotated,
        size=dataset.size,
        created_at=moment(dataset.created_at),
        updated_at=moment(dataset.updated_at),
        synced_at=some_moment(dataset.synced_at),
        last_job=dataset.last_job,
        whole=whole,
    )


def sample_filter(asked: SamplesAsked) -> SampleFilter:
    """Return which samples are meant."""
    return SampleFilter(annotated=asked.annotated, label=asked.label, text=asked.text)


def path_out(path: bytes) -> str:
    """Return a path as text. A byte of it that is no UTF-8 shows as an escaped surrogate, U+DC80 and up."""
    return path.decode("utf-8", "surrogateescape").encode("utf-8", "backslashreplace").decode()


def sample_out(one: LabelledSample) -> SampleOut:
    """Return a file of a dataset."""
    sample = one.sample
    return SampleOut(
        id=sample.id,
        number=one.number,
        path=path_out(sample.path),
        size=sample.size,
        modified_at=moment(max(0, sample.mtime_ns // 1000)),
        added_at=moment(sample.added_at),
        by_hand=one.by_hand,
        labels=list(one.labels),
    )


def sample_whole(one: LabelledSample) -> SampleWhole:
    """Return a file of a dataset with its tags and shapes."""
    out = sample_out(one)
    return SampleWhole(
        **{name: getattr(out, name) for name in out.__struct_fields__},
        annotations=annotations_out(one.annotations or Annotations()),
    )


def outcomes_out(outcomes: Sequence[Outcome]) -> OutcomesOut:
    """Return what became of each sample."""
    return OutcomesOut(outcomes=[OutcomeOut(sample=one.sample, code=one.code, reason=one.reason) for one in outcomes])


def sync_out(sync: Sync) -> SyncOut:
    """Return a synchronization with how its counts grew."""
    counts = sync.counts
    return SyncOut(
        job=sync.job,
        started_at=moment(sync.started_at),
        finished_at=some_moment(sync.finished_at),
        listed=counts.listed,
        added=counts.added,
        changed=counts.changed,
        deleted=counts.deleted,
        unchanged=counts.unchanged,
        skipped=counts.skipped,
        labels_read=counts.labels_read,
        labels_refused=counts.labels_refused,
        expected=sync.expected,
        path=shown(sync.cursor),
        rate=sync.rate,
        left=sync.left,
        series=[
            SyncPointOut(
                at=moment(sync.started_at + point.at),
                listed=point.listed,
                added=point.added,
                changed=point.changed,
                deleted=point.deleted,
            )
            for point in sync.series
        ],
    )
