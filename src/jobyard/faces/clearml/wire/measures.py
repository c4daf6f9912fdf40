"""The calls that tell of agents' machines and of queues, by stretches of time."""

from __future__ import annotations

from typing import Literal

from jobyard.faces.clearml.wire import In, Json, Out


class KeysIn(In, frozen=True, kw_only=True):
    """Whose metrics are wanted."""

    worker_ids: list[str] | None = None
    """Names of agents; nothing for all that are there."""


class KeysOut(Out, frozen=True, kw_only=True):
    """Metrics."""

    categories: list[Json]
    """For each sort: its `name`, and its metrics as `metric_keys`."""


class StretchIn(In, frozen=True, kw_only=True):
    """Which time is wanted, in parts of which width."""

    from_date: float
    """Where it begins: seconds since 1970."""
    to_date: float
    """Where it ends: seconds since 1970."""
    interval: int
    """The width of a part in seconds; 40 at least, and as much as leaves a thousand parts."""


class Item(In, frozen=True, kw_only=True):
    """A metric, and what is wanted of it."""

    key: str
    """The metric."""
    aggregation: Literal["avg", "min", "max"] | None = None
    """What of the values of a part is told; their mean where nothing is said."""
    category: Literal["avg", "min", "max"] | None = None
    """The same, by its older name."""


class StatsIn(StretchIn, frozen=True, kw_only=True):
    """Which metrics of which agents are wanted."""

    items: list[Item]
    """The metrics."""
    worker_ids: list[str] | None = None
    """Names of agents; nothing for all that are there."""
    split_by_variant: bool = False
    """Whether each variant of a metric is told by itself."""


class StatsOut(Out, frozen=True, kw_only=True):
    """Metrics."""

    workers: list[Json]
    """For each agent that told anything: `worker` and `metrics`, each with `metric`, `variant`, `dates` in
    milliseconds, and `stats`."""


class ActivityOut(Out, frozen=True, kw_only=True):
    """How many agents there were."""

    total: Json
    """`dates` in milliseconds, and `counts` of those that were heard."""
    active: Json
    """`dates` in milliseconds, and `counts` of those that ran a task."""


class QueueMetricsIn(StretchIn, frozen=True, kw_only=True):
    """Of which queues it is wanted how tasks waited."""

    queue_ids: list[str] | None = None
    """Ids of queues; nothing for all."""
    refresh: bool = False
    """Taken and passed over: what is told is always so."""


class QueueMetricsOut(Out, frozen=True, kw_only=True):
    """How tasks waited."""

    queues: list[Json]
    """For each queue: `queue`, `dates` in milliseconds, `avg_waiting_times` in seconds, and `queue_lengths`."""
