"""Shapes of datasets, their samples and their synchronizations."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from jobyard.client.shapes.annotations import Annotations
from jobyard.client.shapes.jobs import ProjectRef


class Dataset(Struct, frozen=True, kw_only=True):
    """A dataset and what its last synchronization found."""

    id: str
    number: int
    name: str
    source: str
    owner: str
    project: ProjectRef | None
    purpose: str
    """What it is made for, such as `image_classification`."""
    description: str
    work_path: str
    read_labels: bool
    """Labels that lie in the source are read along."""
    collection: str | None
    """The id of the collection whose labels it shares."""
    samples: int
    annotated: int
    """Samples that carry a label."""
    size: int
    created_at: datetime
    updated_at: datetime
    synced_at: datetime | None
    last_job: str | None
    whole: bool
    """Whether you see all of it, and not only what is assigned to you."""


class DatasetPage(Struct, frozen=True, kw_only=True):
    """Datasets, newest first."""

    datasets: list[Dataset]
    next: str | None
    total: int


class Sample(Struct, frozen=True, kw_only=True):
    """One file of a dataset."""

    id: str
    number: int
    """Its number within the dataset, from 1; its frame is one less."""
    path: str
    """Relative to the dataset's source."""
    size: int
    modified_at: datetime
    added_at: datetime
    by_hand: bool
    """A person has labelled it; labels in the source no longer count."""
    labels: list[str]
    """The names of the labels it carries."""


class SamplePage(Struct, frozen=True, kw_only=True):
    """One page of samples."""

    samples: list[Sample]
    next: str | None
    total: int


class SampleWhole(Sample, frozen=True, kw_only=True):
    """One file of a dataset with its tags and shapes."""

    annotations: Annotations


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one sample of several."""

    sample: str
    code: str
    """Empty where it was done; else the name of the error."""
    reason: str


class Outcomes(Struct, frozen=True, kw_only=True):
    """What became of each sample, in order."""

    outcomes: list[Outcome]


class SyncPoint(Struct, frozen=True, kw_only=True):
    """How far a synchronization was at a moment."""

    at: datetime
    listed: int
    added: int
    changed: int
    deleted: int


class Sync(Struct, frozen=True, kw_only=True):
    """One synchronization of a dataset."""

    job: str
    started_at: datetime
    finished_at: datetime | None
    """When it went through to the end."""
    listed: int
    added: int
    changed: int
    deleted: int
    unchanged: int
    skipped: int
    labels_read: int
    labels_refused: int
    expected: int
    """Samples the dataset held when it began."""
    path: str
    """The path up to which everything was compared."""
    rate: float
    """Files listed in a second, lately."""
    left: float | None
    """Seconds it will probably take still."""
    series: list[SyncPoint]
