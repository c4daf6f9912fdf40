"""What has to wait for its turn while a document is read: in scratch files, a few bytes of memory each."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

from msgspec import msgpack

from jobyard.datasets.annotations import Shape

_RUN = 1_000
"""Shapes of one picture that wait in memory."""


class Sorted:
    """Shapes, found again by picture, each picture's in the order in which they came.

    What comes for one picture without another in between is kept as one run.
    """

    def __init__(self, scratch: Path) -> None:
        self._file = TemporaryFile(dir=scratch)  # noqa: SIM115 - closed at the end of the with statement
        self._starts, self._next = array("Q", [0]), array("I", [0])
        """Runs count from 1, so that 0 is none; one ends where the next one begins."""
        self._first, self._last = array("I"), array("I")
        self._is_flushed = True
        self._place = -1
        self._run: list[Shape] = []
        self._pack = msgpack.Encoder().encode
        self._unpack = msgpack.Decoder(list[Shape]).decode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __bool__(self) -> bool:
        """Tell whether there is a shape."""
        return bool(self._run) or len(self._starts) > 1

    def picture(self) -> None:
        """Make room for one more picture."""
        self._first.append(0)
        self._last.append(0)

    def add(self, place: int, shapes: list[Shape]) -> None:
        """Keep shapes of a picture."""
        if place != self._place or len(self._run) >= _RUN:
            self._write()
            self._place = place
        self._run += shapes

    def shapes(self, place: int) -> list[Shape]:
        """Return the shapes of a picture in their order."""
        self._write()
        if not self._is_flushed:
            self._file.flush()
            self._is_flushed = True
        number, found = self._first[place], list[Shape]()
        while number:
            start = self._starts[number - 1]
            found += self._unpack(os.pread(self._file.fileno(), self._starts[number] - start, start))
            number = self._next[number]
        return found

    def _write(self) -> None:
        if not self._run:
            return
        packed = self._pack(self._run)
        self._file.write(packed)
        self._is_flushed = False
        self._run = []
        number, place = len(self._starts), self._place
        self._starts.append(self._starts[-1] + len(packed))
        self._next.append(0)
        if self._last[place]:
            self._next[self._last[place]] = number
        else:
            self._first[place] = number
        self._last[place] = number


class Waiting:
    """Objects as they stand in a document, given back in their order."""

    def __init__(self, scratch: Path) -> None:
        self._file = TemporaryFile(dir=scratch)  # noqa: SIM115 - closed at the end of the with statement
        self._sizes = array("I")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, thing: dict[str, Any]) -> None:
        """Let something wait."""
        packed = json.dumps(thing).encode()
        self._file.write(packed)
        self._sizes.append(len(packed))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._file.seek(0)
        for size in self._sizes:
            thing: dict[str, Any] = json.loads(self._file.read(size))
            yield thing
