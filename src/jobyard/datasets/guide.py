"""What a guide is: frozen records. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from msgspec import Struct


class Guide(Struct, frozen=True, kw_only=True):
    """How a dataset, or all of a collection, is to be annotated."""

    number: int = 0
    """Counts the guides of this house; 0 before it is kept."""
    home: str
    """The id of the dataset or the collection; each has at most one."""
    body: str
    """Markdown."""
    created_at: int = 0
    updated_at: int = 0


class Asset(Struct, frozen=True, kw_only=True):
    """A picture or a document that a guide shows."""

    id: str
    guide: int
    name: str
    """As the file was called."""
    media_type: str
    owner: str
    """The name of the user who brought it."""
    created_at: int = 0
