"""Values as they were told: of one metric, the latest of a task, and vectors."""

from __future__ import annotations

from statistics import fmean

import msgspec

from jobyard.experiments.record import Series, Sort
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes.scalars import PAGE_LIMIT, after, place_of
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Empty, Json
from jobyard.faces.clearml.wire.event_parts import (
    LatestIn,
    LatestOut,
    MetricDataIn,
    RawIn,
    RawOut,
    ScrollIn,
    VectorNamesIn,
    VectorNamesOut,
    VectorsIn,
    VectorsOut,
)
from jobyard.faces.clearml.wire.events import EventsOut
from jobyard.faces.clearml.words import events as words
from jobyard.faces.clearml.words.standings import status
from jobyard.job.errors import Invalid

_RAW_LIMIT = 200_000
_LAST = 100
"""How many of the last values one number tells of."""


@action("events.scalar_metrics_iter_raw", "2.16", RawIn, RawOut)
async def scalar_metrics_iter_raw(call: Call, said: RawIn) -> Answer:
    """Return the values of a metric as they were told, one part after the other, until one comes that holds none."""
    size, _, rest = (said.scroll_id or "").partition(":")
    before = int(size) if size.isascii() and size.isdecimal() and len(size) < 7 else PAGE_LIMIT
    batch = before if said.batch_size is None else said.batch_size
    if not 1 <= batch <= _RAW_LIMIT:
        raise Invalid(reason=f"error for field 'batch_size'. it is 1 to {_RAW_LIMIT}")
    curves, place, wanted = call.experiments.curves, place_of(rest), words.wanted([said.metric])
    found = await curves.page(
        call.actor, said.task, [Sort.SCALAR], place, batch, wanted, of_model=said.model_events, single_too=True
    )
    total, key, variants = None, said.key or "iter", dict[str, Json]()
    if said.count_total:
        known = await curves.series(call.actor, said.task, Sort.SCALAR, of_model=said.model_events)
        total = sum(one.count for one in known if wanted(one))
    for one in found:
        axes = variants.setdefault(one.series.variant, {key: [], "y": []})
        axes[key].append(words.place_of((one.point.iteration, one.point.at, 0.0), key))
        axes["y"].append(one.point.value)
    return RawOut(variants=variants, returned=len(found), total=total, scroll_id=f"{batch}:{after(place, found)}")


@action("events.get_scalar_metric_data", "2.1", MetricDataIn, EventsOut)
async def get_scalar_metric_data(call: Call, said: MetricDataIn) -> Answer:
    """Return the values of a metric as events, one part after the other, until one comes that holds none."""
    curves, place = call.experiments.curves, place_of(said.scroll_id)

    def wanted(one: Series) -> bool:
        return one.metric == said.metric

    known = await curves.series(call.actor, said.task, Sort.SCALAR, of_model=said.model_events)
    found = await curves.page(
        call.actor, said.task, [Sort.SCALAR], place, PAGE_LIMIT, wanted, of_model=said.model_events, single_too=True
    )
    events = [words.event(one, said.task) for one in found]
    total = sum(one.count for one in known if wanted(one))
    scroll = None if said.no_scroll else after(place, found)
    return EventsOut(events=events, returned=len(events), total=total, scroll_id=scroll)


@action("events.get_task_latest_scalar_values", "2.1", LatestIn, LatestOut)
async def get_task_latest_scalar_values(call: Call, said: LatestIn) -> Answer:
    """Return the last value of each curve of a task, and the mean of its last hundred."""
    task = await call.experiments.tasks.get(call.actor, said.task)
    found: dict[str, list[Json]] = {}
    for one, points in await call.experiments.curves.latest(call.actor, said.task, _LAST):
        values = [point.value or 0.0 for point in points] or [one.last or 0.0]
        told = {
            "name": one.variant,
            "last_value": one.last,
            "last_100_value": fmean(values),
            "last_timestamp": times.milliseconds(one.last_at),
        }
        found.setdefault(one.metric, []).append(told)
    return LatestOut(
        metrics=[{"name": metric, "variants": there} for metric, there in found.items()],
        last_iter=task.task.iteration,
        name=task.job.name,
        status=status(task),
    )


@action("events.get_vector_metrics_and_variants", "2.1", VectorNamesIn, VectorNamesOut)
async def get_vector_metrics_and_variants(call: Call, said: VectorNamesIn) -> Answer:
    """Return the metrics of a task that have vectors, with their variants."""
    known = await call.experiments.curves.series(call.actor, said.task, Sort.VECTOR, of_model=said.model_events)
    return VectorNamesOut(metrics=words.variants(known))


@action("events.vector_metrics_iter_histogram", "2.1", VectorsIn, VectorsOut)
async def vector_metrics_iter_histogram(call: Call, said: VectorsIn) -> Answer:
    """Return the vectors of a metric in one variant, by iteration."""
    found = await call.experiments.curves.newest(
        call.actor,
        said.task,
        Sort.VECTOR,
        PAGE_LIMIT,
        lambda one: (one.metric, one.variant) == (said.metric, said.variant),
        of_model=said.model_events,
    )
    there = found[::-1]
    return VectorsOut(
        metric=said.metric,
        variant=said.variant,
        iterations=[one.point.iteration for one in there],
        vectors=[msgspec.json.decode(one.point.body)["values"] for one in there],
        images=[words.event(one, said.task) for one in there],
    )


@action("events.clear_scroll", "2.1", ScrollIn, Empty)
async def clear_scroll(call: Call, said: ScrollIn) -> Answer:
    """Take note that nobody goes on from where an answer ended, which costs nothing until then."""
    return Empty()


ACTIONS = (
    scalar_metrics_iter_raw,
    get_scalar_metric_data,
    get_task_latest_scalar_values,
    get_vector_metrics_and_variants,
    vector_metrics_iter_histogram,
    clear_scroll,
)
