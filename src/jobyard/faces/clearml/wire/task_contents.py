"""The calls about what tasks hold."""

from __future__ import annotations

from typing import Literal

from jobyard.faces.clearml.wire import In, Json, Out
from jobyard.faces.clearml.wire.parts import (
    Artifact,
    Configuration,
    Parameter,
    ParameterKey,
)


class ParametersAskedIn(In, frozen=True, kw_only=True):
    """Of which tasks the parameters are wanted."""

    tasks: list[str]
    """Ids of tasks."""


class ParametersOut(Out, frozen=True, kw_only=True):
    """Parameters by task."""

    params: list[Json]
    """For each task: `task` and `hyperparams`, by section and name."""


class EditParametersIn(In, frozen=True, kw_only=True):
    """Parameters that shall be set."""

    task: str
    """The task's id."""
    hyperparams: list[Parameter]
    """The parameters."""
    replace_hyperparams: Literal["none", "section", "all"] | None = None
    """Which others go: none, those of the same sections, or all."""
    force: bool = False
    """Also while it runs."""


class CountOut(Out, frozen=True, kw_only=True):
    """How many were changed."""

    updated: int
    """How many were changed."""


class DeleteParametersIn(In, frozen=True, kw_only=True):
    """Parameters that shall go."""

    task: str
    """The task's id."""
    hyperparams: list[ParameterKey]
    """Parameters, or sections."""
    force: bool = False
    """Also while it runs."""


class DeletedOut(Out, frozen=True, kw_only=True):
    """How many were changed."""

    deleted: int
    """How many went."""


class ConfigurationsAskedIn(In, frozen=True, kw_only=True):
    """Of which tasks the configuration is wanted."""

    tasks: list[str]
    """Ids of tasks."""
    names: list[str] | None = None
    """Names of pieces; all where none is said."""


class ConfigurationsOut(Out, frozen=True, kw_only=True):
    """Configuration by task."""

    configurations: list[Json]
    """For each task: `task` and `configuration`."""


class ConfigurationNamesIn(In, frozen=True, kw_only=True):
    """Of which tasks the names are wanted."""

    tasks: list[str]
    """Ids of tasks."""
    skip_empty: bool = True
    """Leave out tasks that have none."""


class ConfigurationNamesOut(Out, frozen=True, kw_only=True):
    """Names by task."""

    configurations: list[Json]
    """For each task: `task` and `names`."""


class EditConfigurationIn(In, frozen=True, kw_only=True):
    """Pieces of configuration that shall be set."""

    task: str
    """The task's id."""
    configuration: list[Configuration]
    """The pieces."""
    replace_configuration: bool = False
    """Whether all others go."""
    force: bool = False
    """Also while it runs."""


class DeleteConfigurationIn(In, frozen=True, kw_only=True):
    """Pieces of configuration that shall go."""

    task: str
    """The task's id."""
    configuration: list[str]
    """Their names."""
    force: bool = False
    """Also while it runs."""


class ArtifactsIn(In, frozen=True, kw_only=True):
    """Artifacts that shall be set."""

    task: str
    """The task's id."""
    artifacts: list[Artifact]
    """The artifacts."""
    force: bool = False
    """Whatever its status."""


class ArtifactKey(In, frozen=True, kw_only=True):
    """An artifact."""

    key: str
    """Its name."""
    mode: Literal["input", "output"] = "output"
    """Whether the task takes or makes it."""


class DeleteArtifactsIn(In, frozen=True, kw_only=True):
    """Artifacts that shall go."""

    task: str
    """The task's id."""
    artifacts: list[ArtifactKey]
    """Which."""
    force: bool = False
    """Whatever its status."""


class TaskModelIn(In, frozen=True, kw_only=True):
    """A model that shall belong to a task."""

    task: str
    """The task's id."""
    name: str
    """The name under which the task knows it."""
    model: str
    """The model's id."""
    type: Literal["input", "output"]
    """Whether the task takes or makes it."""
    iteration: int | None = None
    """The iteration at which it was made."""


class ModelKey(In, frozen=True, kw_only=True):
    """A model of a task."""

    name: str
    """The name under which the task knows it."""
    type: Literal["input", "output"]
    """Whether the task takes or makes it."""


class DeleteModelsIn(In, frozen=True, kw_only=True):
    """Models that shall belong to a task no more."""

    task: str
    """The task's id."""
    models: list[ModelKey]
    """Which."""


class RuntimeIn(In, frozen=True, kw_only=True):
    """What a program keeps of its own run."""

    task: str
    """The task's id."""
    runtime: Json
    """Values by name; others stay."""
    force: bool = False
    """Whatever its status."""
