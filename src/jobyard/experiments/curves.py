"""Reading what was reported: curves, plots, pictures, single values and the console."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from jobyard.experiments import rows, series
from jobyard.experiments.ground import Ground, seen
from jobyard.experiments.library import model_seen
from jobyard.experiments.record import SINGLE, Point, Said, Series, Sort
from jobyard.people.record import Actor
from jobyard.store.contract import View

T = TypeVar("T")

PAGE_LIMIT = 10_000
"""The most values, plots, pictures or pieces of one answer."""
_FEW = 50


class Drawn(NamedTuple):
    """A curve with its series."""

    series: Series
    points: list[tuple[float, float, float]]


class Shown(NamedTuple):
    """A plot, a picture or a value with its series."""

    series: Series
    point: Point


class Curves:
    """Reads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def series(self, actor: Actor, home: str, *sorts: Sort, of_model: bool = False) -> list[Series]:
        """Return the series of a task or a model, by metric and variant; of some sorts only."""
        return await self._of(actor, home, lambda view: _sorted(view, home, sorts), of_model=of_model)

    async def last(self, actor: Actor, homes: Iterable[str]) -> dict[str, list[Series]]:
        """Return the curves of several tasks with what is known of them, without reading their values."""
        wanted = list(homes)

        def work(view: View) -> dict[str, list[Series]]:
            return {home: _sorted(view, home, (Sort.SCALAR,)) for home in wanted}

        # What one task needs is read at once; others are not to wait for what very many need.
        return await (self._ground.read(work) if len(wanted) <= _FEW else self._ground.search(work))

    async def drawn(
        self,
        actor: Actor,
        home: str,
        samples: int,
        wanted: Callable[[Series], bool] = lambda _: True,
        *,
        of_model: bool = False,
    ) -> list[Drawn]:
        """Return the curves of a task or a model, each of at most so many points."""

        def work(view: View) -> list[Drawn]:
            chosen = filter(wanted, _sorted(view, home, (Sort.SCALAR,)))
            drawn = (Drawn(one, series.curve(view, one, samples)) for one in chosen)
            return [one for one in drawn if one.points]

        return await self._of(actor, home, work, of_model=of_model)

    async def singles(self, actor: Actor, home: str, *, of_model: bool = False) -> list[Shown]:
        """Return the values that belong to no curve."""

        def work(view: View) -> list[Shown]:
            found = [(one, series.single(view, one)) for one in _sorted(view, home, (Sort.SCALAR,))]
            return [Shown(one, point) for one, point in found if point is not None]

        return await self._of(actor, home, work, of_model=of_model)

    async def page(
        self,
        actor: Actor,
        home: str,
        sorts: Sequence[Sort],
        place: tuple[int, int],
        limit: int,
        wanted: Callable[[Series], bool] = lambda _: True,
        *,
        of_model: bool = False,
        single_too: bool = False,
    ) -> list[Shown]:
        """Return reports of some sorts, series after series, from a place on: a series' number and how many to pass."""
        number, passed = place

        def work(view: View) -> list[Shown]:
            found: list[Shown] = []
            for one in sorted(filter(wanted, _sorted(view, home, sorts)), key=lambda one: one.number):
                left = limit - len(found)
                if one.number >= number and left:
                    skip = passed if one.number == number else 0
                    found += [Shown(one, point) for point in _some(view, one, left, skip, single_too=single_too)]
            return found

        return await self._of(actor, home, work, of_model=of_model)

    async def newest(
        self,
        actor: Actor,
        home: str,
        sort: Sort,
        iterations: int,
        wanted: Callable[[Series], bool] = lambda _: True,
        below: int | None = None,
        *,
        of_model: bool = False,
    ) -> list[Shown]:
        """Return plots or pictures of the newest iterations of each series, below one where that is said."""
        limits = () if below is None else (below,)

        def work(view: View) -> list[Shown]:
            chosen = filter(wanted, _sorted(view, home, (sort,)))
            return [
                Shown(one, _whole(one, point))
                for one in chosen
                for point in series.shown(view, one, iterations, *limits)
            ]

        return await self._of(actor, home, work, of_model=of_model)

    async def total(self, actor: Actor, home: str, sorts: Sequence[Sort], *, of_model: bool = False) -> int:
        """Return how many reports of some sorts there are, without values that belong to no curve."""

        def work(view: View) -> int:
            count = sum(one.count for one in _sorted(view, home, sorts))
            if Sort.SCALAR in sorts:
                count -= view.rows(rows.QUERIES["count_singles"], {"home": home, "single": SINGLE})[0][0]
            return count

        return await self._of(actor, home, work, of_model=of_model)

    async def beside(
        self,
        actor: Actor,
        home: str,
        sort: Sort,
        limit: int,
        wanted: Callable[[Series], bool],
        bound: Callable[[Series], int | None],
        *,
        later: bool = False,
        of_model: bool = False,
    ) -> list[Shown]:
        """Return of each series the plots or pictures nearest to an iteration of its own, earlier or later ones.

        See `series.beside`.
        """

        def work(view: View) -> list[Shown]:
            chosen = filter(wanted, _sorted(view, home, (sort,)))
            return [
                Shown(one, _whole(one, point))
                for one in chosen
                for point in series.beside(view, one, limit, bound(one), later=later)
            ]

        return await self._of(actor, home, work, of_model=of_model)

    async def latest(self, actor: Actor, home: str, most: int) -> list[tuple[Series, list[Point]]]:
        """Return the curves of a task, each with its last values."""

        def work(view: View) -> list[tuple[Series, list[Point]]]:
            found = _sorted(view, home, (Sort.SCALAR,))
            return [(one, series.values_of(view, one, most, max(0, one.count - most))) for one in found]

        return await self._of(actor, home, work)

    async def console(
        self,
        actor: Actor,
        home: str,
        limit: int,
        at: int | None = None,
        *,
        earlier: bool = True,
        among: Sequence[tuple[str, str | None]] = (),
    ) -> tuple[list[Said], int]:
        """Return pieces of the console before or after a time, oldest first, with how many there are in all.

        `among` are metrics, each in one variant or in all, of which alone the pieces tell.
        """
        name, start = ("before", 2**62) if earlier else ("after", -1)
        of, asked = "_of" if among else "", {"home": home}
        if among:
            asked["among"] = rows.encoded(among)

        def work(view: View) -> tuple[list[Said], int]:
            values = {**asked, "at": start if at is None else at, "limit": limit, "offset": 0}
            found = [_said(*row) for row in view.rows(rows.QUERIES[f"said{of}_{name}"], values)]
            total = view.rows(rows.QUERIES[f"count_said{of}"], asked)[0][0]
            return (found[::-1] if earlier else found), int(total)

        return await self._of(actor, home, work)

    async def said_metrics(self, actor: Actor, home: str) -> list[str]:
        """Return of which metrics pieces of the console tell."""

        def work(view: View) -> list[str]:
            return [row[0] for row in view.rows(rows.QUERIES["said_metrics"], {"home": home})]

        return await self._of(actor, home, work)

    async def _of(self, actor: Actor, home: str, work: Callable[[View], T], *, of_model: bool = False) -> T:
        def asked(view: View) -> T:
            if of_model:
                model_seen(view, actor, home)
            else:
                seen(view, actor, home)
            return work(view)

        return await self._ground.search(asked)


def _sorted(view: View, home: str, sorts: Sequence[Sort]) -> list[Series]:
    return [one for one in series.of(view, home).values() if not sorts or one.sort in sorts]


def _some(view: View, one: Series, limit: int, skip: int, *, single_too: bool) -> list[Point]:
    if one.sort is Sort.SCALAR:
        return series.values_of(view, one, limit, skip, single_too=single_too)
    return [_whole(one, point) for point in series.shown(view, one, limit + skip)[skip:]]


def _whole(one: Series, point: Point) -> Point:
    return point._replace(body=zlib.decompress(point.body)) if one.sort is Sort.PLOT else point


def _said(at: int, level: str, worker: str, line: bytes, *of: Any) -> Said:
    return Said(at, level, worker, bytes(line).decode("utf-8", "surrogatepass"), *of)


def is_single(point: Point) -> bool:
    """Tell whether a value belongs to no curve."""
    return point.iteration == SINGLE
