"""Shapes of looking after the house: pruning, rules of keeping, backups, room on the disk, and its own history."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from jobyard.client.shapes.jobs import ProjectRef

RuleSubject = Literal["kind", "project"]
"""Whose rule it is."""


class Pruned(Struct, frozen=True, kw_only=True):
    """What was (or, in a dry run, would be) pruned."""

    jobs: int
    freed: int


class Rule(Struct, frozen=True, kw_only=True):
    """A rule of keeping. One of a job's project wins over one of its kind, and that over the setting."""

    subject: RuleSubject
    name: str
    """The kind's name, or the project's id."""
    project: ProjectRef | None
    """The project, where it is about one."""
    days: float | None
    """Days that an ended job is remembered, 0 for ever; None leaves it to the next rule in line."""
    results: float | None
    """Days that result files live, 0 for ever; None leaves it to the next in line."""
    set_by: str
    set_at: datetime


class Retention(Struct, frozen=True, kw_only=True):
    """How long things are remembered."""

    days: float
    """Days of an ended job that no rule is about, 0 for ever."""
    event_days: float
    """Days of the events of deleted jobs and of the house's own history, 0 for ever."""
    rules: list[Rule]


class Backup(Struct, frozen=True, kw_only=True):
    """A finished backup."""

    folder: str
    size: int
    blobs: int


class Room(Struct, frozen=True, kw_only=True):
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


class Compacted(Struct, frozen=True, kw_only=True):
    """What compacting brought, in bytes."""

    before: int
    after: int


class Doctor(Struct, frozen=True, kw_only=True):
    """How the house is; without findings it is sound."""

    findings: list[str]
    """What is wrong, a sentence each."""
    notes: list[str]
    """What is not wrong but could be better, a sentence each."""
    room: Room


class AuditEntry(Struct, frozen=True, kw_only=True):
    """One thing that somebody did to the house."""

    at: datetime
    actor: str
    """A user's name, or `jobyard` for the house itself."""
    verb: str
    what: str
    details: dict[str, Any]


class AuditPage(Struct, frozen=True, kw_only=True):
    """The house's own history, newest first."""

    entries: list[AuditEntry]
    next: str | None
