"""Finding tasks: what the tables can answer becomes one statement, what they cannot is asked of what they found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from jobyard.experiments import rows
from jobyard.experiments.finding.statements import PARTS
from jobyard.experiments.ground import Ground, scope_of
from jobyard.experiments.record import Experiment
from jobyard.experiments.refusals import SearchTooLong
from jobyard.experiments.standing import Standing
from jobyard.job.clock import SECOND
from jobyard.people.record import Actor
from jobyard.store.contract import View

ORDERS = frozenset({"updated", "created", "changed", "name", "iteration", "started", "completed"})
"""What the tables can put tasks in order by."""
CURVE_ORDERS = frozenset({"last", "least", "most"})
"""What of a curve the tables can put tasks in order by."""
_FIRST, _MOST = 500, 8_000
LONGEST = 15 * SECOND
"""How long a search may take that looks at tasks one by one."""
_COUNTED = 250
"""How many behind a page are counted."""
_LOOKING = 250_000
"""Microseconds for which what comes behind a page is counted."""

Fits = Callable[[Experiment], bool]


class Worn(Struct, frozen=True, kw_only=True):
    """Which tags are wanted: any of some, all of some, none of some."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class Curve(Struct, frozen=True, kw_only=True):
    """A metric in one variant, and which of its known values: last, least or most."""

    metric: str
    variant: str
    value: str


class Asked(Struct, frozen=True, kw_only=True):
    """Which tasks are wanted. None means: any."""

    ids: tuple[str, ...] | None = None
    folders: tuple[str, ...] | None = None
    owners: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    parents: tuple[str, ...] | None = None
    standings: tuple[Standing, ...] | None = None
    name: str | None = None
    archived: bool | None = None
    tags: Worn = Worn()
    system_tags: Worn = Worn()
    hidden: bool = False
    """Whether those are shown too that have the system tag hidden."""
    order: str = "updated"
    curve: Curve | None = None
    """By which they are put in order, in the place of `order`; those without it come last."""
    down: bool = True
    whole: bool = True
    """With their larger parts."""


class Found(NamedTuple):
    """A page of tasks, and how many there are in all: at least, where it is not `exact`."""

    tasks: list[Experiment]
    total: int
    exact: bool


class Count(NamedTuple):
    """Of the tasks of a folder that stand in one way, archived or not: how many, and what is known of them together."""

    folder: str
    archived: bool
    standing: Standing
    tasks: int
    ran: int
    """Microseconds from beginning to end, of all together."""
    began: int | None
    """When one of them began last."""
    lately: int
    """How many of them ended since a time."""


class _Text(Struct, frozen=True):
    """A statement put together of those in our files."""

    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return " ".join(self.names)

    def text(self, dialect: str) -> str:
        said = [(name.partition("_")[0], PARTS[name].text(dialect)) for name in self.names]
        where = [text for sort, text in said if sort == "where"]
        tables = [text for sort, text in said if sort in {"select", "from", "join"}]
        rest = [text for sort, text in said if sort in {"by", "some", "end"}]
        return "\n".join([*tables, "WHERE " + "\n AND ".join(where), *rest])


