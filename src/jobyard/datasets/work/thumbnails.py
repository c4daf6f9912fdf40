"""Small pictures, and chunks of pictures, for who looks at a dataset. Imported late: it needs Pillow."""

from __future__ import annotations

import io
import posixpath
import tempfile
import zipfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from jobyard.datasets.formats.pictures import opened
from jobyard.job.errors import FileBroken

_SIDE = 256
_MOST_PIXELS = 64 * 1024**2
"""Pixels that are unpacked for a small picture; of a JPEG it is what remains after reading it small."""
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


def chunk(pictures: Sequence[tuple[str, BinaryIO]]) -> BinaryIO:
    """Return an archive of pictures, each named by its place; closes them."""
    target = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the caller closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for place, (name, file) in enumerate(pictures):
            with file, archive.open(f"{place:06d}{posixpath.splitext(name)[1].lower()}", "w") as member:
                while piece := file.read(1 << 20):
                    member.write(piece)
    target.seek(0)
    return cast("BinaryIO", target)
