"""The parts of a multipart body, one after the other, as they come in; a file's bytes never lie in memory together."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator

from msgspec import Struct
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from jobyard.job.errors import Invalid

_PARTS = 20_000
"""The most parts of one body."""
_VALUE = 64 * 1024 * 1024
"""The most bytes of one plain field."""
_HEADER = 16 * 1024


class Part(Struct, kw_only=True):
    """One part: a plain field, or a file where it has a name."""

    field: str
    filename: str | None
    pieces: AsyncIterator[bytes]

    async def value(self) -> str:
        """Return what a plain field says. Raises Invalid for a very long one, and for what is no text."""
        found = bytearray()
        async for piece in self.pieces:
            found += piece
            if len(found) > _VALUE:
                raise Invalid(reason=f"The field {self.field[:100]!r} is too long.")
        try:
            return found.decode("utf-8")
        except UnicodeDecodeError:
            raise Invalid(reason=f"The field {self.field[:100]!r} is no UTF-8 text.") from None


class _Begun(Struct, frozen=True):
    field: str
    filename: str | None


class _Ended(Struct, frozen=True):
    pass


async def parts(stream: AsyncIterator[bytes], content_type: str) -> AsyncIterator[Part]:
    """Yield the parts of a body; those of one that was not read to its end are passed by. Raises Invalid."""
    reader = _Reader(stream, content_type)
    count = 0
    while (begun := await reader.begun()) is not None:
        count += 1
        if count > _PARTS:
            raise Invalid(reason=f"The body has more than {_PARTS:,} parts.")
        pieces = reader.pieces()
        yield Part(field=begun.field, filename=begun.filename, pieces=pieces)
        async for _ in pieces:
            pass


class _Reader:
    """Turns a stream into events."""

    def __init__(self, stream: AsyncIterator[bytes], content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
            raise Invalid(reason="The body is no multipart/form-data with a boundary.")
        self._stream = stream
        self._events: deque[_Begun | bytes | _Ended] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": lambda: self._events.append(_Ended()),
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

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bound(self._name)

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bound(self._value)

    def _on_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        filename = options.get(b"filename")
        self._events.append(_Begun(_text(options.get(b"name", b"")), None if filename is None else _text(filename)))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if end > start:
            self._events.append(bytes(data[start:end]))

    def _bound(self, text: bytes) -> None:
        if len(text) > _HEADER:
            raise Invalid(reason="A part's header is too long.")


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
