"""What the client asks of datasets, as it travels. Fields left at their defaults are not sent."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from jobyard.client.shapes import Annotations, Label

Purpose = Literal[
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
Policy = Literal["keep", "forget", "delete_source"]
UploadPurpose = Literal["annotations", "archive", "pictures", "backup"]


class NewDataset(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new dataset over an allowed folder or bucket."""

    name: str
    source: str = ""
    """Empty where the pictures will be sent in."""
    collection: str | None = None
    project: str | None = None
    purpose: Purpose = "free"
    """What it is made for: it says which files are samples and which labels are read along."""
    description: str = ""
    work_path: str = ""
    read_labels: bool = True
    labels: list[Label] = []


class DatasetEdit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about a dataset."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    read_labels: bool | UnsetType = UNSET


class NewCollection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new collection."""

    name: str
    project: str | None = None
    description: str = ""
    labels: list[Label] = []


class CollectionEdit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about a collection."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET


class NewUpload(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that will come."""

    purpose: UploadPurpose
    name: str
    length: int
    dataset: str | None = None
    collection: str | None = None
    assignment: int | None = None


class LabelEdits(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about the labels of a dataset."""

    add: list[Label] = []
    update: list[Label] = []
    """Found by their numbers."""
    delete: list[int] = []
    policy: Policy = "keep"


class TagWish(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A label that a sample shall carry: as a whole, or with a kind on a part of it."""

    name: str
    score: float = 1.0
    kind: str | None = None
    points: list[float] = []


class SampleTagging(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which labels one sample shall carry."""

    sample: str
    labels: list[TagWish] = []


class Tagging(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which labels samples shall carry, and no others."""

    samples: list[SampleTagging]
    make_labels: bool = False


class Deletion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Samples that shall be deleted."""

    samples: list[str]
    delete_source: bool = False


class FrameRange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Frames that follow each other."""

    first: int
    last: int


class Revision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall change about annotations, all of it or nothing."""

    layer: int = 0
    replace: FrameRange | None = None
    """Whatever begins in these frames goes first, and what comes must lie in them."""
    add: Annotations | None = None
    update: Annotations | None = None
    """What is there, by number, and shall be so from now on."""
    delete: list[int] = []
