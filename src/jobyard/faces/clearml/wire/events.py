"""The calls of events."""

from __future__ import annotations

from typing import Any, Literal

from jobyard.faces.clearml.wire import In, Json, Out

Kind = Literal["log", "training_stats_scalar", "training_stats_vector", "training_debug_image", "plot"]


class EventIn(In, frozen=True, kw_only=True):
    """One event; what it holds depends on its type."""

    type: str
    """`log`, `training_stats_scalar`, `training_stats_vector`, `training_debug_image` or `plot`."""
    task: str | None = None
    """The id of the task, or of the model."""
    timestamp: float | None = None
    """When it happened, in milliseconds; now where nobody says."""
    worker: str | None = None
    """Who tells it."""
    model_event: bool = False
    """Whether `task` names a model."""
    allow_locked: bool = False
    """Take it although the task is published."""
    iter: int | None = None
    """The iteration; 0 where nobody says."""
    metric: str | None = None
    """The metric."""
    variant: str | None = None
    """The variant."""
    value: float | None = None
    """Of a scalar."""
    x_axis_label: str | None = None
    """Of a scalar: what the axis of its curve is called."""
    values: list[float] | None = None
    """Of a vector."""
    plot_str: str | None = None
    """Of a plot: JSON."""
    key: str | None = None
    """Of a picture: its path."""
    url: str | None = None
    """Of a picture: its address."""
    level: str | None = None
    """Of the log: how bad it is."""
    msg: str | None = None
    """Of the log: its text."""


class AddedOut(Out, frozen=True, kw_only=True):
    """What was taken."""

    added: int
    """How many were taken."""
    errors: int
    """How many were not."""
    errors_info: dict[str, int]
    """Why not, and how many of each."""


class Named(In, frozen=True, kw_only=True):
    """A metric by its name."""

    metric: str
    """The metric."""
    variants: list[str] | None = None
    """Only these variants; all where none is said."""


class TaskEventsIn(In, frozen=True, kw_only=True):
    """Which events of a task are wanted."""

    task: str
    """The task's id."""
    event_type: Kind | None = None
    """Of which type; of all but the log where nobody says."""
    order: Literal["asc", "desc"] = "asc"
    """How they come within one answer."""
    batch_size: int = 500
    """How many of one answer."""
    scroll_id: str | None = None
    """Where the answer before ended."""
    count_total: bool = True
    """Taken: they are always counted."""
    model_events: bool = False
    """Whether `task` names a model."""


class EventsOut(Out, frozen=True, kw_only=True):
    """Events."""

    events: list[Json]
    """The events."""
    returned: int
    """How many these are."""
    total: int
    """How many there are in all."""
    scroll_id: str | None = None
    """Where this answer ended."""


class TaskLogIn(In, frozen=True, kw_only=True):
    """Which part of the log is wanted."""

    task: str
    """The task's id."""
    batch_size: int = 500
    """How many of one answer."""
    navigate_earlier: bool = True
    """Those before the time, newest ones; else those after it."""
    from_timestamp: float | None = None
    """The time in milliseconds; the end of the log, or its beginning, where nobody says."""
    order: Literal["asc", "desc"] | None = None
    """How they come; newest first where nobody says."""
    metrics: list[Named] | None = None
    """Only what tells of these: `metric` and perhaps `variants`."""


class HistogramIn(In, frozen=True, kw_only=True):
    """Which curves of a task are wanted."""

    task: str
    """The task's id."""
    samples: int | None = None
    """The most points of a curve; 2000 where nobody says, and never more than 6000."""
    key: Literal["iter", "timestamp", "iso_time"] | None = None
    """What `x` is."""
    metrics: list[Named] | None = None
    """Only these: `metric` and perhaps `variants`."""
    model_events: bool = False
    """Whether `task` names a model."""


class ManyHistogramsIn(In, frozen=True, kw_only=True):
    """Which curves of several tasks are wanted."""

    tasks: list[str]
    """Ids of tasks."""
    samples: int | None = None
    """The most points of a curve."""
    key: Literal["iter", "timestamp", "iso_time"] | None = None
    """What `x` is."""
    metrics: list[Named] | None = None
    """Only these."""
    model_events: bool = False
    """Whether models are named in the place of tasks."""


