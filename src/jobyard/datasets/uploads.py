"""What people send in before work begins on it: files of any length, in pieces, durable piece by piece.

They lie in a folder of the house, grouped by what they are for; a file's own name is only told, no path is made of it.
Work reads them in place, so it needs the house's folder, as work on folders of pictures does.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterable, Iterator
from itertools import count
from pathlib import Path
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.job.errors import Conflict, Invalid, NotFound, StoreFull, TooLarge
from jobyard.job.ids import is_id, new_id

NAME_LIMIT = 1_024
"""The most characters of a file's name."""
FILES_LIMIT = 500_000
"""The most files of one group."""
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_GROUP_LIMIT = 100
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_TELLING = ".told"
_MILLISECOND = 12
"""Letters of an id that say when it was made."""


class WrongPlace(Conflict):
    """The file holds {offset} bytes; go on from there."""


class Told(Struct, frozen=True, kw_only=True):
    """What was said of a file before its bytes came."""

    name: str
    user: str
    """Who sends it."""
    length: int | None = None
    """How long it will be; None where nobody said."""
    turn: int = 0
    """Counts the files that begin; of those of one millisecond, which the id cannot tell apart, it says the order."""


class Upload(Struct, frozen=True, kw_only=True):
    """A file that is coming in, or is there."""

    group: str
    id: str
    told: Told
    offset: int
    """How many bytes are safe."""

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands among the files of its group, in the order in which they were begun."""
        return (self.id[:_MILLISECOND], self.told.turn)

    @property
    def whole(self) -> bool:
        """Whether all its bytes are there."""
        return self.told.length is None or self.offset == self.told.length


class Uploads:
    """The folder of what was sent in."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Take the folder, which is made when it is needed, and the most bytes of one file."""
        self._folder = folder
        self._limit = limit
        self._turn = count(1)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def begin(self, group: str, told: Told) -> Upload:
        """Make room for a file whose pieces will come. Raises Invalid or TooLarge."""
        _check_name(told.name)
        if told.length is not None and told.length > self._limit:
            raise _too_large(self._limit)
        return await asyncio.to_thread(self._begin, group, told)

    async def append(
        self, group: str, id_: str, offset: int, pieces: AsyncIterable[bytes], size: int | None = None
    ) -> Upload:
        """Take in bytes from an offset on, and drop what stood behind it: a piece may be sent again.

        What came is durable when this returns, also where the sender went away. Raises NotFound, WrongPlace for a
        piece that would leave a gap, and TooLarge for one that ends behind the length that was told. Where the size
        of the piece is known, WrongPlace also for one that begins inside the file and is not its last piece again.
        """
        turn = self._turns.setdefault(f"{group}/{id_}", asyncio.Lock())
        async with turn:
            upload = await asyncio.to_thread(self._found, group, id_)
            again = size is None or offset + size == upload.offset
            if offset > upload.offset or (offset < upload.offset and not again):
                raise WrongPlace(offset=upload.offset)
            limit = self._limit if upload.told.length is None else upload.told.length
            if offset + (size or 0) > limit:
                raise _too_large(limit)
            place = self._path(group, id_)
            file = await asyncio.to_thread(_opened, place, offset)
            try:
                async for piece in pieces:
                    offset += len(piece)
                    if offset > limit:
                        raise _too_large(limit)
                    await asyncio.to_thread(_write, file, piece)
            finally:
                await asyncio.to_thread(_close, file)
            return replace(upload, offset=offset)

    async def state(self, group: str, id_: str) -> Upload:
        """Return how far a file is. Raises NotFound."""
        return await asyncio.to_thread(self._found, group, id_)

    async def put(self, group: str, told: Told, pieces: AsyncIterable[bytes]) -> Upload:
        """Take in a whole file at once. Raises Invalid, TooLarge or StoreFull, and leaves nothing then."""
        upload = await self.begin(group, told)
        try:
            return await self.append(group, upload.id, 0, pieces)
        except BaseException:
            await self.drop(group, upload.id)
            raise

    async def note(self, group: str, name: str, content: bytes) -> None:
        """Keep something beside the files of a group, under a name of ours."""

        def write() -> None:
            folder = self._group(group)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            _write(descriptor, content)
            _close(descriptor)

        await asyncio.to_thread(write)

    def look(self, group: str, id_: str) -> Upload | None:
        """Return how far a file is; None where there is none."""
        try:
            return self._found(group, id_)
        except NotFound:
            return None

    def place(self, group: str) -> Path:
        """Return the folder of a group."""
        return self._group(group)

    async def drop(self, group: str, id_: str | None = None) -> None:
        """Forget a file, or a whole group."""
        await asyncio.to_thread(self.remove, group, id_)

    def files(self, group: str) -> list[Upload]:
        """Return the files of a group in the order in which they were begun."""
        return sorted(self._listed(group), key=lambda upload: upload.place)

    def path(self, group: str, id_: str) -> Path:
        """Return where a file's bytes lie. Raises NotFound for what cannot be one."""
        return self._path(group, id_)

    def remove(self, group: str, id_: str | None = None) -> None:
        """Forget a file, or a whole group."""
        if id_ is None:
            shutil.rmtree(self._group(group), ignore_errors=True)
            return
        path = self._path(group, id_)
        path.unlink(missing_ok=True)
        _beside(path).unlink(missing_ok=True)

    def stale(self, before: float) -> list[str]:
        """Return the groups in which nothing has changed since a time in seconds since 1970."""
        if not self._folder.is_dir():
            return []
        groups = (entry for entry in self._folder.iterdir() if _LETTERS.issuperset(entry.name) and entry.is_dir())
        return [group.name for group in groups if max(map(_changed, (group, *group.iterdir()))) < before]

    def _listed(self, group: str) -> Iterator[Upload]:
        folder = self._group(group)
        if not folder.is_dir():
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_id(entry.name):
                    yield self._found(group, entry.name)

    def _begin(self, group: str, told: Told) -> Upload:
        folder = self._group(group)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            id_, told = new_id(), replace(told, turn=next(self._turn))
            path = folder / id_
            _beside(path).write_bytes(msgspec.json.encode(told))
            path.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise _translated(error) from error
        return Upload(group=group, id=id_, told=told, offset=0)

    def _found(self, group: str, id_: str) -> Upload:
        path = self._path(group, id_)
        try:
            told = msgspec.json.decode(_beside(path).read_bytes(), type=Told)
            return Upload(group=group, id=id_, told=told, offset=path.stat().st_size)
        except (FileNotFoundError, msgspec.DecodeError):
            raise NotFound(what="upload", name=id_) from None

    def _path(self, group: str, id_: str) -> Path:
        if not is_id(id_):
            raise NotFound(what="upload", name="of that name")
        return self._group(group) / id_

    def _group(self, group: str) -> Path:
        if not 0 < len(group) <= _GROUP_LIMIT or not _LETTERS.issuperset(group):
            raise NotFound(what="upload", name="of that name")
        return self._folder / group


def _too_large(limit: int) -> TooLarge:
    return TooLarge(what="The file", limit=f"{limit:,} bytes")


def _check_name(name: str) -> None:
    if not 0 < len(name) <= NAME_LIMIT or "\0" in name:
        message = f"A file's name has 1 to {NAME_LIMIT} characters."
        raise Invalid(reason=message, fields=[{"path": "filename", "message": message}])


def _beside(path: Path) -> Path:
    return path.with_name(path.name + _TELLING)


def _opened(path: Path, offset: int) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    os.ftruncate(descriptor, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return descriptor


def _write(descriptor: int, piece: bytes) -> None:
    left = memoryview(piece)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError as error:
        raise _translated(error) from error


def _close(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise _translated(error) from error
    finally:
        os.close(descriptor)


def _changed(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _translated(error: OSError) -> Exception:
    return StoreFull() if error.errno in _FULL else error
