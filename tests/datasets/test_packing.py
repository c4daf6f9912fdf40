from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets import packing
from jobyard.datasets.annotation_checks import check_annotations
from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Tag
from jobyard.datasets.labels import Label
from jobyard.datasets.packing import Box, Packed
from jobyard.job.errors import Invalid
from tests.datasets.formats import drawn
from tests.trials import at_most

PLAIN: dict[str, Any] = {"frame": 3, "label": 1, "kind": ShapeKind.RECTANGLE, "points": (1.5, 2, 3, 4)}
KNOWN = {1: Label(number=1, name="cat")}


@pytest.mark.property
@at_most(1_000)
@given(st.lists(drawn.shapes(0), max_size=4))
def test_what_is_packed_comes_out_again(shapes: list[Shape]) -> None:
    said = Annotations(tags=(Tag(frame=0, label=1),), shapes=tuple(shapes))
    assert packing.packed(said).annotations() == said


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 65_535, 65_536])
def test_a_list_of_any_length_is_one(count: int) -> None:
    text = packing.listed([msgspec.msgpack.encode(number) for number in range(count)])
    assert msgspec.msgpack.decode(text) == list(range(count))


@pytest.mark.parametrize(
    "wrong",
    [
        {"frame": -1},
        {"frame": 2**31},
        {"points": (1, 2, 3)},
        {"points": (1, 2, 3, 4, 5, 6)},
        {"points": (1, 2, 3, math.nan)},
        {"points": (1, 2, 3, math.inf)},
        {"points": (1, 2, 3, 1.1e9)},
        {"rotation": -0.5},
        {"rotation": math.nan},
        {"rotation": 361.0},
        {"score": 1.5},
        {"score": math.nan},
        {"group": -1},
        {"group": 2**31},
        {"depth": 2**31},
        {"depth": -(2**31)},
    ],
)
def test_what_may_not_be_kept_is_no_plain_box(wrong: dict[str, Any]) -> None:
    said = Annotations(shapes=(Shape(**PLAIN), Shape(**(PLAIN | wrong))))
    with pytest.raises(Invalid, match="Shape 1"):
        check_annotations(said, KNOWN)
    assert packing.boxes(packing.packed(said)) is None


@pytest.mark.parametrize("more", [{"attributes": {1: "x"}}, {"kind": ShapeKind.ELLIPSE}, {"parts": (Shape(**PLAIN),)}])
def test_what_says_more_is_no_plain_box(more: dict[str, Any]) -> None:
    assert packing.boxes(packing.packed(Annotations(shapes=(Shape(**(PLAIN | more)),)))) is None


def test_boxes_beside_others_are_looked_at_closely() -> None:
    said = packing.packed(Annotations(shapes=(Shape(**PLAIN),)))
    assert packing.boxes(said) is not None
    assert packing.boxes(Packed(shapes=said.shapes, tags=packing.packed(Annotations(tags=(TAG,))).tags)) is None


TAG = Tag(frame=0, label=1)


def test_a_box_is_packed_as_the_shape_it_is() -> None:
    shape = Shape(**PLAIN, number=7, depth=-2, group=3, rotation=12.5, occluded=True, outside=True, score=0.25)
    (box,) = packing.boxes(packing.packed(Annotations(shapes=(shape,)))) or []
    assert isinstance(box, Box)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(box), type=Shape) == shape
