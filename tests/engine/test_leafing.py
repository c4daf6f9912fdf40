from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.engine.strips import Sieve
from jobyard.job.filters import Filter, Order, Outline
from jobyard.job.states import State
from jobyard.people.record import Actor, Role
from tests.engine.yard import Yard

pytestmark = pytest.mark.anyio

MIA, MAX = Actor(name="mia", role=Role.MEMBER), Actor(name="max", role=Role.MEMBER)
QUEUED, DRAFT = Filter(states=frozenset({State.QUEUED})), Filter(states=frozenset({State.DRAFT}))
EVERYTHING = Filter(states=frozenset({State.QUEUED, State.DRAFT}))


async def stocked(yard: Yard) -> list[int]:
    """Return the numbers of twelve jobs of mia's, every third a draft; another one has some too."""
    numbers = []
    for place in range(12):
        numbers.append((await yard.submit(MIA, draft=place % 3 == 0)).number)
        await yard.submit(MAX)
    return numbers


async def test_pages_begin_at_any_row_and_know_how_many_there_are(yard: Yard) -> None:
    numbers = await stocked(yard)
    for order, wanted in ((Order.NEWEST, numbers[::-1]), (Order.OLDEST, numbers)):
        for offset in range(14):
            leaf = await yard.engine.leafing.own(MIA, [EVERYTHING], order, offset, 5)
            assert [job.number for job in leaf.jobs] == wanted[offset : offset + 5]
            assert leaf.total == 12


async def test_groups_come_one_after_the_other(yard: Yard) -> None:
    numbers = await stocked(yard)
    drafts = [number for place, number in enumerate(numbers) if place % 3 == 0][::-1]
    queued = [number for place, number in enumerate(numbers) if place % 3][::-1]
    for offset in range(13):
        leaf = await yard.engine.leafing.own(MIA, [DRAFT, QUEUED], Order.NEWEST, offset, 3)
        assert [job.number for job in leaf.jobs] == [*drafts, *queued][offset : offset + 3]
        assert leaf.total == 12
        assert set(leaf.waiting) == {job.id for job in leaf.jobs if job.state is State.QUEUED}


async def test_what_no_filter_can_say_is_sifted(yard: Yard) -> None:
    numbers = await stocked(yard)
    odd = [number for number in numbers[::-1] if number % 4 == 1]
    sieve = Sieve(sure=lambda _facet: None, keep=lambda job: job.number % 4 == 1)
    leaf = await yard.engine.leafing.own(MIA, [EVERYTHING], Order.NEWEST, 1, 2, sieve)
    assert [job.number for job in leaf.jobs] == odd[1:3] and leaf.total == len(odd)


async def test_what_facets_tell_is_not_looked_at(yard: Yard) -> None:
    numbers = await stocked(yard)
    queued, drafts = [n for p, n in enumerate(numbers) if p % 3], [n for p, n in enumerate(numbers) if p % 3 == 0]
    looked = list[int]()

    def keep(job: Outline) -> bool:
        looked.append(job.number)
        return job.number == drafts[1]

    sieve = Sieve(sure=lambda facet: True if facet.state is State.QUEUED else None, keep=keep)
    leaf = await yard.engine.leafing.own(MIA, [EVERYTHING], Order.OLDEST, 0, 50, sieve)
    assert [job.number for job in leaf.jobs] == sorted([*queued, drafts[1]])
    assert sorted(looked) == drafts
    leaf = await yard.engine.leafing.own(
        MIA, [EVERYTHING], Order.OLDEST, 1, 2, Sieve(sure=lambda facet: facet.state is State.DRAFT)
    )
    assert [job.number for job in leaf.jobs] == drafts[1:3] and leaf.total == len(drafts)


async def test_what_facets_do_not_tell_is_walked(yard: Yard) -> None:
    numbers = await stocked(yard)
    [job] = (await yard.engine.leafing.own(MIA, [EVERYTHING], Order.OLDEST, 0, 1)).jobs
    leaf = await yard.engine.leafing.own(MIA, [replace(EVERYTHING, ids=frozenset({job.id}))], Order.NEWEST, 0, 5)
    assert [one.number for one in leaf.jobs] == numbers[:1] and leaf.total == 1


async def test_no_group_holds_nothing(yard: Yard) -> None:
    leaf = await yard.engine.leafing.own(MIA, [], Order.NEWEST, 0, 5)
    assert (leaf.jobs, leaf.total) == ([], 0)
