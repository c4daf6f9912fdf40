"""Areas and agreements: bounds, symmetry, and what a fine raster says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.geometry import ellipses, keypoints, lines, masks, polygons, rectangles, tracing
from jobyard.datasets.geometry.arrays import Numbers, pairs
from jobyard.datasets.geometry.comparing import Canvas, agreement, agreements, bounds, patch
from jobyard.datasets.geometry.rule import PointSize, Rule
from jobyard.datasets.geometry.visible import visible
from tests.datasets.formats import drawn
from tests.trials import at_most

COORDINATE = st.floats(0, 100).map(lambda value: round(value, 2))
BOX = st.tuples(COORDINATE, COORDINATE, COORDINATE, COORDINATE)
RING = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=8).map(
    lambda points: tuple(value for point in points for value in point)
)
CANVAS = Canvas(100, 100)
RULE = Rule()
FINE = 4


def raster(points: Numbers) -> np.ndarray:
    """Draw a polygon on a grid of 400 by 400 for 100 by 100."""
    whole = np.zeros((100 * FINE, 100 * FINE), dtype=bool)
    seen = masks.clipped(masks.drawn(points * FINE), 100 * FINE, 100 * FINE)
    rows, columns = seen.bits.shape
    whole[seen.top : seen.top + rows, seen.left : seen.left + columns] = seen.bits
    return whole


def slowly(points: Numbers, size: int) -> np.ndarray:
    """Tell for each pixel's middle whether it is inside, one ray at a time."""
    whole = np.zeros((size, size), dtype=bool)
    for row in range(size):
        for column in range(size):
            x, y, inside = column + 0.5, row + 0.5, False
            for (ax, ay), (bx, by) in zip(points, np.roll(points, -1, axis=0), strict=True):
                if (ay <= y) != (by <= y) and ax + (y - ay) * (bx - ax) / (by - ay) <= x:
                    inside = not inside
            whole[row, column] = inside
    return whole


def border(points: Numbers) -> float:
    return lines.length(np.vstack([points, points[:1]]))


@pytest.mark.property
@given(st.lists(BOX, max_size=5), st.lists(BOX, max_size=5))
def test_rectangles_agree_with_the_formula(ours: list[tuple[float, ...]], theirs: list[tuple[float, ...]]) -> None:
    def upright(boxes: list[tuple[float, ...]]) -> Numbers:
        return np.array([rectangles.upright(box) for box in boxes]).reshape(-1, 4)

    table = rectangles.ious(upright(ours), upright(theirs))
    assert table.shape == (len(ours), len(theirs))
    assert np.array_equal(table.T, rectangles.ious(upright(theirs), upright(ours)))
    for row, one in enumerate(upright(ours).tolist()):
        for column, other in enumerate(upright(theirs).tolist()):
            width = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
            height = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
            union = rectangles.area(one) + rectangles.area(other) - width * height
            wanted = width * height / union if union > 0 else float(one == other)
            assert table[row, column] == pytest.approx(wanted)


@pytest.mark.property
@given(BOX, st.floats(0, 360))
def test_turning_changes_no_area_and_four_quarters_change_nothing(box: tuple[float, ...], degrees: float) -> None:
    turned = rectangles.corners(box, degrees)
    assert polygons.area(turned.ravel().tolist()) == pytest.approx(rectangles.area(box), abs=1e-6)
    again = rectangles.corners(box, degrees + 360)
    assert again == pytest.approx(turned, abs=1e-6)
    left, top, right, bottom = rectangles.around(box, degrees)
    assert left <= turned[:, 0].min() + 1e-9
    assert (right, bottom) == pytest.approx(tuple(turned.max(axis=0)))
    assert top == pytest.approx(turned[:, 1].min())


def test_a_quarter_turn_is_clockwise() -> None:
    corners = rectangles.corners((0, 0, 4, 2), 90)
    assert corners[0] == pytest.approx([3, -1]), "the upper left corner goes to the upper right"


@pytest.mark.property
@at_most(1_000)
@given(RING, RING)
def test_polygons_agree_with_a_raster(ours: tuple[float, ...], theirs: tuple[float, ...]) -> None:
    one, other = pairs(ours), pairs(theirs)
    areas = polygons.overlap(one, other)
    assert polygons.overlap(other, one) == pytest.approx((areas[1], areas[0], areas[2]), abs=1e-6)
    first, second = raster(one), raster(other)
    for area, bits, edge in zip(
        areas, (first, second, first & second), (border(one), border(other), border(one) + border(other)), strict=True
    ):
        assert abs(bits.sum() / FINE**2 - area) <= edge / FINE + 1 / FINE**2
    iou = polygons.iou(ours, theirs)
    assert 0 <= iou <= 1
    assert iou == pytest.approx(polygons.iou(theirs, ours), abs=1e-9)


