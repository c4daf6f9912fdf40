"""Shapes of guides and of what they show."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from jobyard.faces.cvat.wire.shapes import UserRef


class GuideOut(Struct, kw_only=True):
    """A guide of a task or of a project."""

    id: int
    task_id: int | None
    project_id: int | None
    created_date: str
    updated_date: str
    markdown: str


class GuideIn(Struct, kw_only=True):
    """A wish for a guide: of a task or of a project, not of both."""

    task_id: int | None = None
    project_id: int | None = None
    markdown: str = ""


class GuideChanges(Struct, kw_only=True):
    """What a guide shall say."""

    markdown: str | UnsetType = UNSET


class AssetOut(Struct, kw_only=True):
    """A picture or a document that a guide shows."""

    uuid: str
    filename: str
    created_date: str
    owner: UserRef
    guide_id: int
