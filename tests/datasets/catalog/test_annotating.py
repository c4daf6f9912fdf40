from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Source, Tag, Track
from jobyard.datasets.labels import Attribute, Input, Label, LabelKind
from jobyard.datasets.record import Revision
from jobyard.datasets.tables.annotations import each
from jobyard.job.errors import Fault, Invalid, NotFound, Refused
from jobyard.people.record import Actor, Role
from tests.datasets.counting import check_counts, everything, pictures
from tests.datasets.yard import ADA, BOB, Yard

MOOD = Attribute(name="mood", input=Input.TEXT, mutable=True)
HORSE = Label(
    name="horse",
    kind=LabelKind.SKELETON,
    attributes=(MOOD,),
    parts=(Label(name="head", kind=LabelKind.POINTS, attributes=(MOOD,)), Label(name="tail", kind=LabelKind.POINTS)),
)
POINTS: dict[ShapeKind, tuple[float, ...]] = {
    ShapeKind.RECTANGLE: (0.1, 0.2, 1e-300, 4.5),
    ShapeKind.POLYGON: (0, 0, 1, 1, 0.5, -3),
    ShapeKind.POLYLINE: (0, 0, 1, 1),
    ShapeKind.POINTS: (1 / 3, 2 / 3),
    ShapeKind.ELLIPSE: (5, 5, 9, 1),
    ShapeKind.CUBOID: tuple(range(16)),
    ShapeKind.MASK: (2, 3, 1, 10, 20, 12, 21),
}


@pytest.fixture
def labels(yard: Yard) -> list[Label]:
    """The labels of a dataset of ten pictures."""
    yard.create(labels=(Label(name="cat", attributes=(MOOD,)), HORSE))
    pictures(yard, 10)
    return yard.ask(yard.datasets.labels(ADA, "cats"))


def skeleton(horse: Label, frame: int) -> Shape:
    head, tail = horse.parts
    return Shape(
        frame=frame,
        label=horse.number,
        kind=ShapeKind.SKELETON,
        attributes={horse.attributes[0].number: "calm"},
        parts=(
            Shape(
                frame=frame,
                label=head.number,
                kind=ShapeKind.POINTS,
                points=(1, 2),
                attributes={head.attributes[0].number: "wild"},
            ),
            Shape(frame=frame, label=tail.number, kind=ShapeKind.POINTS, points=(3, 4), outside=True, occluded=True),
        ),
    )


def walk(horse: Label) -> Track:
    head, tail = horse.parts
    spots = tuple(Position(frame=frame, kind=ShapeKind.POINTS, points=(frame, 1)) for frame in (2, 5))
    return Track(
        frame=2,
        label=horse.number,
        group=3,
        source=Source.SEMI_AUTO,
        attributes={horse.attributes[0].number: "calm"},
        positions=(
            Position(frame=2, kind=ShapeKind.SKELETON),
            Position(frame=5, kind=ShapeKind.SKELETON, attributes={horse.attributes[0].number: "wild"}),
            Position(frame=8, kind=ShapeKind.SKELETON, outside=True),
        ),
        parts=(
            Track(frame=2, label=head.number, positions=spots),
            Track(frame=2, label=tail.number, positions=spots[:1]),
        ),
    )


def everything_of(labels: list[Label]) -> Annotations:
    cat, horse = labels
    shapes = [
        Shape(
            frame=place,
            label=cat.number,
            kind=kind,
            points=points,
            rotation=12.5,
            occluded=True,
            depth=-3,
            group=7,
            source=Source.AUTO,
            score=0.25,
            attributes={cat.attributes[0].number: "größe\n"},
        )
        for place, (kind, points) in enumerate(POINTS.items())
    ]
    tag = Tag(frame=9, label=cat.number, group=1, source=Source.CONSENSUS, score=0.0)
    return Annotations(tags=(tag,), shapes=(*shapes, skeleton(horse, 9)), tracks=(walk(horse),))


