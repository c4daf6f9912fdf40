"""How the counts of a synchronization grew, how fast it goes, and how long it will take."""

from __future__ import annotations

import pytest

from jobyard.datasets import capability
from jobyard.datasets.record import Counts, Point, Sync
from tests.datasets.yard import ADA, Killed, Yard, fill

pytestmark = pytest.mark.usefixtures("small_batches")


def newest(yard: Yard) -> Sync:
    _, sync = yard.ask(yard.datasets.sync_of(ADA, "cats"))
    assert sync is not None
    return sync


def test_each_batch_of_a_small_one_is_a_point(yard: Yard) -> None:
    yard.create()
    fill(yard, 35)
    yard.synchronize()
    sync = newest(yard)
    assert [(point.listed, point.added, point.changed, point.deleted) for point in sync.series] == [
        (10, 10, 0, 0),
        (20, 20, 0, 0),
        (30, 30, 0, 0),
        (35, 35, 0, 0),
    ]
    assert [point.at for point in sync.series] == sorted(point.at for point in sync.series)
    assert sync.rate > 0
    assert sync.left is None


def test_there_are_never_more_points_than_can_be_drawn(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capability, "MOST_POINTS", 8)
    yard.create()
    fill(yard, 400)
    yard.synchronize()
    series = newest(yard).series
    assert 4 <= len(series) <= 8
    assert series[-1].listed == 400
    assert [point.listed for point in series] == sorted(point.listed for point in series)


def test_another_attempt_goes_on_with_the_same_points(yard: Yard) -> None:
    yard.create()
    fill(yard, 35)
    job = yard.claim(yard.submit())
    with pytest.raises(Killed):
        yard.run(yard.rehearse(job, calls=3))
    before = newest(yard)
    assert before.cursor != b""
    job = yard.claim(yard.lose(job))
    yard.run(yard.rehearse(job))
    after = newest(yard)
    assert after.series[:2] == before.series
    assert after.started_at == before.started_at


def test_the_rate_is_that_of_late_and_says_how_long_it_will_take() -> None:
    series = tuple(Point(second * 1_000_000, second * 100, 0, 0, 0) for second in range(1, 51))
    sync = Sync(
        job="j", counts=Counts(listed=5_000), started_at=0, finished_at=None, cursor=b"x", expected=6_000, series=series
    )
    assert sync.rate == 100.0
    assert sync.left == 10.0
    first = Sync(job="j", counts=Counts(listed=5_000), started_at=0, finished_at=None, series=series)
    assert first.left is None
    begun = Sync(job="j", counts=Counts(), started_at=0, finished_at=None, expected=10)
    assert (begun.rate, begun.left) == (0.0, None)
