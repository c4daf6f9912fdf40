"""Shapes of collections of workflows and schedules, and of groups of people."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Place(Struct, frozen=True, kw_only=True):
    """A user's or a group's place in a collection."""

    form: str
    id: str
    """The user's name, or the group's id."""
    permissions: list[str]
    expires_at: datetime | None


class Gathering(Struct, frozen=True, kw_only=True):
    """Workflows and schedules that people share."""

    id: str
    name: str
    owner: str
    created_at: datetime
    workflows: list[str]
    """Their ids."""
    schedules: list[str]
    """Their ids."""
    members: list[Place]


class GatheringPage(Struct, frozen=True, kw_only=True):
    """Collections, oldest first."""

    collections: list[Gathering]
    next: str | None


class GroupLine(Struct, frozen=True, kw_only=True):
    """A group in a list."""

    id: str
    name: str
    created_at: datetime


class Group(GroupLine, frozen=True, kw_only=True):
    """A group of people, who are named together."""

    members: list[str]
    """Their names."""


class GroupPage(Struct, frozen=True, kw_only=True):
    """Groups, by name."""

    groups: list[GroupLine]
    next: str | None
