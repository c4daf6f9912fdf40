"""Curves of tasks and of models."""

from __future__ import annotations

from jobyard.experiments.console import Place
from jobyard.experiments.curves import Shown
from jobyard.experiments.record import Series
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.event_parts import MetricsOfTasksOut
from jobyard.faces.clearml.wire.events import (
    EventsOut,
    HistogramIn,
    HistogramOut,
    ManyHistogramsIn,
    ManyHistogramsOut,
    MetricsOut,
    MetricVariantsIn,
    MetricVariantsOut,
    SinglesIn,
    SinglesOut,
    TaskEventsIn,
    TasksEventsIn,
)
from jobyard.faces.clearml.words import events as words
from jobyard.job.errors import Invalid

USUAL, MOST = 2_000, 6_000
TASKS_LIMIT = 100
PAGE_LIMIT = 10_000


@action("events.scalar_metrics_iter_histogram", "2.1", HistogramIn, HistogramOut)
async def scalar_metrics_iter_histogram(call: Call, said: HistogramIn) -> Answer:
    """Return the curves of a task, each thinned to as many points as are wanted."""
    drawn = await call.experiments.curves.drawn(
        call.actor, said.task, _samples(said.samples), words.wanted(said.metrics), of_model=said.model_events
    )
    return words.histogram(drawn, said.key or "iter")


@action("events.multi_task_scalar_metrics_iter_histogram", "2.1", ManyHistogramsIn, ManyHistogramsOut)
async def multi_task_scalar_metrics_iter_histogram(call: Call, said: ManyHistogramsIn) -> Answer:
    """Return the curves of several tasks, for comparing them."""
    require_few(said.tasks)
    found: Json = {}
    for id_ in said.tasks:
        name = await name_of(call, id_, of_model=said.model_events)
        drawn = await call.experiments.curves.drawn(
            call.actor, id_, _samples(said.samples), words.wanted(said.metrics), of_model=said.model_events
        )
        for metric, variants in words.histogram(drawn, said.key or "iter").items():
            for variant, curve in variants.items():
                told = {**curve, "name": name}
                found.setdefault(metric, {}).setdefault(variant, {})[id_] = told
    return ManyHistogramsOut(metrics=found)


@action("events.get_task_single_value_metrics", "2.20", SinglesIn, SinglesOut)
async def get_task_single_value_metrics(call: Call, said: SinglesIn) -> Answer:
    """Return the values of tasks that were told once and belong to no curve."""
    require_few(said.tasks)
    found, among = list[Json](), words.wanted(said.metrics)
    for id_ in said.tasks:
        shown = await call.experiments.curves.singles(call.actor, id_, of_model=said.model_events)
        values = [
            {
                "metric": one.series.metric,
                "variant": one.series.variant,
                "value": one.point.value,
                "timestamp": times.milliseconds(one.point.at),
            }
            for one in shown
            if among(one.series)
        ]
        if values:
            name = await name_of(call, id_, of_model=said.model_events)
            found.append({"task": id_, "task_name": name, "values": values})
    return SinglesOut(tasks=found)


@action("events.get_task_events", "2.1", TaskEventsIn, EventsOut)
async def get_task_events(call: Call, said: TaskEventsIn) -> Answer:
    """Return the events of a task, one part after the other, until one comes that holds none."""
    if not 1 <= said.batch_size <= PAGE_LIMIT:
        raise Invalid(reason=f"error for field 'batch_size'. it is 1 to {PAGE_LIMIT}")
    if said.event_type == words.LOG:
        return await _said(call, said)
    sorts = [words.SORTS[said.event_type]] if said.event_type else list(words.TYPES)
    place = place_of(said.scroll_id)
    curves = call.experiments.curves
    total = await curves.total(call.actor, said.task, sorts, of_model=said.model_events)
    found = await curves.page(call.actor, said.task, sorts, place, said.batch_size, of_model=said.model_events)
    events = [words.event(one, said.task) for one in found]
    if said.order == "desc":
        events.reverse()
    return EventsOut(events=events, returned=len(events), total=total, scroll_id=after(place, found))


