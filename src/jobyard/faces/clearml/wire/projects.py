"""The calls of projects."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from jobyard.faces.clearml.wire import In, Json, ListIn, Out
from jobyard.faces.clearml.wire.parts import MultiFieldPattern


class ProjectIn(In, frozen=True, kw_only=True):
    """One project."""

    project: str
    """The project's id."""


class ProjectFields(In, frozen=True, kw_only=True):
    """What may be said of a project."""

    description: str | None = None
    """What it is about."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    default_output_destination: str | None = None
    """Where files that its tasks make are put."""


class CreateProjectIn(ProjectFields, frozen=True, kw_only=True):
    """A new project."""

    name: str
    """Its name; slashes put it below others, which are made where they are missing."""


class UpdateProjectIn(ProjectFields, frozen=True, kw_only=True):
    """A project, and what shall be different about it."""

    project: str
    """The project's id."""
    name: str | None = None
    """Its name; the place stays the same."""


class Project(Out, frozen=True, kw_only=True):
    """A project."""

    id: str
    """Its id."""
    name: str | None = None
    """Its whole name."""
    basename: str | None = None
    """The last part of its name."""
    description: str | None = None
    """What it is about."""
    user: str | None = None
    """Whose it is."""
    company: str | None = None
    """The house."""
    created: str | None = None
    """When it was made."""
    last_update: str | None = None
    """When it was changed last."""
    parent: str | None = None
    """The id of the project that it lies in."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    default_output_destination: str | None = None
    """Where files that its tasks make are put."""


class ProjectOut(Out, frozen=True, kw_only=True):
    """One project."""

    project: Project
    """The project."""


class ProjectsIn(ListIn, frozen=True, kw_only=True):
    """Which projects are wanted."""

    id: list[str] | str | None = None
    """Ids."""
    name: str | None = None
    """A regular expression that is found in the name, by case."""
    basename: str | None = None
    """The last part of the name."""
    description: str | None = None
    """A regular expression that is found in the description."""
    user: list[str | None] | str | None = None
    """Whose they are."""
    tags: list[Any] | str | None = None
    """Tags of people."""
    system_tags: list[Any] | str | None = None
    """Tags of programs."""
    parent: list[str | None] | str | None = None
    """Ids of projects that they lie below."""
    any_: MultiFieldPattern | None = field(default=None, name="_any_")
    """What one of several fields must fit."""
    all_: MultiFieldPattern | None = field(default=None, name="_all_")
    """What all of several fields must fit."""
    shallow_search: bool = False
    """Only those that lie below no other, or directly below those that are named."""


class ProjectsExIn(ProjectsIn, frozen=True, kw_only=True):
    """Which projects are wanted, and what is told beside each."""

    include_stats: bool = False
    """Count the tasks of each, and name the projects below."""
    stats_for_state: Literal["active", "archived"] | None = "active"
    """Which tasks are counted; null for both."""
    stats_with_children: bool = True
    """Whether tasks of the projects below count too."""
    include_stats_filter: Json | None = None
    """What the counted tasks must be, as a list of tasks takes it."""
    include_dataset_stats: bool = False
    """Tell how many files the newest version of each dataset holds, and how large they are."""
    active_users: list[str] | None = None
    """Only those with tasks of one of these users; only these tasks are counted."""
    check_own_contents: bool = False
    """Count what lies in each itself."""
    children_type: Literal["pipeline", "report", "dataset"] | None = None
    """Only those in or below which such things are."""
    children_tags: list[str | None] | None = None
    """With which tags these things are."""


class ProjectsOut(Out, frozen=True, kw_only=True):
    """A page of projects."""

    projects: list[Project]
    """The projects."""
    scroll_id: str | None = None
    """Where the answer ended, when a size was said."""
    total: int | None = None
    """How many there are in all."""
    total_exact: bool = True
    """Whether there are no more than that."""


class DeleteProjectIn(In, frozen=True, kw_only=True):
    """A project that shall be no more."""

    project: str
    """The project's id."""
    force: bool = False
    """Although something lies in it that is not archived."""
    delete_contents: bool = False
    """Delete the tasks and the models too; otherwise they stay and lie in no project."""


class DeleteProjectOut(Out, frozen=True, kw_only=True):
    """What went with it."""

    deleted: int
    """How many projects went, with those below."""
    disassociated_tasks: int = 0
    """How many tasks lie in no project now."""
    deleted_tasks: int = 0
    """How many tasks went."""
    deleted_models: int = 0
    """How many models went."""
    urls: Json | None = None
    """Where files lie that nobody knows any more: `model_urls`, `artifact_urls` and `event_urls`."""


class ValidatedOut(Out, frozen=True, kw_only=True):
    """What lies in a project and in those below it."""

    tasks: int
    """How many tasks."""
    non_archived_tasks: int
    """How many of them are not archived."""
    models: int
    """How many models."""
    non_archived_models: int
    """How many of them are not archived."""
    reports: int
    """How many reports."""
    non_archived_reports: int
    """How many of them are not archived."""
    pipelines: int
    """How many pipelines with runs that are not archived."""
    datasets: int
    """How many datasets with versions."""


class MoveProjectIn(In, frozen=True, kw_only=True):
    """A project, and where it shall lie."""

    project: str
    """The project's id."""
    new_location: str | None = None
    """The name of the project that it shall lie in, which is made where it is missing; nothing for the top."""


class MovedProjectOut(Out, frozen=True, kw_only=True):
    """What was moved."""

    moved: int
    """How many projects were moved, with those below."""


class MergeIn(In, frozen=True, kw_only=True):
    """A project whose contents go into another one."""

    project: str
    """The id of the project that is no more afterwards."""
    destination_project: str | None = None
    """The id of the one that takes them; nothing leaves tasks in no project."""


class MergedOut(Out, frozen=True, kw_only=True):
    """What was moved."""

    moved_entities: int
    """How many tasks and models."""
    moved_projects: int
    """How many projects that lay below."""
