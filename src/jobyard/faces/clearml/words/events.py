"""Events as they say and read them, and reports as ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from jobyard.experiments.curves import Drawn, Shown
from jobyard.experiments.record import SINGLE, Said, Series, Sort
from jobyard.experiments.reports import Report
from jobyard.faces.clearml import times
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.events import EventIn, Named

SORTS = {
    "training_stats_scalar": Sort.SCALAR,
    "training_stats_vector": Sort.VECTOR,
    "training_debug_image": Sort.IMAGE,
    "plot": Sort.PLOT,
}
TYPES = {sort: name for name, sort in SORTS.items()}
LOG = "log"


def report(said: EventIn, worker: str, now: int) -> Report | str:
    """Return what was reported; or why that is none of ours."""
    if said.type != LOG and said.type not in SORTS:
        return f"Invalid event type {said.type[:60]}"
    if not said.task:
        return "Event must have a 'task' field"
    if said.type == LOG and said.model_event:
        return "Invalid event type log for a model"
    sort = SORTS.get(said.type)
    value = said.value
    if sort is Sort.SCALAR and value is None:
        return "Missing numeric value for scalar event"
    return Report(
        home=said.task,
        of_model=said.model_event,
        sort=sort,
        metric=said.metric or "",
        variant=said.variant or "",
        iteration=min(max(said.iter or 0, SINGLE), 2**53),
        at=times.of_milliseconds(said.timestamp, now),
        value=value or 0.0,
        body=_body(sort, said),
        level=said.level or "",
        worker=said.worker or worker,
        text=said.msg or "",
        label=said.x_axis_label or "",
        locked_too=said.allow_locked,
    )


def histogram(drawn: Iterable[Drawn], key: str) -> Json:
    """Return curves by metric and variant: a name, and the two axes."""
    found: Json = {}
    for one, points in drawn:
        metric = found.setdefault(one.metric, {})
        metric[one.variant] = {
            "name": one.variant,
            "x": [place_of(point, key) for point in points],
            "y": [point[2] for point in points],
            **({"x_axis_label": one.label} if one.label else {}),
        }
    return found


def event(shown: Shown, task: str) -> Json:
    """Return a value, a plot or a picture as an event."""
    one, point = shown
    said: Json = {
        "type": TYPES[one.sort],
        "task": task,
        "metric": one.metric,
        "variant": one.variant,
        "iter": point.iteration,
        "timestamp": times.milliseconds(point.at),
    }
    match one.sort:
        case Sort.PLOT:
            said["plot_str"] = point.body.decode("utf-8", "replace")
        case Sort.IMAGE | Sort.VECTOR:
            said |= msgspec.json.decode(point.body)
        case _:
            said["value"] = point.value
    return said


def log_event(said: Said, task: str) -> Json:
    """Return a piece of the console as an event."""
    of = {"metric": said.metric, "variant": said.variant} if said.metric or said.variant else {}
    return {
        **of,
        "type": LOG,
        "task": task,
        "timestamp": times.milliseconds(said.at),
        "iter": said.iteration,
        "level": said.level,
        "worker": said.worker,
        "msg": said.text,
    }


def pairs(metrics: list[Named] | None) -> list[tuple[str, str | None]]:
    """Return metrics that were named, each with one of its variants, or with none for all."""
    every: list[str | None] = [None]
    return [(one.metric, variant) for one in metrics or () for variant in one.variants or every]


def variants(known: Iterable[Series]) -> list[Json]:
    """Return metrics by name with their variants."""
    found: dict[str, set[str]] = {}
    for one in known:
        found.setdefault(one.metric, set()).add(one.variant)
    return [{"metric": metric, "variants": sorted(there)} for metric, there in sorted(found.items())]


def wanted(metrics: list[Named] | None) -> Callable[[Series], bool]:
    """Return whether a series is among metrics that were named, each perhaps with variants."""
    if not metrics:
        return lambda _: True
    named = {one.metric: set(one.variants or ()) for one in metrics}
    return lambda one: one.metric in named and (not named[one.metric] or one.variant in named[one.metric])


def _body(sort: Sort | None, said: EventIn) -> bytes:
    if sort is Sort.PLOT:
        return (said.plot_str or "").encode("utf-8", "surrogatepass")
    if sort is Sort.IMAGE:
        return msgspec.json.encode({"key": said.key, "url": said.url})
    if sort is Sort.VECTOR:
        return msgspec.json.encode({"values": said.values or []})
    return b""


def place_of(point: tuple[float, float, float], key: str) -> float | str:
    """Return where a value stands: its iteration, or its time as a number or as text."""
    iteration, at, _ = point
    match key:
        case "timestamp":
            return times.milliseconds(at)
        case "iso_time":
            return times.written(int(at))
    return round(iteration)
