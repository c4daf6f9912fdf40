"""Annotations under other numbers: those of the labels and attributes of another house become our own. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Position, Shape, Tag, Track
from jobyard.job.errors import UnknownLabel


def renumbered(said: Annotations, numbers: Mapping[int, int], file: str) -> Annotations:
    """Return annotations with the numbers of labels and attributes as they are now.

    Raises UnknownLabel for a label without one; values of attributes that are gone are left out.
    """
    wanted = _Numbers(numbers, file)
    return Annotations(
        tags=tuple(wanted.tag(tag) for tag in said.tags),
        shapes=tuple(wanted.shape(shape) for shape in said.shapes),
        tracks=tuple(wanted.track(track) for track in said.tracks),
    )


class _Numbers:
    def __init__(self, numbers: Mapping[int, int], file: str) -> None:
        self._numbers = numbers
        self._file = file

    def tag(self, tag: Tag) -> Tag:
        return replace(tag, number=0, label=self._label(tag.label), attributes=self._values(tag.attributes))

    def shape(self, shape: Shape) -> Shape:
        return replace(
            shape,
            number=0,
            label=self._label(shape.label),
            attributes=self._values(shape.attributes),
            parts=tuple(self.shape(part) for part in shape.parts),
        )

    def track(self, track: Track) -> Track:
        return replace(
            track,
            number=0,
            label=self._label(track.label),
            attributes=self._values(track.attributes),
            positions=tuple(self._position(position) for position in track.positions),
            parts=tuple(self.track(part) for part in track.parts),
        )

    def _position(self, position: Position) -> Position:
        return replace(position, attributes=self._values(position.attributes))

    def _label(self, number: int) -> int:
        if number not in self._numbers:
            raise UnknownLabel(file=self._file, name=f"number {number}")
        return self._numbers[number]

    def _values(self, values: Mapping[int, str]) -> dict[int, str]:
        return {self._numbers[number]: value for number, value in values.items() if number in self._numbers}