@pytest.mark.property
@given(RING, st.integers(-50, 50), st.integers(0, 7))
def test_a_polygon_is_itself_wherever_it_lies_and_begins(points: tuple[float, ...], shift: int, start: int) -> None:
    assume(polygons.overlap(pairs(points), pairs(points))[0] > 0.01)
    assert polygons.iou(points, points) == pytest.approx(1)
    moved = np.roll(pairs(points)[::-1] + shift, start % (len(points) // 2), axis=0)
    here = pairs(points) + shift
    assert polygons.iou(here.ravel().tolist(), moved.ravel().tolist()) == pytest.approx(1, abs=1e-6)


@pytest.mark.property
@given(BOX, BOX, st.floats(0, 360))
def test_turned_rectangles_agree_as_they_did_before(
    ours: tuple[float, ...], theirs: tuple[float, ...], degrees: float
) -> None:
    assume(rectangles.area(ours) > 0.1 and rectangles.area(theirs) > 0.1)
    plain = rectangles.ious(np.array(rectangles.upright(ours)), np.array(rectangles.upright(theirs)))[0, 0]
    from jobyard.datasets.geometry.arrays import turned

    both = (turned(rectangles.corners(box), degrees, np.array([50.0, 50.0])) for box in (ours, theirs))
    assert polygons.iou(*(corners.ravel().tolist() for corners in both)) == pytest.approx(plain, abs=1e-6)


def test_a_star_that_crosses_itself_has_a_hollow_middle() -> None:
    angles = np.arange(5) * (4 * np.pi / 5)
    star = np.stack([50 + 40 * np.cos(angles), 50 + 40 * np.sin(angles)], axis=1)
    hollow = polygons.overlap(star, star)[0]
    assert abs(raster(star).sum() / FINE**2 - hollow) < 8
    assert hollow < polygons.area(star.ravel().tolist())


@pytest.mark.parametrize("rise", [1e-310, 1e-200, 1e-20, 1e-12])
def test_edges_that_are_all_but_level_do_no_harm(rise: float) -> None:
    ring = (0.0, 0.0, 10.0, rise, 10.0, 10.0, 0.0, 10.0)
    assert polygons.iou(ring, (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0)) == pytest.approx(1)
    assert polygons.iou((0.0, 0.0, 10.0, rise, 5.0, 0.0), ring) == pytest.approx(0)


@pytest.mark.parametrize("run", [1e-310, 1.11253693e-308, 1e-200, 1e-20, 1e-12])
def test_edges_that_are_all_but_parallel_do_no_harm(run: float) -> None:
    box, ring = (0.0, 0.0, 100.0, 0.0, 100.0, 1.0, 0.0, 1.0), (run, 0.0, 100.0, 0.0, 100.0, 1.0, 0.0, 1.0)
    assert polygons.iou(ring, box) == pytest.approx(1)
    assert polygons.iou((0.0, 0.0, run, 1.0, 50.0, 0.0), ring) == pytest.approx(1 / 4)


def test_the_shoelace_and_the_slabs_agree_on_a_large_polygon() -> None:
    angles = np.sort(np.random.default_rng(4).uniform(0, 2 * np.pi, 700))
    ring = np.stack([50 + 40 * np.cos(angles), 50 + 40 * np.sin(angles)], axis=1)
    assert polygons.overlap(ring, ring)[2] == pytest.approx(polygons.area(ring.ravel().tolist()))


@pytest.mark.property
@given(BOX, st.floats(0, 360))
def test_an_ellipse_has_its_area_and_stays_in_its_circle(points: tuple[float, ...], degrees: float) -> None:
    x, y, along, across = ellipses.radii(points)
    outline = ellipses.outline(points, degrees)
    assert polygons.area(outline.ravel().tolist()) == pytest.approx(math.pi * along * across, abs=1e-6)
    assert np.linalg.norm(outline - [x, y], axis=1).max() <= max(along, across) * 1.002 + 1e-9


@pytest.mark.property
@given(RING)
def test_drawing_agrees_with_rays(points: tuple[float, ...]) -> None:
    small = pairs(points) / 10
    seen = masks.clipped(masks.drawn(small), 10, 10)
    whole = np.zeros((10, 10), dtype=bool)
    rows, columns = seen.bits.shape
    whole[seen.top : seen.top + rows, seen.left : seen.left + columns] = seen.bits
    assert np.array_equal(whole, slowly(small, 10))


@pytest.mark.property
@given(drawn.masks(), drawn.masks())
def test_masks_agree_with_sets(ours: tuple[float, ...], theirs: tuple[float, ...]) -> None:
    def pixels(mask: tuple[float, ...]) -> set[tuple[int, int]]:
        seen = masks.decoded(mask)
        return {(seen.top + row, seen.left + column) for row, column in np.argwhere(seen.bits).tolist()}

    one, other = pixels(ours), pixels(theirs)
    assert masks.area(ours) == len(one)
    wanted = len(one & other) / len(one | other) if one | other else 0
    assert masks.iou(masks.decoded(ours), masks.decoded(theirs)) == pytest.approx(wanted)


@pytest.mark.property
@given(drawn.masks())
def test_a_mask_survives_its_way_through_every_form(mask: tuple[float, ...]) -> None:
    seen = masks.decoded(mask)
    back = masks.encoded(seen)
    if not masks.area(mask):
        assert back == ()
        return
    assert masks.encoded(masks.decoded(back)) == back
    assert masks.encoded(masks.from_counts(masks.counts(seen, 64, 64), 64, 64)) == back


def test_packed_runs_are_unpacked() -> None:
    assert masks.from_text("Q33]10oi2") == [97, 3, 45, 3, 2924]
    for broken in ("", "é", "o"):
        if broken:
            with pytest.raises(ValueError, match="packed runs"):
                masks.from_text(broken)
    assert masks.from_text("") == []


@pytest.mark.parametrize("mask", [(5, 0, 0, 1, 1), (-1, 5, 0, 0, 1, 1), (4, 1, 1, 0, 0), (1, 0, 0, 1e5, 1e5)])
def test_a_mask_that_does_not_fill_its_box_is_refused(mask: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="mask's"):
        masks.decoded(mask)


LINE = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=6).map(np.array)


@pytest.mark.property
@given(LINE, LINE)
def test_lines_are_compared_alike_both_ways(ours: Numbers, theirs: Numbers) -> None:
    forward, backward = lines.nearness(ours, theirs, 0.01, 10_000)
    assert 0 <= forward <= 1
    assert 0 <= backward <= 1
    assert lines.nearness(theirs, ours, 0.01, 10_000) == pytest.approx((forward, backward))
    assert lines.nearness(ours, theirs[::-1], 0.01, 10_000) == pytest.approx((backward, forward), abs=1e-6)
    assert lines.nearness(ours, ours, 0.01, 10_000)[0] == 1


def test_a_line_is_the_same_with_more_points_in_it() -> None:
    plain, fine = np.array([[0.0, 0], [10, 0]]), np.array([[0.0, 0], [2, 0], [7, 0], [10, 0]])
    assert lines.nearness(plain, fine, 0.01, 10_000)[0] == pytest.approx(1)
    assert lines.length(fine) == 10


POINTS = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=6).map(np.array)


