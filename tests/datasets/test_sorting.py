from __future__ import annotations

import pytest

from jobyard.datasets.record import Purpose
from jobyard.datasets.sorting import sorting


@pytest.mark.parametrize(
    ("purpose", "samples", "others"),
    [
        (Purpose.IMAGE_CLASSIFICATION, "a.jpg a.JPEG a.Png a.bmp .jpg", "a.gif a.jpg.txt jpg a.mp4 a"),
        (Purpose.OBJECT_DETECTION, "a.jpg", "a.xml a.webp"),
        (Purpose.SOUND_CLASSIFICATION, "a.wav a.WAV", "a.mp3 a.jpg"),
        (Purpose.SPEECH, "a.wav", "a.txt"),
        (Purpose.VIDEO, "a.mp4", "a.avi"),
        (Purpose.TABLE, "a.csv", "a.txt"),
        (Purpose.TEXT_CLASSIFICATION, "a.txt a.csv", "a.jpg"),
        (Purpose.FREE, "a.jpg a.txt a", ""),
    ],
)
def test_the_purpose_says_which_files_are_samples(purpose: Purpose, samples: str, others: str) -> None:
    found = sorting(purpose, read_labels=True)
    assert [name for name in samples.split() if not found.is_sample(name.encode())] == []
    assert [name for name in others.split() if found.is_sample(name.encode())] == []


def test_every_purpose_is_known() -> None:
    for purpose in Purpose:
        found = sorting(purpose, read_labels=True)
        assert not any(found.is_label_file(b"a" + ending) for ending in found.samples)


def test_label_files_lie_beside_their_samples() -> None:
    found = sorting(Purpose.IMAGE_CLASSIFICATION, read_labels=True)
    assert found.is_label_file(b"d/a.b.TXT")
    assert b"d/a.b.jpg" in found.beside(b"d/a.b.TXT")
    assert b"d/a.b.PNG" in found.beside(b"d/a.b.TXT")
    assert b"d/a.b.txt" in found.label_files_of(b"d/a.b.jpeg")
    detection = sorting(Purpose.OBJECT_DETECTION, read_labels=True)
    assert detection.is_label_file(b"a.xml")
    assert not detection.is_label_file(b"a.txt")


def test_labels_that_shall_not_be_read_are_not_looked_for() -> None:
    found = sorting(Purpose.IMAGE_CLASSIFICATION, read_labels=False)
    assert found.is_sample(b"a.jpg")
    assert not found.is_label_file(b"a.txt")
    assert found.folder_label(b"cat/a.jpg") == ""


def test_the_last_folder_is_the_class() -> None:
    found = sorting(Purpose.IMAGE_CLASSIFICATION, read_labels=True)
    assert found.folder_label(b"train/cat/a.jpg") == "cat"
    assert found.folder_label("träin/Löwe/a.jpg".encode()) == "Löwe"
    for path in (
        b"a.jpg",
        b"\xff/a.jpg",
        b"a\nb/a.jpg",
        b"x" * 201 + b"/a.jpg",
        "\u202ecat/a.jpg".encode(),
        b" /a.jpg",
    ):
        assert found.folder_label(path) == ""
    assert sorting(Purpose.OBJECT_DETECTION, read_labels=True).folder_label(b"cat/a.jpg") == ""
