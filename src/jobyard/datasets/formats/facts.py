"""What a format is given to write and gives back from reading: pictures with what was said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct, field

from jobyard.datasets.annotations import Annotations
from jobyard.datasets.formats.archive.limits import Limits
from jobyard.datasets.formats.frames import Frame, Frames
from jobyard.datasets.formats.vocabulary import Vocabulary

Picture = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens a picture's file for reading."""
NOTHING = Annotations()


class Item(Struct, frozen=True, kw_only=True):
    """A picture and what was said of it."""

    frame: Frame
    annotations: Annotations = NOTHING
    """Its tags and shapes; a track's part in it stands among the shapes."""
    picture: Picture | None = None
    """None where nobody wants it or nobody has it. One that was read can be opened until the reading ends."""
    again: bool = False
    """More of a picture of which something was yielded before: only where the import takes pictures in parts."""


def _nothing(_done: int) -> None:
    """Do nothing."""


def _no_picture(_frame: Frame) -> Picture | None:
    """Know of no picture."""
    return None


class Export(Struct, kw_only=True):
    """What shall be written, and where to."""

    target: Path
    """The archive to make."""
    scratch: Path
    """A folder for what has to wait for its place in the archive."""
    vocabulary: Vocabulary
    items: Iterable[Item]
    pictures: bool = False
    """Put the pictures in, too."""
    name: str = ""
    """What is exported, for people."""
    done: Callable[[int], None] = _nothing
    """Called after every picture with their number so far. What it raises ends the writing."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Counts what the format has no way to say, by kind."""

    def skip(self, what: str, count: int = 1) -> None:
        """Count something that the format cannot hold."""
        self.left_out[what] = self.left_out.get(what, 0) + count


class Import(Struct, kw_only=True):
    """What shall be read, and what it may speak of."""

    source: Path
    """An archive, or a bare document where the format has such."""
    scratch: Path
    """A folder for what has to wait for its turn."""
    vocabulary: Vocabulary
    frames: Frames
    limits: Limits = Limits()
    picture: Callable[[Frame], Picture | None] = _no_picture
    """How a picture is opened that the source does not bring along, where its size has to be known."""
    in_parts: bool = False
    """What is said of one picture may come in several items, as it is read."""
    done: Callable[[int], None] = _nothing
    """Called now and then with the number of pictures so far. What it raises ends the reading."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Counts what was read and has no place here, by kind."""

    def skip(self, what: str, count: int = 1) -> None:
        """Count something that has no place here."""
        self.left_out[what] = self.left_out.get(what, 0) + count


Write = Callable[[Export], None]
"""Writes everything, or raises and leaves no whole archive."""
Read = Callable[[Import], Iterator[Item]]
"""Yields each picture that the source speaks of, once.

Raises one fault that names the offender, so nothing of what was yielded before may stay when it does: ArchiveRefused,
FileBroken, UnknownLabel or UnknownFrame.
"""
