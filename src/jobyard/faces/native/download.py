"""Bytes on their way out: as an attachment and never inline, in pieces, resumable, with a checksum."""

from __future__ import annotations

import asyncio
import unicodedata
from base64 import b64encode
from collections.abc import AsyncGenerator
from typing import BinaryIO
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Stream
from msgspec import Struct

from jobyard.faces import ClosingStream
from jobyard.job.record import ResultFile

_CHUNK = 256 * 1024
_LONGEST_NAME = 200
_PLAIN_TYPE = "application/octet-stream"
_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+")


class Wanted(Struct, frozen=True, kw_only=True):
    """What a request wants of a file."""

    range: str = ""
    if_range: str = ""
    if_none_match: str = ""


class Span(Struct, frozen=True):
    """A piece of a file: from `first`, `length` bytes."""

    first: int
    length: int


def attachment(name: str) -> dict[str, str]:
    """Return the headers that make a browser save a file under `name` and never run what is in it."""
    shown = _harmless(name)
    plain = "".join(letter if letter.isascii() and letter not in '"\\%;' else "_" for letter in shown)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def answer(file: ResultFile, opened: BinaryIO, wanted: Wanted) -> Response[bytes] | Stream:
    """Return a file, or the piece of it that is wanted; closes `opened` when it is sent or not needed.

    Raises 416 for a piece that is not there, and for several pieces at once.
    """
    headers = described(file)
    if _named(wanted.if_none_match, headers["ETag"]):
        opened.close()
        return Response(b"", status_code=304, headers=headers)
    try:
        span = one_range(wanted, headers["ETag"], file.size)
    except HTTPException:
        opened.close()
        raise
    if span is None:
        headers |= {"Content-Length": str(file.size), "Content-Digest": headers["Repr-Digest"]}
        pieces = _pieces(opened, Span(0, file.size))
        return ClosingStream(pieces, headers=headers)
    last = span.first + span.length - 1
    headers |= {"Content-Length": str(span.length), "Content-Range": f"bytes {span.first}-{last}/{file.size}"}
    pieces = _pieces(opened, span)
    return ClosingStream(pieces, headers=headers, status_code=206)


def described(file: ResultFile) -> dict[str, str]:
    """Return the headers that say what a file is."""
    digest = f"sha-256=:{b64encode(bytes.fromhex(file.sha256)).decode('ascii')}:"
    return attachment(file.name) | {
        "Accept-Ranges": "bytes",
        "Content-Type": media_type(file.media_type),
        "ETag": f'"{file.sha256}"',
        "Repr-Digest": digest,
    }


def one_range(wanted: Wanted, etag: str, size: int) -> Span | None:
    """Return the one piece that is wanted; None for the whole, also where the Range header makes no sense.

    Raises 416 for a piece outside the file, and for several pieces: they are how a small request asks for much work.
    """
    unit, equals, text = wanted.range.partition("=")
    if not equals or unit.strip().lower() != "bytes" or (wanted.if_range and wanted.if_range != etag):
        return None
    if "," in text:
        raise _unsatisfiable(size, "Only one range at a time is given out.")
    first, dash, last = text.strip().partition("-")
    if not dash or not _digits(first) or not _digits(last) or not (first or last):
        return None
    if not first:
        length = min(int(last), size)
        start = size - length
    else:
        start, end = int(first), int(last) if last else size - 1
        if last and end < start:
            return None
        length = min(end, size - 1) - start + 1
    if length <= 0 or start >= size:
        raise _unsatisfiable(size, "The file does not reach so far.")
    return Span(start, length)


def media_type(declared: str) -> str:
    """Return a media type that is safe to say: the declared one where it is one word, a slash and one word."""
    type_, slash, subtype = declared.partition("/")
    whole = type_ and slash and subtype and len(declared) <= 100 and _TOKEN.issuperset(type_ + subtype)
    return declared if whole else _PLAIN_TYPE


def whole(opened: BinaryIO, size: int) -> AsyncGenerator[bytes, None]:
    """Give out a file of so many bytes, and close it."""
    return _pieces(opened, Span(0, size))


async def _pieces(opened: BinaryIO, span: Span) -> AsyncGenerator[bytes, None]:
    with opened:
        await asyncio.to_thread(opened.seek, span.first)
        left = span.length
        while left > 0:
            piece = await asyncio.to_thread(opened.read, min(_CHUNK, left))
            if not piece:
                raise OSError("a result file is shorter than it was")
            left -= len(piece)
            yield piece


def _harmless(name: str) -> str:
    # Letters that turn the reading direction around would show another ending than the file has.
    kept = "".join(letter for letter in name if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    return kept.replace("/", "_").replace("\\", "_")[:_LONGEST_NAME] or "result"


def _named(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in {one.strip().removeprefix("W/") for one in header.split(",")}


def _digits(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdecimal() and len(text) <= 18)


def _unsatisfiable(size: int, detail: str) -> HTTPException:
    return HTTPException(status_code=416, detail=detail, headers={"Content-Range": f"bytes */{size}"})
