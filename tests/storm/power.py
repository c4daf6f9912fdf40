"""A disk whose power can be cut: a VFS that knows which bytes were synced and which only lie in a cache."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import apsw


class Platter:
    """What would still be there after a power cut: for every file the bytes as of its last sync."""

    def __init__(self) -> None:
        self.synced: dict[str, bytearray] = {}
        self.cached: dict[str, list[tuple[int, bytes]]] = {}
        """Writes since the last sync, oldest first; an offset of -1 is a truncation to the size in the bytes."""

    def write(self, name: str, offset: int, data: bytes) -> None:
        self.cached.setdefault(name, []).append((offset, data))

    def truncate(self, name: str, size: int) -> None:
        self.cached.setdefault(name, []).append((-1, size.to_bytes(8, "big")))

    def sync(self, name: str) -> None:
        image = self.synced.setdefault(name, bytearray())
        for offset, data in self.cached.pop(name, []):
            apply(image, offset, data)

    def forget(self, name: str) -> None:
        self.synced.pop(name, None)
        self.cached.pop(name, None)

    def unsynced(self) -> int:
        """How many writes would be at the mercy of a power cut."""
        return sum(len(writes) for writes in self.cached.values())

    def cut(self, live: Path, folder: Path, chance: random.Random) -> None:
        """Write into `folder` what a cut of `live` now could leave: what was synced, and a random part of the rest.

        A disk writes its cache in any order, so each file keeps a random number of its newest writes' predecessors.
        """
        for name in sorted(self.synced.keys() | self.cached.keys()):
            if Path(name).parent != live:
                continue
            image = bytearray(self.synced.get(name, b""))
            writes = self.cached.get(name, [])
            for offset, data in writes[: chance.choice([0, chance.randint(0, len(writes))])]:
                apply(image, offset, data)
            (folder / Path(name).name).write_bytes(image)


def apply(image: bytearray, offset: int, data: bytes) -> None:
    if offset == -1:
        del image[int.from_bytes(data, "big") :]
        return
    if len(image) < offset:
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


class PowerFile(apsw.VFSFile):
    """A file that tells its platter of each write and sync."""

    def __init__(self, name: Any, flags: Any, platter: Platter) -> None:
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._platter = platter
        super().__init__("unix", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:
        super().xWrite(data, offset)
        self._platter.write(self._name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._platter.truncate(self._name, newsize)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._platter.sync(self._name)


class PowerDisk(apsw.VFS):
    """The default VFS while it lives: every database opened meanwhile lies on its platter."""

    def __init__(self) -> None:
        self.platter = Platter()
        super().__init__("power", "unix", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> PowerFile:
        return PowerFile(name, flags, self.platter)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self.platter.forget(filename)
