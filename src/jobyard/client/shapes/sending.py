"""Collections, formats, and how far a file is that is sent in."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from jobyard.client.shapes.jobs import ProjectRef


class Upload(Struct, frozen=True, kw_only=True):
    """How far a file is."""

    upload: str
    """What jobs call it."""
    name: str
    length: int | None
    offset: int
    """Bytes that are safe."""


class Format(Struct, frozen=True, kw_only=True):
    """A format of annotations."""

    name: str
    version: str
    ending: str
    """The endings of its files, for people."""


class Formats(Struct, frozen=True, kw_only=True):
    """What can be written and what can be read."""

    exports: list[Format]
    imports: list[Format]


class Collection(Struct, frozen=True, kw_only=True):
    """Datasets with the same labels."""

    id: str
    number: int
    name: str
    owner: str
    project: ProjectRef | None
    description: str
    created_at: datetime
    updated_at: datetime


class CollectionPage(Struct, frozen=True, kw_only=True):
    """Collections, newest first."""

    collections: list[Collection]
    next: str | None
    total: int
