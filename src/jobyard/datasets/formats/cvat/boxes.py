"""CVAT's boxes as nearly all are written, read in one go; every other element is looked at word by word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from jobyard.datasets.annotations import Source

_Coordinate = Annotated[float, Meta(ge=-1e9, le=1e9)]
_Number = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


class Box(Struct, frozen=True):
    """The attributes of a box in which there is nothing to complain of and nothing to put right."""

    label: str
    xtl: _Coordinate
    ytl: _Coordinate
    xbr: _Coordinate
    ybr: _Coordinate
    occluded: Literal["0", "1"] = "0"
    z_order: _Number = 0
    group_id: _Number = 0
    source: Source = Source.MANUAL
    score: Annotated[float, Meta(ge=0, le=1)] = 1.0
    rotation: Annotated[float, Meta(ge=0, lt=360)] = 0.0


def plain(attributes: Mapping[str, str]) -> Box | None:
    """Return such a box, or None for one that has to be looked at word by word."""
    try:
        return msgspec.convert(attributes, Box, strict=False)
    except msgspec.ValidationError:
        return None
