"""Shapes of what is said about the server and of people."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from jobyard.faces.cvat.wire.shapes import UserRef


class AboutOut(Struct, kw_only=True):
    """What the server is. The client needs every field of it before it does anything else."""

    name: str
    description: str
    version: str
    logo_url: str
    subtitle: str


class FileInfoOut(Struct, kw_only=True):
    """A file or a folder that pictures can be taken from."""

    name: str
    type: str
    """`REG` or `DIR`."""
    mime_type: str


class FormatOut(Struct, kw_only=True):
    """A format of annotations."""

    name: str
    ext: str
    version: str
    enabled: bool
    dimension: str


class FormatsOut(Struct, kw_only=True):
    """What can be read and what can be written."""

    importers: list[FormatOut]
    exporters: list[FormatOut]


class LoginIn(Struct, kw_only=True):
    """Name or mail address, and password."""

    username: str = ""
    email: str = ""
    password: str


class LoginOut(Struct, kw_only=True):
    """A login; the key can be sent as `Authorization: Token`, the cookies come as headers."""

    key: str


class PasswordChanges(Struct, kw_only=True):
    """Another password, said twice, and the one that was."""

    old_password: str
    new_password1: str
    new_password2: str


class DetailOut(Struct, kw_only=True):
    """A sentence."""

    detail: str


class UserOut(Struct, kw_only=True):
    """Somebody who may sign in."""

    url: str
    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    groups: list[str]
    is_staff: bool
    is_superuser: bool
    is_active: bool
    last_login: str | None
    date_joined: str
    email_verification_required: bool
    has_analytics_access: bool


class TokenIn(Struct, kw_only=True):
    """A wish for an access token."""

    name: str
    expiry_date: str | None = None
    read_only: bool = False


class TokenChanges(Struct, kw_only=True):
    """What shall be different about an access token."""

    name: str | UnsetType = UNSET
    expiry_date: str | UnsetType | None = UNSET
    read_only: bool | UnsetType = UNSET


class TokenOut(Struct, kw_only=True, omit_defaults=True):
    """An access token; its value is shown once."""

    id: int
    name: str
    created_date: str
    updated_date: str
    expiry_date: str | None
    last_used_date: str | None
    read_only: bool
    owner: UserRef
    value: str = ""


class OrganizationOut(Struct, kw_only=True):
    """A project of sharing, as these clients call it."""

    id: int
    slug: str
    name: str
    description: str
    created_date: str
    updated_date: str
    contact: dict[str, Any]
    owner: UserRef


class OrganizationIn(Struct, kw_only=True):
    """A wish for an organization."""

    slug: str
    name: str = ""
    description: str = ""
    contact: dict[str, Any] = {}


class OrganizationChanges(Struct, kw_only=True):
    """What shall be different about an organization."""

    slug: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    contact: dict[str, Any] | UnsetType = UNSET


class MembershipChanges(Struct, kw_only=True):
    """What somebody shall be in an organization."""

    role: str


class UserChanges(Struct, kw_only=True):
    """What shall be different about a user."""

    username: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    groups: list[str] | UnsetType = UNSET
    is_staff: bool | UnsetType = UNSET
    is_superuser: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class MembershipOut(Struct, kw_only=True):
    """Somebody's place in an organization."""

    id: int
    user: UserRef
    organization: int
    is_active: bool
    joined_date: str
    role: str
    invitation: str | None = None
