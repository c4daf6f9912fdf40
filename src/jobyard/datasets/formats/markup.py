"""Reading XML that somebody sent, one piece at a time, and writing text into it.

Document types are refused altogether, and with them entities: nothing is fetched and nothing grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from jobyard.datasets.formats.speech import told
from jobyard.job.errors import FileBroken

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

_CHUNK = 1 << 18
_NODES = 4_000_000
"""Elements that one piece may have."""
_DEPTH = 64
_TEXT = 1 << 26
"""Characters of text that one piece may have, and bytes of one tag."""
_BYTES = 1 << 29
"""Bytes of the document that may pass without a piece becoming whole."""
_TOO_LARGE = "it is nested too deeply, or one of its pieces is too large"
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(55296, 57344), 65534, 65535), "�")
_ESCAPED = str.maketrans(
    {**_FORBIDDEN, "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)


def escaped(text: str) -> str:
    """Return a text as it stands in an element or between double quotes; what XML cannot hold becomes a white box."""
    return text.translate(_ESCAPED)


class Readable(Protocol):
    """What a document is read from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, about so many; none at the end."""


class Node(Struct, eq=False):
    """An element with everything in it."""

    name: str
    attributes: dict[str, str]
    children: list[Node] = []
    text: str = ""

    def first(self, name: str) -> Node | None:
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def said(self, name: str, otherwise: str = "") -> str:
        """Return the text of the first child of that name."""
        child = self.first(name)
        return otherwise if child is None else child.text.strip()


def pieces(stream: Readable, file: str, root: str) -> Iterator[Node]:
    """Yield each child of the root with everything in it. Raises FileBroken, also when the root has another name."""
    yield from _parsed(stream, file, root, 1)


def document(stream: Readable, file: str, root: str) -> Node:
    """Return the whole of a small document. Raises FileBroken, also when the root has another name."""
    return list(_parsed(stream, file, root, 0))[0]  # noqa: RUF015 - the whole is read, so that its end is looked at


def _parsed(stream: Readable, file: str, root: str, depth: int) -> Iterator[Node]:
    from xml.parsers.expat import ExpatError

    gathering = _Gathering(file, root, depth)
    parser, fed = gathering.parser(), 0
    try:
        while chunk := stream.read(_CHUNK):
            fed += len(chunk)
            parser.Parse(chunk, False)
            gathering.weigh(len(chunk), fed - parser.CurrentByteIndex)
            yield from gathering.taken()
        parser.Parse(b"", True)
        yield from gathering.taken()
    except (ExpatError, ValueError, LookupError) as error:
        reason = f"it is no whole XML: {told(str(error))}" if fed else "it is empty"
        raise FileBroken(file=file, reason=reason) from None


class _Gathering:
    """Builds pieces from what the parser meets."""

    def __init__(self, file: str, root: str, depth: int) -> None:
        self._file, self._root, self._depth = file, root, depth
        self._begun = False
        self._open: list[Node] = []
        self._ready: list[Node] = []
        self._texts: list[str] = []
        """The text since the last beginning or end of an element."""
        self._nodes = self._length = self._bytes = 0
        """Of the piece that is open: its elements, the characters of its text, and about the bytes it stands in."""

    def parser(self) -> XMLParserType:
        """Return a parser that tells us what it meets."""
        from xml.parsers.expat import ParserCreate

        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._texts.append
        return parser

    def taken(self) -> list[Node]:
        """Return the pieces that are whole by now."""
        ready, self._ready = self._ready, []
        return ready

    def weigh(self, size: int, waiting: int) -> None:
        """Note that so many bytes were looked at. Raises FileBroken when the piece that is open has become too large.

        `waiting` are the last bytes, which the parser keeps since it cannot tell yet what they are.
        """
        self._bytes = 0 if self._ready else self._bytes + size
        if self._texts:
            self._keep_text()
        if self._nodes > _NODES or max(self._length, waiting) > _TEXT or self._bytes > _BYTES:
            raise FileBroken(file=self._file, reason=_TOO_LARGE)

    def _refuse(self, *_: object) -> None:
        raise FileBroken(file=self._file, reason="it declares a document type or entities, which are not taken")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._texts:
            self._keep_text()
        opened, node = self._open, Node(name, attributes)
        if opened:
            if len(opened) >= _DEPTH:
                raise FileBroken(file=self._file, reason=_TOO_LARGE)
            opened[-1].children.append(node)
        elif not self._begun:
            self._begun = True
            if name != self._root:
                raise FileBroken(file=self._file, reason=f"it begins with {told(name)}, not with {self._root}")
            if self._depth:
                return
        self._nodes += 1
        opened.append(node)

    def _end(self, _name: str) -> None:
        if self._texts:
            self._keep_text()
        opened = self._open
        if opened:
            node = opened.pop()
            if not opened:
                self._ready.append(node)
                self._nodes = self._length = 0

    def _keep_text(self) -> None:
        text = "".join(self._texts)
        self._texts.clear()
        if self._open:
            self._length += len(text)
            self._open[-1].text += text
