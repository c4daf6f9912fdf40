"""Shapes of people: users, sessions, keys, ready-made client settings, projects."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.native.wire.words import RightName, RoleName, ScopeName, Time, UserName

Password = Annotated[str, Meta(min_length=8, max_length=1024)]


class UserOut(Struct, kw_only=True):
    """A user."""

    id: str
    name: str
    role: RoleName
    disabled: bool
    created_at: Time
    rights: list[RightName]
    """What an administrator granted them beyond their role."""


class SessionOut(Struct, kw_only=True):
    """Who is signed in."""

    user: UserOut
    scope: ScopeName
    version: str
    last_event: int
    """The newest number of the feed; pass as `after`."""


class SignIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A name with its password."""

    user: Annotated[str, Meta(max_length=200)]
    password: Annotated[str, Meta(max_length=1024)]


class UserIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new user; without a password one is made and shown once."""

    name: UserName
    role: RoleName = "member"
    password: Password | None = None


class UserMade(Struct, kw_only=True):
    """A fresh user."""

    user: UserOut
    password: str | None
    """The password that was made, shown this once; null where one was given."""


class UserChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall change about a user."""

    role: RoleName | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    password: Password | UnsetType = UNSET


class PasswordIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new password; null for one that is made."""

    password: Password | None = None


class PasswordOut(Struct, kw_only=True):
    """The answer to a new password."""

    password: str | None
    """The password that was made, shown this once; null where one was given."""


class KeyIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new key for oneself, or, asked by an administrator, for another user."""

    label: Annotated[str, Meta(max_length=100)] = ""
    form: Literal["token", "pair"] = "token"
    scope: ScopeName = "full"
    user: UserName | None = None
    expires_at: Time | None = None


class KeyOut(Struct, kw_only=True):
    """A key without its secret."""

    id: str
    user: str
    form: Literal["token", "pair", "session"]
    scope: ScopeName
    label: str
    access: str | None
    """The access key of a pair; null for tokens."""
    created_at: Time
    expires_at: Time | None
    used_at: Time | None


class KeyMade(Struct, kw_only=True):
    """A fresh key. The secret is shown this once."""

    key: KeyOut
    secret: str


class CredentialsIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """For whom client settings are wanted."""

    user: UserName | None = None
    new_password: bool = False


class Owner(Struct, kw_only=True):
    """Whose settings these are."""

    name: str
    id: str
    password: str | None
    """Only where a new one was asked for."""
    role: RoleName


class NativeSettings(Struct, kw_only=True):
    """Settings of our own client."""

    url: str
    token: str


class ClearmlSettings(Struct, kw_only=True):
    """Settings of the ClearML clients."""

    api_server: str
    web_server: str
    files_server: str
    access_key: str
    secret_key: str


class CvatSettings(Struct, kw_only=True):
    """Settings of the CVAT clients."""

    url: str
    username: str
    password: str | None
    """Only where a new one was asked for."""
    access_token: str


class AlteryxSettings(Struct, kw_only=True):
    """Settings of the Alteryx Server clients."""

    base_url: str
    client_id: str
    client_secret: str
    user_id: str


class ModelartsSettings(Struct, kw_only=True):
    """Settings of the ModelArts clients."""

    endpoint: str
    iam_endpoint: str
    project_id: str
    access_key: str
    secret_key: str
    token: str


class CredentialsOut(Struct, kw_only=True):
    """Ready-to-paste settings for every client family. Each secret is shown this once."""

    user: Owner
    native: NativeSettings
    clearml: ClearmlSettings
    cvat: CvatSettings
    alteryx: AlteryxSettings
    modelarts: ModelartsSettings


class ProjectIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new project."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


class MemberIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A user's place in a project."""

    role: RoleName


class MemberOut(Struct, kw_only=True):
    """A user's place in a project."""

    user: str
    role: RoleName


class ProjectOut(Struct, kw_only=True):
    """A project with its members."""

    id: str
    name: str
    owner: str
    created_at: Time
    members: list[MemberOut]
