"""The calls of reports: texts that people write about tasks, each a task of its own sort."""

from __future__ import annotations

from jobyard.faces.clearml.wire import In, Json, Out


class ReportFields(In, frozen=True, kw_only=True):
    """What may be said of a report."""

    tags: list[str] | None = None
    """Tags of people."""
    comment: str | None = None
    """What people say of it."""
    report: str | None = None
    """Its text."""


class CreateReportIn(ReportFields, frozen=True, kw_only=True):
    """A new report."""

    name: str
    """Its name."""
    project: str | None = None
    """The id of the project that it is about; it lies in `.reports` below that."""


class CreatedReportOut(Out, frozen=True, kw_only=True):
    """A new report."""

    id: str
    """Its id."""
    project_id: str
    """The id of the project that it lies in."""


class UpdateReportIn(ReportFields, frozen=True, kw_only=True):
    """A report, and what shall be different about it."""

    task: str
    """The report's id."""
    name: str | None = None
    """Its name."""


class ReportIn(In, frozen=True, kw_only=True):
    """One report."""

    task: str
    """The report's id."""
    comment: str | None = None
    """Why."""
    message: str | None = None
    """Why, by its later name."""


class DeleteReportIn(In, frozen=True, kw_only=True):
    """A report that shall be no more."""

    task: str
    """The report's id."""
    force: bool = False
    """Although it is published, or not archived."""


class DeletedReportOut(Out, frozen=True, kw_only=True):
    """What went."""

    deleted: int
    """How many went."""


class MoveReportIn(In, frozen=True, kw_only=True):
    """A report, and the project that it is about."""

    task: str
    """The report's id."""
    project: str | None = None
    """The project's id; nothing for none."""
    project_name: str | None = None
    """The project's name; it is made where it is missing."""


class MovedReportOut(Out, frozen=True, kw_only=True):
    """Where a report lies."""

    project_id: str
    """The id of the project that it lies in."""


class ArchivedReportOut(Out, frozen=True, kw_only=True):
    """What was put away."""

    archived: int
    """How many."""


class UnarchivedReportOut(Out, frozen=True, kw_only=True):
    """What was fetched back."""

    unarchived: int
    """How many."""


class ReportTagsOut(Out, frozen=True, kw_only=True):
    """Tags."""

    tags: list[str]
    """The tags of all reports, in order."""


class UpdatedReportOut(Out, frozen=True, kw_only=True):
    """What was changed."""

    updated: int
    """How many were changed."""
    fields: Json
    """Changed fields with their new values."""
