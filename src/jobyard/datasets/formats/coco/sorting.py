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


class Sorted:
    """Shapes, found again by picture, each picture's in the order in which they came."""

    def __init__(self, scratch: Path) -> None:
        self._file = TemporaryFile(dir=scratch)  # noqa: SIM115 - closed at the end of the with statement
        self._starts, self._next = array("Q", [0]), array("I", [0])
        """Numbers count from 1, so that 0 is none; a shape ends where the next one begins."""
        self._first, self._last = array("I"), array("I")
        self._pack = msgpack.Encoder().encode
        self._unpack = msgpack.Decoder(Shape).decode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def picture(self) -> None:
        """Make room for one more picture."""
        self._first.append(0)
        self._last.append(0)

    def add(self, place: int, shape: Shape) -> None:
        """Keep a shape of a picture."""
        packed = self._pack(shape)
        self._file.write(packed)
        number = len(self._starts)
        self._starts.append(self._starts[-1] + len(packed))
        self._next.append(0)
        last = self._last[place]
        if last:
            self._next[last] = number
        else:
            self._first[place] = number
        self._last[place] = number

    def shapes(self, place: int) -> Iterator[Shape]:
        """Yield the shapes of a picture in their order; those that came together are read together."""
        number = self._first[place]
        if number:
            self._file.flush()
        while number:
            last = number
            while self._next[last] == last + 1:
                last += 1
            start = self._starts[number - 1]
            packed = memoryview(os.pread(self._file.fileno(), self._starts[last] - start, start))
            for one in range(number, last + 1):
                yield self._unpack(packed[self._starts[one - 1] - start : self._starts[one] - start])
            number = self._next[last]


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
