"""Shapes of issues and comments."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from jobyard.faces.cvat.wire.shapes import ListRef, UserRef


class IssueOut(Struct, kw_only=True):
    """An issue."""

    id: int
    frame: int
    position: list[float]
    job: int
    owner: UserRef | None
    assignee: UserRef | None
    created_date: str
    updated_date: str | None
    resolved: bool
    comments: ListRef


class IssueIn(Struct, kw_only=True):
    """An issue that somebody raises; the message becomes its first comment."""

    frame: int
    position: list[float]
    job: int
    message: str
    assignee: int | None = None
    resolved: bool = False


class IssueChanges(Struct, kw_only=True):
    """What shall be different about an issue."""

    position: list[float] | UnsetType = UNSET
    assignee: int | UnsetType | None = UNSET
    resolved: bool | UnsetType = UNSET


class CommentOut(Struct, kw_only=True):
    """What somebody said about an issue."""

    id: int
    issue: int
    owner: UserRef | None
    message: str
    created_date: str
    updated_date: str


class CommentIn(Struct, kw_only=True):
    """What somebody says about an issue."""

    issue: int
    message: str = ""


class CommentChanges(Struct, kw_only=True):
    """What a comment shall say."""

    message: str | UnsetType = UNSET
