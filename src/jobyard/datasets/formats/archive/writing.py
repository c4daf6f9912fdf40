"""Writing a zip archive. Its directory waits in a scratch file, so memory stays the same however many members come."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Self

from jobyard.datasets.formats.archive.names import checked

STORED, DEFLATED = 0, 8
_LEVEL = 3
"""Four fifths of what the best packing saves, in a third of its time."""
_CHUNK = 1 << 18
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_UTF8 = 0x800
_DATE = 0x21
"""1 January 1980: the same content makes the same archive."""
_WIDE = 0xFFFFFFFF
_MANY = 0xFFFF
_REGULAR = 0o100644 << 16
_LEAST = 64
"""Bytes below which packing does not pay."""
_FEW = 1 << 12


class ArchiveWriter:
    """An archive in the making. Close it to make it whole; one that was not closed is no archive."""

    def __init__(self, target: Path, scratch: Path) -> None:
        self._file = target.open("w+b")
        self._directory: IO[bytes] = TemporaryFile(dir=scratch)  # noqa: SIM115 - closed with the archive
        self._count = 0
        self._offset = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self._end()
        finally:
            self._file.close()
            self._directory.close()

    def add(self, name: str, content: bytes, *, packed: bool = True) -> None:
        """Add a member whose content is at hand. Raises ArchiveRefused for a name nobody should unpack."""
        size, digest, method = len(content), zlib.crc32(content), STORED
        if packed and size >= _LEAST:
            # What is small needs no large tables, and making those takes longer than the packing itself.
            few = size <= _FEW
            packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -12 if few else -15, 5 if few else 8)
            content, method = packing.compress(content) + packing.flush(), DEFLATED
        raw = checked(name).encode()
        self._file.write(_local(raw, method, digest, len(content), size))
        self._file.write(content)
        self._note(raw, method, digest, len(content), size)

    def add_stream(self, name: str, stream: IO[bytes], *, packed: bool = True) -> int:
        """Add a member from a stream and return its size."""
        raw = checked(name).encode()
        method = DEFLATED if packed else STORED
        start = self._offset
        self._file.write(_local(raw, method, 0, 0, 0, wide=True))
        digest, length, size = 0, 0, 0
        packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15) if packed else None
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            digest = zlib.crc32(chunk, digest)
            length += self._file.write(packing.compress(chunk) if packing else chunk)
        if packing:
            length += self._file.write(packing.flush())
        self._file.seek(start)
        self._file.write(_local(raw, method, digest, length, size, wide=True))
        self._file.seek(0, 2)
        self._note(raw, method, digest, length, size, wide=True)
        return size

    @contextmanager
    def spooled(self, name: str, scratch: Path) -> Iterator[BinaryIO]:
        """Give a file to write to, and add what was written as a member at the end."""
        with TemporaryFile(dir=scratch) as file:
            yield file
            file.seek(0)
            self.add_stream(name, file)

    def _note(self, raw: bytes, method: int, digest: int, length: int, size: int, *, wide: bool = False) -> None:
        self._directory.write(_central(raw, method, digest, (length, size, self._offset)))
        self._offset += _LOCAL.size + len(raw) + (20 if wide else 0) + length
        self._count += 1

    def _end(self) -> None:
        start, length = self._offset, self._directory.tell()
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, self._file, _CHUNK)
        if self._count >= _MANY or start >= _WIDE or length >= _WIDE:
            self._file.write(
                _END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, self._count, self._count, length, start)
                + _LOCATOR.pack(b"PK\6\7", 0, start + length, 1)
            )
        count = min(self._count, _MANY)
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, min(length, _WIDE), min(start, _WIDE), 0))
        self._file.flush()


def _local(raw: bytes, method: int, digest: int, length: int, size: int, *, wide: bool = False) -> bytes:
    """Return what stands before a member. A stream's has room for wide numbers: they are known only afterwards."""
    extra = struct.pack("<2H2Q", 1, 16, size, length) if wide else b""
    shown = (_WIDE, _WIDE) if wide else (length, size)
    version = 45 if wide else 20
    head = _LOCAL.pack(b"PK\3\4", version, _UTF8, method, 0, _DATE, digest, *shown, len(raw), len(extra))
    return head + raw + extra


def _central(raw: bytes, method: int, digest: int, numbers: tuple[int, int, int]) -> bytes:
    """Return a member's line in the directory: numbers are packed length, size and offset."""
    length, size, offset = numbers
    wide = [number for number in (size, length, offset) if number >= _WIDE]
    extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = 45 if wide else 20
    head = _CENTRAL.pack(
        *(b"PK\1\2", 3 << 8 | version, version, _UTF8, method, 0, _DATE, digest),
        *(min(length, _WIDE), min(size, _WIDE), len(raw), len(extra), 0, 0, 0, _REGULAR, min(offset, _WIDE)),
    )
    return head + raw + extra
