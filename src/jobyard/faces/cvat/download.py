"""Result files on their way out: whole or from a place on, always as they are, never compressed or shown inline.

The client writes the raw bytes it gets to a file, so an encoded body would be a broken archive.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Stream

from jobyard.faces import ClosingStream
from jobyard.faces.cvat.surroundings import Ask
from jobyard.job.record import ResultFile

_PIECE = 256 * 1024
_DIGITS = 18
_TYPES: Mapping[str, str] = MappingProxyType({"csv": "text/csv", "json": "application/json"})
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.- ")


def described(file: ResultFile) -> dict[str, str]:
    """Return the headers that say what a file is."""
    # The client takes the name for its own file, and only where it holds nothing but these letters.
    name = "".join(letter if letter in _PLAIN else "_" for letter in file.name)[:200].strip(". ") or "result"
    return {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Type": _TYPES.get(name.rpartition(".")[2], "application/zip"),
        "ETag": f'"{file.sha256}"',
    }


def sent(request: Ask, file: ResultFile, path: Path) -> Response[Any] | Stream:
    """Return a file, or the one range of it that is asked for. Raises 416 for one that is not there."""
    headers = described(file)
    span = _span(request.headers.get("range", ""), file.size)
    if request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        span = None
    first, last = span or (0, file.size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if span is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    pieces = _pieces(path, first, last - first + 1)
    return ClosingStream(pieces, headers=headers, status_code=206 if span else 200)


def _span(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and the last byte that are asked for; None for all, also where the header makes no sense."""
    unit, equals, text = header.replace(" ", "").partition("=")
    begin, dash, end = text.partition("-")
    if unit != "bytes" or not equals or not dash or not (begin or end) or not (_number(begin) and _number(end)):
        return None
    first = int(begin) if begin else max(0, size - int(end))
    last = min(int(end), size - 1) if begin and end else size - 1
    if begin and end and int(end) < first:
        return None
    if first >= size:
        headers = {"Content-Range": f"bytes */{size}"}
        raise HTTPException(status_code=416, detail="The file does not reach so far.", headers=headers)
    return first, last


def _number(text: str) -> bool:
    return not text or (text.isascii() and text.isdecimal() and len(text) <= _DIGITS)


async def _pieces(path: Path, first: int, length: int) -> AsyncGenerator[bytes, None]:
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        await asyncio.to_thread(file.seek, first)
        while length > 0:
            piece = await asyncio.to_thread(file.read, min(_PIECE, length))
            if not piece:
                raise OSError("a result file is shorter than it was")
            length -= len(piece)
            yield piece
