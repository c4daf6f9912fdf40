"""Pictures and plots one by one: one of a metric, and steps from it to its neighbours."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.experiments.curves import Shown
from jobyard.experiments.record import Series, Sort
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.event_parts import (
    PictureOut,
    PictureSampleIn,
    PlotSampleIn,
    PlotSampleOut,
    StepIn,
)
from jobyard.faces.clearml.words import events as words
from jobyard.job.errors import Invalid

_FURTHEST = 2**60


class _Spot(Struct, frozen=True):
    """Where an answer stands."""

    metric: str
    variant: str | None
    """None where all variants stand together."""
    iteration: int
    alone: bool
    """Whether steps stay with the metric."""


class _Looked(NamedTuple):
    """Where is looked."""

    call: Call
    task: str
    sort: Sort
    of_model: bool

    async def beside(
        self, wanted: Callable[[Series], bool], bound: Callable[[Series], int | None], *, later: bool = False
    ) -> list[Shown]:
        """Return of each series what is nearest to an iteration."""
        curves = self.call.experiments.curves
        return await curves.beside(
            self.call.actor, self.task, self.sort, 1, wanted, bound, later=later, of_model=self.of_model
        )

    async def at(self, spot: _Spot, iteration: int | None) -> list[Shown]:
        """Return what stands at an iteration; at the newest for none."""
        found = await self.beside(_of(spot), lambda _: None if iteration is None else iteration + 1)
        newest = max((one.point.iteration for one in found), default=None)
        wanted = newest if iteration is None else iteration
        return [one for one in found if one.point.iteration == wanted]

    async def span(self, spot: _Spot) -> tuple[int | None, int | None]:
        """Return the first and the last iteration of a metric, in its variant where one is said."""
        ends = [await self.beside(_of(spot), lambda _: None, later=later) for later in (True, False)]
        first, last = ([one.point.iteration for one in found] for found in ends)
        return min(first, default=None), max(last, default=None)

    async def next(self, spot: _Spot, *, later: bool, over: bool) -> _Spot | None:
        """Return the next spot; `over` all others of the same iteration."""
        here = _name(spot, spot.metric, spot.variant or "")

        def bound(one: Series) -> int:
            name = _name(spot, one.metric, one.variant)
            same = not over and (name > here if later else name < here)
            return spot.iteration if not same else spot.iteration - 1 if later else spot.iteration + 1

        found = await self.beside(lambda one: not spot.alone or one.metric == spot.metric, bound, later=later)
        if not found:
            return None
        order = min if later else max
        nearest = order(
            found, key=lambda one: (one.point.iteration, _name(spot, one.series.metric, one.series.variant))
        )
        variant = None if spot.variant is None else nearest.series.variant
        return replace(spot, metric=nearest.series.metric, variant=variant, iteration=nearest.point.iteration)


@action("events.get_debug_image_sample", "2.12", PictureSampleIn, PictureOut)
async def get_debug_image_sample(call: Call, said: PictureSampleIn) -> Answer:
    """Return a picture of a metric and a variant: that of an iteration, or the newest."""
    looked = _Looked(call, said.task, Sort.IMAGE, said.model_events)
    spot = _Spot(said.metric, said.variant, 0, said.navigate_current_metric)
    return await _picture(looked, spot, said.iteration)


@action("events.next_debug_image_sample", "2.12", StepIn, PictureOut)
async def next_debug_image_sample(call: Call, said: StepIn) -> Answer:
    """Return the picture beside one that was returned, by iteration, metric and variant."""
    looked, spot = _Looked(call, said.task, Sort.IMAGE, said.model_events), _read(said.scroll_id)
    there = await looked.next(spot, later=not said.navigate_earlier, over=said.next_iteration)
    if there is None:
        return PictureOut(scroll_id=said.scroll_id)
    return await _picture(looked, there, there.iteration)


@action("events.get_plot_sample", "2.20", PlotSampleIn, PlotSampleOut)
async def get_plot_sample(call: Call, said: PlotSampleIn) -> Answer:
    """Return the plots of a metric at an iteration, or at the newest."""
    looked = _Looked(call, said.task, Sort.PLOT, said.model_events)
    return await _plots(looked, _Spot(said.metric, None, 0, said.navigate_current_metric), said.iteration)


@action("events.next_plot_sample", "2.20", StepIn, PlotSampleOut)
async def next_plot_sample(call: Call, said: StepIn) -> Answer:
    """Return the plots beside those that were returned, by iteration and metric."""
    looked, spot = _Looked(call, said.task, Sort.PLOT, said.model_events), _read(said.scroll_id)
    there = await looked.next(spot, later=not said.navigate_earlier, over=said.next_iteration)
    if there is None:
        return PlotSampleOut(scroll_id=said.scroll_id, events=[])
    return await _plots(looked, there, there.iteration)


async def _picture(looked: _Looked, spot: _Spot, iteration: int | None) -> PictureOut:
    events, place = await _told(looked, spot, iteration)
    return PictureOut(event=events[0] if events else None, **place)


async def _plots(looked: _Looked, spot: _Spot, iteration: int | None) -> PlotSampleOut:
    events, place = await _told(looked, spot, iteration)
    return PlotSampleOut(events=events, **place)


async def _told(looked: _Looked, spot: _Spot, iteration: int | None) -> tuple[list[Json], Json]:
    """Return what was reported at a spot, and where in its series that stands."""
    _require_near(iteration)
    found = await looked.at(spot, iteration)
    first, last = await looked.span(spot)
    stands = found[0].point.iteration if found else iteration or 0
    place = {"scroll_id": _written(replace(spot, iteration=stands)), "min_iteration": first, "max_iteration": last}
    return [words.event(one, looked.task) for one in found], place


def _of(spot: _Spot) -> Callable[[Series], bool]:
    return lambda one: one.metric == spot.metric and spot.variant in {None, one.variant}


def _name(spot: _Spot, metric: str, variant: str) -> tuple[str, str]:
    return (metric, "" if spot.variant is None else variant)


def _require_near(iteration: int | None) -> None:
    if abs(iteration or 0) >= _FURTHEST:
        raise Invalid(reason=f"error for field 'iteration'. it is nearer to 0 than {_FURTHEST}")


def _written(spot: _Spot) -> str:
    return urlsafe_b64encode(msgspec.json.encode(spot)).decode()


def _read(scroll: str) -> _Spot:
    try:
        spot = msgspec.json.decode(urlsafe_b64decode(scroll.encode()), type=_Spot)
    except (ValueError, msgspec.DecodeError):
        raise Invalid(reason="error for field 'scroll_id'. it is none of ours") from None
    _require_near(spot.iteration)
    return spot


ACTIONS = (get_debug_image_sample, next_debug_image_sample, get_plot_sample, next_plot_sample)
