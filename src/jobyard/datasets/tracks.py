"""Where the thing of a track is in each frame: between its key frames it moves in a straight line. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from jobyard.datasets.annotations import Position, Shape, ShapeKind, Track

_MOVING = frozenset(
    {
        ShapeKind.RECTANGLE,
        ShapeKind.POLYGON,
        ShapeKind.POLYLINE,
        ShapeKind.POINTS,
        ShapeKind.ELLIPSE,
        ShapeKind.CUBOID,
    }
)
"""What lies between two key frames is half of the one and half of the other; a mask stays until the next one."""


def shape_at(track: Track, frame: int) -> Shape | None:
    """Return the track's thing in a frame as a shape, or None where it is not in the picture."""
    position = position_at(track.positions, frame)
    if position is None or position.outside:
        return None
    parts = tuple(part for part in (_part_at(part, frame) for part in track.parts) if part is not None)
    return _shape(track, position, frame, parts)


def shapes(tracks: Sequence[Track], frame: int) -> Iterator[Shape]:
    """Yield every thing that is in a frame; they get groups only where their tracks have them."""
    for track in tracks:
        if track.positions and track.positions[0].frame <= frame:
            shape = shape_at(track, frame)
            if shape is not None:
                yield shape


def position_at(positions: Sequence[Position], frame: int) -> Position | None:
    """Return where the thing is in a frame: None before its first key frame."""
    place = bisect_right(positions, frame, key=lambda position: position.frame)
    if place == 0:
        return None
    before = positions[place - 1]
    if before.frame == frame or place == len(positions):
        return before
    return _between(before, positions[place], frame)


def is_in_order(track: Track) -> bool:
    """Tell whether the key frames of a track and of its parts stand in the order of their frames, each once."""
    own = all(one.frame < other.frame for one, other in pairwise(track.positions))
    return bool(track.positions) and own and all(is_in_order(part) for part in track.parts)


def _between(before: Position, after: Position, frame: int) -> Position:
    still = before.outside or before.kind is not after.kind or len(before.points) != len(after.points)
    if still or before.kind not in _MOVING:
        return before
    share = (frame - before.frame) / (after.frame - before.frame)
    turn = (after.rotation - before.rotation + 180) % 360 - 180
    return Position(
        frame=frame,
        kind=before.kind,
        points=tuple(a + (b - a) * share for a, b in zip(before.points, after.points, strict=True)),
        rotation=(before.rotation + turn * share) % 360,
        occluded=before.occluded,
        depth=before.depth,
        attributes=before.attributes,
    )


def _part_at(part: Track, frame: int) -> Shape | None:
    position = position_at(part.positions, frame)
    return None if position is None else _shape(part, position, frame, ())


def _shape(track: Track, position: Position, frame: int, parts: tuple[Shape, ...]) -> Shape:
    return Shape(
        frame=frame,
        label=track.label,
        kind=position.kind,
        points=position.points,
        rotation=position.rotation,
        occluded=position.occluded,
        outside=position.outside,
        depth=position.depth,
        group=track.group,
        source=track.source,
        attributes={**track.attributes, **position.attributes},
        parts=parts,
    )
