"""Shapes of annotations. What clients leave out has its default; what they add is passed by."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class ValueWire(Struct, kw_only=True):
    """The value of an attribute."""

    spec_id: int
    value: Any = ""


class TagWire(Struct, kw_only=True):
    """A label of a whole picture."""

    id: int | None = None
    frame: int
    label_id: int
    group: int | None = 0
    source: str = "manual"
    score: float = 1.0
    attributes: list[ValueWire] = []


class ShapeWire(Struct, kw_only=True):
    """A label of a part of a picture."""

    id: int | None = None
    type: str
    occluded: bool = False
    outside: bool = False
    z_order: int = 0
    rotation: float = 0.0
    points: list[float] = []
    frame: int
    label_id: int
    group: int | None = 0
    source: str = "manual"
    score: float = 1.0
    attributes: list[ValueWire] = []
    elements: list[ShapeWire] = []


class PositionWire(Struct, kw_only=True):
    """Where the thing of a track is in one of its key frames."""

    id: int | None = None
    type: str
    occluded: bool = False
    outside: bool = False
    z_order: int = 0
    rotation: float = 0.0
    points: list[float] = []
    frame: int
    attributes: list[ValueWire] = []


class TrackWire(Struct, kw_only=True):
    """One thing through several pictures."""

    id: int | None = None
    frame: int
    label_id: int
    group: int | None = 0
    source: str = "manual"
    shapes: list[PositionWire]
    attributes: list[ValueWire] = []
    elements: list[TrackWire] = []


class AnnotationsWire(Struct, kw_only=True):
    """All that was said of some pictures."""

    version: int = 0
    tags: list[TagWire] = []
    shapes: list[ShapeWire] = []
    tracks: list[TrackWire] = []
    intervals: list[Any] = []