class HistogramOut(Out, frozen=True, kw_only=True):
    """Curves: the answer itself holds `name`, `x` and `y` by metric and variant."""


class ManyHistogramsOut(Out, frozen=True, kw_only=True):
    """Curves of several tasks."""

    metrics: dict[str, Any]
    """By metric, variant and task."""


class PlotsIn(In, frozen=True, kw_only=True):
    """Which plots of a task are wanted."""

    task: str
    """The task's id."""
    iters: int = 1
    """How many of the newest iterations of each metric and variant."""
    metrics: list[Named] | None = None
    """Only these: `metric` and perhaps `variants`."""
    no_scroll: bool = False
    """Answer without saying where it ended."""
    scroll_id: str | None = None
    """Where the answer ended, when a size was said."""
    model_events: bool = False
    """Whether `task` names a model."""


class PlotsOut(Out, frozen=True, kw_only=True):
    """Plots."""

    plots: list[Json]
    """The plots."""
    returned: int
    """How many these are."""
    total: int
    """How many there are in all."""
    scroll_id: str | None = None
    """Where the answer ended, when a size was said."""


class MetricIn(In, frozen=True, kw_only=True):
    """A metric of a task."""

    task: str
    """The task's id."""
    metric: str | None = None
    """The metric; all where none is said."""
    variants: list[str] | None = None
    """Only these variants."""


class ImagesIn(In, frozen=True, kw_only=True):
    """Which pictures, or plots, are wanted."""

    metrics: list[MetricIn]
    """Of which tasks and metrics."""
    iters: int = 1
    """How many iterations of each metric."""
    navigate_earlier: bool = True
    """Older ones with each further answer."""
    refresh: bool = False
    """Begin with the newest once more."""
    scroll_id: str | None = None
    """Where the answer before ended."""
    model_events: bool = False
    """Whether models are named in the place of tasks."""


class ImagesOut(Out, frozen=True, kw_only=True):
    """Pictures, or plots."""

    metrics: list[Json]
    """For each metric: `task`, `metric`, and `iterations`, each with `iter` and its `events`."""
    scroll_id: str | None = None
    """Where the answer ended, when a size was said."""


class SinglesIn(In, frozen=True, kw_only=True):
    """Of which tasks."""

    tasks: list[str]
    """Ids of tasks."""
    metrics: list[Named] | None = None
    """Only these: `metric` and perhaps `variants`."""
    model_events: bool = False
    """Whether models are named in the place of tasks."""


class TasksEventsIn(In, frozen=True, kw_only=True):
    """Of which tasks."""

    tasks: list[str]
    """Ids of tasks."""
    event_type: Kind | None = None
    """Of which type."""
    model_events: bool = False
    """Whether models are named in the place of tasks."""


class SinglesOut(Out, frozen=True, kw_only=True):
    """Values that belong to no curve."""

    tasks: list[Json]
    """For each task: `task`, `task_name` and `values`."""


class MetricsOut(Out, frozen=True, kw_only=True):
    """Metrics by task."""

    metrics: list[Json]
    """For each task: `task` and `metrics`."""


class MetricVariantsIn(In, frozen=True, kw_only=True):
    """Of which task."""

    task: str
    """The task's id."""
    event_type: Kind | None = None
    """Of which type; scalars where nobody says."""
    model_events: bool = False
    """Whether models are named in the place of tasks."""


class MetricVariantsOut(Out, frozen=True, kw_only=True):
    """Variants by metric."""

    metrics: dict[str, list[str]]
    """By metric."""


class DeleteEventsIn(In, frozen=True, kw_only=True):
    """Whose events shall go."""

    task: str
    """The task's id."""
    allow_locked: bool = False
    """Although it is published."""


class DeleteModelEventsIn(In, frozen=True, kw_only=True):
    """Whose events shall go."""

    model: str
    """The model's id."""
    allow_locked: bool = False
    """Although it is published."""


class DeletedEventsOut(Out, frozen=True, kw_only=True):
    """Whether there were any."""

    deleted: bool
    """How many went."""
