"""The calls of reports: texts that people write about tasks, each a task of its own sort."""

from __future__ import annotations

from typing import Literal

from jobyard.faces.clearml.wire import In, Json, Out
from jobyard.faces.clearml.wire.events import Named
from jobyard.faces.clearml.wire.tasks import TasksIn


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


class EventsWanted(In, frozen=True, kw_only=True):
    """Which plots, or pictures, are wanted."""

    iters: int = 1
    """How many of the newest iterations."""
    metrics: list[Named] | None = None
    """Only these: `metric` and perhaps `variants`; all where none is named."""


class CurvesWanted(In, frozen=True, kw_only=True):
    """Which curves are wanted."""

    samples: int | None = None
    """The most points of a curve."""
    key: Literal["iter", "timestamp", "iso_time"] | None = None
    """What `x` is."""
    metrics: list[Named] | None = None
    """Only these: `metric` and perhaps `variants`; all where none is named."""


class TaskDataIn(TasksIn, frozen=True, kw_only=True):
    """Which tasks are wanted, and what they reported."""

    plots: EventsWanted | None = None
    """Which of their plots."""
    debug_images: EventsWanted | None = None
    """Which of their pictures."""
    scalar_metrics_iter_histogram: CurvesWanted | None = None
    """Which of their curves."""
    allow_public: bool = True
    """Taken and passed over."""


class TaskDataOut(Out, frozen=True, kw_only=True):
    """Tasks, and of what they reported that which was asked."""

    tasks: list[Json]
    """The tasks."""
    plots: Json | None = None
    """By metric, variant, task and iteration."""
    debug_images: list[Json] | None = None
    """By task and iteration."""
    scalar_metrics_iter_histogram: Json | None = None
    """By metric, variant and task."""
