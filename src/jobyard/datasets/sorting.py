"""Which files of a source are a dataset's samples, and which may hold labels for them: told by their names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from jobyard.datasets.record import Purpose

_LONGEST = 5
"""Characters of the longest ending, its dot included."""


class Sorting(Struct, frozen=True, kw_only=True):
    """What is taken in for one purpose."""

    samples: tuple[bytes, ...] = ()
    """The endings of samples, in lower case; empty where every file is one."""
    labels: bytes = b""
    """The ending of files that hold labels for the sample of the same name beside them; empty where there are none."""
    by_folder: bool = False
    """A sample without such a file is labelled by the folder it lies in."""

    def is_sample(self, path: bytes) -> bool:
        """Tell whether a file is a sample."""
        return not self.samples or path[-_LONGEST:].lower().endswith(self.samples)

    def is_label_file(self, path: bytes) -> bool:
        """Tell whether a file may hold labels."""
        return bool(self.labels) and path[-_LONGEST:].lower().endswith(self.labels)

    def beside(self, path: bytes) -> list[bytes]:
        """Return the paths at which the sample of a label file may lie."""
        stem = path[: -len(self.labels)]
        return [stem + ending for one in self.samples for ending in _spellings(one)]

    def label_files_of(self, path: bytes) -> list[bytes]:
        """Return the paths at which the label file of a sample may lie."""
        stem = path.rpartition(b".")[0]
        return [stem + ending for ending in _spellings(self.labels)]

    def folder_label(self, path: bytes) -> str:
        """Return the label that a sample's folder gives it; empty where it gives none."""
        folder = path.rpartition(b"/")[0].rpartition(b"/")[2] if self.by_folder else b""
        try:
            name = folder.decode()
        except UnicodeDecodeError:
            return ""
        return name.strip() if name.isprintable() and len(name) <= LABEL_LIMIT else ""


def _spellings(ending: bytes) -> tuple[bytes, bytes, bytes]:
    """Return how programs and people write an ending: `.jpg`, `.JPG`, `.Jpg`."""
    return ending, ending.upper(), ending[:1] + ending[1:].capitalize()


LABEL_LIMIT = 200
"""Characters of the longest label."""
_IMAGES = (b".jpg", b".jpeg", b".png", b".bmp")
_SOUNDS = (b".wav",)
_TEXTS = (b".txt", b".csv")
_SORTINGS: Mapping[Purpose, Sorting] = MappingProxyType(
    {
        Purpose.IMAGE_CLASSIFICATION: Sorting(samples=_IMAGES, labels=b".txt", by_folder=True),
        Purpose.OBJECT_DETECTION: Sorting(samples=_IMAGES, labels=b".xml"),
        Purpose.IMAGE_SEGMENTATION: Sorting(samples=_IMAGES, labels=b".xml"),
        Purpose.TEXT_CLASSIFICATION: Sorting(samples=_TEXTS),
        Purpose.NAMED_ENTITIES: Sorting(samples=_TEXTS),
        Purpose.TEXT_TRIPLETS: Sorting(samples=_TEXTS),
        Purpose.SOUND_CLASSIFICATION: Sorting(samples=_SOUNDS, labels=b".txt", by_folder=True),
        Purpose.SPEECH: Sorting(samples=_SOUNDS),
        Purpose.SPEECH_PARAGRAPHS: Sorting(samples=_SOUNDS),
        Purpose.TABLE: Sorting(samples=(b".csv",)),
        Purpose.VIDEO: Sorting(samples=(b".mp4",)),
        Purpose.FREE: Sorting(),
    }
)


def sorting(purpose: Purpose, *, read_labels: bool) -> Sorting:
    """Return what is taken in for a purpose; without its labels where they shall not be read."""
    found = _SORTINGS[purpose]
    return found if read_labels else Sorting(samples=found.samples)