@action("events.get_task_metrics", "2.1", TasksEventsIn, MetricsOut)
async def get_task_metrics(call: Call, said: TasksEventsIn) -> Answer:
    """Return the metrics of which tasks have events."""
    require_few(said.tasks)
    sorts = [words.SORTS[said.event_type]] if said.event_type in words.SORTS else []
    found, curves = list[Json](), call.experiments.curves
    for id_ in said.tasks:
        if said.event_type == words.LOG:
            metrics = [] if said.model_events else await curves.said_metrics(call.actor, id_)
        else:
            known = await curves.series(call.actor, id_, *sorts, of_model=said.model_events)
            metrics = list(dict.fromkeys(one.metric for one in known))
        found.append({"task": id_, "metrics": metrics})
    return MetricsOut(metrics=found)


@action("events.get_multi_task_metrics", "2.27", TasksEventsIn, MetricsOfTasksOut)
async def get_multi_task_metrics(call: Call, said: TasksEventsIn) -> Answer:
    """Return the metrics of which any of several tasks has events, with their variants."""
    require_few(said.tasks)
    sorts = [words.SORTS[said.event_type]] if said.event_type in words.SORTS else []
    known = list[Series]()
    for id_ in said.tasks if said.event_type != words.LOG else ():
        known += await call.experiments.curves.series(call.actor, id_, *sorts, of_model=said.model_events)
    return MetricsOfTasksOut(metrics=words.variants(known))


@action("events.get_scalar_metrics_and_variants", "2.1", MetricVariantsIn, MetricVariantsOut)
async def get_scalar_metrics_and_variants(call: Call, said: MetricVariantsIn) -> Answer:
    """Return the metrics of a task with their variants."""
    sort = words.SORTS.get(said.event_type or "training_stats_scalar")
    known = await call.experiments.curves.series(
        call.actor, said.task, *([sort] if sort else []), of_model=said.model_events
    )
    found: dict[str, list[str]] = {}
    for one in known:
        found.setdefault(one.metric, []).append(one.variant)
    return MetricVariantsOut(metrics=found)


async def _said(call: Call, said: TaskEventsIn) -> EventsOut:
    """Return pieces of the console as events, oldest first."""
    at, digest = place_of(said.scroll_id, signed=True)
    place = Place(at, digest) if said.scroll_id else None
    part = await call.experiments.console.part(call.actor, said.task, said.batch_size, place)
    events = [words.log_event(one, said.task) for _, one in part.pieces]
    if part.pieces:
        at, digest = part.pieces[-1][0]
    if said.order == "desc":
        events.reverse()
    return EventsOut(events=events, returned=len(events), total=part.total, scroll_id=f"{at}.{digest}")


async def name_of(call: Call, id_: str, *, of_model: bool) -> str:
    """Return the name of a task, or of a model."""
    if of_model:
        return (await call.experiments.library.get(call.actor, id_)).name
    return (await call.experiments.tasks.get(call.actor, id_)).job.name


def _samples(said: int | None) -> int:
    samples = USUAL if said is None else said
    if samples < 1:
        raise Invalid(reason="error for field 'samples'. it is at least 1")
    return min(samples, MOST)


def require_few(tasks: list[str]) -> None:
    """Raise Invalid for more tasks than are compared at once."""
    if len(tasks) > TASKS_LIMIT:
        raise Invalid(reason=f"error for field 'tasks'. there are more than {TASKS_LIMIT}")


def after(place: tuple[int, int], found: list[Shown]) -> str:
    """Return where the part of an answer ends that began at a place."""
    number, passed = place
    if found:
        last = found[-1].series.number
        count = sum(1 for one in found if one.series.number == last)
        number, passed = last, count + (passed if last == number else 0)
    return f"{number}.{passed}"


def place_of(scroll: str | None, *, signed: bool = False) -> tuple[int, int]:
    """Return the place at which an answer ended; the beginning for what is none."""
    number, dot, passed = (scroll or "").partition(".")
    digits = passed.removeprefix("-") if signed else passed
    most = 20 if signed else 16
    known = dot and all(part.isascii() and part.isdecimal() and len(part) < most for part in (number, digits))
    return (int(number), int(passed)) if known else (0, 0)


ACTIONS = (
    scalar_metrics_iter_histogram,
    multi_task_scalar_metrics_iter_histogram,
    get_task_single_value_metrics,
    get_task_events,
    get_task_metrics,
    get_multi_task_metrics,
    get_scalar_metrics_and_variants,
)
