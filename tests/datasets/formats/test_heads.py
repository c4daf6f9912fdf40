from __future__ import annotations

import io
import random
from typing import Any

import pytest
from PIL import Image

from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.formats.heads import glimpsed
from jobyard.datasets.formats.pictures import measured, size_of
from jobyard.job.errors import FileBroken

SIZE = (37, 21)
TURNED = Image.Exif()
TURNED[0x0112] = 6


def drawn(form: str, mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, SIZE, 120).save(out, form, **more)
    return out.getvalue()


PLAIN = {
    "jpeg": drawn("JPEG"),
    "progressive": drawn("JPEG", progressive=True),
    "grey": drawn("JPEG", "L", comment=b"a comment"),
    "cmyk": drawn("JPEG", "CMYK"),
    "restarts": drawn("JPEG", restart_marker_blocks=2),
    "png": drawn("PNG"),
    "palette": drawn("PNG", "P", transparency=3, dpi=(72, 72)),
}
OTHERS = {
    "held upright": drawn("JPEG", exif=TURNED),
    "png held upright": drawn("PNG", exif=TURNED),
    "gif": drawn("GIF", "P"),
    "bmp": drawn("BMP"),
    "tiff": drawn("TIFF"),
    "large": drawn("PNG") + b"\0" * (1 << 16),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_picture_tells_its_size_at_first_sight(name: str) -> None:
    assert glimpsed(io.BytesIO(PLAIN[name])) == SIZE == size_of(io.BytesIO(PLAIN[name]), name)


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_picture_is_opened(name: str) -> None:
    content = OTHERS[name]
    assert glimpsed(io.BytesIO(content)) is None
    size = SIZE[::-1] if "upright" in name else SIZE
    assert measured(Frame(number=0, name=name), lambda: io.BytesIO(content)) == size


def test_what_is_told_of_a_broken_picture_is_what_a_library_tells() -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    for _ in range(3_000):
        content = bytearray(PLAIN[dice.choice([*PLAIN])])
        for _ in range(dice.randrange(1, 4)):
            content[dice.randrange(min(len(content), 700))] = dice.randrange(256)
        del content[dice.randrange(len(content)) if dice.random() < 0.3 else len(content) :]
        found = glimpsed(io.BytesIO(content))
        if found is None:
            continue
        try:
            with Image.open(io.BytesIO(content)) as image:
                assert image.size == found, content.hex()
        except (OSError, SyntaxError, ValueError, TypeError):
            continue


def test_a_picture_that_is_none_is_named() -> None:
    with pytest.raises(FileBroken, match=r"cat\.jpg"):
        measured(Frame(number=0, name="cat.jpg"), lambda: io.BytesIO(b"\xff\xd8\xff\xd9"))
