"""What datasets are gathered in when they share their labels: frozen records. Times are microseconds, UTC."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from jobyard.datasets.labels import Label


class Collection(Struct, frozen=True, kw_only=True):
    """Datasets with the same labels."""

    id: str
    number: int
    """Counts the collections of this house."""
    name: str
    """1 to 100 printable characters; unique among the collections of one owner."""
    owner: str
    project: str | None
    """The id of the project that shares it; None for a private one. Its datasets are shared by themselves."""
    description: str = ""
    settings: dict[str, Any] = {}
    """What a face keeps beside; JSON."""
    created_at: int
    updated_at: int


class CollectionDraft(Struct, frozen=True, kw_only=True):
    """A collection that somebody wants."""

    name: str
    project: str | None = None
    """Id or name of a project to share it with."""
    description: str = ""
    settings: dict[str, Any] = {}
    labels: tuple[Label, ...] = ()
    assignee: str | None = None
    """The name of the user who sees to it and to its datasets."""


class CollectionChanges(Struct, frozen=True, kw_only=True):
    """What shall be different about a collection."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    """Replaces them all."""
    assignee: str | UnsetType | None = UNSET
    """The name of the user who sees to it and to its datasets; None for nobody."""
