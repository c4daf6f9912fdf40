"""The calls of the login, of users and of the server."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from jobyard.faces.clearml.wire import In, Json, ListIn, Out


class LoginIn(In, frozen=True, kw_only=True):
    """How long a token shall live."""

    expiration_sec: int | None = None
    """Seconds; 30 days where nobody says, and a year at most."""


class LoginOut(Out, frozen=True, kw_only=True):
    """A fresh token."""

    token: str
    """A JSON web token to be sent as `Bearer`."""


class NewCredentialsIn(In, frozen=True, kw_only=True):
    """What a key is called."""

    label: str | None = None
    """What it is called."""


class NewCredentialsOut(Out, frozen=True, kw_only=True):
    """A fresh pair of keys."""

    credentials: Json
    """`access_key`, `secret_key` (shown this once) and `label`."""


class CredentialsOut(Out, frozen=True, kw_only=True):
    """One's pairs of keys."""

    credentials: list[Json]
    """For each: `access_key`, `label` and `last_used`."""


class TokenIn(In, frozen=True, kw_only=True):
    """A token that somebody shows."""

    token: str
    """The token."""


class TokenOut(Out, frozen=True, kw_only=True):
    """What a token is good for."""

    valid: bool
    """Whether it is good for anything."""
    user: str | None = None
    """Whose it is."""
    company: str | None = None
    """The house."""
    msg: str | None = None
    """Why it is good for nothing."""


class EditCredentialsIn(In, frozen=True, kw_only=True):
    """What a pair of keys is called from now on."""

    access_key: str
    """The access key."""
    label: str | None = None
    """What it is called."""


class ChangedOut(Out, frozen=True, kw_only=True):
    """How many were changed."""

    updated: int
    """How many were changed."""


class EditUserIn(In, frozen=True, kw_only=True):
    """What somebody may do from now on."""

    user: str | None = None
    """The user's id; oneself where none is said."""
    role: Literal["guest", "user", "superuser", "admin"] | None = None
    """What they may do."""


class EditedUserOut(ChangedOut, frozen=True, kw_only=True):
    """What was changed."""

    fields: Json = field(default_factory=dict)
    """Changed fields with their new values."""


class UserIn(In, frozen=True, kw_only=True):
    """One user."""

    user: str
    """The user's id."""


class UserOut(Out, frozen=True, kw_only=True):
    """One user."""

    user: Json
    """`id`, `name`, `role`, `company` and so on."""


class RevokeIn(In, frozen=True, kw_only=True):
    """A pair of keys that shall be void."""

    access_key: str
    """The access key."""


class RevokeOut(Out, frozen=True, kw_only=True):
    """How many are void."""

    revoked: int
    """How many are void now."""


class CurrentUserIn(In, frozen=True, kw_only=True):
    """Nothing that counts here."""

    get_supported_features: bool = False
    """Taken and passed over."""


class CurrentUserOut(Out, frozen=True, kw_only=True):
    """Who asks."""

    user: Json
    """`id`, `name`, `role`, `company` and so on."""
    getting_started: Json = field(default_factory=dict)
    """Always empty."""
    settings: Json = field(default_factory=dict)
    """Always empty."""


class UsersIn(ListIn, frozen=True, kw_only=True):
    """Which users are wanted."""

    id: list[str] | str | None = None
    """Ids."""
    name: str | None = None
    """A regular expression that is found in the name."""


class UsersExIn(UsersIn, frozen=True, kw_only=True):
    """Which users are wanted."""

    active_in_projects: list[str] | None = None
    """Only those of whom tasks or models lie in these projects or below them; in any for an empty list."""


class UsersOut(Out, frozen=True, kw_only=True):
    """Users: oneself, and for administrators all."""

    users: list[Json]
    """The users."""
    scroll_id: str | None = None
    """Where the answer ended, when a size was said."""
    total: int | None = None
    """How many there are in all."""
    total_exact: bool = True
    """Whether there are no more than that."""


class InfoOut(Out, frozen=True, kw_only=True):
    """What this server is."""

    version: str
    """The release."""
    build: str
    """Our own version."""
    commit: str
    """Always empty."""
    uid: str
    """The server."""


class ConfigOut(Out, frozen=True, kw_only=True):
    """Settings that clients may know; none."""
