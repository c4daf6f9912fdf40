"""Polylines: how near two of them run."""

from __future__ import annotations

import numpy as np

from jobyard.datasets.geometry.arrays import Numbers

SAMPLES = 64


def length(points: Numbers) -> float:
    """Return the sum of the distances from each point to the next."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def sampled(points: Numbers, count: int = SAMPLES) -> Numbers:
    """Return points at equal distances along a line, its ends included."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    if len(points) < 2 or way[-1] == 0:
        return np.repeat(points[:1], count, axis=0)
    places = np.linspace(0.0, way[-1], count)
    return np.stack([np.interp(places, way, points[:, axis]) for axis in (0, 1)], axis=1)


def nearness(ours: Numbers, theirs: Numbers, thickness: float, scale: float) -> tuple[float, float]:
    """Return how near two lines run, and how near when one is read backwards; 1 for the same line.

    The mean of exp(-d^2 / (2 s (2 t)^2)) over points at equal distances along both: COCO's object keypoint similarity
    with the picture's area as scale s and the line's relative thickness t as sigma.
    """
    one, other = sampled(ours), sampled(theirs)
    spread = 2 * scale * (2 * thickness) ** 2
    return _mean(one, other, spread), _mean(one, other[::-1], spread)


def _mean(ours: Numbers, theirs: Numbers, spread: float) -> float:
    distances = ((ours - theirs) ** 2).sum(axis=1)
    if spread <= 0:
        return float((distances == 0).mean())
    with np.errstate(over="ignore"):  # farther off than any number says is not near
        return float(np.exp(-distances / spread).mean())
