"""Polygons of any form, also such as cross themselves: what lies inside an odd number of turns counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jobyard.datasets.geometry.arrays import Numbers, pairs

_LEVEL = 1e-12
"""Share of the whole extent by which an edge must rise to count."""
_CELLS = 2_000_000
"""Cells of the largest table that is made at once."""


def area(points: Sequence[float]) -> float:
    """Return the area of a polygon that does not cross itself: the shoelace formula (Gauss)."""
    x, y = pairs(points).T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def iou(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return intersection over union (the Jaccard index) of two polygons, exact up to rounding."""
    one, other, common = overlap(pairs(ours), pairs(theirs))
    union = one + other - common
    if union <= 0:
        return float(tuple(ours) == tuple(theirs))
    return min(1.0, max(0.0, common / union))


def overlap(ours: Numbers, theirs: Numbers) -> tuple[float, float, float]:
    """Return both areas and the area they have in common.

    The plane is cut into slabs at every corner and every crossing of edges (as in Shamos and Hoey's sweep, 1976). No
    edges cross inside a slab, so what is covered there is made of trapezoids, whose area is height by middle width.
    """
    origin = np.minimum(ours.min(axis=0), theirs.min(axis=0))
    edges = np.concatenate([_edges(ours - origin), _edges(theirs - origin)])
    is_ours = np.arange(len(edges)) < len(ours)
    # What is all but level spans no slab worth its area, and its slope would be beyond all numbers.
    slanted = np.abs(edges[:, 1] - edges[:, 3]) > edges.max() * _LEVEL
    edges, is_ours = edges[slanted], is_ours[slanted]
    if not len(edges):
        return 0.0, 0.0, 0.0
    levels = np.unique(np.concatenate([edges[:, 1], edges[:, 3], _crossings(edges)]))
    heights, middles = np.diff(levels), (levels[:-1] + levels[1:]) / 2
    step = max(1, _CELLS // len(edges))
    sums = np.zeros(3)
    for start in range(0, len(middles), step):
        sums += _covered(edges, is_ours, middles[start : start + step], heights[start : start + step])
    one, other, common = sums.tolist()
    return one, other, common


def _edges(points: Numbers) -> Numbers:
    """Return each side as a row x, y, x, y."""
    return np.hstack([points, np.roll(points, -1, axis=0)])


def _crossings(edges: Numbers) -> Numbers:
    """Return the heights at which edges cross."""
    found = []
    step = max(1, _CELLS // len(edges))
    start, way = edges[:, :2], edges[:, 2:] - edges[:, :2]
    # Edges that are all but parallel cross where it changes no area, and dividing by so little is beyond all numbers.
    least = (edges.max() * _LEVEL) ** 2
    for begin in range(0, len(edges), step):
        part = slice(begin, begin + step)
        gap = start[None, :, :] - start[part, None, :]
        cross = way[part, None, 0] * way[None, :, 1] - way[part, None, 1] * way[None, :, 0]
        is_crossing = np.abs(cross) > least
        divisor = np.where(is_crossing, cross, 1.0)
        along = (gap[:, :, 0] * way[None, :, 1] - gap[:, :, 1] * way[None, :, 0]) / divisor
        across = (gap[:, :, 0] * way[part, None, 1] - gap[:, :, 1] * way[part, None, 0]) / divisor
        is_crossing &= (along > 0) & (along < 1) & (across > 0) & (across < 1)
        heights = start[part, None, 1] + along * way[part, None, 1]
        found.append(heights[is_crossing])
    return np.concatenate(found)


def _covered(edges: Numbers, is_ours: np.ndarray, middles: Numbers, heights: Numbers) -> Numbers:
    """Return what the first, the second and both polygons cover of some slabs."""
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    meets = (low[None, :] < middles[:, None]) & (middles[:, None] < high[None, :])
    slope = (edges[:, 2] - edges[:, 0]) / (edges[:, 3] - edges[:, 1])
    places = edges[None, :, 0] + (middles[:, None] - edges[None, :, 1]) * slope[None, :]
    far = max(edges[:, 0].max(), edges[:, 2].max())
    places = np.where(meets, places, far)
    order = np.argsort(places, axis=1, kind="stable")
    places = np.take_along_axis(places, order, axis=1)
    meets = np.take_along_axis(meets, order, axis=1)
    ours = np.cumsum(meets & is_ours[order], axis=1) % 2 == 1
    theirs = np.cumsum(meets & ~is_ours[order], axis=1) % 2 == 1
    areas = np.diff(places, axis=1) * heights[:, None]
    ours, theirs = ours[:, :-1], theirs[:, :-1]
    return np.array([areas[ours].sum(), areas[theirs].sum(), areas[ours & theirs].sum()])


def hull(points: Numbers) -> Numbers:
    """Return the corners of the convex hull (Andrew's monotone chain, 1979)."""
    ordered = sorted({(x, y) for x, y in points.tolist()})
    if len(ordered) < 3:
        return np.array(ordered)
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return np.array(lower[:-1] + upper[:-1])


def _chain(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    chain = list[tuple[float, float]]()
    for x, y in ordered:
        while len(chain) >= 2:
            (ax, ay), (bx, by) = chain[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            chain.pop()
        chain.append((x, y))
    return chain
