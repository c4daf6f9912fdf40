"""What the client asks, as it travels. Fields left at their defaults are not sent, so the house decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from jobyard.client.shapes import Role


class NewJob(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A wish for a job."""

    kind: str
    parameters: dict[str, Any] = {}
    name: str = ""
    queue: str | None = None
    priority: int = 0
    project: str | None = None
    labels: dict[str, str] = {}
    parent: str | None = None
    draft: bool = False
    external: bool = False
    due_at: datetime | None = None
    tries: int | None = None
    time_limit: float | None = None
    memory_limit: int | None = None


class Keeping(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long results shall live."""

    until: datetime | None = None
    always: bool = False


class Releasing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a released draft shall run."""

    due_at: datetime | None = None


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Progress and lines of an external job."""

    attempt: int
    done: float = 0.0
    total: float | None = None
    text: str = ""
    lines: list[str] = []


class Alive(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sign of life of an external job."""

    attempt: int


class Finished(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The good end of an external job."""

    attempt: int
    result: Any = None


class Failed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The bad end of an external job."""

    attempt: int
    message: str
    detail: str = ""


class NamePassword(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A name with its password."""

    user: str
    password: str


class NewUser(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new user; without a password the house makes one."""

    name: str
    role: Role = "member"
    password: str | None = None


class UserChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall change about a user."""

    role: Role | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    password: str | UnsetType = UNSET


class NewPassword(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new password; None for one that the house makes."""

    password: str | None = None


class NewKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new key."""

    label: str = ""
    form: Literal["token", "pair"] = "token"
    scope: Literal["full", "read", "desk"] = "full"
    user: str | None = None
    expires_at: datetime | None = None


class NewCredentials(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """For whom client settings are wanted."""

    user: str | None = None
    new_password: bool = False


class NewProject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new project."""

    name: str


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A user's place in a project."""

    role: Role


class NewDataset(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new dataset over an allowed folder."""

    name: str
    source: str
    project: str | None = None


class Pruning(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to prune."""

    older_than_days: float
    dry_run: bool = False


class NewBackup(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a backup shall go."""

    folder: str
