"""How much shapes of two annotators agree, as one number from 0 to 1 for each pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.geometry import ellipses, keypoints, lines, masks, polygons, rectangles
from jobyard.datasets.geometry.arrays import Bits, Numbers, pairs
from jobyard.datasets.geometry.masks import Patch
from jobyard.datasets.geometry.rule import PointSize, Rule


class Canvas(Struct, frozen=True):
    """The picture's size. One that is not known is as large as what was drawn."""

    width: int
    height: int

    @property
    def area(self) -> float:
        """Return width times height."""
        return float(self.width * self.height)


_NO_SIZE = 1e-6
"""Square pixels up to which points lie in one place or in a line."""
FAMILIES = {
    ShapeKind.RECTANGLE: "rectangle",
    ShapeKind.POLYGON: "area",
    ShapeKind.MASK: "area",
    ShapeKind.ELLIPSE: "ellipse",
    ShapeKind.POLYLINE: "polyline",
    ShapeKind.POINTS: "points",
    ShapeKind.SKELETON: "skeleton",
    ShapeKind.CUBOID: "cuboid",
}
"""Only shapes of one family are compared."""


def agreements(ours: Sequence[Shape], theirs: Sequence[Shape], canvas: Canvas, rule: Rule) -> Numbers:
    """Return a row for each of ours with its agreement with each of theirs. All are of one family."""
    table = np.zeros((len(ours), len(theirs)))
    if not table.size:
        return table
    if all(shape.kind is ShapeKind.RECTANGLE and not shape.rotation for shape in (*ours, *theirs)):
        return rectangles.ious(_upright(ours), _upright(theirs))
    near = _touching(ours, theirs)
    for row, column in np.argwhere(near).tolist():
        table[row, column] = agreement(ours[row], theirs[column], canvas, rule)
    return table


def agreement(ours: Shape, theirs: Shape, canvas: Canvas, rule: Rule) -> float:
    """Return the agreement of two shapes of one family; 1 for the same shape."""
    match FAMILIES[ours.kind]:
        case "polyline":
            forward, backward = orientations(ours, theirs, canvas, rule)
            return forward if rule.oriented else max(forward, backward)
        case "points":
            scale = _scale((ours.points, theirs.points), canvas, rule)
            return keypoints.best_similarity(pairs(ours.points), pairs(theirs.points), rule.sigma, scale)
        case "skeleton":
            return _skeletons(ours, theirs, canvas, rule)
        case _:
            return _areas(ours, theirs)


def orientations(ours: Shape, theirs: Shape, canvas: Canvas, rule: Rule) -> tuple[float, float]:
    """Return the agreement of two lines, and that of the one with the other read backwards."""
    return lines.nearness(pairs(ours.points), pairs(theirs.points), rule.thickness, canvas.area)


def outline(shape: Shape) -> Numbers | None:
    """Return the corners of a shape that has an area; None for a mask, which has none, and for what has no area."""
    match shape.kind:
        case ShapeKind.RECTANGLE:
            return rectangles.corners(shape.points, shape.rotation)
        case ShapeKind.POLYGON:
            return pairs(shape.points)
        case ShapeKind.ELLIPSE:
            return ellipses.outline(shape.points, shape.rotation)
        case ShapeKind.CUBOID:
            return polygons.hull(pairs(shape.points))
        case ShapeKind.MASK | ShapeKind.POLYLINE | ShapeKind.POINTS | ShapeKind.SKELETON:
            return None


def patch(shape: Shape) -> Patch:
    """Return the pixels of a shape that has an area."""
    corners = outline(shape)
    return masks.decoded(shape.points) if corners is None else masks.drawn(corners)


def bounds(shape: Shape) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the smallest upright rectangle around a shape."""
    if shape.kind is ShapeKind.MASK:
        left, top, right, bottom = shape.points[-4:]
        return left, top, right + 1, bottom + 1
    corners = outline(shape)
    if corners is None:
        given = shape.points or [value for part in shape.parts if not part.outside for value in part.points]
        corners = pairs(given) if given else np.zeros((1, 2))
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return left, top, right, bottom


def _upright(shapes: Sequence[Shape]) -> Numbers:
    given = np.array([shape.points for shape in shapes], dtype=np.float64).reshape(-1, 2, 2)
    return np.concatenate([given.min(axis=1), given.max(axis=1)], axis=1)


def _touching(ours: Sequence[Shape], theirs: Sequence[Shape]) -> Bits:
    """Tell which pairs can agree at all: areas whose bounds meet, and everything that has no area."""
    if FAMILIES[ours[0].kind] in {"polyline", "points", "skeleton"}:
        return np.ones((len(ours), len(theirs)), dtype=np.bool_)
    one, other = np.array([bounds(shape) for shape in ours]), np.array([bounds(shape) for shape in theirs])
    low, high = np.maximum(one[:, None, :2], other[None, :, :2]), np.minimum(one[:, None, 2:], other[None, :, 2:])
    meeting: Bits = (low <= high).all(axis=2)
    return meeting


def _areas(ours: Shape, theirs: Shape) -> float:
    one, other = outline(ours), outline(theirs)
    if one is not None and other is not None:
        return polygons.iou(one.ravel().tolist(), other.ravel().tolist())
    return masks.iou(patch(ours), patch(theirs))


def _skeletons(ours: Shape, theirs: Shape, canvas: Canvas, rule: Rule) -> float:
    """Compare point by point, by their labels; a point that is outside in one of them is missed by it."""
    one, other = ({part.label: part for part in shape.parts} for shape in (ours, theirs))
    labels = sorted(one.keys() | other.keys())
    seen = tuple(np.array([_is_seen(side.get(label)) for label in labels]) for side in (one, other))
    if not labels or not (seen[0] | seen[1]).any():
        return 1.0
    places = [np.array([_place(side.get(label)) for label in labels]) for side in (one, other)]
    scale = _scale(tuple(place[shown].ravel() for place, shown in zip(places, seen, strict=True)), canvas, rule)
    return keypoints.similarity(places[0], places[1], rule.sigma, scale, (seen[0], seen[1]))


def _is_seen(part: Shape | None) -> bool:
    return part is not None and not part.outside and len(part.points) >= 2


def _place(part: Shape | None) -> tuple[float, float]:
    if part is None or len(part.points) < 2:
        return 0.0, 0.0
    return part.points[0], part.points[1]


def _scale(sides: Sequence[Sequence[float]] | Sequence[Numbers], canvas: Canvas, rule: Rule) -> float:
    """Return the size of a thing: the mean area of the rectangles around its two versions, or the picture's."""
    if rule.point_size is PointSize.PICTURE:
        return canvas.area
    areas = []
    for points in sides:
        given = pairs(list(points))
        if len(given):
            width, height = (given.max(axis=0) - given.min(axis=0)).tolist()
            areas.append(width * height)
    size = sum(areas) / len(areas) if areas else 0.0
    return size if size > _NO_SIZE else canvas.area