def bare(one: Any) -> Any:
    """Return an annotation without the numbers that the house gave."""
    parts = {} if isinstance(one, Tag) else {"parts": tuple(bare(part) for part in one.parts)}
    return replace(one, number=0, **parts)


def plain(said: Annotations) -> Annotations:
    return Annotations(
        tags=tuple(map(bare, said.tags)),
        shapes=tuple(map(bare, said.shapes)),
        tracks=tuple(map(bare, said.tracks)),
    )


def annotate(yard: Yard, **what: Any) -> Annotations:
    return yard.ask(yard.datasets.annotate(ADA, "cats", Revision(**what)))


def test_everything_is_kept_without_loss_and_numbered_once(yard: Yard, labels: list[Label]) -> None:
    wanted = everything_of(labels)
    made = annotate(yard, add=wanted)
    assert plain(made) == wanted
    said = check_counts(yard)
    assert said == made
    numbers = [one.number for one in each(said)]
    numbers += [part.number for shape in said.shapes for part in shape.parts]
    numbers += [part.number for track in said.tracks for part in track.parts]
    assert len(set(numbers)) == len(numbers) == 14 and all(0 < number < 2**31 for number in numbers)
    again = annotate(yard, add=made)
    assert plain(again) == wanted
    assert {one.number for one in again.shapes}.isdisjoint(numbers)


def test_a_range_of_frames_brings_the_tracks_that_are_in_it(yard: Yard, labels: list[Label]) -> None:
    annotate(yard, add=everything_of(labels))
    cat = labels[0].number
    open_end = Track(frame=1, label=cat, positions=(Position(frame=1, kind=ShapeKind.POINTS, points=(0, 0)),))
    annotate(yard, add=Annotations(tracks=(open_end,)))

    def of(first: int, last: int) -> tuple[int, int, int]:
        said = yard.ask(yard.datasets.annotations(ADA, "cats", first, last))
        return len(said.tags), len(said.shapes), len(said.tracks)

    assert of(0, 0) == (0, 1, 0)
    assert of(1, 1) == (0, 1, 1)
    assert of(3, 4) == (0, 2, 2)
    assert of(9, 9) == (1, 1, 1)
    assert of(0, 2**31 - 1) == (1, 8, 2)
    assert of(5, 4) == (0, 0, 0)


def test_replacing_updating_and_deleting_happen_together(yard: Yard, labels: list[Label]) -> None:
    cat = labels[0].number
    made = annotate(yard, add=everything_of(labels))
    kept = made.shapes[0]
    moved = replace(kept, frame=3, points=(1, 1, 2, 2), attributes={})
    changed = annotate(
        yard,
        replace=(1, 9),
        add=Annotations(tags=(Tag(frame=4, label=cat),)),
        update=Annotations(shapes=(moved,)),
    )
    assert changed.shapes == (moved,)
    said = check_counts(yard)
    assert said.shapes == (moved,)
    assert [tag.frame for tag in said.tags] == [4]
    assert said.tracks == ()
    annotate(yard, delete=(moved.number, said.tags[0].number))
    assert check_counts(yard) == Annotations()
    assert all(one.by_hand for one in everything(yard) if one.number in {1, 4, 5})


def test_a_skeleton_that_is_updated_keeps_its_number_and_its_parts(yard: Yard, labels: list[Label]) -> None:
    horse = labels[1]
    made = annotate(yard, add=Annotations(shapes=(skeleton(horse, 0),)))
    [shape] = made.shapes
    grown = replace(shape, parts=(shape.parts[1], replace(shape.parts[0], number=0)))
    [changed] = annotate(yard, update=Annotations(shapes=(grown,))).shapes
    assert (changed.number, changed.parts[0].number) == (shape.number, shape.parts[1].number)
    assert changed.parts[1].number > shape.number
    check_counts(yard)


