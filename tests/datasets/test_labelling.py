from __future__ import annotations

import pytest

from jobyard.datasets import labelling
from jobyard.datasets.annotations import ShapeKind, Source
from jobyard.datasets.labelling import Said
from jobyard.datasets.labels import Label, LabelKind
from jobyard.datasets.messages import Box
from jobyard.datasets.record import TagWanted
from tests.datasets.counting import check_counts, everything, pictures
from tests.datasets.yard import ADA, Yard

BOX = Box(label="dog", points=(1, 2, 3, 4))


def put(yard: Yard, said: dict[int, Said]) -> int:
    """Let the source say something of samples, by number."""
    dataset = yard.get()
    return yard.write(lambda transaction: labelling.put(transaction, dataset, said, yard.clock.now()))


def test_what_the_source_says_makes_labels_tags_and_shapes(yard: Yard) -> None:
    yard.create(labels=(Label(name="dog"),))
    pictures(yard, 4)
    star = Box(label="star", points=(0, 0, 1, 1, 2, 0))
    assert (
        put(yard, {1: Said(labels=("cat", "dog", "cat")), 2: Said(boxes=(BOX, BOX, star)), 9: Said(labels=("x",))}) == 2
    )
    said = check_counts(yard)
    assert [(tag.frame, tag.source) for tag in said.tags] == [(0, Source.FILE), (0, Source.FILE)]
    kinds = [ShapeKind.RECTANGLE, ShapeKind.RECTANGLE, ShapeKind.POLYGON]
    assert [(shape.frame, shape.kind) for shape in said.shapes] == [(1, kind) for kind in kinds]
    names = [label.name for label in yard.ask(yard.datasets.labels(ADA, "cats"))]
    assert names == ["dog", "cat", "star"]
    assert [one.by_hand for one in everything(yard)] == [False] * 4


def test_what_it_says_later_replaces_what_it_said(yard: Yard) -> None:
    yard.create()
    pictures(yard, 3)
    put(yard, {1: Said(labels=("cat",)), 2: Said(labels=("cat",), boxes=(BOX,))})
    assert put(yard, {2: Said(labels=("bird",)), 3: Said(labels=("cat",))}) == 2
    check_counts(yard)
    assert [one.labels for one in everything(yard)] == [("cat",), ("bird",), ("cat",)]
    assert put(yard, {1: Said(), 2: Said()}) == 2
    check_counts(yard)
    assert [one.labels for one in everything(yard)] == [(), (), ("cat",)]
    assert put(yard, {}) == 0


def test_what_a_person_said_stays(yard: Yard) -> None:
    yard.create()
    samples = pictures(yard, 3)
    put(yard, {1: Said(labels=("cat",)), 2: Said(labels=("cat",)), 3: Said(labels=("cat",))})
    wanted = [(samples[0].sample.id, [TagWanted(name="lion")]), (samples[1].sample.id, [])]
    yard.ask(yard.datasets.set_tags(ADA, "cats", wanted, make_labels=True))
    assert put(yard, {1: Said(labels=("dog",)), 2: Said(labels=("dog",)), 3: Said(labels=("dog",))}) == 1
    check_counts(yard)
    assert [one.labels for one in everything(yard)] == [("lion",), (), ("dog",)]


def test_what_cannot_be_a_label_or_a_shape_is_left_out(yard: Yard) -> None:
    bones = Label(name="bones", kind=LabelKind.SKELETON, parts=(Label(name="a", kind=LabelKind.POINTS),))
    yard.create(labels=(bones,))
    pictures(yard, 1)
    wrong = ("", " a", "a\nb", "\u202e", "x" * 201, "a\0", "bones", "\udcff")
    points = [(1.0, 2.0), (float("nan"), 0.0, 1.0, 1.0), (0.0,) * 5, (1e300, 0.0, 1.0, 1.0)]
    boxes = [Box(label="dog", points=one) for one in points]
    boxes += [Box(label=name, points=(0.0, 0.0, 1.0, 1.0)) for name in wrong]
    assert put(yard, {1: Said(labels=(*wrong, "cat"), boxes=(*boxes, BOX))}) == 1
    said = check_counts(yard)
    assert (len(said.tags), len(said.shapes)) == (1, 1)


def test_a_dataset_has_so_many_labels_and_no_more(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelling, "LABELS_LIMIT", 3)
    yard.create(labels=(Label(name="z"),))
    pictures(yard, 1)
    put(yard, {1: Said(labels=("a", "b", "c", "d", "z"))})
    check_counts(yard)
    assert everything(yard)[0].labels == ("a", "b", "z")
