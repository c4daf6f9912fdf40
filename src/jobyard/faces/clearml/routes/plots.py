"""Plots and pictures."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from jobyard.experiments.curves import Shown
from jobyard.experiments.record import Series, Sort
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.events import ImagesIn, ImagesOut, PlotsIn, PlotsOut
from jobyard.faces.clearml.words import events as words
from jobyard.faces.clearml.words.tasks import hashed
from jobyard.job.errors import Invalid

ITERATIONS_LIMIT = 1_000
_BELOW = "below-"
_ALL = ""
"""Stands for every metric."""
_NOTHING, _FURTHEST = -(2**31), 2**60


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
    """Return pictures of metrics, newest iteration first; each further answer holds older ones, to the last."""
    return await _shown(call, said, Sort.IMAGE)


@action("events.plots", "2.1", ImagesIn, ImagesOut)
async def plots(call: Call, said: ImagesIn) -> Answer:
    """Return plots of metrics, newest iteration first; each further answer holds older ones, to the last."""
    return await _shown(call, said, Sort.PLOT)


async def _shown(call: Call, said: ImagesIn, sort: Sort) -> ImagesOut:
    iterations, curves = _iterations(said.iters), call.experiments.curves
    places: dict[str, int] = {} if said.refresh else _places(said.scroll_id)
    found, reached = list[Json](), dict[str, int]()
    for one in said.metrics:
        known = await curves.series(call.actor, one.task, sort, of_model=said.model_events)
        for metric in [one.metric] if one.metric is not None else dict.fromkeys(each.metric for each in known):
            place = hashed(f"{one.task} {metric}")
            below = places.get(place, places.get(_ALL))
            among = _among(metric, one.variants)
            shown = await curves.newest(
                call.actor, one.task, sort, iterations, among, below, of_model=said.model_events
            )
            told = _by_iteration(shown, one.task, iterations)
            reached[place] = min((each["iter"] for each in told), default=_NOTHING if below is None else below)
            if told or one.metric is not None:
                found.append({"task": one.task, "metric": metric, "iterations": told})
    return ImagesOut(metrics=found, scroll_id=_scroll(reached))


def _by_iteration(shown: list[Shown], task: str, most: int) -> list[Json]:
    events: dict[int, list[Json]] = {}
    for one in shown:
        events.setdefault(one.point.iteration, []).append(words.event(one, task))
    newest = sorted(events, reverse=True)[:most]
    return [{"iter": iteration, "events": events[iteration]} for iteration in newest]


def _among(metric: str, variants: list[str] | None) -> Callable[[Series], bool]:
    wanted = set(variants or ())
    return lambda one: one.metric == metric and (not wanted or one.variant in wanted)


def _scroll(reached: dict[str, int]) -> str:
    """Return where an answer ended: one iteration for all metrics, or one for each where they differ."""
    lowest = set(reached.values()) or {_NOTHING}
    told = str(lowest.pop()) if len(lowest) == 1 else msgspec.json.encode(reached).decode()
    return f"{_BELOW}{told}"


def _places(scroll: str | None) -> dict[str, int]:
    """Return the iterations below which each metric goes on; none for what is no end of an answer of ours."""
    text = (scroll or "").removeprefix(_BELOW)
    try:
        said = msgspec.json.decode(text, type=int | dict[str, int])
    except msgspec.DecodeError:
        return {}
    places = {_ALL: said} if isinstance(said, int) else said
    return {name: place for name, place in places.items() if abs(place) < _FURTHEST}


def _iterations(said: int) -> int:
    if not 1 <= said <= ITERATIONS_LIMIT:
        raise Invalid(reason=f"error for field 'iters'. it is 1 to {ITERATIONS_LIMIT}")
    return said


ACTIONS = (get_task_plots, debug_images, plots)
