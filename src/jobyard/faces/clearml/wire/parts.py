"""The parts that tasks are made of."""

from __future__ import annotations

from typing import Any, Literal

from jobyard.faces.clearml.wire import In, Json, Out

Type = Literal[
    "training",
    "testing",
    "inference",
    "data_processing",
    "application",
    "monitor",
    "controller",
    "report",
    "optimizer",
    "service",
    "qc",
    "custom",
]
Status = Literal[
    "created",
    "queued",
    "in_progress",
    "stopped",
    "published",
    "publishing",
    "closed",
    "failed",
    "completed",
    "unknown",
]


class MultiFieldPattern(In, frozen=True, kw_only=True):
    """A pattern or a time that one of several fields, or all of them, must fit."""

    pattern: str | None = None
    """A regular expression, in whatever case, found anywhere."""
    fields: list[str] | None = None
    """Dotted names of the fields."""
    datetime: str | list[str | None] | None = None
    """A time with an optional prefix, in the place of a pattern."""


class Script(In, frozen=True, kw_only=True):
    """What is run."""

    binary: str | None = None
    """What runs the script; `python` where nobody says."""
    repository: str | None = None
    """Where the script's repository lies."""
    tag: str | None = None
    """The repository's tag."""
    branch: str | None = None
    """The repository's branch; its own default where neither tag nor branch is said."""
    version_num: str | None = None
    """The commit; the newest where nobody says."""
    entry_point: str | None = None
    """What is run, within the repository."""
    working_dir: str | None = None
    """The folder it is run in, within the repository."""
    requirements: Json | None = None
    """Packages by the name of who installs them."""
    diff: str | None = None
    """Changes that were not committed, or the whole script where there is no repository."""


class Output(In, frozen=True, kw_only=True):
    """Where it goes, and what came of it."""

    destination: str | None = None
    """Where files that it makes are put."""
    model: str | None = None
    """The id of the model that it made."""
    result: str | None = None
    """`success` or `failure`."""
    error: str | None = None
    """The last error's text."""


class ArtifactTypeData(In, frozen=True, kw_only=True):
    """More of an artifact."""

    preview: str | None = None
    """What it looks like, as text."""
    content_type: str | None = None
    """The media type."""
    data_hash: str | None = None
    """A hash of the data without headers."""


class Artifact(In, frozen=True, kw_only=True):
    """A file or a piece of data that belongs to a task."""

    key: str
    """Its name; a task has one of each name and mode."""
    type: str
    """What sort of thing it is."""
    mode: Literal["input", "output"] = "output"
    """Whether the task takes or makes it."""
    uri: str | None = None
    """Where it lies."""
    content_size: int | None = None
    """Its length in bytes."""
    hash: str | None = None
    """A hash of all its bytes."""
    timestamp: int | None = None
    """When it was made, in seconds since 1970."""
    type_data: ArtifactTypeData | None = None
    """More, by its type."""
    display_data: list[list[Any]] | None = None
    """Pairs of a name and a value, in order."""


class Execution(In, frozen=True, kw_only=True):
    """How it is run."""

    queue: str | None = None
    """The id of the queue it was put in line in."""
    parameters: Json | None = None
    """Parameters by name, as clients before 2.9 say them."""
    model: str | None = None
    """The id of the model that it takes, as clients before 2.13 say it."""
    model_desc: Json | None = None
    """What the model looks like."""
    model_labels: dict[str, int] | None = None
    """Numbers by labels."""
    framework: str | None = None
    """What the model is made with."""
    docker_cmd: str | None = None
    """The image and its arguments, as clients before 2.13 say them."""
    artifacts: list[Artifact] | None = None
    """What it takes and makes."""


class Container(In, frozen=True, kw_only=True):
    """The container it runs in."""

    image: str | None = None
    """The image's name."""
    arguments: str | None = None
    """What it is started with."""
    setup_shell_script: str | None = None
    """What is run in it first."""


class Parameter(In, frozen=True, kw_only=True):
    """A parameter of a task, in a section."""

    section: str
    """The section's name."""
    name: str
    """Its own name, unique within the section."""
    value: str | None = None
    """Its value, always as text."""
    type: str | None = None
    """What type the value has."""
    description: str | None = None
    """What it is for."""


class ParameterKey(In, frozen=True, kw_only=True):
    """A parameter, or a whole section where no name is said."""

    section: str | None = None
    """The section's name."""
    name: str | None = None
    """The parameter's name."""


class Configuration(In, frozen=True, kw_only=True):
    """A named piece of configuration."""

    name: str
    """Its name."""
    value: str | None = None
    """Its text."""
    type: str | None = None
    """What type of text it is."""
    description: str | None = None
    """What it is for."""


class ModelItem(In, frozen=True, kw_only=True):
    """A model of a task, under a name."""

    name: str
    """The name under which the task knows it."""
    model: str
    """The model's id."""


class Models(In, frozen=True, kw_only=True):
    """The models of a task."""

    input: list[ModelItem] | None = None
    """Those it takes."""
    output: list[ModelItem] | None = None
    """Those it makes."""


class LastMetricsEvent(Out, frozen=True, kw_only=True):
    """What is known of a metric in one variant."""

    metric: str
    """The metric."""
    variant: str
    """The variant."""
    value: float | None = None
    """The latest value."""
    min_value: float | None = None
    """The least value."""
    min_value_iteration: int | None = None
    """Where that was."""
    max_value: float | None = None
    """The greatest value."""
    max_value_iteration: int | None = None
    """Where that was."""
    first_value: float | None = None
    """The first value."""
    first_value_iteration: int | None = None
    """Where that was."""
    mean_value: float | None = None
    """The mean of all values."""
    count: int | None = None
    """How many values there are."""


class Task(Out, frozen=True, kw_only=True):
    """A task; what was not asked for, or has no value, is left out."""

    id: str
    """The task's id."""
    name: str | None = None
    """Its name."""
    user: str | None = None
    """Whose it is."""
    company: str | None = None
    """The house."""
    type: Type | None = None
    """What sort of work it is."""
    status: Status | None = None
    """How it stands."""
    comment: str | None = None
    """Free text."""
    created: str | None = None
    """When it was written down, as ISO 8601 in UTC."""
    started: str | None = None
    """When its program began."""
    completed: str | None = None
    """When its program ended."""
    parent: str | None = None
    """The id of the task it hangs on."""
    project: str | None = None
    """The id of the project it lies in."""
    output: Output | None = None
    """Where it goes, and what came of it."""
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
    """What its program keeps of its own run; values keep their types."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    status_changed: str | None = None
    """Since when it stands so."""
    status_message: str | None = None
    """More about how it stands."""
    status_reason: str | None = None
    """Why it stands so."""
    published: str | None = None
    """When it was published."""
    last_update: str | None = None
    """When it was changed, heard of or reported to."""
    last_change: str | None = None
    """When anything about it changed."""
    last_changed_by: str | None = None
    """Who changed it."""
    last_iteration: int | None = None
    """The greatest iteration that was reported."""
    last_metrics: dict[str, dict[str, LastMetricsEvent]] | None = None
    """What is known of each metric in each variant, by the MD5 of their names."""
    last_worker: str | None = None
    """Who was last heard to work on it."""
    last_worker_report: str | None = None
    """When that was."""
    active_duration: int | None = None
    """Seconds it has been worked on."""
    enqueue_status: str | None = None
    """How it stood before it was put in line."""
