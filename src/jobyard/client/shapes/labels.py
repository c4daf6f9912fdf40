"""Shapes of labels. The same ones are sent and received; a number of 0 lets the house give one."""

from __future__ import annotations

from msgspec import Struct


class Attribute(Struct, frozen=True, kw_only=True):
    """Something that is said of what carries a label."""

    number: int = 0
    name: str
    input: str
    """`select`, `radio`, `checkbox`, `number` or `text`."""
    mutable: bool = False
    """It may change from one frame of a track to the next."""
    values: list[str] = []
    default: str = ""


class Part(Struct, frozen=True, kw_only=True):
    """A point of a skeleton."""

    number: int = 0
    name: str
    color: str = ""
    attributes: list[Attribute] = []


class Label(Struct, frozen=True, kw_only=True):
    """A class of things."""

    number: int = 0
    name: str
    color: str = ""
    """`#rrggbb`; empty for one that the house chooses."""
    kind: str = "any"
    """What it may be put on: `any`, `tag`, `rectangle`, `skeleton` and so on."""
    attributes: list[Attribute] = []
    parts: list[Part] = []
    drawing: str = ""


class LabelUse(Struct, frozen=True, kw_only=True):
    """How often a label is carried."""

    label: Label
    samples: int
    uses: int
    """Tags, shapes and tracks of it."""


class Statistics(Struct, frozen=True, kw_only=True):
    """What a dataset holds."""

    samples: int
    size: int
    annotated: int
    """Samples that carry a label."""
    labels: list[LabelUse]
