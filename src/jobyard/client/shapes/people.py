"""Shapes of people: users, keys, ready-made client settings, projects."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Role = Literal["viewer", "member", "operator", "administrator"]
Right = Literal["python"]


class User(Struct, frozen=True, kw_only=True):
    """A user."""

    id: str
    name: str
    role: Role
    disabled: bool
    created_at: datetime
    rights: list[Right]
    """What an administrator granted them beyond their role."""


class Session(Struct, frozen=True, kw_only=True):
    """Who you are to the house."""

    user: User
    scope: str
    """What your key is good for: `full`, `read` or `desk`."""
    version: str
    """The version of the house."""
    last_event: int
    """The newest number of the feed."""


class Key(Struct, frozen=True, kw_only=True):
    """A key without its secret."""

    id: str
    user: str
    form: str
    """`token`, `pair` or `session`."""
    scope: str
    label: str
    access: str | None
    """The access key of a pair; None for tokens."""
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class KeyMade(Struct, frozen=True, kw_only=True):
    """A fresh key. The secret is shown this once."""

    key: Key
    secret: str


class Member(Struct, frozen=True, kw_only=True):
    """A user's place in a project."""

    user: str
    role: Role


class Project(Struct, frozen=True, kw_only=True):
    """A project with its members."""

    id: str
    name: str
    owner: str
    created_at: datetime
    members: list[Member]


class UserMade(Struct, frozen=True, kw_only=True):
    """A fresh user."""

    user: User
    password: str | None
    """The password the house made, shown this once; None where one was given."""


class PasswordMade(Struct, frozen=True, kw_only=True):
    """The answer to a new password."""

    password: str | None
    """The password the house made, shown this once; None where one was given."""


class Owner(Struct, frozen=True, kw_only=True):
    """Whose settings these are."""

    name: str
    id: str
    password: str | None
    """Only where a new one was asked for."""
    role: Role


class NativeSettings(Struct, frozen=True, kw_only=True):
    """Settings of this client."""

    url: str
    token: str


class ClearmlSettings(Struct, frozen=True, kw_only=True):
    """Settings of the ClearML clients."""

    api_server: str
    web_server: str
    files_server: str
    access_key: str
    secret_key: str


class CvatSettings(Struct, frozen=True, kw_only=True):
    """Settings of the CVAT clients."""

    url: str
    username: str
    password: str | None
    """Only where a new one was asked for."""
    access_token: str


class AlteryxSettings(Struct, frozen=True, kw_only=True):
    """Settings of the Alteryx Server clients."""

    base_url: str
    client_id: str
    client_secret: str
    user_id: str


class ModelartsSettings(Struct, frozen=True, kw_only=True):
    """Settings of the ModelArts clients."""

    endpoint: str
    iam_endpoint: str
    project_id: str
    access_key: str
    secret_key: str
    token: str


class Credentials(Struct, frozen=True, kw_only=True):
    """Settings for every client family, with fresh keys. Each secret is shown this once."""

    user: Owner
    native: NativeSettings
    clearml: ClearmlSettings
    cvat: CvatSettings
    alteryx: AlteryxSettings
    modelarts: ModelartsSettings
