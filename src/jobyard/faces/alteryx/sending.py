"""Files on their way out: as they are, never shown inline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

from litestar.response import Stream

from jobyard.faces import ClosingStream

_PIECE = 256 * 1024
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.- ()")
BYTES = "application/octet-stream"


def sent(path: Path, size: int, name: str, media_type: str = BYTES) -> Stream:
    """Return a file as an answer."""
    return ClosingStream(_opened(path, size), headers={**described(name, media_type), "Content-Length": str(size)})


def sent_whole(file: BinaryIO, size: int, name: str, media_type: str) -> Stream:
    """Return a file that is open already, and is closed with the answer."""
    return ClosingStream(_pieces(file, size), headers={**described(name, media_type), "Content-Length": str(size)})


def described(name: str, media_type: str = BYTES) -> dict[str, str]:
    """Return the headers that say what a file is."""
    plain = "".join(letter if letter in _PLAIN else "_" for letter in name)[:200].strip(". ") or "file"
    return {
        "Content-Disposition": f'attachment; filename="{plain}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Type": media_type,
    }


async def _opened(path: Path, length: int) -> AsyncGenerator[bytes, None]:
    file = await asyncio.to_thread(path.open, "rb")
    async with aclosing(_pieces(file, length)) as pieces:
        async for piece in pieces:
            yield piece


async def _pieces(file: BinaryIO, length: int) -> AsyncGenerator[bytes, None]:
    with file:
        while length > 0:
            piece = await asyncio.to_thread(file.read, min(_PIECE, length))
            if not piece:
                raise OSError("a file is shorter than it was")
            length -= len(piece)
            yield piece
