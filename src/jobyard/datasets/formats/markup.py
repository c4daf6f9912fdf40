"""Reading XML that somebody sent, one piece at a time, and writing text into it.

Document types are refused altogether, and with them entities: nothing is fetched and nothing grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from jobyard.datasets.formats.speech import told
from jobyard.job.errors import FileBroken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.sax.handler import ContentHandler

_CHUNK = 1 << 18
_NODES = 4_000_000
"""Elements that one piece may have."""
_DEPTH = 64
_TEXT = 1 << 26
"""Characters of text that one piece may have."""
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(55296, 57344), 65534, 65535), "�")
_ESCAPED = str.maketrans(
    {**_FORBIDDEN, "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)


def escaped(text: str) -> str:
    """Return a text as it stands in an element or between double quotes; what XML cannot hold becomes a white box."""
    return text.translate(_ESCAPED)


class Node:
    """An element with everything in it."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""

    def first(self, name: str) -> Node | None:
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def said(self, name: str, otherwise: str = "") -> str:
        """Return the text of the first child of that name."""
        child = self.first(name)
        return otherwise if child is None else child.text.strip()


def pieces(stream: BinaryIO, file: str, root: str) -> Iterator[Node]:
    """Yield each child of the root with everything in it. Raises FileBroken, also when the root has another name."""
    yield from _parsed(stream, file, root, 1)


def document(stream: BinaryIO, file: str, root: str) -> Node:
    """Return the whole of a small document. Raises FileBroken, also when the root has another name."""
    return list(_parsed(stream, file, root, 0))[0]  # noqa: RUF015 - the whole is read, so that its end is looked at


def _parsed(stream: BinaryIO, file: str, root: str, depth: int) -> Iterator[Node]:
    from xml.sax import SAXException
    from xml.sax.handler import feature_namespaces

    from defusedxml.common import DefusedXmlException
    from defusedxml.expatreader import create_parser

    gathering = _Gathering(file, root, depth)
    parser = create_parser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, False)
    parser.setContentHandler(gathering.handler())
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            yield from gathering.taken()
        parser.close()
        yield from gathering.ended()
    except DefusedXmlException:
        raise FileBroken(file=file, reason="it declares a document type or entities, which are not taken") from None
    except (SAXException, ValueError, LookupError) as error:
        raise FileBroken(file=file, reason=f"it is no whole XML: {told(str(error))}") from None


class _Gathering:
    """Builds pieces from what the parser meets."""

    def __init__(self, file: str, root: str, depth: int) -> None:
        self._file, self._root, self._depth = file, root, depth
        self._open: list[Node] = []
        self._begun = False
        self._level = 0
        self._nodes = 0
        self._length = 0
        self._ready: list[Node] = []
        self._texts: list[str] = []

    def handler(self) -> ContentHandler:
        """Return what the parser calls."""
        from xml.sax.handler import ContentHandler

        gathering = self

        class Handler(ContentHandler):
            def startElement(self, name: str, attrs: object) -> None:  # noqa: N802 - SAX's name
                gathering.start(name, attrs)

            def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
                gathering.end()

            def characters(self, content: str) -> None:
                gathering.text(content)

        return Handler()

    def taken(self) -> list[Node]:
        """Return the pieces that are whole by now."""
        ready, self._ready = self._ready, []
        return ready

    def ended(self) -> list[Node]:
        """Return the last pieces. Raises FileBroken when there was nothing at all."""
        if not self._begun:
            raise FileBroken(file=self._file, reason="it is empty")
        return self.taken()

    def start(self, name: str, attributes: object) -> None:
        """Meet an element's beginning."""
        self._begun = True
        if self._level == 0 and name != self._root:
            raise FileBroken(file=self._file, reason=f"it begins with {told(name)}, not with {self._root}")
        self._level += 1
        if self._level <= self._depth:
            return
        self._nodes += 1
        if self._level > _DEPTH or self._nodes > _NODES:
            raise FileBroken(file=self._file, reason="it is nested too deeply, or one of its pieces is too large")
        node = Node(name, attributes._attrs)  # type: ignore[attr-defined]  # noqa: SLF001 - copying it costs a third
        if self._open:
            self._keep_text()
            self._open[-1].children.append(node)
        self._open.append(node)

    def end(self) -> None:
        """Meet an element's end."""
        self._level -= 1
        if not self._open:
            return
        self._keep_text()
        node = self._open.pop()
        if not self._open:
            self._ready.append(node)
            self._nodes = self._length = 0

    def text(self, content: str) -> None:
        """Meet text."""
        if self._open:
            self._length += len(content)
            if self._length > _TEXT:
                raise FileBroken(file=self._file, reason="one of its pieces is too large")
            self._texts.append(content)

    def _keep_text(self) -> None:
        if self._texts:
            self._open[-1].text += "".join(self._texts)
            self._texts.clear()