def wrong_ones(labels: list[Label], foreign: int) -> list[tuple[str, Any]]:
    cat, horse = labels
    box = Shape(frame=0, label=cat.number, kind=ShapeKind.RECTANGLE, points=(0, 0, 1, 1))
    bones = skeleton(horse, 0)
    return [
        ("no label", replace(box, label=foreign)),
        ("no label", replace(box, label=horse.parts[0].number)),
        ("no such frame", replace(box, frame=10)),
        ("no such frame", replace(box, frame=-1)),
        ("no such frame", replace(box, frame=2**31)),
        ("4 numbers", replace(box, points=(0, 0, 1))),
        ("finite", replace(box, points=(0, 0, 1, float("inf")))),
        ("finite", replace(box, points=(0, 0, 1, float("nan")))),
        ("even count", replace(box, kind=ShapeKind.POLYGON, points=(0, 0, 1, 1))),
        ("even count", replace(box, kind=ShapeKind.POLYLINE, points=(0, 0, 1, 1, 2))),
        ("16 numbers", replace(box, kind=ShapeKind.CUBOID)),
        ("runs", replace(box, kind=ShapeKind.MASK, points=(0, 0, 1, 1))),
        ("fill its box of 4 pixels", replace(box, kind=ShapeKind.MASK, points=(3, 0, 0, 1, 1))),
        ("whole numbers", replace(box, kind=ShapeKind.MASK, points=(3.5, 0.5, 0, 0, 1, 1))),
        ("whole numbers", replace(box, kind=ShapeKind.MASK, points=(4, 1, 0, 0, 1))),
        ("no skeleton", replace(box, kind=ShapeKind.SKELETON, points=())),
        ("is a skeleton", replace(box, label=horse.number)),
        ("no part", replace(bones, parts=(replace(bones.parts[0], label=cat.number),))),
        ("twice", replace(bones, parts=(bones.parts[0], bones.parts[0]))),
        ("kind points", replace(bones, parts=(replace(bones.parts[0], kind=ShapeKind.RECTANGLE, points=(0,) * 4),))),
        ("on frame 1", replace(bones, parts=(replace(bones.parts[0], frame=1),))),
        ("0 numbers", replace(bones, points=(1.0, 2.0))),
        ("rotation", replace(box, rotation=-1.0)),
        ("rotation", replace(box, rotation=float("nan"))),
    ]


def more_wrong_ones(labels: list[Label]) -> list[tuple[str, Any]]:
    cat, horse = labels
    box = Shape(frame=0, label=cat.number, kind=ShapeKind.RECTANGLE, points=(0, 0, 1, 1))
    track = walk(horse)
    spot = Position(frame=0, kind=ShapeKind.POINTS, points=(0, 0))
    step = Track(frame=0, label=cat.number, positions=(spot, replace(spot, frame=1)))
    return [
        ("score", replace(box, score=1.5)),
        ("score", Tag(frame=0, label=cat.number, score=float("nan"))),
        ("group", Tag(frame=0, label=cat.number, group=-1)),
        ("depth", replace(box, depth=2**31)),
        ("no attribute", replace(box, attributes={horse.attributes[0].number: "x"})),
        ("longer", replace(box, attributes={cat.attributes[0].number: "x" * 5000})),
        ("stored", replace(box, attributes={cat.attributes[0].number: "\0"})),
        ("needs a position", replace(step, positions=())),
        ("order of their frames", replace(step, positions=step.positions[::-1])),
        ("order of their frames", replace(step, positions=(spot, spot))),
        ("begins with", replace(step, frame=1)),
        ("no such frame", replace(step, positions=(spot, replace(spot, frame=99)))),
        ("no part", replace(track, parts=(replace(track.parts[0], label=cat.number),))),
        ("kind points", replace(track, parts=(replace(track, parts=(), label=horse.parts[0].number),))),
        ("is a skeleton", replace(step, label=horse.number)),
    ]


