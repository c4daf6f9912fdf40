"""Small pictures, and chunks of pictures, for who looks at a dataset. Imported late: it needs Pillow."""

from __future__ import annotations

import io
import posixpath
import tempfile
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO, cast

from jobyard.datasets.formats.pictures import opened
from jobyard.job.errors import FileBroken

if TYPE_CHECKING:
    from PIL.Image import Image

_SIDE = 256
_MOST_PIXELS = 64 * 1024**2
"""Pixels that are unpacked for a small picture; of a JPEG it is what remains after reading it small."""
_DEEP = frozenset({"F", "I", "I;16", "I;16B", "I;16L", "I;16N"})
"""Modes of pictures with more than eight bits a color."""
_IN_MEMORY = 32 * 1024 * 1024


def thumbnail(file: BinaryIO, name: str) -> bytes:
    """Return a picture as a small JPEG, upright; closes it. Raises FileBroken for what is no picture."""
    from PIL import ImageOps

    with file, opened(file, name) as image:
        image.draft("RGB", (_SIDE, _SIDE))
        if image.width * image.height > _MOST_PIXELS:
            raise FileBroken(file=name, reason=f"it has more than {_MOST_PIXELS:,} pixels")
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((_SIDE, _SIDE))
        target = io.BytesIO()
        upright.convert("RGB").save(target, "JPEG", quality=80)
    return target.getvalue()


def reduced(file: BinaryIO, name: str, quality: int) -> BinaryIO:
    """Return a picture as an upright JPEG of the same size; one that cannot be made so stays as it is.

    `quality` is 1 to 100. Closes the picture, unless it is what is returned.
    """
    from PIL import ImageOps

    target = io.BytesIO()
    try:
        with opened(file, name) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise FileBroken(file=name, reason=f"it has more than {_MOST_PIXELS:,} pixels")
            _plain(ImageOps.exif_transpose(image)).save(target, "JPEG", quality=quality)
    except FileBroken:
        file.seek(0)
        return file
    file.close()
    target.seek(0)
    return target


def _plain(image: Image) -> Image:
    """Return a picture in eight bits a color, what has more stretched over what it uses; on black where it is clear."""
    if image.mode not in _DEEP:
        return image.convert("RGB")
    deep = image.convert("F")
    darkest, brightest = cast("tuple[float, float]", deep.getextrema())
    scale = 255 / (brightest - darkest) if brightest > darkest else 0.0
    return deep.point(lambda value: value * scale - darkest * scale).convert("L")


class Chunk:
    """An archive of pictures, each named by its place, as they are or `reduced` to a quality."""

    def __init__(self, quality: int | None = None) -> None:
        self._quality = quality
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # who takes it closes it
        self._archive = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        self._place = 0

    def add(self, pictures: Sequence[tuple[str, BinaryIO]]) -> None:
        """Put pictures behind those that are there; closes them."""
        for name, whole in pictures:
            file = whole if self._quality is None else reduced(whole, name, self._quality)
            ending = posixpath.splitext(name)[1].lower() if file is whole else ".jpeg"
            with file, self._archive.open(f"{self._place:06d}{ending}", "w") as member:
                while piece := file.read(1 << 20):
                    member.write(piece)
            self._place += 1

    def whole(self) -> BinaryIO:
        """Return the archive from its beginning; nothing is added from then on."""
        self._archive.close()
        self._file.seek(0)
        return cast("BinaryIO", self._file)
