"""Plots and pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from jobyard.experiments.curves import Shown
from jobyard.experiments.record import Series, Sort
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.routes.scalars import name_of, require_few
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.event_parts import PlotsOfTasksIn, PlotsOfTasksOut
from jobyard.faces.clearml.wire.events import ImagesIn, ImagesOut, PlotsIn, PlotsOut
from jobyard.faces.clearml.words import events as words
from jobyard.faces.clearml.words.tasks import hashed
from jobyard.job.errors import Invalid

ITERATIONS_LIMIT = 1_000
METRICS_LIMIT = 1_000
"""Metrics of one answer; each is looked for by itself."""
_SEEN = "seen-"
_FURTHEST = 2**60


@action("events.get_task_plots", "2.1", PlotsIn, PlotsOut)
async def get_task_plots(call: Call, said: PlotsIn) -> Answer:
    """Return the plots of a task: the newest iterations of each metric and variant."""
    found: list[Shown] = []
    if not said.scroll_id:
        found = await call.experiments.curves.newest(
            call.actor,
            said.task,
            Sort.PLOT,
            _iterations(said.iters),
            words.wanted(said.metrics),
            of_model=said.model_events,
        )
    plots = [words.event(one, said.task) for one in found]
    return PlotsOut(plots=plots, returned=len(plots), total=len(plots), scroll_id=None if said.no_scroll else "end")


@action("events.debug_images", "2.1", ImagesIn, ImagesOut)
async def debug_images(call: Call, said: ImagesIn) -> Answer:
    """Return pictures of metrics, newest iteration first; each further answer holds older ones, or later ones."""
    return await _shown(call, said, Sort.IMAGE)


@action("events.plots", "2.1", ImagesIn, ImagesOut)
async def plots(call: Call, said: ImagesIn) -> Answer:
    """Return plots of metrics, newest iteration first; each further answer holds older ones, or later ones."""
    return await _shown(call, said, Sort.PLOT)


@action("events.get_multi_task_plots", "2.1", PlotsOfTasksIn, PlotsOfTasksOut)
async def get_multi_task_plots(call: Call, said: PlotsOfTasksIn) -> Answer:
    """Return the plots of several tasks, for comparing them: the newest iterations of each metric and variant."""
    require_few(said.tasks)
    found, count, iterations = dict[str, Any](), 0, _iterations(said.iters)
    for id_ in said.tasks if not said.scroll_id else ():
        name = await name_of(call, id_, of_model=said.model_events)
        for one in await call.experiments.curves.newest(
            call.actor, id_, Sort.PLOT, iterations, words.wanted(said.metrics), of_model=said.model_events
        ):
            of_task = found.setdefault(one.series.metric, {}).setdefault(one.series.variant, {}).setdefault(id_, {})
            of_task[str(one.point.iteration)] = {"name": name, "plots": [words.event(one, id_)]}
            count += 1
    return PlotsOfTasksOut(plots=found, returned=count, total=count, scroll_id=None if said.no_scroll else "end")


async def _shown(call: Call, said: ImagesIn, sort: Sort) -> ImagesOut:
    if len(said.metrics) > METRICS_LIMIT:
        raise Invalid(reason=f"error for field 'metrics'. there are more than {METRICS_LIMIT}")
    iterations, curves = _iterations(said.iters), call.experiments.curves
    windows = {} if said.refresh else _windows(said.scroll_id)
    found = list[Json]()
    for one in said.metrics:
        place = hashed(f"{one.task} {one.metric or ''}")
        window = windows.get(place)
        later = window is not None and not said.navigate_earlier
        bound = None if window is None else window[later]
        shown = await curves.beside(
            call.actor,
            one.task,
            sort,
            iterations,
            _among(one.metric, one.variants),
            lambda _, bound=bound: bound,  # type: ignore[misc]
            later=later,
            of_model=said.model_events,
        )
        told = _by_iteration(shown, one.task, iterations, later=later)
        if told:
            windows[place] = (told[-1]["iter"], told[0]["iter"])
        named = {} if one.metric is None else {"metric": one.metric}
        found.append({"task": one.task, **named, "iterations": told})
    return ImagesOut(metrics=found, scroll_id=f"{_SEEN}{msgspec.json.encode(windows).decode()}")


def _by_iteration(shown: list[Shown], task: str, most: int, *, later: bool) -> list[Json]:
    """Return events by iteration, newest first: of the newest iterations, or of the oldest ones for `later`."""
    events: dict[int, list[Json]] = {}
    for one in shown:
        events.setdefault(one.point.iteration, []).append(words.event(one, task))
    near = sorted(events, reverse=not later)[:most]
    return [{"iter": iteration, "events": events[iteration]} for iteration in sorted(near, reverse=True)]


def _among(metric: str | None, variants: list[str] | None) -> Callable[[Series], bool]:
    wanted = set(variants or ())
    return lambda one: (metric is None or one.metric == metric) and (not wanted or one.variant in wanted)


def _windows(scroll: str | None) -> dict[str, tuple[int, int]]:
    """Return the first and the last iteration that was shown of each metric; none for what is no end of ours."""
    try:
        said = msgspec.json.decode((scroll or "").removeprefix(_SEEN), type=dict[str, tuple[int, int]])
    except msgspec.DecodeError:
        return {}
    return {place: window for place, window in said.items() if max(map(abs, window)) < _FURTHEST}


def _iterations(said: int) -> int:
    if not 1 <= said <= ITERATIONS_LIMIT:
        raise Invalid(reason=f"error for field 'iters'. it is 1 to {ITERATIONS_LIMIT}")
    return said


ACTIONS = (get_task_plots, debug_images, plots, get_multi_task_plots)
