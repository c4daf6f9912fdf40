"""Plots and pictures."""

from __future__ import annotations

from collections.abc import Callable

from jobyard.experiments.curves import Shown
from jobyard.experiments.record import Series, Sort
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.events import ImagesIn, ImagesOut, MetricIn, PlotsIn, PlotsOut
from jobyard.faces.clearml.words import events as words
from jobyard.job.errors import Invalid

ITERATIONS_LIMIT = 1_000
_BELOW = "below-"


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
    iterations = _iterations(said.iters)
    below = None if said.refresh else _below(said.scroll_id)
    found, lowest = list[Json](), list[int]()
    for one in said.metrics:
        shown = await call.experiments.curves.newest(
            call.actor, one.task, sort, iterations, _among(one), below, of_model=said.model_events
        )
        for metric in sorted({each.series.metric for each in shown} | ({one.metric} if one.metric else set())):
            told = _by_iteration([each for each in shown if each.series.metric == metric], one.task, iterations)
            lowest += [each["iter"] for each in told]
            found.append({"task": one.task, "metric": metric, "iterations": told})
    last = min(lowest, default=below)
    return ImagesOut(metrics=found, scroll_id=f"{_BELOW}{last}" if last is not None else f"{_BELOW}{-(2**31)}")


def _by_iteration(shown: list[Shown], task: str, most: int) -> list[Json]:
    events: dict[int, list[Json]] = {}
    for one in shown:
        events.setdefault(one.point.iteration, []).append(words.event(one, task))
    newest = sorted(events, reverse=True)[:most]
    return [{"iter": iteration, "events": events[iteration]} for iteration in newest]


def _among(said: MetricIn) -> Callable[[Series], bool]:
    variants = set(said.variants or ())

    def among(one: Series) -> bool:
        return said.metric in {None, one.metric} and (not variants or one.variant in variants)

    return among


def _below(scroll: str | None) -> int | None:
    text = (scroll or "").removeprefix(_BELOW)
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    return sign * int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None


def _iterations(said: int) -> int:
    if not 1 <= said <= ITERATIONS_LIMIT:
        raise Invalid(reason=f"error for field 'iters'. it is 1 to {ITERATIONS_LIMIT}")
    return said


ACTIONS = (get_task_plots, debug_images, plots)
