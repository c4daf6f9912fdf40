"""Bodies of several parts, read as they come: each part's name, then its bytes a piece at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from jobyard.job.errors import Invalid

_HEADERS = 16 * 1024


class _Begin(NamedTuple):
    name: str


class _End(NamedTuple):
    pass


_Event = _Begin | _End | bytes


class Parts:
    """One body."""

    def __init__(self, content_type: str) -> None:
        """Take the body's content type. Raises Invalid for one that has no parts."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise Invalid(reason="files are taken as multipart/form-data")
        self._events = list[_Event]()
        self._header = [bytearray(), bytearray()]
        self._name = ""
        self._whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begun,
                    "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                    "on_header_end": self._headed,
                    "on_headers_finished": lambda: self._events.append(_Begin(self._name)),
                    "on_part_data": lambda data, start, end: self._events.append(bytes(data[start:end])),
                    "on_part_end": lambda: self._events.append(_End()),
                    "on_end": self._ended,
                },
                max_header_size=_HEADERS,
            )
        except FormParserError as error:
            raise Invalid(reason=f"the body cannot be read: {error}") from None

    async def read(self, body: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        """Give out the parts, each with its bytes, which have to be read before the next one. Raises Invalid."""
        events = self._parsed(body)
        async for event in events:
            if isinstance(event, _Begin):
                yield event.name, _pieces(events)
        if not self._whole:
            raise Invalid(reason="the body ends in the middle of a part")

    async def _parsed(self, body: AsyncIterator[bytes]) -> AsyncIterator[_Event]:
        async for piece in body:
            try:
                self._parser.write(piece)
            except FormParserError as error:
                raise Invalid(reason=f"the body cannot be read: {error}") from None
            events, self._events = self._events, []
            for event in events:
                yield event

    def _begun(self) -> None:
        self._name = ""

    def _headed(self) -> None:
        field, value = (bytes(one) for one in self._header)
        self._header = [bytearray(), bytearray()]
        if field.lower() == b"content-disposition":
            _, options = parse_options_header(value)
            self._name = (options.get(b"name") or options.get(b"filename") or b"").decode("utf-8", "replace")

    def _ended(self) -> None:
        self._whole = True


async def _pieces(events: AsyncIterator[_Event]) -> AsyncIterator[bytes]:
    async for event in events:
        if isinstance(event, _End):
            return
        if isinstance(event, bytes):
            yield event
    raise Invalid(reason="the body ends in the middle of a part")
