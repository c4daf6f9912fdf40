"""Series in their tables: found or made, their values written, and what is known of them kept with each batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from jobyard.experiments import rows
from jobyard.experiments.record import SINGLE, Point, Series, Sort
from jobyard.store.contract import Row, Transaction, View

Name = tuple[Sort, str, str]
"""What a series is called: its sort, its metric and its variant."""
SERIES_LIMIT = 10_000
"""The most series of one task."""
_EVERY = 2**53 + 1
NAMELESS = msgspec.json.encode({"key": None, "url": None})
"""What is kept of a picture without an address."""
_SPARSE = 4
"""A curve with fewer points than this part of its iterations is cut into stretches of as many points each."""


def of(view: View, home: str) -> dict[Name, Series]:
    """Return the series of a home by their names, in the order of these."""
    found = [_to_series(row) for row in view.rows(rows.QUERIES["series"], {"home": home})]
    return {(one.sort, one.metric, one.variant): one for one in found}


def made(transaction: Transaction, home: str, names: Iterable[Name]) -> dict[Name, Series]:
    """Return the series of a home by their names, with those that are missing made; beyond the limit none is."""
    known = of(transaction, home)
    missing = [name for name in dict.fromkeys(names) if name not in known][: max(0, SERIES_LIMIT - len(known))]
    if not missing:
        return known
    fresh = [
        {"home": home, "sort": sort.value, "metric": metric, "variant": variant} for sort, metric, variant in missing
    ]
    transaction.run_many(rows.QUERIES["insert_series"], fresh)
    return of(transaction, home)


def write(
    transaction: Transaction, told: Mapping[Series, Sequence[Point]], labels: Mapping[int, str] = MappingProxyType({})
) -> None:
    """Write points of series, the later of two with one iteration, and what is known of the series by them.

    `labels` are what their axes are called from now on, by the numbers of the series.
    """
    latest = {one: {point.iteration: point for point in points} for one, points in told.items()}
    values = {one: points for one, points in latest.items() if one.sort is Sort.SCALAR}
    replaced = _replaced(transaction, values)
    again = _again(transaction, {one: points for one, points in latest.items() if one not in values})
    changed = [
        counted(one, list(points.values()), replaced.get(one.number, {}))
        if one in values
        else _seen(one, points, again.count(one.number))
        for one, points in latest.items()
    ]
    numbered = [
        [one.number, point.iteration, point.at, point.value]
        for one, points in values.items()
        for point in points.values()
    ]
    if numbered:
        transaction.run(rows.QUERIES["put_values"], {"rows": msgspec.json.encode(numbered).decode()})
    shown = [
        {"series": one.number, "iteration": point.iteration, "at": point.at, "body": point.body}
        for one, points in latest.items()
        if one not in values
        for point in points.values()
    ]
    transaction.run_many(rows.QUERIES["put_shown"], shown)
    transaction.run_many(rows.QUERIES["update_series"], [_known(one, labels) for one in changed])


def counted(one: Series, points: Sequence[Point], replaced: Mapping[int, float]) -> Series:
    """Return a series as it is known after further points; `replaced` are values in whose places they stand."""
    for point in points:
        value = point.value or 0.0
        fresh = point.iteration not in replaced
        total = one.total + value - replaced.get(point.iteration, 0.0)
        one = replace(one, count=one.count + fresh, total=total)
        if one.first is None or (point.iteration == one.first_iteration and not fresh):
            one = replace(one, first=value, first_iteration=point.iteration)
        if one.last is None or point.iteration >= one.last_iteration:
            one = replace(one, last=value, last_iteration=point.iteration, last_at=point.at)
        elif point.iteration == SINGLE:
            one = replace(one, last=value, last_at=point.at)
        if one.least is None or value < one.least:
            one = replace(one, least=value, least_iteration=point.iteration)
        if one.most is None or value > one.most:
            one = replace(one, most=value, most_iteration=point.iteration)
    return one


def curve(view: View, one: Series, samples: int) -> list[tuple[float, float, float]]:
    """Return a curve as (iteration, time, value): all of it, or the means of at most as many stretches."""
    if one.count > samples:
        values = {"series": one.number, "single": SINGLE}
        first = view.rows(rows.QUERIES["first_place"], values)[0][0] or 0
        span = one.last_iteration - first + 1
        if span <= _SPARSE * one.count:
            return _means(view, "averaged", {**values, "first": first, "width": max(1, -(-span // samples))})
        return _means(view, "thinned", {**values, "samples": samples})
    return [(point.iteration, point.at, point.value or 0.0) for point in values_of(view, one, samples)]


def _means(view: View, name: str, values: dict[str, int]) -> list[tuple[float, float, float]]:
    return [(row[0], row[1], row[2]) for row in view.rows(rows.QUERIES[name], values)]


def values_of(view: View, one: Series, limit: int, offset: int = 0, *, single_too: bool = False) -> list[Point]:
    """Return values of a series by iteration, from a place on; `single_too` with the one that belongs to no curve."""
    values = {"series": one.number, "single": SINGLE - single_too, "limit": limit, "offset": offset}
    return [Point(row[0], row[1], row[2], b"") for row in view.rows(rows.QUERIES["values"], values)]


def single(view: View, one: Series) -> Point | None:
    """Return the value of a series that belongs to no curve."""
    found = view.rows(rows.QUERIES["single_value"], {"series": one.number, "single": SINGLE})
    return next((Point(row[0], row[1], row[2], b"") for row in found), None)


def shown(view: View, one: Series, limit: int, below: int = _EVERY) -> list[Point]:
    """Return plots or pictures of a series, newest iteration first, below one."""
    values = {"series": one.number, "below": below, "limit": limit}
    return [Point(row[0], row[1], None, bytes(row[2])) for row in view.rows(rows.QUERIES["shown"], values)]


def beside(view: View, one: Series, limit: int, bound: int | None, *, later: bool) -> list[Point]:
    """Return the plots or pictures of a series nearest to an iteration, earlier or later ones, nearest first.

    Without an iteration these are the newest, or the oldest. A picture is left out once a later one has its address,
    since that was written over it.
    """
    # Nothing is written over the newest one, which is therefore found without looking at the others.
    once = one.sort is Sort.IMAGE and (later or bound is not None or limit > 1)
    name = "shown_once" if once else "shown"
    values: dict[str, object] = {"series": one.number, "limit": limit}
    if once:
        values["nameless"] = NAMELESS
    if later:
        values["above"] = -_EVERY - 1 if bound is None else bound
    else:
        values["below"] = _EVERY if bound is None else bound
    found = view.rows(rows.QUERIES[f"{name}_above" if later else name], values)
    return [Point(row[0], row[1], None, bytes(row[2])) for row in found]


def _replaced(view: View, told: Mapping[Series, Mapping[int, Point]]) -> dict[int, dict[int, float]]:
    """Return the values that stand where others are to be put, by series and iteration."""
    found: dict[int, dict[int, float]] = {}
    for number, iteration, value in _known_at(view, "known_places", told):
        found.setdefault(number, {})[iteration] = value
    return found


def _again(view: View, told: Mapping[Series, Mapping[int, Point]]) -> list[int]:
    """Return the numbers of series, each as often as something stands where a plot or a picture is to be put."""
    return [row[0] for row in _known_at(view, "known_shown", told)]


def _known_at(view: View, name: str, told: Mapping[Series, Mapping[int, Point]]) -> list[Row]:
    asked = [
        [one.number, iteration]
        for one, points in told.items()
        for iteration in points
        if one.count and (iteration <= one.last_iteration or iteration == SINGLE)
    ]
    return view.rows(rows.QUERIES[name], {"rows": msgspec.json.encode(asked).decode()}) if asked else []


def _seen(one: Series, points: Mapping[int, Point], again: int) -> Series:
    last = points[max(points)]
    return replace(
        one,
        count=one.count + len(points) - again,
        last_iteration=max(one.last_iteration, last.iteration),
        last_at=max(one.last_at, last.at),
    )


def _known(one: Series, labels: Mapping[int, str]) -> dict[str, object]:
    names = (
        *("number", "count", "last", "last_iteration", "last_at", "least", "least_iteration", "most"),
        *("most_iteration", "first", "first_iteration", "total"),
    )
    return {"label": labels.get(one.number, one.label), **{name: getattr(one, name) for name in names}}


def _to_series(row: Row) -> Series:
    number, home, sort, metric, variant, count, last, last_iteration, last_at, least, least_iteration = row[:11]
    most, most_iteration, first, first_iteration, total, label = row[11:]
    return Series(
        number=number,
        home=home,
        sort=Sort(sort),
        metric=metric,
        variant=variant,
        count=count,
        last=last,
        last_iteration=last_iteration,
        last_at=last_at,
        least=least,
        least_iteration=least_iteration,
        most=most,
        most_iteration=most_iteration,
        first=first,
        first_iteration=first_iteration,
        total=total,
        label=label,
    )
