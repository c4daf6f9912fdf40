from __future__ import annotations

import io

import pytest
from PIL import Image

from jobyard.datasets.work import thumbnails
from jobyard.datasets.work.thumbnails import thumbnail
from jobyard.job.errors import FileBroken

PROGRAM = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"


def picture(side: int, form: str = "PNG") -> io.BytesIO:
    target = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(target, form)
    target.seek(0)
    return target


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"])
def test_a_picture_of_every_sort_is_made_small(form: str) -> None:
    with Image.open(io.BytesIO(thumbnail(picture(600, form), "a"))) as small:
        assert (small.format, small.size) == ("JPEG", (256, 256))


def test_a_program_is_no_picture_whatever_its_name() -> None:
    with pytest.raises(FileBroken, match="no picture"):
        thumbnail(io.BytesIO(PROGRAM), "a.png")


def test_a_picture_that_would_unpack_beyond_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "_MOST_PIXELS", 500 * 500)
    with pytest.raises(FileBroken, match="pixels"):
        thumbnail(picture(600), "a.png")
    assert thumbnail(picture(1_000, "JPEG"), "a.jpg")  # it is read small from the beginning