def test_what_does_not_fit_is_named_and_nothing_changes(yard: Yard, labels: list[Label]) -> None:
    foreign = yard.ask(yard.datasets.labels(ADA, yard.create("dogs", labels=(Label(name="dog"),)).id))[0].number
    before = annotate(yard, add=everything_of(labels))
    good = everything_of(labels)
    for reason, one in wrong_ones(labels, foreign) + more_wrong_ones(labels):
        place = {"Tag": "tags", "Shape": "shapes", "Track": "tracks"}[type(one).__name__]
        wanted = replace(good, **{place: (*getattr(good, place), one)})
        with pytest.raises(Invalid, match=reason) as refused:
            annotate(yard, replace=(0, 2**31 - 1), add=wanted)
        assert refused.value.fields[0]["path"] == f"{place}[{len(getattr(good, place))}]", one
    assert check_counts(yard) == before


def test_only_what_is_there_is_changed(yard: Yard, labels: list[Label]) -> None:
    made = annotate(yard, add=everything_of(labels))
    other = yard.create("dogs")
    shape, tag = made.shapes[0], made.tags[0]
    for what in (
        {"update": Annotations(shapes=(replace(shape, number=10**9),))},
        {"update": Annotations(shapes=(replace(shape, number=0),))},
        {"update": Annotations(shapes=(replace(shape, number=tag.number),))},
        {"update": Annotations(shapes=(shape, shape))},
        {"update": Annotations(shapes=(shape,)), "delete": (shape.number,)},
        {"delete": (shape.parts[0].number if shape.parts else 10**9,)},
        {"delete": (made.shapes[-1].parts[0].number,)},
        {"replace": (1, 2), "add": Annotations(tags=(replace(tag, frame=3),))},
        {"replace": (1, 2), "update": Annotations(shapes=(shape,))},
        {"replace": (2, 1)},
        {"replace": (-1, 1)},
        {"layer": 5},
    ):
        with pytest.raises(Fault) as refused:
            annotate(yard, **what)
        assert isinstance(refused.value, (NotFound, Invalid)), what
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.annotate(ADA, other.id, Revision(delete=(shape.number,))))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.annotations(ADA, "cats", layer=5))
    assert check_counts(yard) == made


def test_values_of_a_dropped_attribute_are_shown_no_more(yard: Yard, labels: list[Label]) -> None:
    annotate(yard, add=everything_of(labels))
    cat, horse = labels
    head, tail = horse.parts
    bald = replace(horse, attributes=(), parts=(replace(head, attributes=()), tail))
    yard.ask(yard.datasets.change_labels(ADA, "cats", update=[replace(cat, attributes=()), bald]))
    said = check_counts(yard)
    assert all(one.attributes == {} for one in each(said))
    assert all(part.attributes == {} for shape in said.shapes for part in shape.parts)
    assert all(position.attributes == {} for track in said.tracks for position in track.positions)
    annotate(yard, replace=(0, 2**31 - 1), add=said)
    assert plain(check_counts(yard)) == plain(said)


def test_a_sample_that_goes_leaves_the_rest_of_its_tracks(yard: Yard, labels: list[Label]) -> None:
    annotate(yard, add=everything_of(labels))
    for gone in ("002.jpg", "009.jpg"):
        (yard.source / gone).unlink()
    yard.synchronize()
    said = check_counts(yard)
    [track] = said.tracks
    assert (track.frame, [position.frame for position in track.positions]) == (5, [5, 8])
    assert [(part.frame, len(part.positions)) for part in track.parts] == [(5, 1)]
    assert said.tags == ()
    for gone in ("005.jpg", "008.jpg"):
        (yard.source / gone).unlink()
    yard.synchronize()
    assert check_counts(yard).tracks == ()


def test_who_may_read_and_annotate(yard: Yard, labels: list[Label]) -> None:
    viewer = Actor(name="ada", role=Role.VIEWER)
    assert yard.ask(yard.datasets.annotations(viewer, "cats")) == Annotations()
    with pytest.raises(Refused):
        yard.ask(yard.datasets.annotate(viewer, "cats", Revision()))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.annotations(BOB, "cats"))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.annotate(BOB, "cats", Revision()))
