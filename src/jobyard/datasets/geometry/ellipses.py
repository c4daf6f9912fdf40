"""Ellipses, turned or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jobyard.datasets.geometry.arrays import Numbers, turned

_SIDES = 72


def radii(points: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the middle's x and y, and the radii along x and y before turning."""
    x, y, right, top = points
    return x, y, abs(right - x), abs(y - top)


def area(points: Sequence[float]) -> float:
    """Return pi times both radii."""
    _, _, along, across = radii(points)
    return float(np.pi * along * across)


def outline(points: Sequence[float], rotation: float = 0.0, sides: int = _SIDES) -> Numbers:
    """Return a polygon of the same area and middle.

    Its corners lie on the ellipse made greater by sqrt(2 pi / (n sin(2 pi / n))), the ratio of a circle's area to that
    of the regular n-gon inside it.
    """
    x, y, along, across = radii(points)
    angles = np.arange(sides) * (2 * np.pi / sides)
    grown = np.sqrt(2 * np.pi / (sides * np.sin(2 * np.pi / sides)))
    corners = np.stack([x + along * grown * np.cos(angles), y + across * grown * np.sin(angles)], axis=1)
    return turned(corners, rotation, np.array([x, y]))
