from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Tag, Track
from jobyard.datasets.formats.registry import importer
from jobyard.datasets.packing import packed
from jobyard.datasets.work import telling
from jobyard.datasets.work.exporting import DatasetExport
from jobyard.datasets.work.messages import Aside
from jobyard.datasets.work.parcels import parcels, weight
from tests.datasets.formats import drawn
from tests.datasets.work.shop import Shop
from tests.datasets.yard import ADA
from tests.trials import at_most

TRACK = Track(
    frame=0, label=1, positions=tuple(Position(frame=n, kind=ShapeKind.POLYGON, points=(1.5,) * 20) for n in range(9))
)


@pytest.mark.property
@at_most(1_000)
@given(st.lists(st.lists(drawn.shapes(0), max_size=3), max_size=5), st.integers(1, 200))
def test_everything_comes_once_and_in_order(pictures: list[list[Shape]], heaviest: int) -> None:
    said = [Annotations(tags=(Tag(frame=0, label=1),), shapes=tuple(shapes)) for shapes in pictures]
    found = list(parcels(said, heaviest))
    assert [shape for one in found for shape in one.shapes] == [shape for one in said for shape in one.shapes]
    assert sum(len(one.tags) for one in found) == len(said)
    assert all(weight(one) for one in found)
    largest = max((weight(Annotations(shapes=one.shapes)) for one in said), default=0)
    assert all(weight(one) <= heaviest + largest + 30 for one in found)


def test_a_parcel_fits_into_a_message_from_another_machine() -> None:
    mask = Shape(frame=0, label=1, kind=ShapeKind.MASK, points=(1.5,) * 1_000)
    found = list(parcels([Annotations(shapes=(mask,) * 2_000, tracks=(TRACK,) * 2_000)]))
    assert sum(len(one.shapes) for one in found) == 2_000
    assert sum(len(one.tracks) for one in found) == 2_000
    assert max(len(msgspec.msgpack.encode(Aside(place=0, said=packed(one)))) for one in found) < 14 << 20


def test_heavy_pictures_are_told_of_a_few_at_a_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cat, _ = shop.stock(9)
    ring = tuple(float(value) for value in range(60))
    for frame in range(9):
        shop.say(*[Shape(frame=frame, label=cat.number, kind=ShapeKind.POLYGON, points=ring)] * 3)
    monkeypatch.setattr(telling, "HEAVIEST", 600)
    result = shop.do(DatasetExport, dataset="cats", format="CVAT for images 1.1")
    assert result["frames"] == 9
    assert shop.last is not None
    assert [verb for verb, _ in shop.last.calls].count("work.said") > 4
    labels = shop.ask(shop.datasets.labels(ADA, "cats"))
    found = drawn.read(importer("CVAT 1.1").read, shop.results / str(result["file"]), labels=labels)
    assert [len(one.annotations.shapes) for one in found] == [3] * 9
