"""What jobs that work on datasets are told: typed parameters, one class a kind."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.datasets.consensus.rules import ConsensusRules
from jobyard.datasets.quality.rules import QualityRules

Name = Annotated[str, Meta(min_length=1, max_length=200)]
"""An id or a name."""
Format = Annotated[str, Meta(min_length=1, max_length=100)]
Sent = Annotated[str, Meta(min_length=1, max_length=200)]
"""A group of files that were sent in, or one file of it: `GROUP` or `GROUP/FILE`."""


class CreateParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dataset gets pictures, and where those are."""

    dataset: Name
    """The dataset, by id or name."""
    upload: Sent
    """What was sent in for it; the options lie there too."""


class ExportParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to export: one of a dataset, a collection, and one assignment of a dataset."""

    dataset: Name | None = None
    """The dataset, by id or name."""
    collection: Name | None = None
    """The collection, by id."""
    assignment: int | None = None
    """The number of an assignment of the dataset."""
    format: Format
    """The format, by the name that people read."""
    pictures: bool = False
    """Put the pictures in, too."""
    file: Annotated[str, Meta(max_length=200)] = ""
    """What the file shall be called; made up where nothing is said."""


class ImportParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to read annotations into; into a collection a whole dataset with its pictures."""

    dataset: Name | None = None
    """The dataset, by id or name."""
    collection: Name | None = None
    """The collection, by id."""
    assignment: int | None = None
    """The number of an assignment of the dataset; all of them where nothing is said."""
    upload: Sent
    """The file that was sent in."""
    format: Format
    """The format, by the name that people read."""
    mode: Literal["replace", "append"] = "replace"
    """What was said before goes, or stays."""
    masks_to_polygons: bool = False
    """Masks become the polygons around them."""


class BackupParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to back up: a dataset or a collection."""

    dataset: Name | None = None
    """The dataset, by id or name."""
    collection: Name | None = None
    """The collection, by id."""
    lightweight: bool = False
    """Say where the pictures are instead of putting them in."""
    file: Annotated[str, Meta(max_length=200)] = ""
    """What the file shall be called; made up where nothing is said."""


class RestoreParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to restore."""

    upload: Sent
    """The file that was sent in."""
    what: Literal["dataset", "collection"] = "dataset"
    """What the backup holds."""
    project: Name | None = None
    """Id or name of a project to share it with."""


class QualityParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to compare with its ground truth, and how."""

    dataset: Name | None = None
    """The dataset, by id or name."""
    collection: Name | None = None
    """The collection, by id."""
    rules: QualityRules | None = None
    """What makes two annotations the same, and what is good enough; as each dataset has it where nothing is said."""


class MergeParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dataset's replicas to merge, and how; one assignment's, or those of all."""

    dataset: Name
    """The dataset, by id or name."""
    assignment: int | None = None
    """The number of an assignment of the dataset; all of them where nothing is said."""
    rules: ConsensusRules | None = None
    """When replicas agree; as the dataset has it where nothing is said."""


class ReportParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose annotating to tell of."""

    dataset: Name | None = None
    """The dataset, by id or name."""
    collection: Name | None = None
    """The collection, by id."""
    assignment: int | None = None
    """The number of an assignment of the dataset; all of them where nothing is said."""
    user: Name | None = None
    """The name of a user; everybody where nothing is said."""
    since: int | None = None
    """Microseconds since 1970."""
    until: int | None = None
    """The same, as the end."""
