"""Shapes of experiments: what a program reported, what it was told, what it made."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.asked import CursorText
from jobyard.faces.native.wire.words import Id, Time

SortName = Literal["scalar", "vector", "plot", "image"]
StandingName = Literal[
    "draft",
    "queued",
    "running",
    "succeeded",
    "failed",
    "cancelled",
    "closed",
    "publishing",
    "published",
    "unknown",
]
OptionName = Literal["reset", "clone", "enqueue", "archive"]
_Metric = Annotated[str, Meta(max_length=500)]
_Metrics = Annotated[list[_Metric], Meta(max_length=20)]


class CurvesAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Curves of which jobs, of which metrics, and how many points each may have."""

    job: Annotated[list[Id], Meta(max_length=20)] = []
    """The jobs that are compared."""
    metric: _Metrics = []
    """Any metric where none is said."""
    samples: Annotated[int, Meta(ge=2, le=5000)] = 500


class ShownAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which plots or pictures: the newest of each metric and variant."""

    metric: _Metric | None = None
    variant: _Metric | None = None
    below: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    """Only those of iterations below this one."""
    limit: Annotated[int, Meta(ge=1, le=100)] = 1
    """How many of each metric and variant."""


class ConsoleAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which pieces of a console."""

    cursor: CursorText | None = None
    back: bool = False
    """Those before the cursor, or the newest, instead of those behind it, or the oldest."""
    limit: Annotated[int, Meta(ge=1, le=5000)] = 1000


class FileAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which file."""

    path: Annotated[str, Meta(max_length=4000)] = ""
    """Its path among the files that programs put here."""


class FolderRef(Struct, kw_only=True):
    """A project of experiments, by id and name."""

    id: str
    name: str


class ParameterOut(Struct, kw_only=True):
    """A hyper-parameter."""

    section: str
    name: str
    value: str
    type: str
    description: str


class ConfigurationOut(Struct, kw_only=True):
    """A named piece of configuration."""

    name: str
    text: str
    type: str
    description: str


class ArtifactOut(Struct, kw_only=True):
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
    at: Time | None
    preview: str
    """What it looks like, as text."""
    facts: list[list[str]]
    """Pairs of a name and a value, in order."""


class ModelOut(Struct, kw_only=True):
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


class ScriptOut(Struct, kw_only=True):
    """What is run."""

    repository: str
    branch: str
    commit: str
    entry_point: str
    folder: str
    packages: str
    changes: str
    """What was not committed, or the whole script where there is no repository."""


class ExperimentOut(Struct, kw_only=True):
    """What an experiment is beyond its job."""

    job: str
    type: str
    folder: FolderRef | None
    parent: str | None
    standing: StandingName
    """How it stands: its job's state, or what was said of it since."""
    tags: list[str]
    archived: bool
    comment: str
    message: str
    iteration: int
    """The greatest iteration that was reported."""
    reported_by: str
    """Who was last heard to work on it."""
    parameters: list[ParameterOut]
    configuration: list[ConfigurationOut]
    artifacts: list[ArtifactOut]
    models: list[ModelOut]
    script: ScriptOut | None
    container: str
    may: list[OptionName]
    """What this reader may ask of it as it stands."""


class SeriesOut(Struct, kw_only=True):
    """One metric in one variant, and what is known of its values."""

    sort: SortName
    metric: str
    variant: str
    count: int
    last: float | None
    last_iteration: int
    last_at: Time
    least: float | None
    least_iteration: int
    most: float | None
    most_iteration: int
    first: float | None
    first_iteration: int
    mean: float | None


class SingleOut(Struct, kw_only=True):
    """A value that was told once and belongs to no curve."""

    metric: str
    variant: str
    value: float | None
    at: Time


class SeriesList(Struct, kw_only=True):
    """What was reported, by name."""

    series: list[SeriesOut]
    singles: list[SingleOut]
    lines: int
    """Pieces of the console."""


class CurveOut(Struct, kw_only=True):
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


class CurvesOut(Struct, kw_only=True):
    """Curves, job after job, by metric and variant."""

    curves: list[CurveOut]


class PlotOut(Struct, kw_only=True):
    """A plot as it was reported."""

    metric: str
    variant: str
    iteration: int
    at: Time
    figure: str
    """JSON in Plotly's form: `data` and `layout`."""


class ImageOut(Struct, kw_only=True):
    """A picture."""

    metric: str
    variant: str
    iteration: int
    at: Time
    address: str
    """Where its program says that it lies."""
    url: str | None
    """Where it can be fetched from this house; null where it lies elsewhere."""


class PieceOut(Struct, kw_only=True):
    """A piece of the console: one line or several."""

    cursor: str
    """Its place: further ones are read from here."""
    at: Time
    level: str
    worker: str
    text: str


class ConsolePage(Struct, kw_only=True):
    """Pieces, oldest first."""

    pieces: list[PieceOut]
    next: str | None
    """Pass as `cursor` for more in the same direction; null when that was all for now."""
    total: int


class CloneIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """How the copy differs."""

    name: Annotated[str, Meta(min_length=3, max_length=1000)] | None = None


class EnqueueIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """In which line it shall stand."""

    queue: Annotated[str, Meta(min_length=3, max_length=64, pattern=r"^[^\s].*[^\s]$(?!\n)")]
    """The queue that an agent or somebody's own worker serves."""


class ArchiveIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Put away, or fetched back."""

    archived: bool = True
