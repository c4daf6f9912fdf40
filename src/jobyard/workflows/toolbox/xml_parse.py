"""XML Parse: a record for each element of a name in a text of XML, or for its root."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from xml.parsers import expat

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import TEXTS, Field, FieldType, field
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, made, unlike
from jobyard.workflows.toolbox.craft import Craft, of_each
from jobyard.workflows.work import Work

_SETTINGS = frozenset(
    {"XMLField", "XMLElement", "ChildValues", "OuterXML", "ParseRoot", "IgnoreErrors", "IncludeInOutput"}
)
_DEEPEST = 1_000
_LOOK = 4_096
_MOST = 1_000
"""Fields that one tool may make."""
_Values = dict[str, str]


class XmlParse(Craft):
    """The element's text, its attributes and its children become fields; where there is no element, they are null."""

    plugins: ClassVar[frozenset[str]] = frozenset({"XMLParse"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return settings that are not known here; which element is meant has to be said."""
        others = {one.name for one in configuration.children} - _SETTINGS
        found = [f"the setting {name!r}" for name in sorted(others)]
        if not configuration.said("XMLField").strip():
            found.append("parsing without a field")
        if not configuration.flag("ParseRoot") and not configuration.said("XMLElement").strip():
            found.append("finding out by itself which element is meant")
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return the fields that came beside those of the elements."""
        table = work.table()
        source = table.field(work.configuration.said("XMLField").strip())
        if source.type not in TEXTS:
            raise WorkflowRefused(reason=f"{source.name!r} is {source.type}, not a text")
        looking = _Looking(work.configuration, work.check)
        found = [values or [{}] for values in of_each(work, table.frame[source.name], looking.values)]
        if looking.broken:
            work.tell(Status.WARNING, f"{looking.broken:,} different texts are no whole XML, and were passed over.")
        counts = pl.Series([len(values) for values in found], dtype=pl.UInt32)
        work.afford(int(counts.sum() or 0), [table])
        rows = pl.int_range(table.height, dtype=pl.UInt32, eager=True).repeat_by(counts).explode(empty_as_null=False)
        told = [one for values in found for one in values]
        kept = [one for one in table.fields if one is not source or looking.keeps]
        columns = {name: pl.Series([one.get(name) for one in told], dtype=pl.String) for name in looking.names}
        fields, taken = list[Field](kept), [one.name for one in kept]
        for name, column in columns.items():
            fields.append(_field(unlike(name, taken), column))
            taken.append(fields[-1].name)
        beside = table.frame.select([one.name for one in kept])[rows].get_columns() if kept else []
        return {"Output": made(fields, [*beside, *columns.values()])}


def _field(name: str, column: pl.Series) -> Field:
    """Return a field that is as long as its longest text."""
    wide = column.str.contains(r"[^\x{00}-\x{FF}]").any()
    longest = column.str.len_chars().max()
    size = max(1, longest) if isinstance(longest, int) else 1
    return field(name, FieldType.VARIABLE_WIDE_STRING if wide else FieldType.VARIABLE_STRING, size)


class _Looking:
    """Looks through texts for what the tool was told to, and remembers which fields that makes."""

    def __init__(self, configuration: Element, check: Callable[[], None]) -> None:
        self._check = check
        self.keeps = configuration.flag("IncludeInOutput", otherwise=True)
        self.names = dict[str, None]()
        self.broken = 0
        self._name = None if configuration.flag("ParseRoot") else _local(configuration.said("XMLElement").strip())
        self._children = configuration.flag("ChildValues")
        self._outer = configuration.flag("OuterXML")
        self._ignores = configuration.flag("IgnoreErrors")

    def values(self, text: str) -> list[_Values]:
        """Return what is told of each element that is meant. Raises WorkflowRefused where a text is no whole XML."""
        try:
            elements = _Elements(text, self._name, self._check, outer=self._outer).found if text.strip() else []
        except expat.ExpatError as error:
            if not self._ignores:
                raise WorkflowRefused(
                    reason=f"a text that begins with {text[:40]!r} is no whole XML ({error})"
                ) from None
            self.broken += 1
            elements = []
        return [self._told(element) for element in elements]

    def _told(self, element: _Element) -> _Values:
        told = _Values()
        self._add(told, element, element.name)
        for name, value in element.attributes.items():
            _put(told, name, value)
        for child in element.children if self._children else ():
            self._add(told, child, child.name)
            for name, value in child.attributes.items():
                _put(told, f"{child.name}_{name}", value)
        self.names |= dict.fromkeys(told)
        if len(self.names) > _MOST:
            raise WorkflowRefused(reason=f"the elements would become more than {_MOST:,} fields")
        return told

    def _add(self, told: _Values, element: _Element, name: str) -> None:
        text = "".join(element.texts)
        _put(told, name, "" if element.children and not text.strip() else text)
        if self._outer:
            _put(told, f"{name}_OuterXML", element.outer)


def _put(told: _Values, name: str, value: str) -> None:
    if name in told:
        raise WorkflowRefused(reason=f"an element holds {name!r} several times, which is not put side by side here")
    told[name] = value


class _Element:
    """An element on its way: what its tag says, and what was met in it so far."""

    __slots__ = ("attributes", "children", "name", "outer", "start", "texts")

    def __init__(self, name: str, attributes: dict[str, str], start: int) -> None:
        self.name, self.start, self.outer = name, start, ""
        self.attributes = attributes
        self.texts: list[str] = []
        self.children: list[_Element] = []


class _Elements:
    """The elements of a name in a text, or its root. Raises ExpatError where it is no whole XML."""

    def __init__(self, text: str, name: str | None, check: Callable[[], None], *, outer: bool) -> None:
        self.found: list[_Element] = []
        self._check, self._count = check, 0
        self._name, self._outer, self._data = name, outer, text.encode("utf-8", "replace")
        self._open: list[_Element] = []
        self._meant: list[_Element] = []
        # Namespaces are not resolved: parts of a larger text hold prefixes that are declared elsewhere.
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._begun
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._declared
        parser.Parse(self._data, True)

    def _declared(self, *_: object) -> None:
        raise WorkflowRefused(reason="a text declares a document type, which is not taken")

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count % _LOOK == 0:
            self._check()
        if len(self._open) >= _DEEPEST:
            raise WorkflowRefused(reason="the elements of a text are nested too deeply")
        plain = {_local(key): value for key, value in attributes.items() if key.partition(":")[0] != "xmlns"}
        element = _Element(_local(name), plain, self._parser.CurrentByteIndex)
        if self._meant:
            if element.name == self._name:
                raise WorkflowRefused(reason=f"an element {element.name!r} lies within another one of that name")
            if self._open[-1] is self._meant[-1]:
                self._open[-1].children.append(element)
        elif element.name == self._name or self._name is None:
            self._meant.append(element)
        self._open.append(element)

    def _said(self, text: str) -> None:
        if self._meant:
            self._open[-1].texts.append(text)

    def _ended(self, _name: str) -> None:
        element = self._open.pop()
        if not self._meant:
            return
        if self._outer and (element is self._meant[-1] or self._open[-1] is self._meant[-1]):
            element.outer = self._data[element.start : self._end(element)].decode()
        if element is self._meant[-1]:
            self.found.append(self._meant.pop())

    def _end(self, element: _Element) -> int:
        """Return where an element ends, by its one tag or by the one that is met just now."""
        first = self._after(element.start)
        if self._data[first - 2 : first] == b"/>":
            return first
        return self._after(self._parser.CurrentByteIndex)

    def _after(self, start: int) -> int:
        """Return where the tag ends that begins there; a quoted value may hold what ends a tag."""
        quote = 0
        for place in range(start, len(self._data)):
            letter = self._data[place]
            if quote:
                quote = 0 if letter == quote else quote
            elif letter in b"\"'":
                quote = letter
            elif letter == ord(">"):
                return place + 1
        return len(self._data)


def _local(name: str) -> str:
    """Return a name without the prefix of its namespace."""
    return name.rpartition(":")[2]
