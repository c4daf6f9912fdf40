"""Rectangles, upright and turned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jobyard.datasets.geometry.arrays import Numbers, pairs, turned


def upright(points: Sequence[float]) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a rectangle given by any two opposite corners."""
    x, y, other_x, other_y = points
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


def corners(points: Sequence[float], rotation: float = 0.0) -> Numbers:
    """Return the four corners, turned about the middle, from the upper left one clockwise."""
    left, top, right, bottom = upright(points)
    upright_corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    return turned(upright_corners, rotation, np.array([(left + right) / 2, (top + bottom) / 2]))


def around(points: Sequence[float], rotation: float = 0.0) -> tuple[float, float, float, float]:
    """Return the smallest upright rectangle around a turned one."""
    if not rotation:
        return upright(points)
    four = corners(points, rotation)
    (left, top), (right, bottom) = four.min(axis=0).tolist(), four.max(axis=0).tolist()
    return left, top, right, bottom


def area(points: Sequence[float]) -> float:
    """Return width times height; turning changes nothing."""
    left, top, right, bottom = upright(points)
    return (right - left) * (bottom - top)


def ious(ours: Numbers, theirs: Numbers) -> Numbers:
    """Return the intersection over union of each upright rectangle of one list with each of another.

    Rows of left, top, right, bottom. The Jaccard index of two areas, as in PASCAL VOC (Everingham et al. 2010, section
    4.2), here without VOC's extra pixel. Two that have no area agree wholly when they are the same, else not at all.
    """
    ours, theirs = ours.reshape(-1, 4), theirs.reshape(-1, 4)
    low = np.maximum(ours[:, None, :2], theirs[None, :, :2])
    high = np.minimum(ours[:, None, 2:], theirs[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    one = np.prod(ours[:, 2:] - ours[:, :2], axis=1)
    other = np.prod(theirs[:, 2:] - theirs[:, :2], axis=1)
    union = one[:, None] + other[None, :] - common
    same = (ours[:, None, :] == theirs[None, :, :]).all(axis=2)
    shares: Numbers = np.where(union > 0, common / np.where(union > 0, union, 1), same)
    return shares


def boxes(shapes: Sequence[Sequence[float]]) -> Numbers:
    """Return the smallest upright rectangles around lists of points, as rows of left, top, right, bottom."""
    found = [np.concatenate([pairs(points).min(axis=0), pairs(points).max(axis=0)]) for points in shapes]
    return np.array(found, dtype=np.float64).reshape(-1, 4)
