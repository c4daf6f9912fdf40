"""What people find wrong in a frame and say to each other about it: frozen records. Times are microseconds, UTC."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class Issue(Struct, frozen=True, kw_only=True):
    """Something wrong at a place of a frame, until it is resolved."""

    number: int = 0
    """Counts the issues of this house; 0 before it is kept."""
    dataset: int
    """The dataset's number."""
    assignment: int
    """The number of the assignment it was found in."""
    frame: int
    position: tuple[float, ...]
    """x and y of one point of the picture after the other."""
    owner: str
    """The name of the user who found it."""
    assignee: str | None = None
    """The name of the user who shall see to it."""
    resolved: bool = False
    created_at: int = 0
    updated_at: int | None = None
    comments: int = 0
    """How many there are; counted as it is read."""


class IssueDraft(Struct, frozen=True, kw_only=True):
    """An issue that somebody raises."""

    assignment: int
    frame: int
    position: tuple[float, ...]
    message: str
    """Becomes the first comment."""
    assignee: str | None = None
    resolved: bool = False


class IssueChanges(Struct, frozen=True, kw_only=True):
    """What shall be different about an issue."""

    position: tuple[float, ...] | UnsetType = UNSET
    assignee: str | UnsetType | None = UNSET
    resolved: bool | UnsetType = UNSET


class Comment(Struct, frozen=True, kw_only=True):
    """What somebody said about an issue."""

    number: int = 0
    """Counts the comments of this house; 0 before it is kept."""
    issue: int
    owner: str
    message: str
    created_at: int = 0
    updated_at: int | None = None
