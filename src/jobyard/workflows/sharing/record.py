"""Frozen records of collections, groups and credentials. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Form(StrEnum):
    """What a member or a thing is."""

    USER = "user"
    GROUP = "group"
    SCHEDULE = "schedule"
    WORKFLOW = "workflow"


class Permission(StrEnum):
    """What a member of a collection may do beside seeing and running what lies in it."""

    ADMIN = "admin"
    """All of the others, and saying who may do what."""
    ADD_ASSETS = "add-assets"
    REMOVE_ASSETS = "remove-assets"
    UPDATE_ASSETS = "update-assets"
    ADD_USERS = "add-users"
    REMOVE_USERS = "remove-users"


class Member(Struct, frozen=True, kw_only=True):
    """Somebody's place in a collection."""

    form: Form
    """USER or GROUP."""
    id: str
    """The user's name, or the group's id."""
    permissions: frozenset[Permission] = frozenset()
    expires_at: int | None = None
    """From when on they have no place any more."""
    added_at: int = 0


class Collection(Struct, frozen=True, kw_only=True):
    """Schedules and workflows that people share."""

    id: str
    name: str
    owner: str
    created_at: int = 0


class Contents(Struct, frozen=True, kw_only=True):
    """A collection with all that belongs to it."""

    collection: Collection
    members: tuple[Member, ...] = ()
    schedules: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()


class Group(Struct, frozen=True, kw_only=True):
    """People who are named together."""

    id: str
    name: str
    role: str
    """What its maker says that its people are, if anything. Nobody may do more by it: that goes by each user's role."""
    created_at: int = 0


class GroupMember(Struct, frozen=True, kw_only=True):
    """Somebody in a group."""

    user: str
    added_by: str
    added_at: int


class Credential(Struct, frozen=True, kw_only=True):
    """A name with a password that a run may be given."""

    id: str
    name: str
    owner: str
    sealed: bytes
    """The password, encrypted."""
    created_at: int = 0
    updated_at: int = 0


class CredentialUse(Struct, frozen=True, kw_only=True):
    """A credential with those who may use it, beside its owner."""

    credential: Credential
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
