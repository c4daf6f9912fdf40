"""Shapes of annotations. The same ones are taken and shown; a number of 0 means that the house is to give one.

Coordinates are pixels from the upper left corner of the picture. A frame is a sample's number less one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.words import Id, Name, Whole

Frame = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Group = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Depth = Annotated[int, Meta(ge=-(2**31) + 1, le=2**31 - 1)]
_Score = Annotated[float, Meta(ge=0, le=1)]
_Rotation = Annotated[float, Meta(ge=0, le=360)]
_Points = Annotated[list[float], Meta(max_length=1_000_000)]
ShapeKindName = Literal["rectangle", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "skeleton"]
SourceName = Literal["manual", "auto", "semi-auto", "file", "consensus"]


class AttributeValue(Struct, kw_only=True, forbid_unknown_fields=True):
    """What an attribute of a label says."""

    attribute: Whole
    """Its number."""
    value: Annotated[str, Meta(max_length=4096)]


_Values = Annotated[list[AttributeValue], Meta(max_length=1000)]


class SampleTag(Struct, kw_only=True, forbid_unknown_fields=True):
    """A label put on a whole sample."""

    number: Whole = 0
    frame: Frame
    label: Whole
    """The label's number."""
    group: _Group = 0
    source: SourceName = "manual"
    score: _Score = 1.0
    attributes: _Values = []


class ShapePart(Struct, kw_only=True, forbid_unknown_fields=True):
    """A point of a skeleton."""

    number: Whole = 0
    label: Whole
    """The part's number."""
    points: _Points = []
    rotation: _Rotation = 0.0
    occluded: bool = False
    outside: bool = False
    """It is not in the picture."""
    depth: _Depth = 0
    group: _Group = 0
    source: SourceName = "manual"
    score: _Score = 1.0
    attributes: _Values = []


class SampleShape(Struct, kw_only=True, forbid_unknown_fields=True):
    """A label put on a part of one picture."""

    number: Whole = 0
    frame: Frame
    label: Whole
    kind: ShapeKindName
    points: _Points = []
    """`rectangle`: two corners. `ellipse`: the middle, then the rightmost x and the topmost y. `mask`: lengths of runs
    inside a box, row by row and first of what is outside, then the box. `skeleton`: none, its parts have them."""
    rotation: _Rotation = 0.0
    """Degrees clockwise."""
    occluded: bool = False
    outside: bool = False
    depth: _Depth = 0
    """What lies over what: the greater is above."""
    group: _Group = 0
    """Shapes of the same group of one picture belong together; 0 for none."""
    source: SourceName = "manual"
    score: _Score = 1.0
    attributes: _Values = []
    parts: Annotated[list[ShapePart], Meta(max_length=1000)] = []


class TrackPosition(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a track's thing is in one of its key frames; between them it moves in a straight line."""

    frame: Frame
    kind: ShapeKindName
    points: _Points = []
    rotation: _Rotation = 0.0
    occluded: bool = False
    outside: bool = False
    """From here on it is not in the picture."""
    depth: _Depth = 0
    attributes: _Values = []


_Positions = Annotated[list[TrackPosition], Meta(min_length=1, max_length=1_000_000)]


class TrackPart(Struct, kw_only=True, forbid_unknown_fields=True):
    """A point of a skeleton through several frames."""

    number: Whole = 0
    frame: Frame
    label: Whole
    group: _Group = 0
    source: SourceName = "manual"
    attributes: _Values = []
    positions: _Positions


class SampleTrack(Struct, kw_only=True, forbid_unknown_fields=True):
    """One thing through several frames."""

    number: Whole = 0
    frame: Frame
    """The frame of its first position."""
    label: Whole
    group: _Group = 0
    source: SourceName = "manual"
    attributes: _Values = []
    positions: _Positions
    """In the order of their frames."""
    parts: Annotated[list[TrackPart], Meta(max_length=1000)] = []


class AnnotationSet(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of some frames."""

    tags: list[SampleTag] = []
    shapes: list[SampleShape] = []
    tracks: list[SampleTrack] = []


class FrameRange(Struct, kw_only=True, forbid_unknown_fields=True):
    """Frames that follow each other."""

    first: Frame
    last: Frame


class RevisionIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall change about annotations, all of it or nothing."""

    layer: Whole = 0
    """0 for the dataset's own; else the number of an assignment whose annotations are kept apart."""
    replace: FrameRange | None = None
    """Whatever begins in these frames goes first, and what comes must lie in them."""
    add: AnnotationSet | None = None
    """What is new; numbers in it do not count."""
    update: AnnotationSet | None = None
    """What is there, by number, and shall be so from now on."""
    delete: Annotated[list[Whole], Meta(max_length=100_000)] = []
    """Numbers of tags, shapes and tracks."""


class TagWish(Struct, kw_only=True, forbid_unknown_fields=True):
    """A label that a sample shall carry: as a whole, or with a kind on a part of it."""

    name: Name
    """The label's name."""
    score: _Score = 1.0
    kind: ShapeKindName | None = None
    points: _Points = []


class SampleTagging(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which labels one sample shall carry; none says that it has no label."""

    sample: Id
    labels: Annotated[list[TagWish], Meta(max_length=10_000)] = []


class TaggingIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which labels samples shall carry, and no others."""

    samples: Annotated[list[SampleTagging], Meta(max_length=1000)]
    make_labels: bool = False
    """Make labels that are missing; else the sample's outcome says which one is."""
