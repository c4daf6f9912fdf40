"""The calls that find, make and change tasks."""

from __future__ import annotations

from typing import Any

from msgspec import field

from jobyard.faces.clearml.wire import In, Json, ListIn, Out
from jobyard.faces.clearml.wire.parts import (
    Configuration,
    Container,
    Execution,
    ModelItem,
    Models,
    MultiFieldPattern,
    Parameter,
    Script,
    Status,
    Task,
    Type,
)


class TaskIn(In, frozen=True, kw_only=True):
    """One task."""

    task: str
    """The task's id."""


class TaskOut(Out, frozen=True, kw_only=True):
    """One task."""

    task: Task
    """The task."""


class TaskExIn(ListIn, frozen=True, kw_only=True):
    """One task, with what it refers to."""

    id: list[str] | str | None = None
    """The task's id; needed."""


class TasksIn(ListIn, frozen=True, kw_only=True):
    """Which tasks are wanted; every field is a condition, and all of them hold."""

    id: list[str] | str | None = None
    """Ids."""
    name: str | None = None
    """A regular expression that is found in the name, by case."""
    user: list[str | None] | str | None = None
    """Whose they are; several are alternatives, `-` before one excludes it."""
    project: list[str | None] | str | None = None
    """Ids of projects."""
    type: list[str | None] | str | None = None
    """Types."""
    tags: list[Any] | str | None = None
    """Tags of people."""
    system_tags: list[Any] | str | None = None
    """Tags of programs."""
    status: list[str | None] | str | None = None
    """How they stand."""
    parent: str | list[str | None] | None = None
    """The id of the task they hang on."""
    status_changed: list[str | None] | str | None = None
    """Since when they stand so: times, each with an optional `>=`, `>`, `<=` or `<`."""
    any_: MultiFieldPattern | None = field(default=None, name="_any_")
    """What one of several fields must fit."""
    all_: MultiFieldPattern | None = field(default=None, name="_all_")
    """What all of several fields must fit."""
    include_subprojects: bool = False
    """Also tasks in projects below those named."""
    allow_public: bool = True
    """Taken and passed over: nothing here is public."""


class TasksOut(Out, frozen=True, kw_only=True):
    """A page of tasks."""

    tasks: list[Task]
    """The tasks."""
    scroll_id: str | None = None
    """Where the page ended, when a size was said."""
    total: int | None = None
    """How many there are in all."""
    total_exact: bool = True
    """Whether there are no more than that."""


class TypesIn(In, frozen=True, kw_only=True):
    """Of which projects."""

    projects: list[str] | None = None
    """Ids of projects; all where none is said."""


class TypesOut(Out, frozen=True, kw_only=True):
    """Types that are in use."""

    types: list[Type]
    """The types."""


class TaskFields(In, frozen=True, kw_only=True):
    """What may be said of a task."""

    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    comment: str | None = None
    """Free text."""
    parent: str | None = None
    """The id of the task it hangs on."""
    project: str | None = None
    """The id of the project it lies in; one that exists."""
    output_dest: str | None = None
    """Where files that it makes are put."""
    execution: Execution | None = None
    """How it is run."""
    script: Script | None = None
    """What is run."""
    container: Container | None = None
    """The container it runs in."""
    models: Models | None = None
    """The models it takes and makes."""
    hyperparams: dict[str, dict[str, Parameter]] | None = None
    """Parameters by section and name."""
    configuration: dict[str, Configuration] | None = None
    """Pieces of configuration by name."""
    runtime: Json | None = None
    """What its program keeps of its own run."""
    input: Json | None = None
    """Kept as it is."""


class CreateIn(TaskFields, frozen=True, kw_only=True):
    """A new task."""

    name: str
    """Its name, of at least three characters."""
    type: Type
    """What sort of work it is."""


class IdOut(Out, frozen=True, kw_only=True):
    """What was made."""

    id: str
    """Its id."""


class UpdateIn(In, frozen=True, kw_only=True):
    """A task, and what shall be different about it, however it stands."""

    task: str
    """The task's id."""
    name: str | None = None
    """Its name."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    comment: str | None = None
    """Free text."""
    project: str | None = None
    """The id of the project it lies in."""
    output__error: str | None = None
    """The last error's text."""
    created: str | None = None
    """Taken and passed over: when it was written down does not change."""
    status_message: str | None = None
    """More about how it stands."""


class UpdateBatchOut(Out, frozen=True, kw_only=True):
    """How many were changed."""

    updated: int
    """How many tasks were changed."""


class EditIn(TaskFields, frozen=True, kw_only=True):
    """A task, and what shall be different about it, while it has not run."""

    task: str
    """The task's id."""
    force: bool = False
    """Whatever its status."""
    name: str | None = None
    """Its name."""
    type: Type | None = None
    """What sort of work it is."""
    status: Status | None = None
    """How it shall stand."""
    output: Json | None = None
    """Where it goes, and what came of it."""


class RequirementsIn(In, frozen=True, kw_only=True):
    """A task and what its script needs."""

    task: str
    """The task's id."""
    requirements: Json
    """Packages by the name of who installs them."""


class CloneIn(In, frozen=True, kw_only=True):
    """A task like another one."""

    task: str
    """The id of the task that is copied."""
    new_task_name: str | None = None
    """The copy's name."""
    new_task_comment: str | None = None
    """Its comment."""
    new_task_tags: list[str] | None = None
    """Its tags."""
    new_task_system_tags: list[str] | None = None
    """Its system tags."""
    new_task_parent: str | None = None
    """The id of the task it hangs on."""
    new_task_project: str | None = None
    """The id of the project it lies in."""
    new_project_name: str | None = None
    """The name of the project it lies in, which is made where it is missing."""
    new_task_hyperparams: dict[str, dict[str, Parameter]] | None = None
    """Its parameters."""
    new_task_configuration: dict[str, Configuration] | None = None
    """Its configuration."""
    new_hyperparams: dict[str, dict[str, Parameter]] | None = None
    """Its parameters, by their first name."""
    new_configuration: dict[str, Configuration] | None = None
    """Its configuration, by its first name."""
    new_task_container: Container | None = None
    """Its container."""
    new_task_input_models: list[ModelItem] | None = None
    """The models it takes."""
    execution_overrides: Execution | None = None
    """What is different about how it is run."""
    validate_references: bool = False
    """Whether the models that the other one takes have to be there still."""


class CloneOut(Out, frozen=True, kw_only=True):
    """The copy."""

    id: str
    """Its id."""
    new_project: Json | None = None
    """`id` and `name` of a project that was named."""


class TagsIn(In, frozen=True, kw_only=True):
    """Tags that shall be added and taken away."""

    ids: list[str]
    """Ids of tasks."""
    add_tags: list[str] | None = None
    """Tags to add."""
    remove_tags: list[str] | None = None
    """Tags to take away."""


class MoveIn(In, frozen=True, kw_only=True):
    """Tasks that shall lie in another project."""

    ids: list[str]
    """Ids of tasks."""
    project: str | None = None
    """The project's id."""
    project_name: str | None = None
    """The project's name, which is made where it is missing."""


class MoveOut(Out, frozen=True, kw_only=True):
    """Where they lie."""

    project_id: str
    """The project's id."""
