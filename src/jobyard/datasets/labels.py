"""What may be said of a picture, a sound or a text: labels with their attributes. Frozen records, no I/O."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class LabelKind(StrEnum):
    """What a label may be put on."""

    ANY = "any"
    TAG = "tag"
    """A whole sample."""
    RECTANGLE = "rectangle"
    POLYGON = "polygon"
    POLYLINE = "polyline"
    POINTS = "points"
    ELLIPSE = "ellipse"
    CUBOID = "cuboid"
    MASK = "mask"
    SKELETON = "skeleton"


class Input(StrEnum):
    """How a person gives an attribute its value."""

    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    NUMBER = "number"
    TEXT = "text"


class Attribute(Struct, frozen=True, kw_only=True):
    """Something that is said of what carries a label."""

    number: int = 0
    """Counts the attributes of this house; 0 before it is kept."""
    name: str
    input: Input
    mutable: bool = False
    """It may change from one frame of a track to the next."""
    values: tuple[str, ...] = ()
    """SELECT and RADIO: what there is to choose from. NUMBER: least, greatest and step. CHECKBOX: `true`, `false`."""
    default: str = ""


class Label(Struct, frozen=True, kw_only=True):
    """A class of things."""

    number: int = 0
    """Counts the labels of this house; 0 before it is kept."""
    name: str
    """1 to 200 printable characters; unique among the labels of one dataset, or of one skeleton."""
    color: str = ""
    """`#rrggbb`; empty for one that the house chooses."""
    kind: LabelKind = LabelKind.ANY
    attributes: tuple[Attribute, ...] = ()
    parts: tuple[Label, ...] = ()
    """A skeleton's points, in order; each is a label of kind POINTS."""
    drawing: str = ""
    """A skeleton's picture: SVG elements whose nodes name its parts."""
