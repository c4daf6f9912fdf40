"""Pictures on their way into archives and out of them, and how large they are."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from jobyard.datasets.formats.archive.reading import Archive
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.datasets.formats.facts import Export, Item, Picture
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.formats.heads import glimpsed
from jobyard.datasets.formats.speech import told
from jobyard.job.errors import FileBroken

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

PACKED = frozenset({"gif", "jpeg", "jpg", "png", "webp"})
"""Endings of pictures that packing makes no smaller."""
ENDINGS = frozenset({*PACKED, "bmp", "tif", "tiff"})
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""What is decoded; of what else could be, some are programs (EPS)."""
_MOST_PIXELS = 1 << 30


def add_picture(archive: ArchiveWriter, export: Export, item: Item, name: str) -> None:
    """Put an item's picture into the archive where pictures are wanted."""
    if export.pictures and item.picture is not None:
        with item.picture() as stream:
            archive.add_stream(name, stream, packed=ending(name) not in PACKED)


def ending(name: str) -> str:
    """Return what stands behind the last dot of a name, in lower case."""
    return name.rpartition("/")[2].rpartition(".")[2].lower()


def found(archive: Archive, *places: str) -> Picture | None:
    """Return how to open the first of these members that is there."""
    for name in places:
        if name in archive:
            return partial(archive.open, name)
    return None


def measured(frame: Frame, picture: Picture | None) -> tuple[int, int]:
    """Return width and height of a picture, from what is known or by looking at its head. Raises FileBroken."""
    if frame.width and frame.height:
        return frame.width, frame.height
    if picture is None:
        raise FileBroken(file=told(frame.name), reason="its size is not known and the picture is not at hand")
    with picture() as stream:
        plain = glimpsed(stream)
        if plain is not None:
            return plain
        if stream.seekable():
            stream.seek(0)
            return size_of(stream, frame.name)
    with picture() as stream:
        return size_of(stream, frame.name)


@contextmanager
def opened(stream: BinaryIO, name: str) -> Iterator[ImageFile]:
    """Open a picture, and raise FileBroken for whatever comes of one that is none, now or while it is read."""
    from PIL import Image, UnidentifiedImageError

    broken = (OSError, ValueError, TypeError, SyntaxError, struct.error, Image.DecompressionBombError)
    try:
        with Image.open(stream, formats=_FORMATS) as image:
            yield image
    except broken as error:
        # What Pillow cannot identify it names by its place on this machine.
        why = "" if isinstance(error, UnidentifiedImageError) else f": {told(str(error))}"
        raise FileBroken(file=told(name), reason=f"it is no picture{why}") from None


def size_of(stream: BinaryIO, name: str) -> tuple[int, int]:
    """Return width and height of a picture as it is shown upright. Raises FileBroken when it is none."""
    with opened(stream, name) as image:
        width, height = image.size
        turned = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    if width * height > _MOST_PIXELS:
        raise FileBroken(file=told(name), reason="it has far too many pixels")
    return (height, width) if turned else (width, height)
