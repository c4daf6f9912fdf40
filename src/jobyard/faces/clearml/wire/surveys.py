"""The calls that tell what lies in projects: tags, parameters, metrics, people."""

from __future__ import annotations

from typing import Any, Literal

from jobyard.faces.clearml.wire import In, Json, Out


class Filter(In, frozen=True, kw_only=True):
    """Which things are looked at."""

    tags: list[Any] | None = None
    """Tags of people that they have."""
    system_tags: list[Any] | None = None
    """Tags of programs that they have."""


class TagsIn(In, frozen=True, kw_only=True):
    """Whose tags are wanted."""

    include_system: bool = False
    """Also tags of programs."""
    filter: Filter | None = None
    """Which things are looked at."""


class ProjectTagsIn(TagsIn, frozen=True, kw_only=True):
    """In which projects tags are wanted."""

    projects: list[str] | None = None
    """Ids of projects, with all below them; nothing for all."""


class TagsOut(Out, frozen=True, kw_only=True):
    """Tags."""

    tags: list[str]
    """Tags of people, in order."""
    system_tags: list[str] | None = None
    """Tags of programs, in order, where they were asked."""


class PartIn(In, frozen=True, kw_only=True):
    """Some projects."""

    projects: list[str] | None = None
    """Ids of projects; nothing for all."""
    include_subprojects: bool = True
    """Also what lies in projects below them."""


class ParentsIn(PartIn, frozen=True, kw_only=True):
    """Whose parents are wanted."""

    tasks_state: Literal["active", "archived"] | None = "active"
    """Which tasks are looked at; null for both."""
    task_name: str | None = None
    """A regular expression that is found in the parent's name."""


class ParentsOut(Out, frozen=True, kw_only=True):
    """Parents."""

    parents: list[Json]
    """For each, by name: `id`, `name` and `project`."""


class NamesIn(PartIn, frozen=True, kw_only=True):
    """Whose owners are wanted."""

    entity: Literal["task", "model"] = "task"
    """What they own."""


class NamesOut(Out, frozen=True, kw_only=True):
    """People."""

    users: list[Json]
    """For each, by name: `id` and `name`."""


class PagedPartIn(PartIn, frozen=True, kw_only=True):
    """Some projects, and which part of what they hold."""

    page: int = 0
    """The page's number, from 0."""
    page_size: int = 500
    """How many of one page."""


class ParametersIn(In, frozen=True, kw_only=True):
    """Whose parameters are wanted."""

    page: int = 0
    """The page's number, from 0."""
    page_size: int = 500
    """How many of one page."""
    project: str
    """The project's id."""
    include_subprojects: bool = True
    """Also of tasks in projects below it."""


class ParametersOut(Out, frozen=True, kw_only=True):
    """Parameters."""

    parameters: list[Json]
    """For each: `section` and `name`."""
    remaining: int
    """How many come behind this page."""
    total: int
    """How many there are in all."""


class KeysOut(Out, frozen=True, kw_only=True):
    """Keys of what is kept of models."""

    keys: list[str]
    """The keys."""
    remaining: int
    """How many come behind this page."""
    total: int
    """How many there are in all."""


class ValuesIn(PagedPartIn, frozen=True, kw_only=True):
    """Of which parameter values are wanted."""

    section: str
    """The parameter's section."""
    name: str
    """The parameter's name."""
    pattern: str | None = None
    """A regular expression that is found in the value."""


class MetadataValuesIn(PagedPartIn, frozen=True, kw_only=True):
    """Of which key values are wanted."""

    key: str
    """The key."""


class ValuesOut(Out, frozen=True, kw_only=True):
    """Values."""

    values: list[str]
    """The values, each once."""
    total: int
    """How many there are in all."""


class MetricsIn(In, frozen=True, kw_only=True):
    """Whose metrics are wanted."""

    project: str | None = None
    """The project's id; nothing for all."""
    include_subprojects: bool = True
    """Also of what lies in projects below it."""
    model_metrics: bool = False
    """Of models, in the place of tasks."""
    ids: list[str] | None = None
    """Only of these tasks or models."""


class MetricsOut(Out, frozen=True, kw_only=True):
    """Metrics."""

    metrics: list[Json]
    """For each curve: `metric`, `variant`, and `metric_hash` and `variant_hash`, by which tasks are put in order."""


class CountsIn(In, frozen=True, kw_only=True):
    """Of which things the number is wanted; each as its own list takes it."""

    projects: Json | None = None
    """Projects."""
    tasks: Json | None = None
    """Tasks."""
    models: Json | None = None
    """Models."""
    pipelines: Json | None = None
    """Projects of pipelines."""
    datasets: Json | None = None
    """Projects of datasets."""
    reports: Json | None = None
    """Reports."""
    active_users: list[str] | None = None
    """Only what is of these users."""
    search_hidden: bool = False
    """Also those with the system tag `hidden`."""
    allow_public: bool = True
    """Taken and passed over."""


class CompaniesOut(Out, frozen=True, kw_only=True):
    """The house."""

    companies: list[Json]
    """`id`, `name`, `allocated` and `owners`."""
