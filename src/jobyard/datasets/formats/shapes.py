"""Which points a shape of a kind must have, for readers of foreign files."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.datasets.annotations import ShapeKind
from jobyard.datasets.formats.speech import number
from jobyard.job.errors import FileBroken

_EXACTLY = {ShapeKind.RECTANGLE: 4, ShapeKind.ELLIPSE: 4, ShapeKind.CUBOID: 16, ShapeKind.SKELETON: 0}
_FARTHEST = 1e9
_AT_LEAST = {ShapeKind.POLYGON: 6, ShapeKind.POLYLINE: 4, ShapeKind.POINTS: 2}


def points(kind: ShapeKind, values: Sequence[object], file: str, what: object) -> tuple[float, ...]:
    """Return a shape's points. Raises FileBroken when one is no number or they do not make such a shape."""
    try:
        found = tuple(map(float, values))  # type: ignore[arg-type]  # whatever is none is told below
        near = not found or (min(found) >= -_FARTHEST and max(found) <= _FARTHEST and sum(found) == sum(found))
    except (TypeError, ValueError, OverflowError):
        near = False
    if not near or bool in map(type, values):
        found = tuple(number(value, file, f"a coordinate of {what}") for value in values)
        raise FileBroken(file=file, reason=f"a coordinate of {what} is far beyond any picture")
    if kind in _EXACTLY:
        fits = len(found) == _EXACTLY[kind]
    elif kind in _AT_LEAST:
        fits = len(found) >= _AT_LEAST[kind] and len(found) % 2 == 0
    else:
        fits = _fills(found)
    if not fits:
        raise FileBroken(file=file, reason=f"the points of {what} do not make a {kind.value}")
    return found


def _fills(mask: tuple[float, ...]) -> bool:
    if len(mask) < 5 or any(value != int(value) for value in mask):
        return False
    left, top, right, bottom = mask[-4:]
    inside = right >= left and bottom >= top and min(mask[:-4]) >= 0
    return inside and sum(mask[:-4]) == (right - left + 1) * (bottom - top + 1)
