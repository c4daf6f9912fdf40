"""What was said of samples: tags, shapes and tracks, as frozen records. No I/O.

Coordinates are pixels from the upper left corner of the picture as it is shown upright. What is kept leaves out what
stands at its default, so a default, once given, stays as it is. There are very many tags and shapes, and none of them
can hold itself, so nobody looks through them for garbage.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class ShapeKind(StrEnum):
    """How a shape's points are read."""

    RECTANGLE = "rectangle"
    """x and y of one corner and of the opposite one; turned about its middle by `rotation`."""
    POLYGON = "polygon"
    POLYLINE = "polyline"
    POINTS = "points"
    ELLIPSE = "ellipse"
    """The middle, then the rightmost x and the topmost y; turned by `rotation`."""
    CUBOID = "cuboid"
    """The eight corners as they are seen."""
    MASK = "mask"
    """Lengths of runs inside a box, row by row and first of what is outside; then the box: left, top, right, bottom."""
    SKELETON = "skeleton"
    """No points of its own; its `parts` have them."""


class Source(StrEnum):
    """Who said it."""

    MANUAL = "manual"
    AUTO = "auto"
    SEMI_AUTO = "semi-auto"
    FILE = "file"
    CONSENSUS = "consensus"


class Tag(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A label put on a whole sample."""

    number: int = 0
    """Counts the tags of this house; 0 before it is kept."""
    frame: int
    """The sample: its number within the dataset less one, so it stays when others come and go."""
    label: int
    """The label's number."""
    group: int = 0
    source: Source = Source.MANUAL
    score: float = 1.0
    """How sure its maker was, 0 to 1."""
    attributes: dict[int, str] = {}
    """Values by the attributes' numbers."""


class Shape(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A label put on a part of one picture."""

    number: int = 0
    """Counts the shapes of this house; 0 before it is kept."""
    frame: int
    label: int
    kind: ShapeKind
    points: tuple[float, ...] = ()
    """As its kind says."""
    rotation: float = 0.0
    """Degrees clockwise, 0 to 360."""
    occluded: bool = False
    outside: bool = False
    """Of a skeleton's part: not in the picture."""
    depth: int = 0
    """What lies over what: the greater is above."""
    group: int = 0
    """Shapes of the same group of one picture belong together; 0 for none."""
    source: Source = Source.MANUAL
    score: float = 1.0
    attributes: dict[int, str] = {}
    parts: tuple[Shape, ...] = ()


class Position(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a track's thing is in one of its key frames; between them it moves in a straight line."""

    frame: int
    kind: ShapeKind
    points: tuple[float, ...] = ()
    rotation: float = 0.0
    occluded: bool = False
    outside: bool = False
    """From here on it is not in the picture."""
    depth: int = 0
    attributes: dict[int, str] = {}
    """Values of mutable attributes, by their numbers."""


class Track(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing through several frames."""

    number: int = 0
    """Counts the tracks of this house; 0 before it is kept."""
    frame: int
    """The first frame it is in."""
    label: int
    group: int = 0
    source: Source = Source.MANUAL
    attributes: dict[int, str] = {}
    """Values of attributes that stay the same."""
    positions: tuple[Position, ...] = ()
    """In the order of their frames; at least one."""
    parts: tuple[Track, ...] = ()
    """A skeleton's points."""


class Annotations(Struct, frozen=True, kw_only=True):
    """All that was said of some frames."""

    tags: tuple[Tag, ...] = ()
    shapes: tuple[Shape, ...] = ()
    tracks: tuple[Track, ...] = ()


def placed(one: Tag | Shape | Track) -> set[int]:
    """Return the frames for which somebody placed something; the last place of a track holds on behind them."""
    if not isinstance(one, Track):
        return {one.frame}
    return {one.frame, *(position.frame for track in (one, *one.parts) for position in track.positions)}
