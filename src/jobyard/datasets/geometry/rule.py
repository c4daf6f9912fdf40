"""How near is near enough, for shapes without an area. Needs no numbers, so that parameters can be made of it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class PointSize(StrEnum):
    """What counts as the size of a thing made of points."""

    GROUP_BOX = "group_bbox_size"
    """The rectangle around its group; the picture where it is a single point."""
    PICTURE = "image_size"


class Rule(Struct, frozen=True, kw_only=True):
    """How shapes without an area are compared."""

    sigma: float = 0.09
    """How far a point may lie off, as a share of the thing's size."""
    thickness: float = 0.01
    """How far a line may lie off, as a share of the picture's size."""
    point_size: PointSize = PointSize.GROUP_BOX
    oriented: bool = True
    """A line that runs the other way is another line."""
