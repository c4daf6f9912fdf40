"""Coordinates as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Bits = NDArray[np.bool_]


def pairs(points: Sequence[float]) -> Numbers:
    """Return x, y, x, y, ... as rows of x and y."""
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def box(points: Numbers) -> Numbers:
    """Return the left, top, right and bottom of the smallest upright rectangle around some points."""
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def turned(points: Numbers, degrees: float, about: Numbers) -> Numbers:
    """Return points turned clockwise, as it looks with y growing downwards (the plane's rotation matrix)."""
    if not degrees:
        return points
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.array([[cosine, sine], [-sine, cosine]])
    turned_points: Numbers = (points - about) @ matrix + about
    return turned_points
