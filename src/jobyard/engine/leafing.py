"""Lists by page numbers, for protocols whose clients count pages: one's own jobs, in groups, from any row on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from jobyard.engine.ledger import Ledger
from jobyard.engine.waiting import Waits
from jobyard.job.filters import PAGE_LIMIT, Filter, Order, Query, Scope
from jobyard.job.record import Job
from jobyard.job.waiting import Waiting
from jobyard.people.record import Actor
from jobyard.store.contract import View

_NEAR = 200
"""Rows that are walked where one stands; whoever leafs further is answered beside the event loop."""
_ALL = 2**62


class Leaf(Struct, frozen=True, kw_only=True):
    """One page of a list."""

    jobs: list[Job]
    total: int
    """How many jobs the whole list holds."""
    waiting: dict[str, Waiting]
    """Why the queued ones among them wait, by id."""


class Leafing:
    """Pages with numbers."""

    def __init__(self, ledger: Ledger, waits: Waits) -> None:
        self._ledger = ledger
        self._waits = waits

    async def own(
        self,
        actor: Actor,
        groups: Sequence[Filter],
        order: Order,
        offset: int,
        limit: int,
        keep: Callable[[Job], bool] | None = None,
    ) -> Leaf:
        """Return `limit` of the actor's own jobs from the row `offset` on, group after group, each in this order.

        `keep` narrows further what no filter can say; then every job of the groups is looked at.
        """
        scope = Scope(owner=actor.name)

        def work(view: View) -> Leaf:
            leaf = _sifted if keep is not None else _counted
            jobs, total = leaf(view, groups, scope, order, offset, limit, keep or _every)
            return Leaf(jobs=jobs, total=total, waiting=self._waits.explained(view, jobs))

        near = keep is None and offset + limit <= _NEAR
        return await (self._ledger.read(work) if near else self._ledger.search(work))


def _every(_job: Job) -> bool:
    return True


def _counted(
    view: View,
    groups: Sequence[Filter],
    scope: Scope,
    order: Order,
    offset: int,
    limit: int,
    _keep: Callable[[Job], bool],
) -> tuple[list[Job], int]:
    """Return a page and the total from counters; groups before the page are skipped whole."""
    jobs, total = list[Job](), 0
    for group in groups:
        size = view.count(group, scope, _ALL)
        first = max(0, offset - total)
        if first < size and len(jobs) < limit:
            jobs += _rows(view, group, scope, order, first, limit - len(jobs))
        total += size
    return jobs, total


def _sifted(
    view: View,
    groups: Sequence[Filter],
    scope: Scope,
    order: Order,
    offset: int,
    limit: int,
    keep: Callable[[Job], bool],
) -> tuple[list[Job], int]:
    jobs, total = list[Job](), 0
    for group in groups:
        for page in _pages(view, group, scope, order, PAGE_LIMIT):
            for job in page:
                if not keep(job):
                    continue
                if offset <= total < offset + limit:
                    jobs.append(job)
                total += 1
    return jobs, total


def _rows(view: View, group: Filter, scope: Scope, order: Order, first: int, limit: int) -> list[Job]:
    found = list[Job]()
    for page in _pages(view, group, scope, order, min(PAGE_LIMIT, first + limit)):
        found += page[first:]
        first = max(0, first - len(page))
        if len(found) >= limit:
            break
    return found[:limit]


def _pages(view: View, group: Filter, scope: Scope, order: Order, size: int) -> Iterator[list[Job]]:
    query: Query | None = Query(filter=group, scope=scope, order=order, limit=max(size, 1))
    while query is not None:
        page = view.find(query)
        yield page.jobs
        query = None if page.next is None else replace(query, after=page.next, limit=PAGE_LIMIT)
