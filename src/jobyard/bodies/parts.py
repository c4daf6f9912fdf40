"""The parts of a multipart/form-data body, one after the other; a file's bytes never lie in memory together."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator

from msgspec import Struct
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from jobyard.job.errors import Invalid, TooLarge

_BOUNDARY = 200
_HEADERS = 16 * 1024
_NAME = 4096
"""The most bytes of a field's or a file's name; a name may be a path."""


class Bounds(Struct, frozen=True, kw_only=True):
    """What one body may hold; how large its files may be is for those who keep them to say."""

    parts: int
    text: int
    """The most bytes of all plain fields together, as far as they are asked for."""


class Part:
    """One part: a plain field, or a file where it has a file's name."""

    def __init__(self, begun: _Begun, pieces: AsyncGenerator[bytes, None], allowance: _Allowance) -> None:
        self.field = begun.field
        self.filename = begun.filename
        self.pieces = pieces
        """The bytes as they come, to be read before the next part is asked for."""
        self._allowance = allowance

    async def text(self) -> str:
        """Return what a plain field says. Raises TooLarge, and Invalid for what is no text."""
        found = bytearray()
        async for piece in self.pieces:
            self._allowance.take(len(piece))
            found += piece
        try:
            return found.decode("utf-8")
        except UnicodeDecodeError:
            raise Invalid(reason=f"The field {self.field[:100]!r} is no UTF-8 text.") from None


async def parts(stream: AsyncIterator[bytes], content_type: str, bounds: Bounds) -> AsyncIterator[Part]:
    """Yield the parts of a body; what is left unread of one is passed by.

    Raises Invalid for another type of body, for one that cannot be read, that ends too early or has too many parts.
    """
    events = _Events(stream, content_type)
    allowance = _Allowance(bounds.text)
    count = 0
    while (begun := await events.begun()) is not None:
        count += 1
        if count > bounds.parts:
            raise Invalid(reason=f"The body has more than {bounds.parts:,} parts.")
        pieces = events.pieces()
        yield Part(begun, pieces, allowance)
        async for _ in pieces:
            pass
    if not events.whole:
        raise Invalid(reason="The body ends before its last part does.")


class _Allowance:
    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge(what="What the body's plain fields say", limit=f"{self._most:,} bytes")


class _Begun(Struct, frozen=True):
    field: str
    filename: str | None


class _Ended(Struct, frozen=True):
    pass


class _Events:
    """Turns a stream into what it says: a part begins, its bytes, it ends."""

    def __init__(self, stream: AsyncIterator[bytes], content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= _BOUNDARY:
            raise Invalid(reason="The body is no multipart/form-data with a boundary.")
        self.whole = True
        """Whether the last boundary was seen, or nothing came at all."""
        self._stream = stream
        self._came = False
        self._found: deque[_Begun | bytes | _Ended] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = bytearray(), bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": lambda: self._found.append(_Ended()),
                "on_end": self._on_end,
            },
            max_header_size=_HEADERS,
        )

    async def begun(self) -> _Begun | None:
        """Return the next part's head; None at the end."""
        event = await self._next()
        while event is not None and not isinstance(event, _Begun):
            event = await self._next()
        return event

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of the part that was begun. Raises Invalid where the body ends before it does."""
        event = await self._next()
        while isinstance(event, bytes):
            yield event
            event = await self._next()
        if event is None:
            raise Invalid(reason="The body ends in the middle of a part.")

    async def _next(self) -> _Begun | bytes | _Ended | None:
        while not self._found:
            try:
                chunk = await anext(self._stream)
            except StopAsyncIteration:
                return None
            if chunk and not self._came:
                self._came, self.whole = True, False
            try:
                self._parser.write(chunk)
            except FormParserError:
                raise Invalid(reason="The body is no multipart/form-data that can be read.") from None
        return self._found.popleft()

    def _on_header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        field, filename = options.get(b"name"), options.get(b"filename")
        if field is None and filename is None:
            raise Invalid(reason="A part of the body has no name.")
        self._found.append(_Begun(_name(field or b""), None if filename is None else _name(filename)))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if end > start:
            self._found.append(bytes(data[start:end]))

    def _on_end(self) -> None:
        self.whole = True


def _name(raw: bytes) -> str:
    if len(raw) > _NAME:
        raise Invalid(reason=f"A part's name is longer than {_NAME:,} bytes.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
