"""Masks: lengths of runs inside a box, as CVAT has them and as COCO has them, and as arrays of bits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from jobyard.datasets.geometry.arrays import Bits, Numbers

LARGEST = 1 << 28
"""Pixels of the largest mask."""


class Patch(Struct, frozen=True):
    """Bits of a part of a picture."""

    bits: Bits
    left: int
    top: int

    @property
    def area(self) -> int:
        """Pixels that are set."""
        return int(np.count_nonzero(self.bits))


def decoded(points: Sequence[float]) -> Patch:
    """Return a mask's bits. Raises ValueError when its runs do not fill its box."""
    left, top, right, bottom = (int(edge) for edge in points[-4:])
    width, height = right - left + 1, bottom - top + 1
    runs = np.asarray(points[:-4], dtype=np.int64)
    if width < 1 or height < 1 or width * height > LARGEST:
        raise ValueError("the mask's box is empty, inside out or far too large")
    if (runs < 0).any() or runs.sum() != width * height:
        raise ValueError("the mask's runs do not fill its box")
    return Patch(_bits(runs).reshape(height, width), left, top)


def encoded(patch: Patch) -> tuple[float, ...]:
    """Return bits as runs inside the smallest box that holds all of them; an empty tuple when none is set."""
    rows, columns = np.flatnonzero(patch.bits.any(axis=1)), np.flatnonzero(patch.bits.any(axis=0))
    if not len(rows):
        return ()
    top, bottom, left, right = int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])
    runs = _runs(patch.bits[top : bottom + 1, left : right + 1].ravel())
    edges = (patch.left + left, patch.top + top, patch.left + right, patch.top + bottom)
    return (*map(float, runs.tolist()), *map(float, edges))


def area(points: Sequence[float]) -> int:
    """Return the pixels that are set: every second run."""
    return int(sum(points[1:-4:2]))


def iou(ours: Patch, theirs: Patch) -> float:
    """Return intersection over union of the pixels of two masks (the Jaccard index of two sets)."""
    one, other, common = ours.area, theirs.area, intersection(ours, theirs)
    union = one + other - common
    return common / union if union else 0.0


def intersection(ours: Patch, theirs: Patch) -> int:
    """Return how many pixels two masks have in common."""
    left, top = max(ours.left, theirs.left), max(ours.top, theirs.top)
    right = min(ours.left + ours.bits.shape[1], theirs.left + theirs.bits.shape[1])
    bottom = min(ours.top + ours.bits.shape[0], theirs.top + theirs.bits.shape[0])
    if left >= right or top >= bottom:
        return 0
    return int(np.count_nonzero(_cut(ours, left, top, right, bottom) & _cut(theirs, left, top, right, bottom)))


def drawn(outline: Numbers) -> Patch:
    """Return the pixels whose middles lie inside a polygon (the even-odd rule, line by line)."""
    low, high = np.floor(outline.min(axis=0)).astype(int), np.ceil(outline.max(axis=0)).astype(int)
    (left, top), (right, bottom) = low.tolist(), high.tolist()
    width, height = max(right - left, 1), max(bottom - top, 1)
    if width * height > LARGEST:
        raise ValueError("the polygon is far too large to be drawn")
    points = outline - low
    following = np.roll(points, -1, axis=0)
    lower, upper = np.minimum(points[:, 1], following[:, 1]), np.maximum(points[:, 1], following[:, 1])
    first = np.clip(np.ceil(lower - 0.5), 0, height).astype(np.int64)
    counts = np.clip(np.ceil(upper - 0.5), 0, height).astype(np.int64) - first
    sides = np.repeat(np.arange(len(points)), counts)
    rows = np.arange(len(sides)) - np.repeat(np.cumsum(counts) - counts, counts) + first[sides]
    ways = following[sides] - points[sides]
    places = points[sides, 0] + (rows + 0.5 - points[sides, 1]) * ways[:, 0] / ways[:, 1]
    columns = np.clip(np.ceil(places - 0.5), 0, width).astype(np.int64)
    toggles = np.bincount(rows * (width + 1) + columns, minlength=height * (width + 1)).reshape(height, width + 1)
    return Patch(np.cumsum(toggles[:, :width], axis=1) % 2 == 1, left, top)


def clipped(patch: Patch, width: int, height: int) -> Patch:
    """Return what lies inside a picture of that size."""
    right, bottom = patch.left + patch.bits.shape[1], patch.top + patch.bits.shape[0]
    left, top = min(max(patch.left, 0), width), min(max(patch.top, 0), height)
    right, bottom = max(min(right, width), left), max(min(bottom, height), top)
    return Patch(_cut(patch, left, top, right, bottom), left, top)


def counts(patch: Patch, width: int, height: int) -> list[int]:
    """Return COCO's run lengths of a whole picture, column by column and first of what is outside."""
    whole = np.zeros((height, width), dtype=np.bool_)
    inside = clipped(patch, width, height)
    rows, columns = inside.bits.shape
    whole[inside.top : inside.top + rows, inside.left : inside.left + columns] = inside.bits
    runs: list[int] = _runs(whole.ravel(order="F")).tolist()
    return runs


def from_counts(runs: Sequence[int], width: int, height: int) -> Patch:
    """Return the bits of COCO's run lengths. Raises ValueError when they do not fill the picture."""
    lengths = np.asarray(runs, dtype=np.int64)
    if width < 1 or height < 1 or width * height > LARGEST:
        raise ValueError("the picture is empty or far too large")
    if (lengths < 0).any() or lengths.sum() != width * height:
        raise ValueError("the runs do not fill the picture")
    return Patch(_bits(lengths).reshape(width, height).T, 0, 0)


def from_text(text: str) -> list[int]:
    """Return the run lengths of COCO's packed text. Raises ValueError.

    Five bits a character from 48 on, the sixth says that more follow; from the third run on they are differences to the
    run two before (cocoapi, maskApi).
    """
    runs = list[int]()
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64 or shift > 60:
            raise ValueError("the packed runs hold a foreign character")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    if shift:
        raise ValueError("the packed runs end too early")
    return runs


def _bits(runs: np.ndarray) -> Bits:
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs)


def _runs(bits: Bits) -> np.ndarray:
    """Return the lengths of runs, the first of what is not set."""
    changes = np.flatnonzero(bits[1:] != bits[:-1]) + 1
    edges = np.concatenate([[0], changes, [len(bits)]])
    runs = np.diff(edges)
    return np.concatenate([[0], runs]) if len(bits) and bits[0] else runs


def _cut(patch: Patch, left: int, top: int, right: int, bottom: int) -> Bits:
    return patch.bits[top - patch.top : bottom - patch.top, left - patch.left : right - patch.left]
