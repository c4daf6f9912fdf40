"""What a dataset is: frozen records, each field with a sentence. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from jobyard.datasets.annotations import Annotations, ShapeKind
from jobyard.datasets.labels import Label


class Purpose(StrEnum):
    """What a dataset is made for. It says which files are samples and which labels are read along with them."""

    IMAGE_CLASSIFICATION = "image_classification"
    OBJECT_DETECTION = "object_detection"
    IMAGE_SEGMENTATION = "image_segmentation"
    TEXT_CLASSIFICATION = "text_classification"
    NAMED_ENTITIES = "named_entities"
    TEXT_TRIPLETS = "text_triplets"
    SOUND_CLASSIFICATION = "sound_classification"
    SPEECH = "speech"
    SPEECH_PARAGRAPHS = "speech_paragraphs"
    TABLE = "table"
    VIDEO = "video"
    FREE = "free"
    """Every file is a sample."""


class Dataset(Struct, frozen=True, kw_only=True):
    """A folder or a part of a bucket whose files are known by name, and what was said of them."""

    id: str
    number: int
    """Counts the datasets of this house."""
    name: str
    """1 to 100 printable characters; unique among the datasets of one owner."""
    source: str
    """The folder, as its owner named it: absolute and inside an allowed root."""
    owner: str
    project: str | None
    """The id of the project that shares it; None for a private one."""
    created_at: int
    samples: int = 0
    """How many files it holds."""
    size: int = 0
    """How large they are together."""
    synced_at: int | None = None
    """When a synchronization last went through to the end."""
    last_job: str | None = None
    """The job that did it."""
    purpose: Purpose = Purpose.FREE
    description: str = ""
    work_path: str = ""
    """Where its owner wants results of work on it, as they wrote it; nothing is read or written there by itself."""
    read_labels: bool = True
    """Labels that lie in the source are read along, where its purpose knows some."""
    settings: dict[str, Any] = {}
    """What a face keeps beside; JSON."""
    annotated: int = 0
    """How many samples carry a label; a kept counter."""
    updated_at: int = 0
    """When it, its labels or its annotations were last changed."""
    collection: str | None = None
    """The id of the collection whose labels it shares."""


class Draft(Struct, frozen=True, kw_only=True):
    """A dataset that somebody wants."""

    name: str
    source: str
    project: str | None = None
    """Id or name of a project to share it with."""
    purpose: Purpose = Purpose.FREE
    description: str = ""
    """Up to 1,000 characters."""
    work_path: str = ""
    """Up to 700 characters."""
    read_labels: bool = True
    settings: dict[str, Any] = {}
    """Up to 16 KiB of JSON."""
    labels: tuple[Label, ...] = ()
    collection: str | None = None
    """The id of a collection; then the labels are the collection's, and `labels` must be empty."""
    assignee: str | None = None
    """The name of the user who sees to all of it."""


class DatasetChanges(Struct, frozen=True, kw_only=True):
    """What shall be different about a dataset."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    read_labels: bool | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    """Replaces them all."""
    assignee: str | UnsetType | None = UNSET
    """The name of the user who sees to all of it; None for nobody."""


class DatasetOrder(StrEnum):
    """How a list of datasets is sorted."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    NAME = "name"
    NAME_BACKWARD = "-name"


class DatasetFilter(Struct, frozen=True, kw_only=True):
    """Which datasets are meant. Every field narrows; an empty one does not."""

    text: str = ""
    """Their name contains it, whatever the case."""
    purposes: frozenset[Purpose] = frozenset()
    owner: str | None = None
    project: str | None = None
    """The id of the project that shares them; together with `owner`, both must fit."""
    collection: str | None = None
    order: DatasetOrder = DatasetOrder.NEWEST


class Sample(Struct, frozen=True, kw_only=True):
    """One file of a dataset."""

    id: str
    """32 hexadecimal characters: the dataset's number, then the sample's within it. Kept while the file stays."""
    path: bytes
    """Relative to the dataset's source; any bytes but NUL."""
    size: int
    mtime_ns: int
    """When the file was last changed, by its file system, in nanoseconds since 1970."""
    added_at: int
    changed_at: int
    """When a synchronization last found it changed; the time it was added if never."""


class SampleFilter(Struct, frozen=True, kw_only=True):
    """Which samples are meant. Every field narrows; an empty one does not."""

    annotated: bool | None = None
    """Whether they carry a label."""
    label: str | None = None
    """The name of a label that they carry."""
    text: str = ""
    """Their path contains it, byte by byte."""


