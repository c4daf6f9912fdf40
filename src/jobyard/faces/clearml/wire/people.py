"""The calls of the login, of users and of the server."""

from __future__ import annotations

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
