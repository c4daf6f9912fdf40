"""Shapes of experiments: what a program reported, what it was told, what it made."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class FolderRef(Struct, frozen=True, kw_only=True):
    """A project of experiments, by id and name."""

    id: str
    name: str


class Parameter(Struct, frozen=True, kw_only=True):
    """A hyper-parameter."""

    section: str
    name: str
    value: str
    type: str
    description: str


class Configuration(Struct, frozen=True, kw_only=True):
    """A named piece of configuration."""

    name: str
    text: str
    type: str
    description: str


class Artifact(Struct, frozen=True, kw_only=True):
    """A file or a piece of data that the experiment took or made."""

    name: str
    type: str
    taken: bool
    """It was taken, not made."""
    address: str
    """Where its program says that it lies."""
    url: str | None
    """Where it can be fetched from this house; null where it lies elsewhere."""
    size: int | None
    hash: str
    at: datetime | None
    preview: str
    """What it looks like, as text."""
    facts: list[list[str]]
    """Pairs of a name and a value, in order."""


class Model(Struct, frozen=True, kw_only=True):
    """A model that the experiment took or made."""

    id: str
    name: str
    """The name under which the experiment knows it."""
    title: str
    """The model's own name; empty where it is not there any more."""
    taken: bool
    framework: str
    ready: bool
    address: str
    url: str | None
    """Where its weights can be fetched from this house; null where they lie elsewhere."""
    size: int | None


class Script(Struct, frozen=True, kw_only=True):
    """What is run."""

    repository: str
    branch: str
    commit: str
    entry_point: str
    folder: str
    packages: str
    changes: str
    """What was not committed, or the whole script where there is no repository."""


class Experiment(Struct, frozen=True, kw_only=True):
    """What an experiment is beyond its job."""

    job: str
    type: str
    folder: FolderRef | None
    parent: str | None
    standing: str
    """How it stands: its job's state, or what was said of it since."""
    tags: list[str]
    archived: bool
    comment: str
    message: str
    iteration: int
    """The greatest iteration that was reported."""
    reported_by: str
    """Who was last heard to work on it."""
    parameters: list[Parameter]
    configuration: list[Configuration]
    artifacts: list[Artifact]
    models: list[Model]
    script: Script | None
    container: str
    may: list[str]
    """What this reader may ask of it as it stands."""


class Series(Struct, frozen=True, kw_only=True):
    """One metric in one variant, and what is known of its values."""

    sort: str
    metric: str
    variant: str
    count: int
    last: float | None
    last_iteration: int
    last_at: datetime
    least: float | None
    least_iteration: int
    most: float | None
    most_iteration: int
    first: float | None
    first_iteration: int
    mean: float | None


class Single(Struct, frozen=True, kw_only=True):
    """A value that was told once and belongs to no curve."""

    metric: str
    variant: str
    value: float | None
    at: datetime


class SeriesList(Struct, frozen=True, kw_only=True):
    """What was reported, by name."""

    series: list[Series]
    singles: list[Single]
    lines: int
    """Pieces of the console."""


class Curve(Struct, frozen=True, kw_only=True):
    """A curve of one job; where it has more points than were asked for, they are means of stretches."""

    job: str
    metric: str
    variant: str
    count: int
    """How many values were reported."""
    iterations: list[float]
    times: list[float]
    """Seconds since 1970, in UTC."""
    values: list[float | None]


class Curves(Struct, frozen=True, kw_only=True):
    """Curves, job after job, by metric and variant."""

    curves: list[Curve]


class Plot(Struct, frozen=True, kw_only=True):
    """A plot as it was reported."""

    metric: str
    variant: str
    iteration: int
    at: datetime
    figure: str
    """JSON in Plotly's form: `data` and `layout`."""


class Image(Struct, frozen=True, kw_only=True):
    """A picture."""

    metric: str
    variant: str
    iteration: int
    at: datetime
    address: str
    """Where its program says that it lies."""
    url: str | None
    """Where it can be fetched from this house; null where it lies elsewhere."""


class Piece(Struct, frozen=True, kw_only=True):
    """A piece of the console: one line or several."""

    cursor: str
    """Its place: further ones are read from here."""
    at: datetime
    level: str
    worker: str
    text: str


class ConsolePage(Struct, frozen=True, kw_only=True):
    """Pieces, oldest first."""

    pieces: list[Piece]
    next: str | None
    """Pass as `cursor` for more in the same direction; null when that was all for now."""
    total: int
