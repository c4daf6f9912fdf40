"""Files on their way out: as they are, never shown inline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from litestar.response import Stream

_PIECE = 256 * 1024
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.- ()")
BYTES = "application/octet-stream"


def sent(path: Path, size: int, name: str, media_type: str = BYTES) -> Stream:
    """Return a file as an answer."""
    return Stream(_pieces(path, size), headers={**described(name, media_type), "Content-Length": str(size)})


def described(name: str, media_type: str = BYTES) -> dict[str, str]:
    """Return the headers that say what a file is."""
    plain = "".join(letter if letter in _PLAIN else "_" for letter in name)[:200].strip(". ") or "file"
    return {
        "Content-Disposition": f'attachment; filename="{plain}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Type": media_type,
    }


async def _pieces(path: Path, length: int) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        while length > 0:
            piece = await asyncio.to_thread(file.read, min(_PIECE, length))
            if not piece:
                raise OSError("a file is shorter than it was")
            length -= len(piece)
            yield piece
