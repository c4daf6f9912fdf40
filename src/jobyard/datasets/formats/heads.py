"""How large a picture is, told by the first bytes of plain JPEGs and PNGs; all others are for a library to open."""

from __future__ import annotations

from typing import BinaryIO

_HEAD = 1 << 16
_MANY = 1 << 26
"""Pixels above which a library shall judge."""
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_TELLING = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"acTL"})
"""Chunks that may say that the picture is shown turned, or that it is several."""
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PLAIN = frozenset({0xC4, 0xDB, 0xDD, 0xE0, 0xEE, 0xFE})
"""Tables, a restart interval, the heads of JFIF and Adobe, and a comment."""
_SCAN = 0xDA


def glimpsed(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height where they are certain at first sight; else None. The stream is left anywhere."""
    head = stream.read(_HEAD)
    found = _jpeg(head) if head.startswith(b"\xff\xd8") else _png(head) if head.startswith(_PNG) else None
    return found if found is not None and found[0] * found[1] <= _MANY else None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at, found = 2, None
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == _SCAN:
            return found
        length = head[at + 2] << 8 | head[at + 3]
        if marker in _SIZES:
            height, width = head[at + 5] << 8 | head[at + 6], head[at + 7] << 8 | head[at + 8]
            if found is not None or not (width and height):
                return None
            found = width, height
        elif marker not in _PLAIN or length < 2:
            # What a camera says, such as how it was held, is not plain.
            return None
        at += 2 + length
    return None


def _png(head: bytes) -> tuple[int, int] | None:
    if len(head) == _HEAD:
        return None
    width, height = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    at, data = 33, False
    while at + 12 <= len(head):
        kind, length = head[at + 4 : at + 8], int.from_bytes(head[at : at + 4], "big")
        if kind == b"IEND":
            return (width, height) if data and width and height else None
        if kind in _TELLING:
            return None
        data = data or kind == b"IDAT"
        at += 12 + length
    return None
