"""Archives as an attacker makes them, byte by byte where the standard library would not."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def archive(path: Path, members: Iterable[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members:
            zipped.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def special(path: Path, mode: int, name: str = "link", content: bytes = b"/etc/passwd") -> Path:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(info, content)
    return path


def raw(path: Path, members: Iterable[dict[str, Any]], *, count: int | None = None, before: bytes = b"") -> Path:
    """Write members whose heads and directory may lie, each told by what is not as it should be."""
    body, directory, number = bytearray(before), bytearray(), 0
    for member in members:
        name, content = member.get("name", "a.txt").encode(), member.get("content", b"")
        packed = member.get("packed", content)
        length, size = member.get("length", len(packed)), member.get("size", len(content))
        digest, flags, method = zlib.crc32(content), member.get("flags", 0), member.get("method", 0)
        offset = member.get("offset", len(body))
        local = member.get("local", name)
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, flags, method, 0, 33, digest, length, size, len(local), 0)
        body += local + packed
        mode = member.get("mode", stat.S_IFREG | 0o644) << 16
        directory += struct.pack(
            *("<4s6H3L5H2L", b"PK\1\2", 3 << 8 | 20, 20, flags, method, 0, 33, digest, length, size),
            *(len(name), 0, 0, 0, 0, mode, offset),
        )
        directory += name
        number += 1
    number = number if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number, number, len(directory), len(body), 0)
    path.write_bytes(bytes(body) + bytes(directory) + end)
    return path


def packed(content: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(content) + packing.flush()