@pytest.mark.property
@given(POINTS, POINTS)
def test_points_are_paired_at_their_best(ours: Numbers, theirs: Numbers) -> None:
    from itertools import permutations

    found = keypoints.best_similarity(ours, theirs, 0.09, 1_000)
    assert found == pytest.approx(keypoints.best_similarity(theirs, ours, 0.09, 1_000))
    assert 0 <= found <= 1 + 1e-9
    small, large = sorted((ours, theirs), key=len)
    if len(large) <= 4:
        near = np.exp(-((small[:, None] - large[None]) ** 2).sum(axis=2) / (2 * 1_000 * 0.18**2))
        best = max(
            sum(near[n, place] for n, place in enumerate(way)) for way in permutations(range(len(large)), len(small))
        )
        assert found == pytest.approx(best / len(large))
    assert keypoints.best_similarity(ours, ours[::-1], 0.09, 1_000) == pytest.approx(1)


def test_unseen_points_count_against_whoever_misses_them() -> None:
    points, seen = np.array([[1.0, 1], [5, 5]]), np.array([True, True])
    half = np.array([True, False])
    assert keypoints.similarity(points, points, 0.09, 100, (seen, seen)) == 1
    assert keypoints.similarity(points, points, 0.09, 100, (seen, half)) == 0.5
    assert keypoints.similarity(points, points, 0.09, 100, (half, half)) == 1
    assert keypoints.similarity(points, points + np.array([[3, 4], [0, 0]]), 0.09, 100, (half, half)) == pytest.approx(
        math.exp(-25 / (2 * 100 * 0.18**2))
    )


def near(shape: Shape) -> Shape:
    """Return a shape of which everything lies in the picture."""
    parts = tuple(map(near, shape.parts))
    inside = tuple(round(value % 100, 2) for value in shape.points)
    return replace(shape, parts=parts, points=shape.points if shape.kind is ShapeKind.MASK else inside)


