"""Shapes of annotations. The same ones are sent and received; a number of 0 lets the house give one.

Coordinates are pixels from the upper left corner of the picture. A frame is a sample's number less one.
"""

from __future__ import annotations

from msgspec import Struct


class AttributeValue(Struct, frozen=True, kw_only=True):
    """What an attribute of a label says."""

    attribute: int
    """Its number."""
    value: str


class Tag(Struct, frozen=True, kw_only=True):
    """A label put on a whole sample."""

    number: int = 0
    frame: int
    label: int
    """The label's number."""
    group: int = 0
    source: str = "manual"
    score: float = 1.0
    attributes: list[AttributeValue] = []


class ShapePart(Struct, frozen=True, kw_only=True):
    """A point of a skeleton."""

    number: int = 0
    label: int
    points: list[float] = []
    rotation: float = 0.0
    occluded: bool = False
    outside: bool = False
    depth: int = 0
    group: int = 0
    source: str = "manual"
    score: float = 1.0
    attributes: list[AttributeValue] = []


class Shape(Struct, frozen=True, kw_only=True):
    """A label put on a part of one picture."""

    number: int = 0
    frame: int
    label: int
    kind: str
    """`rectangle`, `polygon`, `polyline`, `points`, `ellipse`, `cuboid`, `mask` or `skeleton`."""
    points: list[float] = []
    rotation: float = 0.0
    occluded: bool = False
    outside: bool = False
    depth: int = 0
    group: int = 0
    source: str = "manual"
    score: float = 1.0
    attributes: list[AttributeValue] = []
    parts: list[ShapePart] = []


class Position(Struct, frozen=True, kw_only=True):
    """Where a track's thing is in one of its key frames."""

    frame: int
    kind: str
    points: list[float] = []
    rotation: float = 0.0
    occluded: bool = False
    outside: bool = False
    depth: int = 0
    attributes: list[AttributeValue] = []


class TrackPart(Struct, frozen=True, kw_only=True):
    """A point of a skeleton through several frames."""

    number: int = 0
    frame: int
    label: int
    group: int = 0
    source: str = "manual"
    attributes: list[AttributeValue] = []
    positions: list[Position]


class Track(Struct, frozen=True, kw_only=True):
    """One thing through several frames."""

    number: int = 0
    frame: int
    """The frame of its first position."""
    label: int
    group: int = 0
    source: str = "manual"
    attributes: list[AttributeValue] = []
    positions: list[Position]
    parts: list[TrackPart] = []


class Annotations(Struct, frozen=True, kw_only=True):
    """What is said of some frames."""

    tags: list[Tag] = []
    shapes: list[Shape] = []
    tracks: list[Track] = []
