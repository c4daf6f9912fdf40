"""Which folders may be read: one resolver, asked when a dataset is made and again by the work that reads it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from jobyard.datasets.paths import shown
from jobyard.datasets.sources.address import is_bucket, stretch
from jobyard.job.errors import Invalid, SourceNotAllowed

_SOURCE_LIMIT = 4_096
_TOLD = 200
_STEP = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""How the folders above a source are opened: without following a link, and where possible without reading them."""


class Sources:
    """The folders that an administrator allowed as sources."""

    def __init__(self, roots: Iterable[str | Path]) -> None:
        """Look up where the roots really are. Raises ValueError for a relative one; empty ones are left out."""
        named = [os.fspath(root) for root in roots]
        wrong = [root for root in named if root and not root.startswith("/")]
        if wrong:
            raise ValueError(f"the source root {wrong[0]!r} is not an absolute path")
        self.roots = tuple(os.path.realpath(root) for root in named if root)

    def checked(self, source: str) -> str:
        """Return the source as it is kept: an absolute folder, or the address of a part of a bucket.

        Raises SourceNotAllowed or Invalid, as `real_folder` does. Whether a bucket is allowed stands with the
        endpoints: ask `endpoint.covering` in the transaction that keeps the source.
        """
        if is_bucket(source):
            found = stretch(source)
            if found is None:
                raise Invalid(reason=f"{_told(source)} is no address of a bucket; write s3://BUCKET/FOLDER/.")
            return found.address
        real_folder(source, self.roots)
        return os.path.normpath(source)


def real_folder(source: str, roots: Sequence[str]) -> str:
    """Return where the source really is, all links followed.

    Raises SourceNotAllowed unless that lies in one of `roots` (real paths), whether or not anything is there; so nobody
    learns what exists elsewhere. Raises Invalid when it lies there and is not a folder.
    """
    if not _well_formed(source):
        raise SourceNotAllowed(path=_told(source))
    real = os.path.realpath(source)
    if not any(_inside(real, root) for root in roots):
        raise SourceNotAllowed(path=_told(source))
    try:
        found = Path(real).is_dir()
    except OSError as error:
        raise Invalid(reason=f"The folder {_told(source)} cannot be opened: {error.strerror}.") from None
    if not found:
        raise Invalid(reason=f"There is no folder {_told(source)}.")
    return real


def open_folder(real: str) -> int:
    """Return a descriptor of the folder at a real path, so that what is read is what was checked.

    Raises OSError when it is not there or a part of the path has become a link meanwhile. The caller closes it.
    """
    parts = [part for part in real.split("/") if part]
    current = os.open("/", _STEP if parts else os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for place, part in enumerate(parts, 1):
        flags = _STEP if place < len(parts) else os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            deeper = os.open(part, flags, dir_fd=current)
        finally:
            os.close(current)
        current = deeper
    return current


def read_file(root: int, path: bytes, limit: int) -> bytes:
    """Return up to `limit` bytes of a file below a folder. Raises OSError; no link on the way is followed."""
    with open_file(root, path) as file:
        return file.read(limit)


def open_file(root: int, path: bytes) -> BinaryIO:
    """Return a regular file below a folder, open for reading. Raises OSError; no link on the way is followed."""
    *folders, name = path.split(b"/")
    current = os.dup(root)
    try:
        for folder in folders:
            deeper = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=current)
            os.close(current)
            current = deeper
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=current)
    finally:
        os.close(current)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file")
    return os.fdopen(descriptor, "rb")


def _well_formed(source: str) -> bool:
    if not source.startswith("/") or source.startswith("//") or len(source) > _SOURCE_LIMIT:
        return False
    if not source.isprintable():
        return False
    return not {".", ".."}.intersection(source.split("/"))


def _inside(real: str, root: str) -> bool:
    return real == root or real.startswith(root.rstrip("/") + "/")


def _told(source: str) -> str:
    return shown(source.encode("utf-8", "surrogatepass"), _TOLD)
