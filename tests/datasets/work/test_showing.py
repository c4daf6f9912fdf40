"""What people see of pictures: sizes, drawings of the right frame, small pictures that are kept, days."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from jobyard.datasets.annotations import Annotations, Position, ShapeKind, Track
from jobyard.datasets.record import Revision, SampleFilter
from jobyard.datasets.work.found import dissents, least_sure
from jobyard.datasets.work.merging import ConsensusMerge
from jobyard.datasets.work.showing import SHOWN_SHAPES, Showing
from jobyard.datasets.work.tasks import Tasks
from jobyard.datasets.work.union import PICTURES
from jobyard.job.errors import FileBroken, NotFound
from jobyard.people.record import Actor, Role
from tests.datasets.work.shop import Shop, box
from tests.datasets.yard import ADA, put

STRANGER = Actor(name="sam", role=Role.MEMBER)


@pytest.fixture
def showing(shop: Shop) -> Showing:
    return Showing(
        shop.store, shop.clock, shop.datasets, Tasks(shop.store, shop.clock, [shop.root], shop.pictures, shop.vault)
    )


def test_a_page_of_pictures_brings_sizes_and_what_is_drawn(shop: Shop, showing: Showing) -> None:
    cat, dog = shop.stock(5)
    shop.say(box(0, cat, 1), box(2, dog, 5), box(2, cat, 7))
    track = Track(
        frame=1,
        label=dog.number,
        positions=(
            Position(frame=1, kind=ShapeKind.RECTANGLE, points=(0, 0, 10, 10)),
            Position(frame=3, kind=ShapeKind.RECTANGLE, points=(20, 0, 30, 10)),
        ),
    )
    shop.ask(shop.datasets.annotate(ADA, "cats", Revision(add=Annotations(tracks=(track,)))))
    seen, total = shop.ask(showing.page(ADA, "cats", SampleFilter(), limit=3))
    assert (total, [one.frame for one in seen], {one.size for one in seen}) == (5, [0, 1, 2], {(64, 48)})
    assert [[shape.points[0] for shape in one.annotations.shapes] for one in seen] == [[1], [0], [5, 7, 10]]
    rest, _ = shop.ask(showing.page(ADA, "cats", SampleFilter(), limit=3, behind=3))
    assert [one.frame for one in rest] == [3, 4]
    some, count = shop.ask(showing.page(ADA, "cats", SampleFilter(label="cat")))
    assert (count, [one.frame for one in some]) == (2, [0, 2])
    assert shop.ask(showing.page(ADA, "cats", SampleFilter(text="nothing"))) == ([], 0)
    one = shop.ask(showing.one(ADA, "cats", 2))
    assert (len(one.annotations.shapes), one.left_out) == (3, 0)


def test_a_page_leaves_out_what_nobody_could_see(shop: Shop, showing: Showing) -> None:
    cat, _ = shop.stock(1)
    shop.say(*(box(0, cat, place) for place in range(SHOWN_SHAPES + 2)))
    (seen,), _ = shop.ask(showing.page(ADA, "cats", SampleFilter()))
    assert (len(seen.annotations.shapes), seen.left_out) == (SHOWN_SHAPES, 2)
    assert len(shop.ask(showing.one(ADA, "cats", 0)).annotations.shapes) == SHOWN_SHAPES + 2


def test_layers_are_shown_apart(shop: Shop, showing: Showing) -> None:
    cat, dog = shop.stock(3)
    true = shop.ask(shop.datasets.add_ground_truth(ADA, "cats", [1]))
    shop.say(box(1, cat, 0))
    shop.say(box(1, dog, 9), layer=true.number)
    labels = [shop.ask(showing.one(ADA, "cats", 1, layer)).annotations.shapes[0].label for layer in (0, true.number)]
    assert labels == [cat.number, dog.number]
    with pytest.raises(NotFound):
        shop.ask(showing.one(ADA, "cats", 1, true.number + 1))


def test_small_pictures_are_made_once_for_each_state_of_a_file(shop: Shop, showing: Showing) -> None:
    shop.stock(2)
    put(shop.root / "cats", "1.png", b"no picture")
    dataset, _ = shop.ask(showing.mark(ADA, "cats", 0))
    made = shop.ask(showing.small(ADA, dataset, 0, "first"))
    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, image.size) == ("JPEG", (64, 48))
    (shop.root / "cats" / "0.png").unlink()
    assert shop.ask(showing.small(ADA, dataset, 0, "first")) is made
    looks = shop.ask(showing.looks(ADA, "cats"))
    assert [(one.width, one.height, one.pictures) for one in looks.sizes] == [(64, 48, 1)]
    with pytest.raises(FileBroken):
        shop.ask(showing.small(ADA, dataset, 1, "other"))
    seen, _ = shop.ask(showing.page(ADA, "cats", SampleFilter()))
    assert [one.size for one in seen] == [(64, 48), (0, 0)]


def test_who_may_not_see_a_dataset_sees_nothing_of_it(shop: Shop, showing: Showing) -> None:
    shop.stock(1)
    dataset, _ = shop.ask(showing.mark(ADA, "cats", 0))
    for asked in (
        showing.page(STRANGER, dataset.id, SampleFilter()),
        showing.one(STRANGER, dataset.id, 0),
        showing.mark(STRANGER, dataset.id, 0),
        showing.looks(STRANGER, dataset.id),
        showing.large(STRANGER, dataset, 0),
        showing.small(STRANGER, dataset, 0, "mark"),
    ):
        with pytest.raises(NotFound):
            shop.ask(asked)
    for frame in (1, 2**31 - 1):
        with pytest.raises(NotFound):
            shop.ask(showing.one(ADA, "cats", frame))


def test_looks_tell_sizes_and_days(shop: Shop, showing: Showing) -> None:
    cat, _ = shop.stock(3)
    before = shop.ask(showing.looks(ADA, "cats"))
    assert (before.sizes, before.unmeasured, before.days) == ([], 3, [])
    shop.ask(showing.page(ADA, "cats", SampleFilter(), limit=2))
    shop.say(box(0, cat, 1), box(1, cat, 1))
    after = shop.ask(showing.looks(ADA, "cats"))
    assert ([(one.width, one.height, one.pictures) for one in after.sizes], after.unmeasured) == ([(64, 48, 2)], 1)
    assert [(one.made, one.deleted, one.frames) for one in after.days] == [(2, 0, 2)]


def test_a_merge_tells_of_labels_and_pictures(shop: Shop) -> None:
    cat, dog = shop.stock(3)
    made = shop.ask(shop.datasets.split(ADA, "cats", size=3, replicas=2))
    first, second = (one.number for one in made if one.parent is not None)
    shop.say(box(0, cat, 0), box(1, cat, 0), box(1, dog, 40), layer=first)
    shop.say(box(0, cat, 0), box(1, cat, 0), layer=second)
    result = shop.do(ConsensusMerge, dataset="cats", rules={"quorum": 1})
    assert result["labels"] == [
        {"label": "dog", "things": 1, "agreement": 0.5},
        {"label": "cat", "things": 2, "agreement": 1.0},
    ]
    sure = least_sure(shop.results / PICTURES, 10)
    assert [(one.frame, one.things, one.agreement) for one in sure] == [(1, 2, 0.75), (0, 1, 1.0)]
    told, more = dissents(shop.results / "dissents.jsonl", 0, 10)
    assert ([(one.frame, one.type, one.annotations[0].assignment) for one in told], more) == (
        [(1, "no_matching_annotation", first)],
        False,
    )