@pytest.mark.property
@at_most(1_000)
@given(
    st.sampled_from(list(ShapeKind)).flatmap(lambda kind: st.tuples(drawn.shapes(0, [kind]), drawn.shapes(0, [kind])))
)
def test_every_kind_agrees_with_itself_and_both_ways(two: tuple[Shape, Shape]) -> None:
    ours, theirs = map(near, two)
    found = agreement(ours, theirs, CANVAS, RULE)
    assert -1e-9 <= found <= 1 + 1e-9
    assert found == pytest.approx(agreement(theirs, ours, CANVAS, RULE), abs=1e-6)
    assert agreements([ours, theirs], [theirs, ours], CANVAS, RULE)[0, 0] == pytest.approx(found, abs=1e-6)
    left, top, right, bottom = bounds(ours)
    if ours.kind is ShapeKind.MASK and not masks.area(ours.points):
        return
    if (right - left) * (bottom - top) > 1e-3 or ours.kind in {
        ShapeKind.POLYLINE,
        ShapeKind.POINTS,
        ShapeKind.SKELETON,
    }:
        assert agreement(ours, ours, CANVAS, RULE) == pytest.approx(1, abs=1e-3)


def test_a_polygon_is_compared_with_a_mask_pixel_by_pixel() -> None:
    polygon = Shape(frame=0, label=1, kind=ShapeKind.POLYGON, points=(2, 2, 8, 2, 8, 8, 2, 8))
    mask = Shape(frame=0, label=1, kind=ShapeKind.MASK, points=(0, 18, 2, 2, 4, 7))
    assert patch(polygon).area == 36
    assert agreement(polygon, mask, CANVAS, RULE) == 0.5
    assert agreement(mask, polygon, CANVAS, RULE) == 0.5


def test_a_single_points_size_is_the_pictures() -> None:
    one = Shape(frame=0, label=1, kind=ShapeKind.POINTS, points=(10, 10))
    other = Shape(frame=0, label=1, kind=ShapeKind.POINTS, points=(20, 10))
    wanted = math.exp(-100 / (2 * 10_000 * 0.18**2))
    assert agreement(one, other, CANVAS, RULE) == pytest.approx(wanted)
    assert agreement(one, other, CANVAS, Rule(point_size=PointSize.PICTURE)) == pytest.approx(wanted)
    group = Shape(frame=0, label=1, kind=ShapeKind.POINTS, points=(0, 0, 10, 10))
    moved = Shape(frame=0, label=1, kind=ShapeKind.POINTS, points=(0, 0, 10, 9))
    assert agreement(group, moved, CANVAS, RULE) < agreement(group, moved, CANVAS, Rule(point_size=PointSize.PICTURE))


def test_what_lies_above_hides_what_lies_below() -> None:
    low = drawn.rectangle(0, drawn.CAR, 0, 0, 10, 10)
    high = drawn.rectangle(0, drawn.CAR, 0, 0, 10, 5, depth=2)
    off = drawn.rectangle(0, drawn.CAR, 90, 90, 110, 110)
    found = visible([high, low, off], CANVAS)
    assert [seen.share for seen in found] == [1, 0.5, 1]
    assert [seen.patch.area for seen in found] == [50, 50, 100]


def test_a_convex_hull_has_no_dents() -> None:
    points = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10], [5, 5], [10, 5]])
    assert polygons.area(polygons.hull(points).ravel().tolist()) == 100
    assert len(polygons.hull(points)) == 4
    assert len(polygons.hull(points[:2])) == 2


@pytest.mark.property
@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=6))
def test_outlines_hold_every_pixel_and_no_other_but_holes(rows: list[list[bool]]) -> None:
    bits = np.array(rows)
    found = tracing.outlines(masks.Patch(bits, 3, 4))
    filled = np.zeros_like(bits)
    for outline in found:
        seen = masks.drawn(pairs(outline))
        here = np.zeros_like(bits)
        height, width = seen.bits.shape
        here[seen.top - 4 : seen.top - 4 + height, seen.left - 3 : seen.left - 3 + width] = seen.bits
        assert polygons.area(outline) == here.sum()
        filled |= here
    assert (filled | bits).sum() == filled.sum()
    import scipy.ndimage

    parts, count = scipy.ndimage.label(bits)
    assert len(found) == count, "parts that only touch in a corner stay apart"
    wanted = np.zeros_like(bits)
    for number in range(1, count + 1):
        # A hole is what cannot be reached from outside, not even across a corner.
        wanted |= scipy.ndimage.binary_fill_holes(parts == number, structure=np.ones((3, 3)))
    assert np.array_equal(filled, wanted)


def test_a_ring_has_one_outline() -> None:
    ring = np.ones((3, 4), dtype=bool)
    ring[1, 1] = False
    assert tracing.outlines(masks.Patch(ring, 10, 20)) == [(10, 20, 14, 20, 14, 23, 10, 23)]
    assert tracing.outlines(masks.Patch(np.zeros((2, 2), dtype=bool), 0, 0)) == []
