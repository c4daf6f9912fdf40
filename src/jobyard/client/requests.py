"""What the client asks, as it travels. Fields left at their defaults are not sent, so the house decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from jobyard.client.shapes import OnFailure, Role, State


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
    after: list[str] = []
    on_failure: OnFailure = "cancel"
    unique: str | None = None
    draft: bool = False
    external: bool = False
    due_at: datetime | None = None
    tries: int | None = None
    time_limit: float | None = None
    memory_limit: int | None = None


class JobEdit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about a waiting job."""

    name: str | UnsetType = UNSET
    queue: str | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    labels: dict[str, str] | UnsetType = UNSET
    due_at: datetime | UnsetType | None = UNSET


class RunAgain(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about a job that is run again."""

    parameters: dict[str, Any] | UnsetType = UNSET
    name: str | UnsetType = UNSET
    queue: str | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    labels: dict[str, str] | UnsetType = UNSET
    due_at: datetime | UnsetType | None = UNSET


class Meant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which jobs a bulk verb means."""

    state: list[State] = []
    kind: list[str] = []
    owner: list[str] = []
    project: list[str] = []
    queue: list[str] = []
    face: list[str] = []
    worker: list[str] = []
    label: list[str] = []
    resource_type: str | None = None
    resource_id: str | None = None
    parent: str | None = None
    schedule: str | None = None
    origin: str | None = None
    after: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    finished_from: datetime | None = None
    finished_to: datetime | None = None
    text: str = ""
    ids: list[str] = []


class ForMany(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One verb for many jobs."""

    verb: Literal["cancel", "retry", "delete", "edit"]
    filter: Meant
    edits: JobEdit | None = None
    dry_run: bool = False
    cursor: str | None = None
    limit: int = 1000


class NewEndpoint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An endpoint as it shall be."""

    url: str
    allowed: list[str]
    region: str = "us-east-1"
    host_style: bool = False
    access: str = ""
    secret: str | None = None


class NewLimit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be allowed."""

    queued: int | None = None
    running: int | None = None
    stored: int | None = None


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


class NewTimes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a schedule would run."""

    cron: str | None = None
    interval: int | None = None
    zone: str = "UTC"
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class NewSchedule(NewTimes, frozen=True, kw_only=True, omit_defaults=True):
    """A new schedule."""

    name: str
    kind: str
    parameters: dict[str, Any] = {}
    job_name: str = ""
    queue: str | None = None
    priority: int = 0
    project: str | None = None
    labels: dict[str, str] = {}
    tries: int | None = None
    time_limit: float | None = None
    memory_limit: int | None = None
    catch_up: Literal["skip", "once", "all"] = "once"
    overlap: Literal["skip", "allow"] = "skip"


class ScheduleChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about a schedule."""

    name: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    parameters: dict[str, Any] | UnsetType = UNSET
    job_name: str | UnsetType = UNSET
    queue: str | UnsetType | None = UNSET
    priority: int | UnsetType = UNSET
    project: str | UnsetType | None = UNSET
    labels: dict[str, str] | UnsetType = UNSET
    tries: int | UnsetType | None = UNSET
    time_limit: float | UnsetType | None = UNSET
    memory_limit: int | UnsetType | None = UNSET
    cron: str | UnsetType | None = UNSET
    interval: int | UnsetType | None = UNSET
    zone: str | UnsetType = UNSET
    starts_at: datetime | UnsetType | None = UNSET
    ends_at: datetime | UnsetType | None = UNSET
    catch_up: Literal["skip", "once", "all"] | UnsetType = UNSET
    overlap: Literal["skip", "allow"] | UnsetType = UNSET


class Pausing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a schedule shall rest."""

    because: str = ""


class Pruning(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to prune."""

    older_than_days: float | None = None
    dry_run: bool = False


class NewRule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long jobs of one kind or one project are remembered."""

    days: float | None = None
    results: float | None = None


class NewBackup(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a backup shall go."""

    folder: str


class NewWebhook(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A wish for a webhook."""

    url: str
    name: str = ""
    events: list[str] = []
    states: list[str] = []
    kinds: list[str] = []
    queues: list[str] = []
    owners: list[str] = []
    projects: list[str] = []
    active: bool = True


class WebhookChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall change about a webhook."""

    url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    events: list[str] | UnsetType = UNSET
    states: list[str] | UnsetType = UNSET
    kinds: list[str] | UnsetType = UNSET
    queues: list[str] | UnsetType = UNSET
    owners: list[str] | UnsetType = UNSET
    projects: list[str] | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    from_now: bool = False
