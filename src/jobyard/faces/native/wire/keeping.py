"""Shapes of looking after the house: pruning, rules of keeping, backups, room on the disk, and its own history."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.jobs import ProjectRef
from jobyard.faces.native.wire.words import Time

RuleSubject = Literal["kind", "project"]
Days = Annotated[float, Meta(ge=0, le=100_000)]


class PruneIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to prune. Rules of kinds and projects win over the days."""

    older_than_days: Days | None = None
    """Null for as many as the setting `retention` says."""
    dry_run: bool = False


class PruneOut(Struct, kw_only=True):
    """What was (or, in a dry run, would be) pruned."""

    jobs: int
    freed: int


class RuleIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """How long jobs of one kind or one project are remembered. At least one of the two is said."""

    days: Days | None = None
    """Days that an ended job is remembered, 0 for ever; null leaves it to the next rule in line."""
    results: Days | None = None
    """Days that result files of jobs which end from now on live, 0 for ever; null leaves it to the next in line."""


class RuleOut(Struct, kw_only=True):
    """A rule of keeping. One of a job's project wins over one of its kind, and that over the setting."""

    subject: RuleSubject
    name: str
    """The kind's name, or the project's id."""
    project: ProjectRef | None
    """The project, where it is about one."""
    days: float | None
    results: float | None
    set_by: str
    set_at: Time


class RetentionOut(Struct, kw_only=True):
    """How long things are remembered."""

    days: float
    """Days of an ended job that no rule is about, 0 for ever: the setting `retention`."""
    event_days: float
    """Days of the events of deleted jobs and of the house's own history, 0 for ever: the setting `event_retention`."""
    rules: list[RuleOut]


class BackupIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a backup shall go."""

    folder: Annotated[str, Meta(min_length=1, max_length=4096)]
    """An absolute path on the server's machine: a folder that is empty or does not exist."""


class BackupOut(Struct, kw_only=True):
    """A finished backup."""

    folder: str
    size: int
    blobs: int


class RoomOut(Struct, kw_only=True):
    """The room the house takes on the disk, in bytes."""

    database: int
    """The whole database, free pages included."""
    free: int
    """Pages of it that hold nothing now, as far as that is known."""
    log: int
    """Its write-ahead log."""
    blobs: int
    """All result files."""
    blob_count: int
    """How many they are."""


class CompactOut(Struct, kw_only=True):
    """What compacting brought, in bytes."""

    before: int
    after: int


class DoctorOut(Struct, kw_only=True):
    """How the house is; without findings it is sound."""

    findings: list[str]
    """What is wrong, a sentence each."""
    notes: list[str]
    """What is not wrong but could be better, a sentence each."""
    room: RoomOut


class AuditOut(Struct, kw_only=True):
    """One thing that somebody did to the house."""

    at: Time
    actor: str
    """A user's name, or `jobyard` for the house itself."""
    verb: str
    what: str
    details: dict[str, Any]


class AuditPage(Struct, kw_only=True):
    """The house's own history, newest first."""

    entries: list[AuditOut]
    next: str | None
