from __future__ import annotations

import pytest

from jobyard.datasets.formats.frames import Frame, Frames
from jobyard.job.errors import UnknownFrame

NAMES = ("a.png", "train/b.png", "val/b.png", "x/y/c.jpg", "d.png", "d.jpg")
FRAMES = Frames(Frame(number=number, name=name) for number, name in enumerate(NAMES))


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("a.png", 0),
        ("a", 0),
        ("images/a.png", 0),
        ("some/where/a", 0),
        ("train/b", 1),
        ("val/b.png", 2),
        ("y/c.jpg", 3),
        ("c", 3),
        ("c.png", 3),
        ("d.jpg", 5),
    ],
)
def test_a_picture_is_found_by_what_others_write(wanted: str, number: int) -> None:
    assert FRAMES.named(wanted, "f").number == number


@pytest.mark.parametrize("wanted", ["b.png", "b", "d", "e.png", "", "png", "/"])
def test_what_fits_none_or_several_is_refused(wanted: str) -> None:
    with pytest.raises(UnknownFrame, match="f speaks of"):
        FRAMES.named(wanted, "f")


def test_growing_frames_take_in_every_name_once() -> None:
    frames = Frames([Frame(number=4, name="a.png")], growing=True)
    assert frames.named("a.png", "f").number == 4
    heard = Frame(number=0, name="?", width=3, height=4, subset="val")
    assert frames.named("b.png", "f", heard) == Frame(number=5, name="b.png", width=3, height=4, subset="val")
    assert frames.named("b.png", "f").number == 5
    assert frames.named("b", "f").number == 6
    assert len(frames) == 3
    assert frames.numbered(6, "f").name == "b"
    with pytest.raises(UnknownFrame, match="frame 9"):
        frames.numbered(9, "f")
