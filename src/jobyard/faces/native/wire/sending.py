"""Shapes of files that are sent in piece by piece, and of formats."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.words import Id, Name, Whole


class UploadIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A file that will come."""

    purpose: Literal["annotations", "archive", "pictures", "backup"]
    """Annotations and pictures are for a dataset, an archive for a collection, a backup for nothing that is there."""
    name: Annotated[str, Meta(min_length=1, max_length=1024)]
    """What people call it; of pictures it becomes the sample's path."""
    length: Whole
    """Bytes."""
    dataset: Name | None = None
    """Id or name of a dataset."""
    collection: Id | None = None
    assignment: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None
    """The number of an assignment of the dataset."""


class UploadOut(Struct, kw_only=True):
    """How far a file is."""

    upload: str
    """What jobs call it; its address is this behind `/v1/uploads/`."""
    name: str
    length: int | None
    offset: int
    """Bytes that are safe; the next piece begins here."""


class PieceAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a piece of a file begins."""

    offset: Whole = 0


class FormatOut(Struct, kw_only=True):
    """A format of annotations."""

    name: str
    version: str
    ending: str
    """The endings of its files, for people."""


class FormatsOut(Struct, kw_only=True):
    """What can be written and what can be read."""

    exports: list[FormatOut]
    imports: list[FormatOut]
