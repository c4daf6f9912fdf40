from __future__ import annotations

import io
import zipfile
from typing import BinaryIO

import pytest
from PIL import Image

from jobyard.datasets.work import thumbnails
from jobyard.datasets.work.thumbnails import Chunk, reduced, thumbnail
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


def decoded(file: BinaryIO) -> Image.Image:
    with Image.open(file) as image:
        image.load()
        return image


def test_a_reduced_picture_is_an_upright_jpeg_of_its_size() -> None:
    turned, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGBA", (30, 20), (200, 10, 10, 255)).save(turned, "PNG", exif=exif)
    image = decoded(reduced(turned, "a.png", 90))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (20, 30))
    red, green, _ = image.split()
    assert min(red.tobytes()) > 180 and max(green.tobytes()) < 30
    assert turned.closed


def test_a_deep_picture_is_stretched_over_what_it_uses() -> None:
    deep = io.BytesIO()
    image = Image.new("I;16", (8, 8), 1_000)
    image.putpixel((0, 0), 3_000)
    image.save(deep, "TIFF")
    image = decoded(reduced(deep, "a.tif", 100))
    assert image.tobytes()[0] > 200 and image.tobytes()[-1] < 30
    flat = io.BytesIO()
    Image.new("I;16", (8, 8), 1_000).save(flat, "TIFF")
    assert decoded(reduced(flat, "a.tif", 100)).size == (8, 8)


def test_what_is_no_picture_is_neither_reduced_nor_lost() -> None:
    assert reduced(io.BytesIO(PROGRAM), "a.png", 50).read() == PROGRAM


def test_a_chunk_holds_pictures_as_they_are_or_reduced() -> None:
    def members(quality: int | None) -> dict[str, bytes]:
        made = Chunk(quality)
        for one in (("x/a.PNG", picture(9)), ("b", io.BytesIO(b"text"))):
            made.add([one])
            assert one[1].closed
        with made.whole() as file, zipfile.ZipFile(file) as archive:
            return {name: archive.read(name)[:4] for name in archive.namelist()}

    assert members(None) == {"000000.png": b"\x89PNG", "000001": b"text"}
    assert members(70) == {"000000.jpeg": b"\xff\xd8\xff\xe0", "000001": b"text"}
