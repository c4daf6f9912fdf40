"""What this room remembers: frozen records. All times are microseconds since 1970, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from jobyard.experiments.standing import Standing, standing
from jobyard.job.record import Job

KIND = "experiment.run"
"""The kind of the jobs behind experiments."""
FACE = "clearml"
ARCHIVED, HIDDEN, DEVELOPMENT = "archived", "hidden", "development"
"""System tags with a meaning in this room."""
SINGLE = -(2**31)
"""The iteration of a value that was told once and belongs to no curve."""

Json = dict[str, Any]


class Head(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is small and often read of a task."""

    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    comment: str = ""
    reason: str = ""
    """Why it stands as it does."""
    message: str = ""
    said_of: str = ""
    """How it stood when reason and message were said; when it stands in another way, its job knows better."""
    published_at: int | None = None
    touched_at: int | None = None
    """When anything about it was changed last."""
    touched_by: str = ""
    before: str = ""
    """How it stood before it was put in line."""
    worker: str = ""
    """Who was last heard to work on it."""
    worker_at: int | None = None
    worked: int | None = None
    """Microseconds it has been worked on."""


class Task(Struct, frozen=True, kw_only=True):
    """What an experiment is beyond its job; both have the same id."""

    number: int = 0
    id: str
    project: str = ""
    """The id of the folder of experiments it lies in; empty for none."""
    parent: str = ""
    type: str
    mark: str = ""
    """The mark on its job, to search by."""
    created_at: int
    updated_at: int
    """When it was changed, heard of or reported to."""
    changed_at: int
    """When it began to stand as it does."""
    started_at: int | None = None
    completed_at: int | None = None
    iteration: int = 0
    head: Head = Head()
    parts: str = "{}"
    """JSON of its larger parts, such as the script and the parameters."""

    @property
    def sections(self) -> Json:
        """The larger parts by name, read anew with each call."""
        found: Json = msgspec.json.decode(self.parts)
        return found


class Experiment(NamedTuple):
    """A task with its job."""

    job: Job
    task: Task

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing(self.job)


class Folder(Struct, frozen=True, kw_only=True):
    """A project of experiments: a name with slashes, in somebody's own home or in that of a shared project."""

    id: str
    home: str
    """Whose names it is unique among: `owner:NAME` or `project:ID`."""
    name: str
    owner: str
    project: str | None = None
    """The id of the house's project that shares it and all in it; None for a private one."""
    description: str = ""
    destination: str = ""
    """Where the programs in it put what they make."""
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    created_at: int
    updated_at: int


class Model(Struct, frozen=True, kw_only=True):
    """A trained model: where its weights lie and what is said of them."""

    id: str
    folder: str = ""
    """The id of the folder of experiments that it lies in."""
    owner: str
    project: str | None = None
    """The id of the house's project that shares it."""
    task: str = ""
    """The experiment that made it."""
    parent: str = ""
    name: str
    uri: str = ""
    framework: str = ""
    comment: str = ""
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    labels: Mapping[str, int] = {}
    design: Any = None
    ready: bool = True
    metadata: Mapping[str, Json] = {}
    last_iteration: int = 0
    created_at: int
    updated_at: int
    touched_at: int
    touched_by: str


class Line(Struct, frozen=True, kw_only=True):
    """What people say of a queue that agents serve; the queue itself is the engine's."""

    id: str
    name: str
    display: str = ""
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    metadata: Mapping[str, Json] = {}
    created_at: int
    touched_at: int


class Agent(Struct, frozen=True, kw_only=True):
    """A program that takes tasks out of queues and runs them."""

    name: str
    owner: str
    address: str = ""
    queues: tuple[str, ...] = ()
    """Ids of the queues it serves."""
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    timeout: int
    """Microseconds of silence after which it counts as gone."""
    registered_at: int
    heard_at: int
    reported_at: int | None = None
    task: str = ""
    queue: str = ""


class Sort(StrEnum):
    """What a series is made of."""

    SCALAR = "scalar"
    VECTOR = "vector"
    PLOT = "plot"
    IMAGE = "image"


class Series(Struct, frozen=True, kw_only=True):
    """One metric in one variant, with what is known of its values without reading them."""

    number: int
    home: str
    """The id of the task or the model that it belongs to."""
    sort: Sort
    metric: str
    variant: str
    count: int = 0
    last: float | None = None
    last_iteration: int = 0
    last_at: int = 0
    least: float | None = None
    least_iteration: int = 0
    most: float | None = None
    most_iteration: int = 0
    first: float | None = None
    first_iteration: int = 0
    total: float = 0.0
    label: str = ""
    """What its axis is called, where somebody says so."""


class Point(NamedTuple):
    """One value, picture or plot that was reported."""

    iteration: int
    at: int
    value: float | None
    body: bytes


class Said(NamedTuple):
    """One piece of the console."""

    at: int
    level: str
    worker: str
    text: str
    iteration: int = 0
    metric: str = ""
    variant: str = ""
