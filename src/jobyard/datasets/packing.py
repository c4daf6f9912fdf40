"""Annotations on their way: a list of each sort as one msgpack text, which nobody in between takes apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from jobyard.datasets.annotations import Annotations, Shape, Source, Tag, Track

_NONE = b"\x90"
_FEW, _MANY = 1 << 4, 1 << 16
_Coordinate = Annotated[float, Meta(ge=-1e9, le=1e9)]
_Counted = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_encode = msgspec.msgpack.Encoder().encode
_tags = msgspec.msgpack.Decoder(tuple[Tag, ...]).decode
_shapes = msgspec.msgpack.Decoder(tuple[Shape, ...]).decode
_tracks = msgspec.msgpack.Decoder(tuple[Track, ...]).decode


class Packed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Annotations, packed."""

    tags: bytes = _NONE
    shapes: bytes = _NONE
    tracks: bytes = _NONE

    def __len__(self) -> int:
        return len(self.tags) + len(self.shapes) + len(self.tracks)

    def annotations(self) -> Annotations:
        """Return them, unpacked anew each time. Raises msgspec.MsgspecError where they are none."""
        return Annotations(tags=_tags(self.tags), shapes=_shapes(self.shapes), tracks=_tracks(self.tracks))


class Box(Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A shape as most are: an upright or turned rectangle that says nothing out of bounds, and has no attributes.

    It is packed as a Shape of the same words is.
    """

    number: int = 0
    frame: _Counted
    label: int
    kind: Literal["rectangle"]
    points: tuple[_Coordinate, _Coordinate, _Coordinate, _Coordinate]
    rotation: Annotated[float, Meta(ge=0, le=360)] = 0.0
    occluded: bool = False
    outside: bool = False
    depth: Annotated[int, Meta(ge=-(2**31) + 1, le=2**31 - 1)] = 0
    group: _Counted = 0
    source: Source = Source.MANUAL
    score: Annotated[float, Meta(ge=0, le=1)] = 1.0


_boxes = msgspec.msgpack.Decoder(list[Box]).decode


def packed(said: Annotations) -> Packed:
    """Return annotations packed."""
    return Packed(tags=_encode(said.tags), shapes=_encode(said.shapes), tracks=_encode(said.tracks))


def listed(texts: Sequence[bytes]) -> bytes:
    """Return msgpack texts as one msgpack list of them."""
    count = len(texts)
    if count < _FEW:
        head = bytes((0x90 | count,))
    elif count < _MANY:
        head = b"\xdc" + count.to_bytes(2, "big")
    else:
        head = b"\xdd" + count.to_bytes(4, "big")
    return head + b"".join(texts)


def boxes(said: Packed) -> list[Box] | None:
    """Return annotations that are all such boxes; None where one of them is anything else."""
    if said.tags != _NONE or said.tracks != _NONE:
        return None
    try:
        return _boxes(said.shapes)
    except msgspec.MsgspecError:
        return None
