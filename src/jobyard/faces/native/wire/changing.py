"""Shapes of changing jobs: an edit, running one again, and one verb for many."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from jobyard.faces.native.wire.asked import CursorText, JobsMeant
from jobyard.faces.native.wire.jobs import Labels, Priority
from jobyard.faces.native.wire.words import Id, Slug, Time

NewName = Annotated[str, Meta(min_length=1, max_length=300)]


class EditIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a waiting job; what is left out stays as it is."""

    name: NewName | UnsetType = UNSET
    queue: Slug | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    labels: Labels | UnsetType = UNSET
    """All of them; the old ones go."""
    due_at: Time | UnsetType | None = UNSET
    """Not before this; null for at once."""


class AgainIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a job that is run again; what is left out is as it was."""

    parameters: dict[str, Any] | UnsetType = UNSET
    """All of them; the old ones go."""
    name: NewName | UnsetType = UNSET
    queue: Slug | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    labels: Labels | UnsetType = UNSET
    due_at: Time | UnsetType | None = UNSET
    """Not before this; the old job's time is not taken over."""


class BulkFilter(JobsMeant, kw_only=True, forbid_unknown_fields=True):
    """Which jobs are meant. Each field narrows; several values mean any of them."""

    ids: Annotated[list[Id], Meta(max_length=1000)] = field(default_factory=list)


class BulkIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """One verb for many jobs. Those in a state in which it cannot be asked are not meant."""

    verb: Literal["cancel", "retry", "delete", "edit"]
    filter: BulkFilter
    """An empty one means every job you may see."""
    edits: EditIn | None = None
    """What shall be different; only for the verb `edit`."""
    dry_run: bool = False
    """Only count."""
    cursor: CursorText | None = None
    """What the call before gave as `next`."""
    limit: Annotated[int, Meta(ge=1, le=2000)] = 1000
    """The most jobs this call looks at."""


class BulkRefusal(Struct, kw_only=True):
    """Why some of the jobs stayed as they were."""

    reason: str
    count: int


class BulkOut(Struct, kw_only=True):
    """What one call did. Call again with `next` until it is null."""

    matched: int | None
    """Jobs that were meant before anything was done; null in a call that went on behind a cursor."""
    matched_exact: bool
    """False where there are more than were counted, or where nothing was counted."""
    looked_at: int
    done: int
    refused: list[BulkRefusal]
    """How many stayed as they are, by the sentence that says why, the most frequent first."""
    next: str | None
    """Pass as `cursor`; null when all were looked at."""
