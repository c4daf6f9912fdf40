"""Reading a zip archive that somebody sent. What it claims is checked before anything is read, and again while reading.

Only names and places are kept in memory; members are read in place and are never unpacked to disk.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from jobyard.datasets.formats.archive.limits import Limits
from jobyard.datasets.formats.archive.names import checked
from jobyard.datasets.formats.speech import told
from jobyard.job.errors import ArchiveRefused, FileBroken

_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_WIDE, _MANY = 0xFFFFFFFF, 0xFFFF
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_CHUNK = 1 << 16
_SMALL = 1 << 15
"""Packed bytes up to which a member is read in one piece when all of it is wanted."""
_KINDS = {0, stat.S_IFREG, stat.S_IFDIR}
_OTHERWISE, _PACKED_WRONGLY = "its size or checksum is not what the archive says", "it cannot be unpacked"
MAGIC = (b"PK\3\4", b"PK\5\6")


class Member(NamedTuple):
    """One member as the directory tells it."""

    name: str
    raw: bytes
    method: int
    digest: int
    length: int
    """Bytes in the archive."""
    size: int
    """Bytes unpacked."""
    offset: int


def is_archive(path: Path) -> bool:
    """Tell whether a file begins like a zip archive."""
    with path.open("rb") as file:
        return file.read(4) in MAGIC


class Archive:
    """An archive that was looked through. Raises ArchiveRefused with the reason when it is not harmless and whole."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._length = os.fstat(self._descriptor).st_size
            self._lines, self._contents = _Window(self._descriptor), _Window(self._descriptor)
            self._places = self._look()
        except BaseException:
            os.close(self._descriptor)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        """Yield the members' names in the order of the directory; folders are left out."""
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def open(self, name: str) -> io.BufferedReader:
        """Open a member for reading. Raises FileBroken, now or at any read, when it is not what the directory says."""
        member = self._member(self._places[name])[0]
        return io.BufferedReader(_Stream(self._descriptor, self._start(member), member), _CHUNK)

    def read(self, name: str, most: int) -> bytes:
        """Return a member of up to `most` bytes. Raises FileBroken for a larger one, and as `open` does."""
        member = self._member(self._places[name])[0]
        if member.size > most:
            raise FileBroken(file=told(name), reason=f"it has more than {most:,} bytes")
        if member.length <= _SMALL and member.size <= _CHUNK:
            return self._whole(member)
        with self.open(name) as stream:
            return stream.read(member.size + 1)

    def size(self, name: str) -> int:
        """Return how many bytes a member has."""
        return self._member(self._places[name])[0].size

    def _start(self, member: Member) -> int:
        """Return where a member's content begins, once its own head has told the same story as the directory."""
        head = self._contents.at(member.offset, _LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
            raise FileBroken(file=told(member.name), reason="it does not begin where the archive says")
        fields: tuple[int, ...] = _LOCAL.unpack(head)
        raw = self._contents.at(member.offset + _LOCAL.size, fields[9])
        if raw != member.raw or fields[3] != member.method or fields[2] & _ENCRYPTED:
            raise FileBroken(file=told(member.name), reason="the archive tells two stories of it")
        return member.offset + _LOCAL.size + fields[9] + fields[10]

    def _whole(self, member: Member) -> bytes:
        """Return all of a small member: without the layers of a stream, which cost more than its content."""
        content, is_whole = self._contents.at(self._start(member), member.length), True
        if member.method:
            unpacking = zlib.decompressobj(-15)
            try:
                content = unpacking.decompress(content, member.size + 1)
            except zlib.error:
                raise FileBroken(file=told(member.name), reason=_PACKED_WRONGLY) from None
            is_whole = unpacking.eof
        if not is_whole or len(content) != member.size or zlib.crc32(content) != member.digest:
            raise FileBroken(file=told(member.name), reason=_OTHERWISE)
        return content

    def _look(self) -> dict[str, int]:
        start, length, count = _directory(self._descriptor, self._length)
        limits = self._limits
        if count > limits.members:
            raise ArchiveRefused(reason=f"it has {count:,} members, and {limits.members:,} are taken")
        if length > limits.directory:
            raise ArchiveRefused(reason=f"its directory has {length:,} bytes, and {limits.directory:,} are taken")
        places, folded = dict[str, int](), set[int]()
        packed = unpacked = 0
        place = start
        for _ in range(count):
            member, after = self._member(place)
            key = hash(member.name.casefold().rstrip("/"))
            if key in folded:
                raise ArchiveRefused(reason=f"two members are called {told(member.name)}, or nearly so")
            folded.add(key)
            packed += member.length + _LOCAL.size + len(member.raw)
            unpacked += member.size
            if not member.name.endswith("/"):
                places[member.name] = place
            place = after
        if place != start + length or packed > start:
            raise ArchiveRefused(reason="its members overlap, or its directory is not what it says")
        if unpacked > limits.total or unpacked > max(self._length * limits.ratio, 64 * limits.small):
            raise ArchiveRefused(reason=f"its {self._length:,} bytes would become {unpacked:,}")
        return places

    def _member(self, place: int) -> tuple[Member, int]:
        """Read one line of the directory; return it and where the next one begins."""
        head = self._lines.at(place, _CENTRAL.size)
        if len(head) < _CENTRAL.size or head[:4] != b"PK\1\2":
            raise ArchiveRefused(reason="its directory is broken")
        fields = _CENTRAL.unpack(head)
        flags, method = fields[3], fields[4]
        named, extended, commented = fields[10:13]
        rest = self._lines.at(place + _CENTRAL.size, named + extended)
        raw, extra = rest[:named], rest[named:]
        name = checked(_text(raw, flags), self._limits.depth)
        length, size, offset = _numbers(extra, fields[8], fields[9], fields[16])
        member = Member(name, raw, method, fields[7], length, size, offset)
        self._judge(member, flags, fields[15] >> 16)
        return member, place + _CENTRAL.size + named + extended + commented

    def _judge(self, member: Member, flags: int, mode: int) -> None:
        limits = self._limits
        if flags & _ENCRYPTED:
            raise ArchiveRefused(reason=f"{told(member.name)} is encrypted")
        if member.method not in {0, 8}:
            raise ArchiveRefused(reason=f"{told(member.name)} is packed in a way that is not read here")
        if stat.S_IFMT(mode) not in _KINDS:
            raise ArchiveRefused(reason=f"{told(member.name)} is a link or a device")
        if member.offset + member.length > self._length:
            raise ArchiveRefused(reason=f"{told(member.name)} ends behind the archive's end")
        length, size = member.length, member.size
        grown = size > limits.small and size > length * limits.ratio
        if size > limits.member or grown or (member.method == 0 and size != length):
            raise ArchiveRefused(reason=f"the {length:,} bytes of {told(member.name)} would become {size:,}")


class _Window:
    """The stretch of a file that is at hand: small things mostly lie side by side, and one look finds many of them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held = (0, b"")

    def at(self, place: int, length: int) -> bytes:
        """Return the bytes of a place; fewer where the file ends."""
        start, content = self._held
        begin = place - start
        if begin >= 0 and begin + length <= len(content):
            return content[begin : begin + length]
        if length > _SMALL:
            return os.pread(self._descriptor, length, place)
        content = os.pread(self._descriptor, _CHUNK, place)
        self._held = (place, content)
        return content[:length]


class _Stream(io.RawIOBase):
    """One member, unpacked as it is read; it ends in FileBroken when size or checksum are not as told."""

    def __init__(self, descriptor: int, start: int, member: Member) -> None:
        self._descriptor = descriptor
        self._place, self._end = start, start + member.length
        self._member = member
        self._unpacking = zlib.decompressobj(-15) if member.method else None
        self._pending = b""
        self._digest = 0
        self._size = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands in
        """Fill the buffer with the next bytes and return their number; 0 at the end."""
        chunk = self._next(len(buffer))
        buffer[: len(chunk)] = chunk
        self._digest = zlib.crc32(chunk, self._digest)
        self._size += len(chunk)
        if self._size > self._member.size or (not chunk and not self._is_whole()):
            raise FileBroken(file=told(self._member.name), reason=_OTHERWISE)
        return len(chunk)

    def _is_whole(self) -> bool:
        ended = self._unpacking is None or self._unpacking.eof
        return ended and self._size == self._member.size and self._digest == self._member.digest

    def _next(self, most: int) -> bytes:
        if self._unpacking is None:
            return self._raw(most)
        while not self._unpacking.eof:
            source = self._pending or self._raw(_CHUNK)
            try:
                chunk = self._unpacking.decompress(source, most)
            except zlib.error:
                raise FileBroken(file=told(self._member.name), reason=_PACKED_WRONGLY) from None
            self._pending = self._unpacking.unconsumed_tail
            if chunk:
                return chunk
            if not source:
                break
        return b""

    def _raw(self, most: int) -> bytes:
        chunk = os.pread(self._descriptor, min(most, self._end - self._place), self._place)
        self._place += len(chunk)
        return chunk


def _directory(descriptor: int, length: int) -> tuple[int, int, int]:
    """Return where the directory begins, its bytes and its members."""
    tail = os.pread(descriptor, _END.size + _MANY, max(0, length - _END.size - _MANY))
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveRefused(reason="it is no zip archive, or its end is missing")
    fields = _END.unpack_from(tail, at)
    place = length - len(tail) + at
    count, size, start = fields[4:7]
    if fields[1] or fields[2] or fields[3] != count:
        raise ArchiveRefused(reason="it is one of several parts")
    if count == _MANY or _WIDE in {size, start}:
        count, size, start, place = _wide_directory(descriptor, place)
    if start + size != place:
        raise ArchiveRefused(reason="something stands before or between its members that is none of them")
    return start, size, count


def _wide_directory(descriptor: int, place: int) -> tuple[int, int, int, int]:
    locator = os.pread(descriptor, _LOCATOR.size, max(0, place - _LOCATOR.size))
    if len(locator) < _LOCATOR.size or locator[:4] != b"PK\6\7":
        raise ArchiveRefused(reason="its end is broken")
    place = _LOCATOR.unpack(locator)[2]
    end = os.pread(descriptor, _END64.size, min(place, 1 << 62))
    if len(end) < _END64.size or end[:4] != b"PK\6\6":
        raise ArchiveRefused(reason="its end is broken")
    fields = _END64.unpack(end)
    return fields[7], fields[8], fields[9], place


def _text(raw: bytes, flags: int) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        if flags & _UTF8:
            raise ArchiveRefused(reason=f"the name {told(repr(raw))} is not what it says it is") from None
        return raw.decode("cp437")


def _numbers(extra: bytes, length: int, size: int, offset: int) -> tuple[int, int, int]:
    """Return a member's packed length, size and offset, from its wide field where the narrow ones are full."""
    if _WIDE not in {length, size, offset}:
        return length, size, offset
    at = 0
    while at + 4 <= len(extra):
        kind, span = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + span]
            wide = list(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
            told_wide = [number == _WIDE for number in (size, length, offset)]
            if len(wide) >= sum(told_wide):
                size, length, offset = (
                    wide.pop(0) if is_wide else number
                    for is_wide, number in zip(told_wide, (size, length, offset), strict=True)
                )
                return length, size, offset
        at += 4 + span
    raise ArchiveRefused(reason="its directory is broken")
