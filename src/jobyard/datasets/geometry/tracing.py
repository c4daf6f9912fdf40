"""The outlines of masks."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np

from jobyard.datasets.geometry.masks import Patch

Corner = tuple[int, int]
"""Row and column of a pixel's corner."""


def outlines(patch: Patch) -> list[tuple[float, ...]]:
    """Return a polygon around each coherent part of a mask, along the edges of its pixels; holes are filled.

    Each side of a set pixel beyond which nothing is set is walked once, with the pixel on the right; where two parts
    meet in a corner, the walk turns right, so parts that only touch stay apart.
    """
    ways = _sides(patch)
    found = []
    while ways:
        start = min(ways)
        loop = _walked(ways, start)
        # Walked with the inside on the right, an outline runs clockwise on the screen and a hole does not.
        if sum(a[1] * b[0] - b[1] * a[0] for a, b in pairwise([*loop, loop[0]])) > 0:
            found.append(
                tuple(float(value) for row, column in loop for value in (column + patch.left, row + patch.top))
            )
    return found


def _sides(patch: Patch) -> dict[Corner, list[Corner]]:
    """Return where the sides at each corner lead to."""
    bits = np.pad(patch.bits, 1)
    inside = bits[1:-1, 1:-1]
    ways = defaultdict[Corner, list[Corner]](list)
    beyond = {"top": bits[:-2, 1:-1], "right": bits[1:-1, 2:], "bottom": bits[2:, 1:-1], "left": bits[1:-1, :-2]}
    for side, other in beyond.items():
        for row, column in np.argwhere(inside & ~other).tolist():
            corners = ((row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column))
            place = ("top", "right", "bottom", "left").index(side)
            ways[corners[place]].append(corners[(place + 1) % 4])
    return dict(ways)


def _walked(ways: dict[Corner, list[Corner]], start: Corner) -> list[Corner]:
    """Walk a loop and take it out; return the corners in which it turns."""
    loop, here = [start], _taken(ways, start, None)
    while here != start:
        direction = (here[0] - loop[-1][0], here[1] - loop[-1][1])
        loop.append(here)
        here = _taken(ways, here, direction)
    around = zip([loop[-1], *loop], loop, [*loop[1:], start], strict=False)
    return [corner for before, corner, after in around if not _in_line(before, corner, after)]


def _taken(ways: dict[Corner, list[Corner]], corner: Corner, direction: Corner | None) -> Corner:
    """Take the way on from a corner; of two, the one to the right."""
    choices = ways[corner]
    place = 0
    if direction is not None and len(choices) > 1:
        right = (corner[0] + direction[1], corner[1] - direction[0])
        place = choices.index(right) if right in choices else 0
    chosen = choices.pop(place)
    if not choices:
        del ways[corner]
    return chosen


def _in_line(before: Corner, corner: Corner, after: Corner) -> bool:
    return before[0] == corner[0] == after[0] or before[1] == corner[1] == after[1]
