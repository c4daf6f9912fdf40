"""One pass through a folder: every file below it, in the order of the bytes of its full path.

The order is what makes a listing comparable with what is known as two streams, and resumable behind any path. Names
are sorted as if folders ended in a slash, since `cat-a.jpg` comes before `cat/b.jpg`. Links are never followed: each
folder is opened from its parent's descriptor. What cannot be listed ends the pass with an error, never with silence.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn

from jobyard.datasets.messages import Entry
from jobyard.datasets.paths import PATH_LIMIT, shown
from jobyard.job.errors import SourceForbidden, SourceMissing, SourceUnreadable

DEPTH_LIMIT = 256
"""Folders inside folders; each level holds one descriptor open."""
NAMES_LIMIT = 100_000
"""Names of one folder held at a time; a larger folder is read once for each so many."""

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ENCODING = sys.getfilesystemencoding()
_LARGEST = 2**63 - 1
_SLASH = b"/"[0]
_TOLD = 300


class Walk:
    """An iteration over the files behind `start`. Memory stays bounded whatever the folder holds."""

    def __init__(
        self,
        folder: str,
        descriptor: int,
        *,
        start: bytes = b"",
        skip: Callable[[bytes, str], None] = lambda path, reason: None,
        look: Callable[[], None] = lambda: None,
        want: Callable[[bytes], bool] | None = None,
        names_limit: int = NAMES_LIMIT,
    ) -> None:
        """Take the folder's real path and an open descriptor of it, which stays the caller's.

        `skip(path, reason)` hears of what is not taken in, without a reason where `want(name)` said so; `look()` is
        called at each folder and may raise to stop.
        """
        self._folder = os.fsencode(folder)
        self._descriptor = descriptor
        self._start = start
        self._skip = skip
        self._look = look
        self._want = want
        self._names_limit = names_limit

    def __iter__(self) -> Iterator[Entry]:
        """Yield (path, size, time of change, nothing). Raises SourceUnreadable naming the path and the cause."""
        levels: list[_Level] = []
        try:
            levels.append(self._enter(os.dup(self._descriptor), b""))
            while levels:
                level = levels[-1]
                if not level.names and level.cut:
                    self._read(level)
                if not level.names:
                    self._leave(levels.pop())
                    continue
                if level.names[-1].endswith(b"/"):
                    key = level.last = level.names.pop()
                    levels.extend(self._descend(level, key, len(levels)))
                else:
                    yield from self._files(level)
        finally:
            for level in levels:
                os.close(level.descriptor)

    def _enter(self, descriptor: int, prefix: bytes) -> _Level:
        rest = self._start[len(prefix) :] if self._start.startswith(prefix) else b""
        level = _Level(descriptor, prefix, rest)
        try:
            self._look()
            self._read(level)
        except BaseException:
            os.close(descriptor)
            raise
        return level

    def _read(self, level: _Level) -> None:
        """Fill the level with its next names, the first one last, so that each is let go when it was used."""
        names, level.cut, limit = list[bytes](), False, self._names_limit
        begun = level.last or level.rest
        try:
            with os.scandir(level.descriptor) as found:
                for one in found:
                    key = one.name.encode(_ENCODING, "surrogateescape")
                    if one.is_dir(follow_symlinks=False):
                        key += b"/"
                    if begun and (key <= level.last or (key <= level.rest and not _leads(key, level.rest))):
                        continue
                    names.append(key)
                    if len(names) >= 2 * limit:
                        names.sort()
                        del names[limit:]
                        level.cut = True
        except OSError as error:
            self._refuse(level.prefix, error)
        names.sort()
        level.cut = level.cut or len(names) > limit
        del names[limit:]
        names.reverse()
        level.names = names

    def _descend(self, level: _Level, key: bytes, depth: int) -> list[_Level]:
        path = level.prefix + key
        if depth >= DEPTH_LIMIT or len(path) >= PATH_LIMIT:
            self._skip(path, "the folder is too deep inside others")
            return []
        try:
            descriptor = os.open(key[:-1], _OPEN, dir_fd=level.descriptor)
        except OSError as error:
            self._refuse(path, error)
        return [self._enter(descriptor, path)]

    def _files(self, level: _Level) -> Iterator[Entry]:
        """Yield the next files of a level, up to the next folder in it. Most of a pass is spent in here."""
        names, prefix, descriptor, want, look_at = level.names, level.prefix, level.descriptor, self._want, os.stat
        while names and names[-1][-1] != _SLASH:
            key = level.last = names.pop()
            path = prefix + key
            if want is not None and not want(key):
                self._skip(path, "")
                continue
            try:
                found = look_at(key, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                self._stand(level)
                continue
            except OSError as error:
                self._refuse(path, error)
            changed = found.st_mtime_ns
            if not stat.S_ISREG(found.st_mode) or len(path) > PATH_LIMIT:
                self._pass_over(path, found.st_mode)
            elif -_LARGEST <= changed <= _LARGEST:
                yield path, found.st_size, changed, ""
            else:
                yield path, found.st_size, _LARGEST if changed > 0 else -_LARGEST, ""

    def _pass_over(self, path: bytes, mode: int) -> None:
        if stat.S_ISDIR(mode):
            raise SourceUnreadable(path=self._told(path), cause="a file became a folder while it was listed")
        self._skip(path, _reason(mode))

    def _leave(self, level: _Level) -> None:
        try:
            if not level.prefix:
                self._stand(level)
        finally:
            os.close(level.descriptor)

    def _stand(self, level: _Level) -> None:
        """Make sure that the folder is still where it was: one that was taken away must not look like an empty one."""
        try:
            now = os.stat(self._folder + b"/" + level.prefix)  # noqa: PTH116 - a Path cannot be made of bytes
            there = os.path.samestat(now, os.fstat(level.descriptor))
        except OSError as error:
            self._refuse(level.prefix, error)
        if not there:
            raise SourceUnreadable(path=self._told(level.prefix), cause="another folder took its place meanwhile")

    def _refuse(self, path: bytes, error: OSError) -> NoReturn:
        told, cause = self._told(path), error.strerror or str(error)
        if isinstance(error, PermissionError):
            raise SourceForbidden(path=told, cause=cause) from None
        if isinstance(error, FileNotFoundError) and not path:
            raise SourceMissing(path=told, cause=cause) from None
        raise SourceUnreadable(path=told, cause=cause) from None

    def _told(self, path: bytes) -> str:
        return shown((self._folder + b"/" + path).rstrip(b"/") or b"/", _TOLD)


class _Level:
    """A folder on the way down: what is left of its names, and where the pass stands in it."""

    def __init__(self, descriptor: int, prefix: bytes, rest: bytes) -> None:
        self.descriptor = descriptor
        self.prefix = prefix
        self.rest = rest
        """What of the start lies below this folder; names up to it were passed before."""
        self.last = b""
        """The last name used; a folder read again begins behind it."""
        self.names: list[bytes] = []
        self.cut = False
        """There are more names than are held."""


def _leads(key: bytes, rest: bytes) -> bool:
    return key.endswith(b"/") and rest.startswith(key)


def _reason(mode: int) -> str:
    if stat.S_ISREG(mode):
        return f"its path is longer than {PATH_LIMIT} bytes"
    return "it is a symbolic link" if stat.S_ISLNK(mode) else "it is not a regular file"