class LabelledSample(Struct, frozen=True, kw_only=True):
    """A sample and what was said of it."""

    sample: Sample
    number: int
    """Its number within the dataset, from 1; its frame is one less."""
    annotated: bool
    by_hand: bool
    """A person has labelled it or has said that it has no label; labels in the source no longer count."""
    labels: tuple[str, ...]
    """The names of the labels it carries, each once, sorted."""
    annotations: Annotations | None = None
    """Its tags and shapes where they were asked for; tracks are left out."""


class TagWanted(Struct, frozen=True, kw_only=True):
    """A label that a sample shall carry: as a whole, or with a kind on a part of it."""

    name: str
    """The label's name."""
    score: float = 1.0
    kind: ShapeKind | None = None
    """None for the whole sample."""
    points: tuple[float, ...] = ()
    """As the kind says."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one sample of several."""

    sample: str
    """Its id as it was given."""
    code: str = ""
    """Empty where it was done; else the name of the error."""
    reason: str = ""
    """Why it was not done, in one sentence."""


class Revision(Struct, frozen=True, kw_only=True):
    """What shall change about the annotations of a dataset, all of it or nothing."""

    layer: int = 0
    """0 for the dataset's own; else the number of an assignment whose annotations are kept apart."""
    replace: tuple[int, int] | None = None
    """First and last frame: whatever begins in one of them goes first, and what comes must lie in them."""
    add: Annotations = Annotations()
    """What is new; numbers in it do not count."""
    update: Annotations = Annotations()
    """What is there and shall be so from now on, by number."""
    delete: tuple[int, ...] = ()
    """Numbers of tags, shapes and tracks."""


class LabelPolicy(StrEnum):
    """What becomes of the samples that carried a deleted label."""

    KEEP = "keep"
    """They only lose the label."""
    FORGET = "forget"
    """Those that carried no other one are deleted from the dataset; their files stay."""
    DELETE_SOURCE = "delete_source"
    """So are they, and their files are deleted too."""


class LabelUse(Struct, frozen=True, kw_only=True):
    """How often a label is carried; kept counters."""

    label: Label
    samples: int
    """Samples that carry it."""
    uses: int
    """Tags, shapes and tracks of it."""


class Statistics(Struct, frozen=True, kw_only=True):
    """What a dataset holds, without counting anything."""

    samples: int
    size: int
    annotated: int
    labels: tuple[LabelUse, ...]


class Counts(Struct, frozen=True, kw_only=True):
    """What a synchronization has found so far."""

    listed: int = 0
    """Files in the folder."""
    added: int = 0
    changed: int = 0
    """Files of another size or time of change than before."""
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Files of other kinds, links, devices, and paths that are too long: seen, and not taken in."""
    labels_read: int = 0
    """Label files that were read along."""
    labels_refused: int = 0
    """Label files of which nothing could be read."""


class Point(Struct, frozen=True, array_like=True):
    """How far a synchronization was at a moment."""

    at: int
    """Microseconds since it began."""
    listed: int
    added: int
    changed: int
    deleted: int


class Sync(Struct, frozen=True, kw_only=True):
    """How far one synchronization is."""

    job: str
    counts: Counts
    started_at: int
    finished_at: int | None
    """When it went through to the end; None before."""
    cursor: bytes = b""
    """The path up to which everything was compared; empty before the first."""
    expected: int = 0
    """Samples the dataset held when it began."""
    series: tuple[Point, ...] = ()
    """How the counts grew: at most 200 points, the oldest first."""

    @property
    def rate(self) -> float:
        """Files listed in a second, lately; 0.0 while unknown."""
        if len(self.series) < 2:
            return 0.0
        first, last = self.series[-min(len(self.series), _LATELY)], self.series[-1]
        return (last.listed - first.listed) * 1e6 / max(1, last.at - first.at)

    @property
    def left(self) -> float | None:
        """Seconds it will probably take still, where the source holds as much as before; None while unknown."""
        ahead = self.expected - self.counts.listed
        return ahead / self.rate if ahead > 0 and self.rate > 0 and self.finished_at is None else None


_LATELY = 20
"""Points of the series from which the present rate is told."""


class DatasetPage(Struct, frozen=True, kw_only=True):
    """Datasets, newest first."""

    datasets: list[Dataset]
    next: int | None
    """Hand it in as `before` for the next page; None on the last one."""
    total: int
    """How many the reader may see."""
    partly: frozenset[str] = frozenset()
    """The ids of those of which the reader sees no more than is assigned to them."""


class SamplePage(Struct, frozen=True, kw_only=True):
    """Samples in the order of their paths' bytes."""

    samples: list[Sample]
    next: bytes | None
    """Hand it in as `after` for the next page; None on the last one."""
    total: int
    """How many the dataset holds; a kept counter."""
