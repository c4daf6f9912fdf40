"""Shapes of labels. The same ones are taken and shown; a number of 0 means that the house is to give one."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jobyard.faces.native.wire.words import Whole

_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Color = Annotated[str, Meta(max_length=7, pattern=r"^(#[0-9a-fA-F]{6})?$(?!\n)")]
_Values = Annotated[list[Annotated[str, Meta(max_length=1000)]], Meta(max_length=1000)]
LabelKindName = Literal[
    "any",
    "tag",
    "rectangle",
    "polygon",
    "polyline",
    "points",
    "ellipse",
    "cuboid",
    "mask",
    "skeleton",
]
InputName = Literal["select", "radio", "checkbox", "number", "text"]
PolicyName = Literal["keep", "forget", "delete_source"]


class AttributeSpec(Struct, kw_only=True, forbid_unknown_fields=True):
    """Something that is said of what carries a label."""

    number: Whole = 0
    name: _Name
    input: InputName
    mutable: bool = False
    """It may change from one frame of a track to the next."""
    values: _Values = []
    """`select` and `radio`: what there is to choose from. `number`: least, greatest and step."""
    default: Annotated[str, Meta(max_length=1000)] = ""


class PartSpec(Struct, kw_only=True, forbid_unknown_fields=True):
    """A point of a skeleton."""

    number: Whole = 0
    name: _Name
    color: _Color = ""
    attributes: Annotated[list[AttributeSpec], Meta(max_length=200)] = []


class LabelSpec(Struct, kw_only=True, forbid_unknown_fields=True):
    """A class of things."""

    number: Whole = 0
    """Unique in the house."""
    name: _Name
    """Unique among the labels of a dataset."""
    color: _Color = ""
    """`#rrggbb`; empty for one that the house chooses."""
    kind: LabelKindName = "any"
    """What it may be put on."""
    attributes: Annotated[list[AttributeSpec], Meta(max_length=200)] = []
    parts: Annotated[list[PartSpec], Meta(max_length=1000)] = []
    """The points of a `skeleton`, in order."""
    drawing: Annotated[str, Meta(max_length=262_144)] = ""
    """A skeleton's picture: SVG elements whose nodes name its parts."""


class LabelsChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about the labels of a dataset."""

    add: Annotated[list[LabelSpec], Meta(max_length=10_000)] = []
    update: Annotated[list[LabelSpec], Meta(max_length=10_000)] = []
    """Found by their numbers; what they leave out of attributes and parts is dropped."""
    delete: Annotated[list[Whole], Meta(max_length=10_000)] = []
    """Numbers of labels."""
    policy: PolicyName = "keep"
    """What becomes of samples that carried a deleted label alone: they stay, or are deleted, with or without files."""


class LabelUseOut(Struct, kw_only=True):
    """How often a label is carried."""

    label: LabelSpec
    samples: int
    uses: int
    """Tags, shapes and tracks of it."""


class StatisticsOut(Struct, kw_only=True):
    """What a dataset holds, from kept counters."""

    samples: int
    size: int
    annotated: int
    """Samples that carry a label."""
    labels: list[LabelUseOut]
