"""Finding tasks: the tables say what a plain look at all of them says."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from jobyard.experiments.record import Experiment
from jobyard.experiments.refusals import SearchTooLong
from jobyard.experiments.search import Asked, Curve, Worn
from jobyard.people.record import Actor
from tests.experiments.room import Room

pytestmark = pytest.mark.anyio

TAGS = ("a", "b", "c", 'd"\\e')


@pytest.fixture
async def crowd(room: Room, mia: Actor) -> list[str]:
    """Tasks with tags drawn at random, and two curves on some of them."""
    seed = 3
    print(f"seed {seed}")
    draw, ids = random.Random(seed), list[str]()
    for number in range(24):
        tags = tuple(tag for tag in TAGS if draw.random() < 0.4)
        system = tuple(tag for tag in ("archived", "b", "dataset") if draw.random() < 0.3)
        id_ = await room.begun(mia, name=f"task {number}", tags=tags, system_tags=system)
        if number % 3:
            await room.tell(mia, id_, (1, draw.random()), (2, draw.random()))
            await room.tell(mia, id_, (1, 1.0), name="other")
        ids.append(id_)
    return ids


@pytest.mark.parametrize("field", ["tags", "system_tags"])
async def test_tags_are_any_all_or_none(room: Room, mia: Actor, crowd: list[str], field: str) -> None:
    def worn(one: Experiment) -> set[str]:
        return set(getattr(one.task.head, field))

    everything = (await room.verbs.search.page(mia, Asked(), 0, 100)).tasks
    assert len(everything) == len(crowd)
    for wanted in (
        Worn(any=("a", "dataset")),
        Worn(all=("a", "b")),
        Worn(none=("b", "archived")),
        Worn(any=('d"\\e', "b"), none=("a",)),
        Worn(all=("b", "b"), none=("c",)),
        Worn(any=('d"\\e',)),
        Worn(any=("a", "c"), all=("b",)),
        Worn(any=("b",), all=("b",), none=('d"\\e',)),
        Worn(any=("nothing of the kind",)),
    ):
        found = await room.verbs.search.page(mia, replace(Asked(), **{field: wanted}), 0, 100)
        expected = [
            one.task.id
            for one in everything
            if (not wanted.any or worn(one) & set(wanted.any))
            and worn(one) >= set(wanted.all)
            and not worn(one) & set(wanted.none)
        ]
        assert [one.task.id for one in found.tasks] == expected, wanted
        assert (found.total, found.exact) == (len(expected), True)


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("value", ["last", "least", "most"])
async def test_a_curve_puts_tasks_in_order(room: Room, mia: Actor, crowd: list[str], value: str, *, down: bool) -> None:
    known = {id_: series for id_, series in (await room.verbs.curves.last(mia, crowd)).items() if series}
    by_value = {id_: getattr(series[0], value) for id_, series in known.items()}
    asked = Asked(curve=Curve(metric="loss", variant="v", value=value), down=down)
    found = [one.task.id for one in (await room.verbs.search.page(mia, asked, 0, 100)).tasks]
    assert found[: len(by_value)] == sorted(by_value, key=by_value.__getitem__, reverse=down)
    assert set(found[len(by_value) :]) == set(crowd) - by_value.keys()
    part = await room.verbs.search.page(mia, asked, 5, 4)
    assert [one.task.id for one in part.tasks] == found[5:9] and part.total == len(crowd)


async def test_tasks_that_say_the_same_of_a_curve_keep_their_order_from_page_to_page(room: Room, mia: Actor) -> None:
    ids = [await room.begun(mia, name=f"task {number}") for number in range(9)]
    for number, id_ in enumerate(ids):
        await room.tell(mia, id_, (1, float(number // 4)))
    asked = Asked(curve=Curve(metric="loss", variant="v", value="last"))
    pages = [(await room.verbs.search.page(mia, asked, offset, 2)).tasks for offset in range(0, 10, 2)]
    assert [one.task.id for page in pages for one in page] == ids[::-1]


async def test_only_so_many_are_counted_behind_a_page(
    room: Room, mia: Actor, crowd: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobyard.experiments.search._COUNTED", 3)
    for offset, limit, total, exact in ((0, 5, 8, False), (len(crowd) - 4, 2, len(crowd), True)):
        found = await room.verbs.search.page(mia, Asked(), offset, limit)
        assert (len(found.tasks), found.total, found.exact) == (limit, total, exact)


async def test_curves_are_found_by_their_names(room: Room, mia: Actor, crowd: list[str]) -> None:
    asked = list[tuple[str, str]]()

    def fits(metric: str, variant: str) -> bool:
        asked.append((metric, variant))
        return metric == "other"

    assert await room.verbs.search.curve(fits) == ("other", "v") and asked == [("loss", "v"), ("other", "v")]
    assert await room.verbs.search.curve(lambda *_: False) is None


async def test_what_is_looked_at_one_by_one_is_counted_too(room: Room, mia: Actor, crowd: list[str]) -> None:
    def even(one: Experiment) -> bool:
        return int(one.job.name.split()[1]) % 2 == 0

    found = await room.verbs.search.page(mia, Asked(order="created", down=False), 3, 4, even)
    assert [one.job.name for one in found.tasks] == ["task 6", "task 8", "task 10", "task 12"]
    assert (found.total, found.exact) == (12, True)


async def test_a_search_ends(room: Room, mia: Actor, crowd: list[str]) -> None:
    def slow(seconds: float) -> Callable[[Experiment], bool]:
        def fits(_: Experiment) -> bool:
            room.house.clock.forward(seconds)
            return True

        return fits

    found = await room.verbs.search.page(mia, Asked(), 0, 2, slow(1))
    assert (len(found.tasks), found.total, found.exact) == (2, 2, False)
    with pytest.raises(SearchTooLong):
        await room.verbs.search.page(mia, Asked(), 0, 24, slow(1))
