"""What agents told of their machines, how many of them there were, and how tasks waited in queues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from jobyard.experiments.machines.samples import Sample, Stretch
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.refusals import NoStats
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.measures import (
    ActivityOut,
    KeysIn,
    KeysOut,
    QueueMetricsIn,
    QueueMetricsOut,
    StatsIn,
    StatsOut,
    StretchIn,
)
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid

_LEAST = 40
"""Seconds of the shortest part: agents tell of their machines every half a minute."""
_PARTS = 1_000
_MOST = 20_000
"""How often one metric of one agent is looked for."""
_FAR = 4_000_000_000
"""The last second that is looked at."""
_OF: Mapping[str, Callable[[Sample], float]] = {
    "avg": lambda one: one.total / one.values,
    "min": lambda one: one.least,
    "max": lambda one: one.most,
}


@action("workers.get_metric_keys", "2.4", KeysIn, KeysOut)
async def get_metric_keys(call: Call, said: KeysIn) -> Answer:
    """Return the metrics that agents tell of their machines, by sort."""
    found = await call.experiments.machines.measured(call.actor, await _agents(call, said.worker_ids))
    if not found and said.worker_ids:
        raise NoStats(names=", ".join(said.worker_ids)[:200])
    sorts = defaultdict[str, list[str]](list)
    for metric in found:
        sorts[metric.partition("_")[0]].append(metric)
    return KeysOut(categories=[{"name": name, "metric_keys": metrics} for name, metrics in sorts.items()])


@action("workers.get_stats", "2.4", StatsIn, StatsOut)
async def get_stats(call: Call, said: StatsIn) -> Answer:
    """Return what agents told of their machines, by parts of a time; a part in which one told nothing has 0."""
    stretch = _stretch(said)
    wanted = defaultdict[str, list[str]](list)
    for item in said.items:
        wanted[item.key].append(item.aggregation or item.category or "avg")
    agents = await _agents(call, said.worker_ids)
    if len(agents) * len(wanted) > _MOST:
        raise Invalid(reason=f"error for field 'items'. with the workers they make more than {_MOST} pairs")
    told = await call.experiments.machines.samples(call.actor, agents, list(wanted), stretch)
    workers = list[Json]()
    for agent in agents:
        metrics = [
            {"metric": metric, "variant": variant, "dates": _dates(stretch), "stats": _stats(samples, kinds, stretch)}
            for metric, kinds in wanted.items()
            for variant, samples in _variants(told.get((agent, metric), {}), split=said.split_by_variant)
        ]
        if metrics:
            workers.append({"worker": agent, "metrics": metrics})
    return StatsOut(workers=workers)


@action("workers.get_activity_report", "2.4", StretchIn, ActivityOut)
async def get_activity_report(call: Call, said: StretchIn) -> Answer:
    """Return how many agents were heard in each part of a time, and how many of them ran a task."""
    stretch = _stretch(said)
    found = {one.place: one for one in await call.experiments.machines.activity(call.actor, stretch)}
    heard = [found.get(place) for place in range(stretch.parts)]
    return ActivityOut(
        total={"dates": _dates(stretch), "counts": [0 if one is None else one.agents for one in heard]},
        active={"dates": _dates(stretch), "counts": [0 if one is None else one.active for one in heard]},
    )


@action("queues.get_queue_metrics", "2.4", QueueMetricsIn, QueueMetricsOut)
async def get_queue_metrics(call: Call, said: QueueMetricsIn) -> Answer:
    """Return how many tasks waited in queues, and how long, in the parts of a time in which any did."""
    stretch = _stretch(said)
    ids = said.queue_ids or [one.id for one in await call.experiments.lines.all(call.actor)]
    queues = list[Json]()
    for id_ in dict.fromkeys(ids):
        found = await call.experiments.machines.waited(call.actor, id_, stretch)
        if found:
            queues.append(
                {
                    "queue": id_,
                    "dates": [_date(stretch, one.place) for one in found],
                    "avg_waiting_times": [one.mean / SECOND for one in found],
                    "queue_lengths": [one.tasks for one in found],
                }
            )
    return QueueMetricsOut(queues=queues)


async def _agents(call: Call, names: Sequence[str] | None) -> list[str]:
    if names:
        agents = list(dict.fromkeys(names))
        if len(agents) > _MOST:
            raise Invalid(reason=f"error for field 'worker_ids'. there are more than {_MOST}")
        return agents
    return [one.name for one in await call.experiments.agents.all(call.actor)]


def _stretch(said: StretchIn) -> Stretch:
    """Return the time that is wanted. Raises Invalid."""
    if not 0 <= said.from_date < said.to_date <= _FAR:
        raise Invalid(reason="error for field 'to_date'. it lies behind from_date, and both are seconds since 1970")
    if said.interval < 1:
        raise Invalid(reason="error for field 'interval'. it is at least 1")
    since, until = int(said.from_date), -int(-said.to_date // 1)
    width = max(min(said.interval, _FAR), _LEAST, -(-(until - since) // _PARTS))
    return Stretch(since * SECOND, until * SECOND, width * SECOND)


def _date(stretch: Stretch, place: int) -> int:
    return (stretch.since + place * stretch.width) // 1_000


def _dates(stretch: Stretch) -> list[int]:
    return [_date(stretch, place) for place in range(stretch.parts)]


def _variants(told: Mapping[str, list[Sample]], *, split: bool) -> Iterable[tuple[str | None, list[Sample]]]:
    """Return what was told of each variant, or of all of them together."""
    if split:
        return told.items()
    together: dict[int, Sample] = {}
    for samples in told.values():
        for one in samples:
            together[one.place] = together[one.place].with_(one) if one.place in together else one
    return [(None, list(together.values()))] if together else []


def _stats(samples: Sequence[Sample], kinds: Sequence[str], stretch: Stretch) -> list[Json]:
    found = {one.place: one for one in samples}
    return [
        {
            "aggregation": kind,
            "values": [_OF[kind](found[place]) if place in found else 0 for place in range(stretch.parts)],
        }
        for kind in dict.fromkeys(kinds)
    ]


ACTIONS = (get_metric_keys, get_stats, get_activity_report, get_queue_metrics)
