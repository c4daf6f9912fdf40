"""What lies in a backup: an archive with a manifest, and for each dataset its frames, what was said, its pictures.

    manifest.json                 what it is, the labels, and each dataset
    task.json, project.json       of a dataset, of a collection: the same in short, which nothing is restored from
    1/frames.jsonl                a line a frame, in order
    1/said.jsonl                  a line a stretch of frames: tags, shapes and tracks, by the layer they were said in
    1/pictures/00000000.png       the pictures by their frames
    2/...                         the next dataset

Numbers of labels and attributes are those of the house that wrote it; restoring gives everything numbers of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from jobyard.datasets.annotations import Annotations
from jobyard.datasets.labels import Label

VERSION = 1
MANIFEST = "manifest.json"
SHORT: Mapping[str, str] = MappingProxyType({"dataset": "task.json", "collection": "project.json"})
"""Where it is said in short what a backup holds: other programs look for a file of this name first."""
MANIFEST_LIMIT = 256 * 1024 * 1024
LINE_LIMIT = 256 * 1024 * 1024


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An assignment; its place in the list is the layer of what was said apart, from 1."""

    kind: str
    first: int
    last: int
    parent: int | None = None
    """The place of the assignment that it repeats."""
    frames: tuple[int, ...] | None = None
    stage: str = "annotation"
    state: str = "new"


class Kept(Struct, frozen=True, kw_only=True):
    """One dataset."""

    name: str
    purpose: str
    description: str
    settings: dict[str, Any]
    frames: int
    """How many there are."""
    parts: tuple[Part, ...]
    source: str | None = None
    """Where the pictures are, where they are not in the archive."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup is."""

    jobyard: int
    """The version of the layout."""
    what: str
    """`dataset` or `collection`."""
    name: str
    description: str = ""
    settings: dict[str, Any] = {}
    labels: tuple[Label, ...]
    datasets: tuple[Kept, ...]


class ShortLabel(Struct, frozen=True, kw_only=True):
    """A label in short."""

    name: str
    type: str
    color: str
    attributes: tuple[str, ...]
    sublabels: tuple[str, ...]


class Short(Struct, frozen=True, kw_only=True):
    """What a backup holds, in short."""

    name: str
    description: str
    labels: tuple[ShortLabel, ...]
    size: int
    """Frames of all datasets together."""
    tasks: tuple[str, ...]
    """The names of the datasets."""


def short(manifest: Manifest) -> Short:
    """Return what a manifest says, in short."""
    return Short(
        name=manifest.name,
        description=manifest.description,
        labels=tuple(
            ShortLabel(
                name=label.name,
                type=label.kind.value,
                color=label.color,
                attributes=tuple(attribute.name for attribute in label.attributes),
                sublabels=tuple(part.name for part in label.parts),
            )
            for label in manifest.labels
        ),
        size=sum(one.frames for one in manifest.datasets),
        tasks=tuple(one.name for one in manifest.datasets),
    )


class Line(Struct, frozen=True, array_like=True):
    """A frame."""

    number: int
    path: str
    """The bytes of its path, in base64."""
    width: int
    height: int
    size: int = 0


class Spoken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said of a stretch of frames."""

    layer: int = 0
    """0 for the dataset's own; else the place of a part, from 1."""
    said: Annotations


def picture_name(place: int, frame: int, suffix: str) -> str:
    """Return where a picture lies. A path may be any bytes, so it stands in the line of the frame and not here."""
    kept = suffix.lower() if suffix[1:].isascii() and suffix[1:].isalnum() else ""
    return f"{place}/pictures/{frame:08d}{kept}"