class Search:
    """Finds tasks."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def page(self, actor: Actor, asked: Asked, offset: int, limit: int, fits: Fits | None = None) -> Found:
        """Return tasks in their order, from a place on; `fits` is asked of each that the tables find."""
        if fits is None:
            return await self._ground.search(lambda view: _page(view, actor, asked, offset, limit))
        until = self._ground.now() + _LOOKING

        def work(view: View) -> Found:
            passed, page = 0, list[Experiment]()
            for one in self._walked(view, actor, asked):
                if fits(one):
                    passed += 1
                    if offset < passed <= offset + limit:
                        page.append(one)
                if len(page) == limit and self._ground.now() > until:
                    return Found(page, passed, exact=False)
            return Found(page, passed, exact=True)

        return await self._ground.search(work)

    async def all(self, actor: Actor, asked: Asked, fits: Fits | None = None) -> list[Experiment]:
        """Return all tasks that are wanted, for putting them in an order that the tables do not know."""

        def work(view: View) -> list[Experiment]:
            return [one for one in self._walked(view, actor, asked) if fits is None or fits(one)]

        return await self._ground.search(work)

    async def counts(self, actor: Actor, asked: Asked, lately: int) -> list[Count]:
        """Return how many tasks stand how in which folder, and how many of them ended since `lately`."""

        def work(view: View) -> list[Count]:
            names, values = _conditions(actor, asked)
            text = _Text(("select_counts", "from_tasks", *names, "by_counts"))
            return [
                Count(row[0], bool(row[1]), Standing(row[2]), row[3], int(row[4]), row[5], int(row[6]))
                for row in view.rows(text, {**values, "lately": lately})
            ]

        return await self._ground.search(work)

    async def curves(self, actor: Actor, asked: Asked) -> list[tuple[str, str]]:
        """Return the metrics and variants of the curves of tasks, each once."""

        def work(view: View) -> list[tuple[str, str]]:
            names, values = _conditions(actor, asked)
            text = _Text(("select_curves", "from_tasks", "join_series", *names, "by_curves"))
            return [(row[0], row[1]) for row in view.rows(text, values)]

        return await self._ground.search(work)

    async def curve(self, fits: Callable[[str, str], bool]) -> tuple[str, str] | None:
        """Return the metric and the variant of a curve that fits, whosever it is; None where there is none."""

        def work(view: View) -> tuple[str, str] | None:
            return next(((row[0], row[1]) for row in view.rows(PARTS["curve_names"], {}) if fits(*row)), None)

        return await self._ground.search(work)

    def _walked(self, view: View, actor: Actor, asked: Asked) -> Iterator[Experiment]:
        offset, size, until = 0, _FIRST, self._ground.now() + LONGEST
        while True:
            found = _found(view, actor, asked, offset, size)
            for one in found:
                if self._ground.now() > until:
                    raise SearchTooLong(seconds=LONGEST // SECOND)
                yield one
            if len(found) < size:
                return
            offset, size = offset + size, min(2 * size, _MOST)


def _page(view: View, actor: Actor, asked: Asked, offset: int, limit: int) -> Found:
    page = _found(view, actor, asked, offset, limit)
    total, most = offset + len(page), offset + limit + _COUNTED
    if len(page) == limit or (offset and not page):
        names, values = _conditions(actor, asked)
        found = view.rows(
            _Text(("select_ones", "from_tasks", *names, "some", "end_ones")), {**values, "limit": most, "offset": 0}
        )
        total = int(found[0][0])
    return Found(page, total, exact=total < most)


def _found(view: View, actor: Actor, asked: Asked, offset: int, limit: int) -> list[Experiment]:
    names, values = _conditions(actor, asked)
    values |= {"limit": limit, "offset": offset}
    select, way = "select_tasks" if asked.whole else "select_heads", "_down" if asked.down else ""
    if asked.curve is None:
        found = view.rows(_Text((select, "from_tasks", *names, f"by_{asked.order}{way}", "some")), values)
    else:
        values |= {"metric": asked.curve.metric, "variant": asked.curve.variant}
        value = asked.curve.value
        known = ("from_curve", "where_walked", f"where_{value}", *names, f"by_known_{value}{way}", "some")
        found = view.rows(_Text((select, *known)), values)
        if len(found) < limit:  # those without the curve follow
            every = ("from_tasks", "join_curve", *names, f"by_{value}{way}", "some")
            found = view.rows(_Text((select, *every)), values)
    tasks = [rows.to_task(row) for row in found]
    jobs = {job.id: job for job in view.jobs([task.id for task in tasks])}
    return [Experiment(jobs[task.id], task) for task in tasks if task.id in jobs]


def _conditions(actor: Actor, asked: Asked) -> tuple[list[str], dict[str, Any]]:
    names, values = ["where_scope"], rows.scoped(scope_of(actor))
    for field in ("ids", "owners", "types", "parents"):
        among = getattr(asked, field)
        if among is not None:
            names.append(f"where_{field}")
            values[field] = rows.listed(among)
    if asked.folders is not None and len(asked.folders) == 1:
        names.append("where_folder")
        values["folder"] = asked.folders[0]
    elif asked.folders is not None:
        names.append("where_folders")
        values["folders"] = rows.listed(asked.folders)
    if asked.standings is not None:
        names.append("where_standing")
        values["standings"] = rows.listed([one.value for one in asked.standings])
    if asked.name is not None:
        names.append("where_name")
        values["name"] = asked.name
    if not asked.hidden and asked.ids is None:
        names.append("where_shown")
    for field in ("tags", "system_tags"):
        for name, told in _tagged(field, getattr(asked, field)):
            names.append(name)
            values |= told
    if asked.archived is not None:
        names.append("where_archived")
        values["archived"] = int(asked.archived)
    return names, values


def _tagged(field: str, worn: Worn) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give out the conditions that tags must fit; of one tag alone it is quickly told that a task lacks it."""
    for how in ("any", "all", "none"):
        tags = list(dict.fromkeys(getattr(worn, how)))
        if len(tags) == 1 and not (how == "all" and worn.any):
            word = "without" if how == "none" else "with"
            yield f"where_{field}_{word}", {f"{field}_{word}": tags[0], f"{field}_{word}_text": rows.encoded(tags[0])}
        elif tags:
            counted = {f"{field}_count": len(tags)} if how == "all" else {}
            yield f"where_{field}_{how}", {f"{field}_{how}": rows.listed(tags), **counted}
