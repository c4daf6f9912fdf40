"""Finding tasks: what the tables can answer becomes one statement, what they cannot is asked of what they found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from jobyard.experiments import rows
from jobyard.experiments.ground import Ground, scope_of
from jobyard.experiments.record import Experiment
from jobyard.experiments.standing import Standing
from jobyard.people.record import Actor
from jobyard.store.contract import View

ORDERS = frozenset({"updated", "created", "changed", "name", "iteration", "started", "completed"})
"""What the tables can put tasks in order by."""
_FIRST, _MOST = 500, 8_000

Fits = Callable[[Experiment], bool]


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
    hidden: bool = False
    """Whether those are shown too that have the system tag hidden."""
    order: str = "updated"
    down: bool = True
    whole: bool = True
    """With their larger parts."""


class _Text(Struct, frozen=True):
    """A statement put together of those in our files."""

    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return " ".join(self.names)

    def text(self, dialect: str) -> str:
        where = [rows.QUERIES[name].text(dialect) for name in self.names if name.startswith("where_")]
        first, *rest = [rows.QUERIES[name].text(dialect) for name in self.names if not name.startswith("where_")]
        return "\n".join([first, "WHERE " + "\n AND ".join(where), *rest])


class Search:
    """Finds tasks."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def page(
        self, actor: Actor, asked: Asked, offset: int, limit: int, fits: Fits | None = None
    ) -> list[Experiment]:
        """Return tasks in their order, from a place on; `fits` is asked of each that the tables find."""

        def work(view: View) -> list[Experiment]:
            if fits is None:
                return _found(view, actor, asked, offset, limit)
            passed, page = 0, list[Experiment]()
            for one in _walked(view, actor, asked):
                if fits(one):
                    passed += 1
                    if passed > offset:
                        page.append(one)
                if len(page) == limit:
                    break
            return page

        return await self._ground.search(work)

    async def all(self, actor: Actor, asked: Asked, fits: Fits | None = None) -> list[Experiment]:
        """Return all tasks that are wanted, for putting them in an order that the tables do not know."""

        def work(view: View) -> list[Experiment]:
            return [one for one in _walked(view, actor, asked) if fits is None or fits(one)]

        return await self._ground.search(work)

    async def count(self, actor: Actor, asked: Asked) -> int:
        """Return how many tasks the tables find."""
        names, values = _conditions(actor, asked)
        text = _Text(("count_tasks", *names))
        return int(await self._ground.search(lambda view: view.rows(text, values)[0][0]))


def _walked(view: View, actor: Actor, asked: Asked) -> Iterator[Experiment]:
    offset, size = 0, _FIRST
    while True:
        found = _found(view, actor, asked, offset, size)
        yield from found
        if len(found) < size:
            return
        offset, size = offset + size, min(2 * size, _MOST)


def _found(view: View, actor: Actor, asked: Asked, offset: int, limit: int) -> list[Experiment]:
    names, values = _conditions(actor, asked)
    order = f"by_{asked.order}{'_down' if asked.down else ''}"
    text = _Text(("select_tasks" if asked.whole else "select_heads", *names, order, "some"))
    tasks = [rows.to_task(row) for row in view.rows(text, {**values, "limit": limit, "offset": offset})]
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
    if asked.archived is not None:
        names.append("where_archived")
        values["archived"] = int(asked.archived)
    return names, values
