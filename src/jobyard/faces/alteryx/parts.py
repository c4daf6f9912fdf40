"""Bodies of several parts: the plain fields, and one file that goes to its place as it comes in."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from msgspec import Struct
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from jobyard.job.errors import Invalid

T = TypeVar("T")

_PARTS = 200
"""The most parts of one body."""
_VALUES = 4 * 1024 * 1024
"""The most bytes of all plain fields together."""
_HEADER = 16 * 1024


class Sent(Struct, Generic[T], kw_only=True):
    """What a body held."""

    fields: dict[str, str]
    file: T | None = None
    """What became of the file; None where there was none."""
    file_name: str = ""


async def sent(
    stream: AsyncIterator[bytes],
    content_type: str,
    take: Callable[[AsyncIterator[bytes]], Awaitable[T]],
    drop: Callable[[T], None],
) -> Sent[T]:
    """Read a body to its end; `take` gets the file, and `drop` what came of it where the rest cannot be read.

    Raises Invalid for a body that is no whole multipart/form-data, or that holds two files.
    """
    reader = _Reader(stream, content_type)
    found = Sent[T](fields={})
    try:
        count, room = 0, _VALUES
        while (begun := await reader.begun()) is not None:
            count += 1
            if count > _PARTS:
                raise Invalid(reason=f"The body has more than {_PARTS} parts.")
            if begun.file_name is None:
                value = await _value(begun.field, reader.pieces(), room)
                room -= len(value)
                found.fields[begun.field] = _text_of(begun.field, value)
            elif found.file is not None:
                raise Invalid(reason="The body holds more than one file.")
            else:
                found.file, found.file_name = await take(reader.pieces()), begun.file_name
        if not reader.whole:
            raise Invalid(reason="The body ends before its last part does.")
    except BaseException:
        if found.file is not None:
            drop(found.file)
        raise
    return found


async def _value(field: str, pieces: AsyncIterator[bytes], room: int) -> bytes:
    value = bytearray()
    async for piece in pieces:
        value += piece
        if len(value) > room:
            raise Invalid(reason=f"The field {field[:100]!r} is too long.")
    return bytes(value)


def _text_of(field: str, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(reason=f"The field {field[:100]!r} is no UTF-8 text.") from None


class _Begun(Struct, frozen=True):
    field: str
    file_name: str | None


class _Ended(Struct, frozen=True):
    pass


class _Reader:
    """Turns a stream into events."""

    def __init__(self, stream: AsyncIterator[bytes], content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
            raise Invalid(reason="A file is taken as multipart/form-data with a boundary.")
        self.whole = False
        self._stream = stream
        self._events: deque[_Begun | bytes | _Ended] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = bytearray(), bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": lambda data, start, end: self._more(self._name, data[start:end]),
                "on_header_value": lambda data, start, end: self._more(self._value, data[start:end]),
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": lambda: self._events.append(_Ended()),
                "on_end": self._on_end,
            },
        )

    async def begun(self) -> _Begun | None:
        """Return the next part's head; None at the end."""
        event = await self._next()
        while event is not None and not isinstance(event, _Begun):
            event = await self._next()
        return event

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the part that was begun."""
        event = await self._next()
        while isinstance(event, bytes):
            yield event
            event = await self._next()
        if event is None:
            raise Invalid(reason="The body ends in the middle of a part.")

    async def _next(self) -> _Begun | bytes | _Ended | None:
        while not self._events:
            try:
                chunk = await anext(self._stream)
            except StopAsyncIteration:
                return None
            try:
                self._parser.write(chunk)
            except MultipartParseError:
                raise Invalid(reason="The body is no multipart/form-data that can be read.") from None
        return self._events.popleft()

    def _on_header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"filename")
        self._events.append(_Begun(_text(options.get(b"name", b"")), None if name is None else _text(name)))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if end > start:
            self._events.append(bytes(data[start:end]))

    def _on_end(self) -> None:
        self.whole = True

    @staticmethod
    def _more(text: bytearray, data: bytes) -> None:
        text += data
        if len(text) > _HEADER:
            raise Invalid(reason="A part's header is too long.")


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
