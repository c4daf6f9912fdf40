"""Curves: what is known of one without reading it, the same place replaced, long ones thinned."""

from __future__ import annotations

import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.experiments import series
from jobyard.experiments.record import SINGLE, Point, Series, Sort
from jobyard.people.record import Actor
from tests.experiments.room import Room

values = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.tuples(st.integers(0, 20), values), unique_by=lambda one: one[0], min_size=1, max_size=20))
def test_what_is_known_of_fresh_points_is_what_they_are(points: list[tuple[int, float]]) -> None:
    empty = Series(number=1, home="t", sort=Sort.SCALAR, metric="m", variant="v")
    told = series.counted(empty, [Point(iteration, 5, value, b"") for iteration, value in points], {})
    by_place = dict(points)
    assert (told.count, told.least, told.most) == (len(points), min(by_place.values()), max(by_place.values()))
    assert (told.last, told.last_iteration) == (by_place[max(by_place)], max(by_place))
    assert (told.first, told.first_iteration) == (points[0][1], points[0][0])
    assert by_place[told.least_iteration] == told.least and by_place[told.most_iteration] == told.most
    assert told.total == pytest.approx(sum(by_place.values()), abs=1e-3)


@pytest.mark.anyio
async def test_points_in_any_order_and_twice_are_one_curve(room: Room, mia: Actor) -> None:
    seed = 7
    print(f"seed {seed}")
    draw = random.Random(seed)
    id_, kept = await room.begun(mia), dict[int, float]()
    for _ in range(12):
        batch = [(draw.randrange(40), round(draw.uniform(-5, 5), 3)) for _ in range(draw.randrange(1, 15))]
        kept.update(batch)
        assert (await room.tell(mia, id_, *batch)).added == len(batch)
        await room.tell(mia, id_, *batch)
    [drawn] = await room.verbs.curves.drawn(mia, id_, 100)
    assert {int(iteration): value for iteration, _, value in drawn.points} == kept
    assert [point[0] for point in drawn.points] == sorted(kept)
    one = drawn.series
    assert (one.count, one.last, one.last_iteration) == (len(kept), kept[max(kept)], max(kept))
    assert one.total == pytest.approx(sum(kept.values()))


@pytest.mark.anyio
async def test_a_long_curve_is_thinned_to_means_of_equal_stretches(room: Room, mia: Actor) -> None:
    id_ = await room.begun(mia)
    await room.tell(mia, id_, *[(iteration, float(iteration)) for iteration in range(1_000)])
    [drawn] = await room.verbs.curves.drawn(mia, id_, 10)
    expected = [(start, fmean(range(start, start + 100))) for start in range(0, 1_000, 100)]
    assert [(point[0], point[2]) for point in drawn.points] == expected
    assert len((await room.verbs.curves.drawn(mia, id_, 1_000))[0].points) == 1_000
    await room.tell(mia, id_, (10**9, 0.0))
    [far] = await room.verbs.curves.drawn(mia, id_, 13)
    assert len(far.points) == 13 and far.points[0][0] < 100


@pytest.mark.anyio
async def test_a_value_without_a_curve_is_in_no_list_of_them(room: Room, mia: Actor) -> None:
    id_ = await room.begun(mia)
    await room.tell(mia, id_, (SINGLE, 0.5))
    await room.tell(mia, id_, (SINGLE, 0.75))
    assert await room.verbs.curves.drawn(mia, id_, 10) == []
    [told] = await room.verbs.curves.singles(mia, id_)
    assert (told.point.value, told.series.count, told.series.last) == (0.75, 1, 0.75)
    await room.tell(mia, id_, (3, 1.0))
    await room.tell(mia, id_, (SINGLE, 0.25))
    [told] = await room.verbs.curves.singles(mia, id_)
    assert (told.series.last, told.series.last_iteration, told.series.first_iteration) == (0.25, 3, SINGLE)
