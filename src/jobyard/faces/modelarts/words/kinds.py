"""The numbers that the protocol has for what we have words for: dataset types, sample types, shapes, label kinds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jobyard.datasets.annotations import ShapeKind
from jobyard.datasets.labels import LabelKind
from jobyard.datasets.record import Purpose
from jobyard.job.errors import Invalid

TYPES: Mapping[Purpose, int] = MappingProxyType(
    {
        Purpose.IMAGE_CLASSIFICATION: 0,
        Purpose.OBJECT_DETECTION: 1,
        Purpose.IMAGE_SEGMENTATION: 3,
        Purpose.TEXT_CLASSIFICATION: 100,
        Purpose.NAMED_ENTITIES: 101,
        Purpose.TEXT_TRIPLETS: 102,
        Purpose.SOUND_CLASSIFICATION: 200,
        Purpose.SPEECH: 201,
        Purpose.SPEECH_PARAGRAPHS: 202,
        Purpose.TABLE: 400,
        Purpose.VIDEO: 600,
        Purpose.FREE: 900,
    }
)
"""The dataset type of each purpose; labels have the type of their dataset."""
PURPOSES: Mapping[int, Purpose] = MappingProxyType({number: purpose for purpose, number in TYPES.items()})
SAMPLE_TYPES: Mapping[Purpose, int] = MappingProxyType(
    {
        Purpose.IMAGE_CLASSIFICATION: 0,
        Purpose.OBJECT_DETECTION: 0,
        Purpose.IMAGE_SEGMENTATION: 0,
        Purpose.TEXT_CLASSIFICATION: 1,
        Purpose.NAMED_ENTITIES: 1,
        Purpose.TEXT_TRIPLETS: 1,
        Purpose.SOUND_CLASSIFICATION: 2,
        Purpose.SPEECH: 2,
        Purpose.SPEECH_PARAGRAPHS: 2,
        Purpose.TABLE: 4,
        Purpose.VIDEO: 6,
        Purpose.FREE: 9,
    }
)
TEXTS = frozenset({Purpose.TEXT_CLASSIFICATION, Purpose.NAMED_ENTITIES, Purpose.TEXT_TRIPLETS})
"""What is never synchronized."""

SHAPES: Mapping[ShapeKind, str] = MappingProxyType(
    {
        ShapeKind.RECTANGLE: "bndbox",
        ShapeKind.POLYGON: "polygon",
        ShapeKind.POLYLINE: "polyline",
        ShapeKind.POINTS: "point",
        ShapeKind.ELLIPSE: "circle",
    }
)
"""The shapes that both sides know; the protocol has no word for the others."""
KINDS: Mapping[str, ShapeKind] = MappingProxyType(
    {word: kind for kind, word in SHAPES.items()} | {"line": ShapeKind.POLYLINE}
)


def purpose_in(number: int) -> Purpose:
    """Return what a dataset of this type is made for. Raises Invalid for a number that is none."""
    if number not in PURPOSES:
        known = ", ".join(map(str, sorted(PURPOSES)))
        raise Invalid(reason=f"There is no dataset type {number}; known are {known}.")
    return PURPOSES[number]


def shape_in(word: str) -> ShapeKind:
    """Return the kind of shape. Raises Invalid for a word that is none."""
    if word not in KINDS:
        raise Invalid(reason=f"There is no shape {word!r}; known are {', '.join(sorted(KINDS))}.")
    return KINDS[word]


def label_kind_in(word: str | None) -> LabelKind:
    """Return what a label with this default shape may be put on. Raises Invalid for a word that is no shape."""
    return LabelKind.ANY if word is None else LabelKind(shape_in(word).value)


def label_shape(kind: LabelKind) -> str | None:
    """Return the default shape of a label; None where the protocol has no word for it."""
    return SHAPES.get(ShapeKind(kind.value)) if kind.value in set(ShapeKind) else None
