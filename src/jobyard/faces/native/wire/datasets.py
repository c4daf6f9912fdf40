"""Shapes of datasets, their samples and their synchronizations."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.native.wire.annotations import AnnotationSet
from jobyard.faces.native.wire.jobs import ProjectRef
from jobyard.faces.native.wire.labels import LabelSpec
from jobyard.faces.native.wire.words import Id, Name, Time

_DatasetName = Annotated[str, Meta(min_length=1, max_length=100)]
_Description = Annotated[str, Meta(max_length=1000)]
PurposeName = Literal[
    "image_classification",
    "object_detection",
    "image_segmentation",
    "text_classification",
    "named_entities",
    "text_triplets",
    "sound_classification",
    "speech",
    "speech_paragraphs",
    "table",
    "video",
    "free",
]


class DatasetIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new dataset over an allowed folder or bucket."""

    name: _DatasetName
    source: Annotated[str, Meta(max_length=4096)] = ""
    """A folder inside one of the allowed source roots, or an allowed stretch of a bucket as `s3://bucket/folder/`.

    Without one its pictures will be sent in, and the house keeps them.
    """
    collection: Id | None = None
    """The id of a collection whose labels it shares."""
    project: Name | None = None
    purpose: PurposeName = "free"
    """What it is made for: it says which files are samples and which labels are read along."""
    description: _Description = ""
    work_path: Annotated[str, Meta(max_length=700)] = ""
    """Where results of work on it are wanted."""
    read_labels: bool = True
    """Labels that lie in the source are read along, where its purpose knows some."""
    labels: Annotated[list[LabelSpec], Meta(max_length=10_000)] = []


class DatasetChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a dataset."""

    name: _DatasetName | UnsetType = UNSET
    description: _Description | UnsetType = UNSET
    read_labels: bool | UnsetType = UNSET


class DatasetOut(Struct, kw_only=True):
    """A dataset and what its last synchronization found."""

    id: str
    number: int
    name: str
    source: str
    owner: str
    project: ProjectRef | None
    purpose: PurposeName
    description: str
    work_path: str
    read_labels: bool
    collection: str | None
    """The id of the collection whose labels it shares."""
    samples: int
    annotated: int
    """Samples that carry a label."""
    size: int
    created_at: Time
    updated_at: Time
    synced_at: Time | None
    last_job: str | None
    whole: bool
    """Whether you see all of it, and not only what is assigned to you."""


class DatasetPage(Struct, kw_only=True):
    """Datasets, newest first."""

    datasets: list[DatasetOut]
    next: str | None
    total: int


class SampleOut(Struct, kw_only=True):
    """One file of a dataset."""

    id: str
    number: int
    """Its number within the dataset, from 1; its frame is one less."""
    path: str
    """Relative to the dataset's source; a byte that is no UTF-8 appears as `\\udcXX`, its value in XX."""
    size: int
    modified_at: Time
    added_at: Time
    by_hand: bool
    """A person has labelled it; labels in the source no longer count."""
    labels: list[str]
    """The names of the labels it carries."""


class SamplePage(Struct, kw_only=True):
    """Samples; with a text in the filter they are counted up to 10,000."""

    samples: list[SampleOut]
    next: str | None
    total: int


class SampleWhole(SampleOut, kw_only=True):
    """One file of a dataset with its tags and shapes."""

    annotations: AnnotationSet


class SamplesDelete(Struct, kw_only=True, forbid_unknown_fields=True):
    """Samples that shall be deleted."""

    samples: Annotated[list[Id], Meta(max_length=1000)]
    delete_source: bool = False
    """Delete their files too; else those come back with the next synchronization."""


class OutcomeOut(Struct, kw_only=True):
    """What became of one sample of several."""

    sample: str
    code: str
    """Empty where it was done; else the name of the error."""
    reason: str


class OutcomesOut(Struct, kw_only=True):
    """What became of each sample, in order."""

    outcomes: list[OutcomeOut]


class SyncPointOut(Struct, kw_only=True):
    """How far a synchronization was at a moment."""

    at: Time
    listed: int
    added: int
    changed: int
    deleted: int


class SyncOut(Struct, kw_only=True):
    """One synchronization of a dataset."""

    job: str
    """The id of its job."""
    started_at: Time
    finished_at: Time | None
    """When it went through to the end."""
    listed: int
    added: int
    changed: int
    deleted: int
    unchanged: int
    skipped: int
    labels_read: int
    """Label files that were read along."""
    labels_refused: int
    expected: int
    """Samples the dataset held when it began."""
    path: str
    """The path up to which everything was compared."""
    rate: float
    """Files listed in a second, lately; 0 while unknown."""
    left: float | None
    """Seconds it will probably take still; null while unknown."""
    series: list[SyncPointOut]
    """How the counts grew, the oldest first."""
