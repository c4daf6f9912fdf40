"""One's own jobs in long strips by number: any row of one is found from what is counted in blocks, without a walk.

What the counted facets cannot tell is looked at job by job, and nothing else is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from jobyard.job.filters import (
    BLOCK,
    OUTLINE_LIMIT,
    Cursor,
    Facet,
    Filter,
    Order,
    Outline,
    Query,
    Scope,
    lowered,
)
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import View
from jobyard.store.facets import facet

_PLAIN = frozenset({"states", "kinds", "format"})
"""What facets tell of a filter."""
_EMPTY = Filter()


class Sieve(Struct, frozen=True, kw_only=True):
    """What narrows a list further than filters can say."""

    sure: Callable[[Facet], bool | None] = lambda _facet: True
    """Tells whether jobs of a facet pass; None where they have to be looked at."""
    keep: Callable[[Outline], bool] = lambda _outline: True
    """Tells whether a job passes; it never disagrees with `sure`, but for those apart."""
    apart: tuple[Filter, ...] = ()
    """Few jobs, by all ways that lead to them, for which `sure` does not hold; each of them is looked at."""


class Strip(Struct, frozen=True, kw_only=True):
    """Whose jobs, in which order, and which of them."""

    owner: str
    order: Order
    sieve: Sieve

    @property
    def scope(self) -> Scope:
        """Whose jobs."""
        return Scope(owner=self.owner)


class _Part(Struct, frozen=True):
    """One group of a list."""

    size: int
    pick: Callable[[int, int], list[str]]
    """Returns so many ids behind so many jobs."""


def cut(view: View, groups: Sequence[Filter], strip: Strip, offset: int, limit: int) -> tuple[list[Job], int]:
    """Return `limit` jobs of the groups behind the first `offset`, and how many jobs there are in all."""
    ids, total = list[str](), 0
    for group in groups:
        part = _counted(view, group, strip) if _told(group) else _looked_at(view, group, strip)
        first = max(0, offset - total)
        if first < part.size and len(ids) < limit:
            ids += part.pick(first, limit - len(ids))
        total += part.size
    return view.jobs(ids), total


def _told(group: Filter) -> bool:
    fields = (name for name in Filter.__struct_fields__ if name not in _PLAIN)
    return all(getattr(group, name) == getattr(_EMPTY, name) for name in fields)


def _looked_at(view: View, group: Filter, strip: Strip) -> _Part:
    ids = [one.id for one in _outlines(view, group, strip) if strip.sieve.keep(one)]
    return _Part(len(ids), lambda first, count: ids[first : first + count])


def _counted(view: View, group: Filter, strip: Strip) -> _Part:
    tallied = [one for one in view.blocks(strip.owner) if _inside(one.facet, group)]
    known = {one: strip.sieve.sure(one) for one in {one.facet for one in tallied}}
    # Where one facet of a kind and state has to be looked at, all jobs of them are, so that none counts twice.
    doubtful = {(one.kind, one.state) for one, sure in known.items() if sure is None}
    chosen = {one for one, sure in known.items() if sure and (one.kind, one.state) not in doubtful}
    told = Counter[int]()
    for one in tallied:
        if one.facet in chosen:
            told[one.block] += one.count
    looked = _sifted(view, group, strip, doubtful)
    apart = [one for one in _apart(view, group, strip) if (one.kind, one.state) not in doubtful]
    for outline in apart:
        told[outline.number // BLOCK] -= facet(outline) in chosen
    looked |= {one.number: one.id for one in apart if strip.sieve.keep(one)}
    without = {one.number for one in apart} - looked.keys()
    places = _placed(looked)

    def ids(block: int) -> list[str]:
        if not told[block]:
            return [looked[number] for number in places[block]]
        jobs = view.block(strip.owner, block)
        return [job.id for job in jobs if job.number in looked or (job.facet in chosen and job.number not in without)]

    sizes = {block: told[block] + len(places.get(block, ())) for block in told.keys() | places.keys()}
    return _Part(sum(sizes.values()), partial(_picked, strip.order, sizes, ids))


def _placed(numbers: Iterable[int]) -> dict[int, list[int]]:
    """Return ascending numbers by their blocks."""
    found = dict[int, list[int]]()
    for number in sorted(numbers):
        found.setdefault(number // BLOCK, []).append(number)
    return found


def _picked(
    order: Order, sizes: Mapping[int, int], ids: Callable[[int], list[str]], first: int, count: int
) -> list[str]:
    backward = order is Order.NEWEST
    found = list[str]()
    for block in sorted(sizes, reverse=backward):
        if len(found) >= count:
            break
        if first >= sizes[block]:
            first -= sizes[block]
            continue
        inside = ids(block)
        found += (inside[::-1] if backward else inside)[first : first + count - len(found)]
        first = 0
    return found


def _sifted(view: View, group: Filter, strip: Strip, doubtful: set[tuple[str, State]]) -> dict[int, str]:
    """Return the jobs that pass among those that have to be looked at: ids by numbers."""
    if not doubtful:
        return {}
    narrowed = replace(
        group, kinds=frozenset(kind for kind, _ in doubtful), states=frozenset(state for _, state in doubtful)
    )
    return {
        one.number: one.id
        for one in _outlines(view, narrowed, strip)
        if (one.kind, one.state) in doubtful and strip.sieve.keep(one)
    }


def _apart(view: View, group: Filter, strip: Strip) -> list[Outline]:
    ways = (replace(way, states=group.states, kinds=group.kinds) for way in strip.sieve.apart)
    found = {one.number: one for way in ways for one in _outlines(view, way, strip)}
    return [one for one in found.values() if _inside(facet(one), group)]


def _inside(told: Facet, group: Filter) -> bool:
    return (
        (not group.states or told.state in group.states)
        and (not group.kinds or told.kind in group.kinds)
        and (group.format is None or told.format == lowered(group.format))
    )


def _outlines(view: View, group: Filter, strip: Strip) -> Iterator[Outline]:
    query = Query(filter=group, scope=strip.scope, order=strip.order)
    while found := view.outlines(query):
        yield from found
        if len(found) < OUTLINE_LIMIT:
            return
        query = replace(query, after=Cursor(value=found[-1].number, number=found[-1].number))
