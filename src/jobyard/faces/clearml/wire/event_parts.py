"""The calls that read events one by one, step by step, or for several tasks at once, and that clear the log."""

from __future__ import annotations

from typing import Literal

from jobyard.faces.clearml.wire import In, Json, Out
from jobyard.faces.clearml.wire.events import Named


class ClearLogIn(In, frozen=True, kw_only=True):
    """What of the log shall go."""

    task: str
    """The task's id."""
    threshold_sec: int | None = None
    """Only what is older than so many seconds."""
    include_metrics: list[str] | None = None
    """Only what tells of these metrics."""
    exclude_metrics: list[str] | None = None
    """Nothing that tells of these metrics."""
    allow_locked: bool = False
    """Although the task is published."""


class ClearedOut(Out, frozen=True, kw_only=True):
    """How much went."""

    deleted: int
    """How many pieces went."""


class DownloadLogIn(In, frozen=True, kw_only=True):
    """How the log is wanted."""

    task: str
    """The task's id."""
    line_type: Literal["json", "text"] = "text"
    """As text, or as a list of events in JSON."""
    line_format: str = "{asctime} {worker} {level} {msg}"
    """Of text: how a piece is written."""


class RawIn(In, frozen=True, kw_only=True):
    """Which values of a task are wanted, as they were told."""

    task: str
    """The task's id."""
    metric: Named
    """The metric, and perhaps variants."""
    key: Literal["iter", "timestamp", "iso_time"] | None = None
    """What beside the value is wanted; the iteration where nobody says."""
    batch_size: int | None = None
    """How many of one answer; as in the answer before, or 10000."""
    count_total: bool = False
    """Answer how many there are in all."""
    scroll_id: str | None = None
    """Where the answer before ended."""
    model_events: bool = False
    """Whether `task` names a model."""


class RawOut(Out, frozen=True, kw_only=True):
    """Values as they were told."""

    variants: dict[str, Json]
    """By variant: `y`, and `iter`, `timestamp` or `iso_time`."""
    returned: int
    """How many these are."""
    total: int | None
    """How many there are in all, when that was asked."""
    scroll_id: str
    """Where this answer ended."""


class MetricDataIn(In, frozen=True, kw_only=True):
    """A metric whose events are wanted."""

    task: str
    """The task's id."""
    metric: str
    """The metric."""
    scroll_id: str | None = None
    """Where the answer before ended."""
    no_scroll: bool = False
    """Answer without saying where it ended."""
    model_events: bool = False
    """Whether `task` names a model."""


class LatestIn(In, frozen=True, kw_only=True):
    """Of which task."""

    task: str
    """The task's id."""


class LatestOut(Out, frozen=True, kw_only=True):
    """What a task told last."""

    metrics: list[Json]
    """For each metric: `name` and `variants`, each with `name`, `last_value`, `last_100_value` and `last_timestamp`."""
    last_iter: int
    """The greatest iteration."""
    name: str
    """The task's name."""
    status: str
    """How it stands."""


class VectorNamesIn(In, frozen=True, kw_only=True):
    """Of which task."""

    task: str
    """The task's id."""
    model_events: bool = False
    """Whether `task` names a model."""


class VectorNamesOut(Out, frozen=True, kw_only=True):
    """Metrics and variants."""

    metrics: list[Json]
    """For each metric: `metric` and `variants`."""


class VectorsIn(In, frozen=True, kw_only=True):
    """Which vectors are wanted."""

    task: str
    """The task's id."""
    metric: str
    """The metric."""
    variant: str
    """The variant."""
    model_events: bool = False
    """Whether `task` names a model."""


class VectorsOut(Out, frozen=True, kw_only=True):
    """Vectors by iteration."""

    metric: str
    """The metric."""
    variant: str
    """The variant."""
    iterations: list[int]
    """At which iterations."""
    vectors: list[list[float]]
    """What was told at each."""
    images: list[Json]
    """The same as events."""


class ScrollIn(In, frozen=True, kw_only=True):
    """An end of an answer that nobody needs any more."""

    scroll_id: str
    """Where the answer ended."""


class PlotsOfTasksIn(In, frozen=True, kw_only=True):
    """Whose plots are wanted."""

    tasks: list[str]
    """Ids of tasks."""
    iters: int = 1
    """How many of the newest iterations of each metric and variant."""
    metrics: list[Named] | None = None
    """Only these: `metric` and perhaps `variants`."""
    no_scroll: bool = False
    """Answer without saying where it ended."""
    scroll_id: str | None = None
    """Where the answer ended."""
    model_events: bool = False
    """Whether models are named in the place of tasks."""


class PlotsOfTasksOut(Out, frozen=True, kw_only=True):
    """Plots of several tasks."""

    plots: Json
    """By metric, variant, task and iteration: `name` and `plots`."""
    returned: int
    """How many these are."""
    total: int
    """How many there are in all."""
    scroll_id: str | None = None
    """Where the answer ended."""


class PictureSampleIn(In, frozen=True, kw_only=True):
    """Which picture is wanted."""

    task: str
    """The task's id."""
    metric: str
    """The metric."""
    variant: str
    """The variant."""
    iteration: int | None = None
    """The iteration; the newest where none is said."""
    navigate_current_metric: bool = True
    """Whether the steps from here stay with this metric."""
    refresh: bool = False
    """Taken: what is there is always looked for anew."""
    scroll_id: str | None = None
    """Taken: each answer says where it stands."""
    model_events: bool = False
    """Whether `task` names a model."""


class PlotSampleIn(In, frozen=True, kw_only=True):
    """Which plots are wanted: those of a metric at one iteration."""

    task: str
    """The task's id."""
    metric: str
    """The metric."""
    iteration: int | None = None
    """The iteration; the newest where none is said."""
    navigate_current_metric: bool = True
    """Whether the steps from here stay with this metric."""
    refresh: bool = False
    """Taken: what is there is always looked for anew."""
    scroll_id: str | None = None
    """Taken: each answer says where it stands."""
    model_events: bool = False
    """Whether `task` names a model."""


class StepIn(In, frozen=True, kw_only=True):
    """A step from where an answer stood."""

    task: str
    """The task's id."""
    scroll_id: str
    """Where the answer before stands."""
    navigate_earlier: bool = True
    """To an earlier one; else to a later one."""
    next_iteration: bool = False
    """Over all others of the same iteration."""
    model_events: bool = False
    """Whether `task` names a model."""


class PictureOut(Out, frozen=True, kw_only=True):
    """A picture."""

    scroll_id: str
    """Where this answer stands."""
    event: Json | None = None
    """The picture; none where there is none."""
    min_iteration: int | None = None
    """The first iteration of its metric and variant."""
    max_iteration: int | None = None
    """The last one."""


class PlotSampleOut(Out, frozen=True, kw_only=True):
    """Plots of one metric and one iteration."""

    scroll_id: str
    """Where this answer stands."""
    events: list[Json]
    """The plots; none where there are none."""
    min_iteration: int | None = None
    """The first iteration of the metric."""
    max_iteration: int | None = None
    """The last one."""


class MetricsOfTasksOut(Out, frozen=True, kw_only=True):
    """Metrics of several tasks together."""

    metrics: list[Json]
    """For each metric: `metric` and `variants`."""
