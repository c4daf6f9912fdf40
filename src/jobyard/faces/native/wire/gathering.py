"""Shapes of collections of workflows and schedules, which people share with each other, and of groups of people."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.native.wire.words import Time, UserName

PermissionName = Literal["admin", "add-assets", "remove-assets", "update-assets", "add-users", "remove-users"]
_Title = Annotated[str, Meta(min_length=1, max_length=255)]


class GatheringIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new collection of one's own."""

    name: _Title


class GatheringChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a collection."""

    name: _Title | UnsetType = UNSET
    owner: UserName | UnsetType = UNSET


class PlaceIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What somebody may do with a collection beside seeing and running what lies in it, and until when."""

    permissions: Annotated[list[PermissionName], Meta(max_length=6)] = []
    expires_at: Time | None = None


class PlaceOut(Struct, kw_only=True):
    """A user's or a group's place in a collection."""

    form: Literal["user", "group"]
    id: str
    """The user's name, or the group's id."""
    permissions: list[PermissionName]
    expires_at: Time | None


class GatheringOut(Struct, kw_only=True):
    """Workflows and schedules that people share."""

    id: str
    name: str
    owner: str
    created_at: Time
    workflows: list[str]
    """Their ids."""
    schedules: list[str]
    """Their ids."""
    members: list[PlaceOut]


class GatheringPage(Struct, kw_only=True):
    """Collections, oldest first."""

    collections: list[GatheringOut]
    next: str | None


class GroupIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A group of people, or its new name."""

    name: _Title


class GroupDropAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a group is removed."""

    force: bool = False
    """Also with people in it."""


class GroupLine(Struct, kw_only=True):
    """A group in a list."""

    id: str
    name: str
    created_at: Time


class GroupOut(GroupLine, kw_only=True):
    """A group of people, who are named together."""

    members: list[str]
    """Their names."""


class GroupPage(Struct, kw_only=True):
    """Groups, by name."""

    groups: list[GroupLine]
    next: str | None
