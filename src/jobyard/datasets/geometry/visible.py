"""What can be seen of shapes that lie over each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from jobyard.datasets.annotations import Shape
from jobyard.datasets.geometry import masks
from jobyard.datasets.geometry.comparing import Canvas, patch
from jobyard.datasets.geometry.masks import Patch


class Seen(Struct, frozen=True):
    """What is left of a shape."""

    patch: Patch
    share: float
    """Of its pixels inside the picture; 1 for a shape that has none."""


def visible(shapes: Sequence[Shape], canvas: Canvas) -> list[Seen]:
    """Return what is left of each shape under those that lie above it; of equal depth the later one lies above.

    The painter's algorithm read from the top: a pixel belongs to the first shape that has it.
    """
    taken = np.zeros((canvas.height, canvas.width), dtype=np.bool_)
    order = sorted(range(len(shapes)), key=lambda place: (shapes[place].depth, place), reverse=True)
    found: dict[int, Seen] = {}
    for place in order:
        whole = masks.clipped(patch(shapes[place]), canvas.width, canvas.height)
        rows, columns = whole.bits.shape
        below = taken[whole.top : whole.top + rows, whole.left : whole.left + columns]
        left = whole.bits & ~below
        below |= whole.bits
        size = whole.area
        found[place] = Seen(Patch(left, whole.left, whole.top), np.count_nonzero(left) / size if size else 1.0)
    return [found[place] for place in range(len(shapes))]
