"""Lists by page numbers, for protocols whose clients count pages: one's own jobs, in groups, from any row on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.engine.ledger import Ledger
from jobyard.engine.strips import Sieve, Strip, cut
from jobyard.engine.waiting import Waits
from jobyard.job.filters import PAGE_LIMIT, Filter, Order, Query, Scope
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.job.waiting import Waiting
from jobyard.people.record import Actor
from jobyard.store.contract import View

_NEAR = 200
"""The longest page that is read where one stands; a longer one, or a sieved one, is read beside the event loop."""
_ALL = 2**62


class Leaf(Struct, frozen=True, kw_only=True):
    """One page of a list."""

    jobs: list[Job]
    total: int
    """How many jobs the whole list holds."""
    waiting: dict[str, Waiting]
    """Why the queued ones among them wait, by id."""


class Leaves(Struct, frozen=True, kw_only=True):
    """Which page of which list."""

    filter: Filter
    order: Order = Order.NEWEST
    offset: int = 0
    limit: int
    doubtful: frozenset[State] = frozenset()
    """States in which `keep` is asked; jobs in other states are kept. They have to be few, or all are looked at."""
    keep: Callable[[Job], bool] | None = None
    """Narrows further what no filter can say."""


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
        sieve: Sieve | None = None,
    ) -> Leaf:
        """Return `limit` of the actor's own jobs from the row `offset` on, group after group, each in this order.

        The order is one by number.
        """
        strip = Strip(owner=actor.name, order=order, sieve=sieve or Sieve())

        def work(view: View) -> Leaf:
            jobs, total = cut(view, groups, strip, offset, limit)
            return Leaf(jobs=jobs, total=total, waiting=self._waits.explained(view, jobs))

        near = sieve is None and limit <= _NEAR
        return await (self._ledger.read(work) if near else self._ledger.search(work))

    async def seen(self, actor: Actor, leaves: Leaves, shared: frozenset[str] = frozenset()) -> Leaf:
        """Return a page of the jobs that somebody may see, with the exact total.

        `shared` are schedules whose jobs somebody let them see.
        """
        scope = replace(rules.scope(actor), schedules=shared)

        def work(view: View) -> Leaf:
            jobs = _picked(view, leaves, scope)
            return Leaf(jobs=jobs, total=_total(view, leaves, scope), waiting=self._waits.explained(view, jobs))

        return await self._ledger.search(work)


def _picked(view: View, leaves: Leaves, scope: Scope) -> list[Job]:
    found, passed = list[Job](), 0
    size = min(PAGE_LIMIT, leaves.offset + leaves.limit)
    for page in _pages(view, leaves.filter, scope, leaves.order, size):
        for job in page:
            if not _kept(job, leaves):
                continue
            passed += 1
            if passed > leaves.offset:
                found.append(job)
            if len(found) == leaves.limit:
                return found
    return found


def _total(view: View, leaves: Leaves, scope: Scope) -> int:
    states = leaves.filter.states or frozenset(State)
    doubtful = states & leaves.doubtful if leaves.keep is not None else frozenset()
    sure = states - doubtful
    total = view.count(replace(leaves.filter, states=sure), scope, _ALL) if sure else 0
    if doubtful:
        rest = replace(leaves.filter, states=doubtful)
        total += sum(_kept(job, leaves) for page in _pages(view, rest, scope, Order.NEWEST, PAGE_LIMIT) for job in page)
    return total


def _kept(job: Job, leaves: Leaves) -> bool:
    return leaves.keep is None or job.state not in leaves.doubtful or leaves.keep(job)


def _pages(view: View, group: Filter, scope: Scope, order: Order, size: int) -> Iterator[list[Job]]:
    query: Query | None = Query(filter=group, scope=scope, order=order, limit=max(size, 1))
    while query is not None:
        page = view.find(query)
        yield page.jobs
        query = None if page.next is None else replace(query, after=page.next, limit=PAGE_LIMIT)
