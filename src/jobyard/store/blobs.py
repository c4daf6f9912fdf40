"""Where the bytes of results rest: one file a blob under a random name, written aside, synced, then renamed.

No path is ever built from anybody's input: a blob's name is our own id, checked before use.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from jobyard.job.errors import NotFound, StoreFull
from jobyard.job.ids import is_id, new_id

_CHUNK = 1024 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class Written(Struct, frozen=True, kw_only=True):
    """A blob that is safe on disk."""

    blob: str
    size: int
    sha256: str


class Writer:
    """Takes a stream in. Nothing is visible before `commit`, and nothing is left after `abort`."""

    def __init__(self, blobs: Blobs) -> None:
        self.blob = new_id()
        self.size = 0
        """Bytes taken so far."""
        self._blobs = blobs
        self._hash = hashlib.sha256()
        self._aside = blobs.aside(self.blob)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        self._file: BinaryIO | None = os.fdopen(os.open(self._aside, flags, 0o600), "wb", buffering=_CHUNK)

    def write(self, chunk: bytes) -> None:
        """Take some bytes. Raises StoreFull when there is no space left; then nothing of the blob is left either."""
        if self._file is None:
            raise ValueError("this blob is closed")
        try:
            self._file.write(chunk)
        except OSError as error:
            self.abort()
            raise _translated(error) from error
        self._hash.update(chunk)
        self.size += len(chunk)

    def commit(self) -> Written:
        """Make the blob durable and visible under its name."""
        if self._file is None:
            raise ValueError("this blob is closed")
        file, self._file = self._file, None
        try:
            with file:
                file.flush()
                os.fsync(file.fileno())
            target = self._blobs.prepared(self.blob)
            self._aside.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            self._remove()
            raise _translated(error) from error
        return Written(blob=self.blob, size=self.size, sha256=self._hash.hexdigest())

    def abort(self) -> None:
        """Forget what was taken; harmless after `commit`."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
            self._remove()

    def _remove(self) -> None:
        self._aside.unlink(missing_ok=True)


class Blobs:
    """A folder of blobs, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder / "aside"
        for made in (folder, self._aside):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)

    def writer(self, announced: int = 0) -> Writer:
        """Begin a new blob. Raises StoreFull, also where as many bytes as are announced will not fit."""
        # A file that cannot fit would fill the disk first, and meanwhile nothing else could be written down.
        if announced > shutil.disk_usage(self._folder).free:
            raise StoreFull
        try:
            return Writer(self)
        except OSError as error:
            raise _translated(error) from error

    def path(self, blob: str) -> Path:
        """Return where a blob lies (or would lie). Raises NotFound for what is no blob's name."""
        if not is_id(blob):
            raise NotFound(what="blob", name="of that name")
        # The last characters are the random ones; the first are the time and would put a day into one folder.
        return self._folder / blob[-2:] / blob

    def open(self, blob: str) -> BufferedReader:
        """Open a blob for reading; links are not followed. Raises NotFound."""
        try:
            return os.fdopen(os.open(self.path(blob), os.O_RDONLY | os.O_NOFOLLOW), "rb")
        except OSError as error:
            if error.errno in _ABSENT:
                raise NotFound(what="blob", name=blob) from error
            raise

    def describe(self, blob: str) -> tuple[int, str]:
        """Return a blob's size and SHA-256, read from its bytes. Raises NotFound."""
        with self.open(blob) as file:
            digest = hashlib.file_digest(file, "sha256")
            return file.tell(), digest.hexdigest()

    def remove(self, blob: str) -> int:
        """Remove a blob if it is there; return the bytes freed."""
        path = self.path(blob)
        size = _size(path)
        path.unlink(missing_ok=True)
        return size or 0

    def pages(self, size: int, before: float) -> Iterator[list[str]]:
        """Give out the names of blobs last written before a time (seconds since 1970), in lists of at most `size`.

        What was begun before it and never committed is removed on the way.
        """
        for aside in self._aside.iterdir():
            if _written(aside) < before:
                aside.unlink(missing_ok=True)
        page = list[str]()
        for path in self._folder.glob("??/*"):
            if is_id(path.name) and _written(path) < before:
                page.append(path.name)
            if len(page) == size:
                yield page
                page = []
        if page:
            yield page

    def usage(self) -> tuple[int, int]:
        """Return how many blobs there are and how many bytes they hold."""
        sizes = [_size(path) for path in self._folder.glob("??/*") if is_id(path.name)]
        there = [size for size in sizes if size is not None]
        return len(there), sum(there)

    def aside(self, blob: str) -> Path:
        """Return where a blob is written before it is committed."""
        return self._aside / blob

    def prepared(self, blob: str) -> Path:
        """Return where a blob goes, with its folder made."""
        path = self.path(blob)
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._folder)
        return path


def _written(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _size(path: Path) -> int | None:
    """Return the size of a file; None when somebody has just removed it."""
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return None


def _translated(error: OSError) -> Exception:
    if error.errno in _FULL:
        return StoreFull()
    return error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
