from __future__ import annotations

import pytest

from jobyard.datasets.annotations import Position, Shape, ShapeKind, Source, Track
from jobyard.datasets.tracks import is_in_order, position_at, shape_at, shapes


def at(frame: int, *points: float, kind: ShapeKind = ShapeKind.RECTANGLE, **more: object) -> Position:
    return Position(frame=frame, kind=kind, points=points, **more)  # type: ignore[arg-type]  # a test's short hand


TRACK = Track(
    frame=2,
    label=5,
    group=3,
    source=Source.AUTO,
    attributes={1: "a"},
    positions=(
        at(2, 0, 0, 10, 10, rotation=350.0, attributes={2: "x"}, depth=1),
        at(6, 4, 8, 14, 18, rotation=10.0, attributes={2: "y"}, occluded=True),
        at(8, 4, 8, 14, 18, outside=True),
        at(10, 0, 0, 1, 1),
    ),
)


def test_between_key_frames_it_moves_in_a_straight_line() -> None:
    shape = shape_at(TRACK, 3)
    assert shape == Shape(
        frame=3,
        label=5,
        kind=ShapeKind.RECTANGLE,
        points=(1, 2, 11, 12),
        rotation=355.0,
        depth=1,
        group=3,
        source=Source.AUTO,
        attributes={1: "a", 2: "x"},
    )
    turned = shape_at(TRACK, 5)
    assert turned is not None
    assert turned.rotation == 5.0


@pytest.mark.parametrize(
    ("frame", "there"), [(1, False), (2, True), (7, True), (8, False), (9, False), (10, True), (99, True)]
)
def test_it_is_there_from_its_first_frame_except_where_it_is_outside(frame: int, there: bool) -> None:
    assert (shape_at(TRACK, frame) is not None) == there
    assert len(list(shapes([TRACK], frame))) == there


def test_what_cannot_move_smoothly_stays_until_the_next_key_frame() -> None:
    ring = (at(0, 0, 0, 4, 0, 4, 4, kind=ShapeKind.POLYGON), at(4, 0, 0, 4, 0, 4, 4, 0, 4, kind=ShapeKind.POLYGON))
    assert position_at(ring, 2) is ring[0]
    mask = (at(0, 0, 1, 0, 0, 0, 0, kind=ShapeKind.MASK), at(4, 0, 1, 9, 9, 9, 9, kind=ShapeKind.MASK))
    assert position_at(mask, 3) is mask[0]
    assert position_at(mask, 4) is mask[1]
    assert position_at((), 4) is None


def test_a_skeletons_parts_move_each_by_itself() -> None:
    def part(label: int, *places: Position) -> Track:
        return Track(frame=0, label=label, positions=places)

    whole = Track(
        frame=0,
        label=1,
        positions=(at(0, kind=ShapeKind.SKELETON),),
        parts=(
            part(2, at(0, 0, 0, kind=ShapeKind.POINTS), at(2, 4, 2, kind=ShapeKind.POINTS)),
            part(3, at(0, 5, 5, kind=ShapeKind.POINTS), at(1, 5, 5, kind=ShapeKind.POINTS, outside=True)),
        ),
    )
    found = shape_at(whole, 1)
    assert found is not None
    assert [(one.label, one.points, one.outside) for one in found.parts] == [(2, (2, 1), False), (3, (5, 5), True)]
    assert is_in_order(whole)
    assert not is_in_order(Track(frame=0, label=1))
    assert not is_in_order(Track(frame=0, label=1, positions=(at(2), at(2))))
