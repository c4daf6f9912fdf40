"""Reading the XML of a workflow. Document types are refused, and with them entities; all sizes are bounded."""

from __future__ import annotations

from msgspec import Struct

from jobyard.workflows.refusals import WorkflowBroken

LONGEST = 64 * 1024 * 1024
"""Bytes of one document."""
_ELEMENTS = 2_000_000
_DEPTH = 100


class Element(Struct, frozen=True):
    """An element with everything in it."""

    name: str
    attributes: dict[str, str] = {}
    text: str = ""
    children: tuple[Element, ...] = ()

    def first(self, *path: str) -> Element | None:
        """Return the first element along a path of names, or None."""
        found: Element | None = self
        for name in path:
            found = next((child for child in found.children if child.name == name), None) if found else None
        return found

    def every(self, *path: str) -> list[Element]:
        """Return the elements of the path's last name, inside the first ones of the names before."""
        parent = self.first(*path[:-1])
        return [child for child in parent.children if child.name == path[-1]] if parent else []

    def said(self, *path: str, otherwise: str = "") -> str:
        """Return the text of the first element along a path."""
        found = self.first(*path)
        return otherwise if found is None else found.text

    def value(self, *path: str, otherwise: str = "") -> str:
        """Return what the first element along a path says in its attribute `value`, else in its text."""
        found = self.first(*path)
        return otherwise if found is None else found.attributes.get("value", found.text)

    def ticked(self, attribute: str) -> bool:
        """Return whether an attribute says True; one that says nothing counts as doing so."""
        return self.attributes.get(attribute, "").strip().lower() in {"", "true"}

    def flag(self, *path: str, otherwise: bool = False) -> bool:
        """Return whether the first element along a path says True."""
        said = self.value(*path).strip().lower()
        return otherwise if not said else said == "true"


def read(data: bytes, file: str) -> Element:
    """Return the root of a document. Raises WorkflowBroken."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    if len(data) > LONGEST:
        raise WorkflowBroken(file=file, reason=f"it has more than {LONGEST:,} bytes")
    building = _Building(file)
    parser = DefusedXMLParser(target=building, forbid_dtd=True)
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        raise WorkflowBroken(file=file, reason="it declares a document type or entities, which are not taken") from None
    except (ParseError, ValueError, LookupError) as error:
        raise WorkflowBroken(file=file, reason=f"it is no whole XML ({error})") from None
    return building.root


class _Building:
    """Puts elements together as the parser meets them."""

    def __init__(self, file: str) -> None:
        self.root = Element("")
        self._file = file
        self._open: list[tuple[str, dict[str, str], list[str], list[Element]]] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _ELEMENTS or len(self._open) >= _DEPTH:
            raise WorkflowBroken(file=self._file, reason="it has too many elements, or they are nested too deeply")
        self._open.append((name, dict(attributes), [], []))

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, attributes, texts, children = self._open.pop()
        element = Element(name, attributes, "".join(texts), tuple(children))
        if self._open:
            self._open[-1][3].append(element)
        else:
            self.root = element

    def close(self) -> None:
        """Nothing is left to do when the document ends."""
