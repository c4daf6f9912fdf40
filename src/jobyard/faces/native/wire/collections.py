"""Shapes of collections: datasets that share their labels."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.native.wire.jobs import ProjectRef
from jobyard.faces.native.wire.labels import LabelSpec
from jobyard.faces.native.wire.words import Name, Time

_CollectionName = Annotated[str, Meta(min_length=1, max_length=100)]
_Description = Annotated[str, Meta(max_length=1000)]


class CollectionIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new collection with its first labels."""

    name: _CollectionName
    project: Name | None = None
    """Id or name of a project to share it with."""
    description: _Description = ""
    labels: Annotated[list[LabelSpec], Meta(max_length=10_000)] = []


class CollectionChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a collection."""

    name: _CollectionName | UnsetType = UNSET
    description: _Description | UnsetType = UNSET


class CollectionOut(Struct, kw_only=True):
    """Datasets with the same labels."""

    id: str
    number: int
    name: str
    owner: str
    project: ProjectRef | None
    description: str
    created_at: Time
    updated_at: Time


class CollectionPage(Struct, kw_only=True):
    """Collections, newest first."""

    collections: list[CollectionOut]
    next: str | None
    total: int
