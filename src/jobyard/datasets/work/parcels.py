"""Annotations on their way between the house and running work, in parcels that fit into one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jobyard.datasets.annotations import Annotations, Shape, Tag, Track

HEAVIEST = 500_000
"""Numbers in one parcel; each takes up to nine bytes, and a message from another machine holds sixteen million."""
LIGHT = 100_000
"""Numbers in a parcel that the house takes in within one transaction: nobody else who writes waits long for it."""
_EACH = 30
"""What an annotation weighs beside its points."""


class Parcels:
    """Gathers annotations and gives them out in parcels of about the same weight."""

    def __init__(self, heaviest: int = HEAVIEST) -> None:
        self._heaviest = heaviest
        self._tags: list[Tag] = []
        self._shapes: list[Shape] = []
        self._tracks: list[Track] = []
        self._weight = 0

    def add(self, said: Annotations) -> Iterator[Annotations]:
        """Take annotations in, and yield every parcel that became full."""
        whole = weight(said)
        if self._weight + whole < self._heaviest:
            self._tags += said.tags
            self._shapes += said.shapes
            self._tracks += said.tracks
            self._weight += whole
            return
        for tag in said.tags:
            self._tags.append(tag)
            yield from self._weigh(_EACH)
        for shape in said.shapes:
            self._shapes.append(shape)
            yield from self._weigh(_shape(shape))
        for track in said.tracks:
            self._tracks.append(track)
            yield from self._weigh(_track(track))

    def rest(self) -> Iterator[Annotations]:
        """Yield the last parcel where there is something in it."""
        if self._weight:
            yield Annotations(tags=tuple(self._tags), shapes=tuple(self._shapes), tracks=tuple(self._tracks))
            self._tags, self._shapes, self._tracks, self._weight = [], [], [], 0

    def _weigh(self, weight: int) -> Iterator[Annotations]:
        self._weight += weight
        if self._weight >= self._heaviest:
            yield from self.rest()


def parcels(several: Iterable[Annotations], heaviest: int = HEAVIEST) -> Iterator[Annotations]:
    """Yield annotations in parcels."""
    packing = Parcels(heaviest)
    for said in several:
        yield from packing.add(said)
    yield from packing.rest()


def weight(said: Annotations) -> int:
    """Return how much annotations weigh: their numbers, and something for each."""
    shapes = sum([_shape(shape) for shape in said.shapes])
    return len(said.tags) * _EACH + shapes + (sum(map(_track, said.tracks)) if said.tracks else 0)


def _shape(shape: Shape) -> int:
    return _EACH + len(shape.points) + (sum(map(_shape, shape.parts)) if shape.parts else 0)


def _track(track: Track) -> int:
    own = sum(_EACH + len(position.points) for position in track.positions)
    return _EACH + own + sum(map(_track, track.parts))
