"""A folder of many small files, a thousand in each folder below it, of which one in a hundred changes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

_IN_ONE = 1_000
_EVERY = 100


class Found(NamedTuple):
    """What changed, as somebody found or made it."""

    added: int
    changed: int
    deleted: int


class Tree:
    """The files of one size of the bench."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.count = count

    def grow(self) -> Found:
        """Write all files."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for number in range(self.count):
            self._write(f"{number // _IN_ONE:05}/{number:08}.jpg", b"first")
        return Found(self.count, 0, 0)

    def churn(self) -> Found:
        """Add, change and delete one file in a hundred each."""
        for number in range(0, self.count, _EVERY):
            place = self.folder / f"{number // _IN_ONE:05}"
            (place / f"{number:08}.jpg").unlink()
            self._write(f"{number // _IN_ONE:05}/{number + _EVERY // 2:08}.jpg", b"and longer now")
            self._write(f"{number // _IN_ONE:05}/{number:08}-new.jpg", b"new")
        share = len(range(0, self.count, _EVERY))
        return Found(share, share, share)

    def restore(self) -> None:
        """Make it as it was before `churn`, so that the next tool meets the same files."""
        for number in range(0, self.count, _EVERY):
            place = f"{number // _IN_ONE:05}"
            (self.folder / place / f"{number:08}-new.jpg").unlink()
            self._write(f"{place}/{number:08}.jpg", b"first")
            self._write(f"{place}/{number + _EVERY // 2:08}.jpg", b"first")

    def holds(self) -> dict[str, int]:
        """Return the size of each file by its path."""
        return sizes(self.folder)

    def _write(self, path: str, text: bytes) -> None:
        target = self.folder / path
        try:
            file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        except FileNotFoundError:
            target.parent.mkdir(parents=True)
            file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(file, path.encode() + text)
        os.close(file)


def sizes(folder: Path) -> dict[str, int]:
    """Return the size of each file below a folder by its path."""
    found, waiting = dict[str, int](), [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    found[os.path.relpath(entry.path, folder)] = entry.stat(follow_symlinks=False).st_size
    return found
