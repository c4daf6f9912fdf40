"""Pictures in which there is nothing but plain boxes, read many words at once on a document's way to the parser.

What is understood here leaves an empty element in the document, so that the parser still sees where it stood and
whether all around it is whole. Whatever is written in any other way than most is left to the parser altogether.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta, Struct

from jobyard.datasets.annotations import Source
from jobyard.datasets.labels import Label

_BEGIN, _END = b"<image ", b"</image>"
_MOST = 1 << 20
"""Bytes that may be waited for until a picture ends."""
_SEPARATORS, _LAYOUTS, _LONG = 500, 200, 4_000
"""How many kinds of what stands between values are remembered, of rows of them, and of those not the longest."""
_PLACE = "plain"
_BOX = frozenset({"label", "xtl", "ytl", "xbr", "ybr", "occluded", "source", "z_order"})
_NEEDED = _BOX - {"occluded", "source", "z_order"}
_POINTS = ("xtl", "ytl", "xbr", "ybr")
_BLANK = " \t\r\n"
_SOURCES = {source.value: source for source in Source}
_FLAGS = {"0": False, "1": True}
_coordinates = msgspec.json.Decoder(list[Annotated[float, Meta(ge=-1e9, le=1e9)]]).decode
_depths = msgspec.json.Decoder(list[Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]]).decode


class Boxes(Struct, frozen=True):
    """What stands in a picture: a list for each fact, one entry a box."""

    labels: list[int]
    """By number."""
    points: list[tuple[float, float, float, float]]
    occluded: list[bool]
    depths: list[int]
    sources: list[Source]


class _Layout(Struct, frozen=True):
    """What the values in a picture's element are."""

    names: list[str]
    """The picture's own attributes."""
    facts: list[str]
    """The attributes of each box."""


class Plainly:
    """A document on its way to the parser."""

    def __init__(self, stream: BinaryIO, labels: Iterable[Label]) -> None:
        self._stream = stream
        self._labels = {label.name: label.number for label in labels if _is_plain(label.name)}
        self._rest = b""
        self._begun = self._ended = False
        self._found = dict[str, tuple[dict[str, str], Boxes]]()
        self._count = 0
        self._meanings = dict[str, str]()
        self._layouts = dict[tuple[str, ...], _Layout | None]()

    def read(self, size: int) -> bytes:
        """Return the next bytes as the parser shall see them; none at the end."""
        while chunk := self._stream.read(size):
            passed = self._passed(self._rest + chunk)
            if passed:
                return passed
        rest, self._rest = self._rest, b""
        return rest

    def taken(self, attributes: dict[str, str]) -> tuple[dict[str, str], Boxes] | None:
        """Return the attributes and the boxes of a picture for which this element was left."""
        return self._found.pop(attributes.get(_PLACE, ""), None)

    def _passed(self, data: bytes) -> bytes:
        """Return what can be passed on of these bytes, and keep the others."""
        if not self._begun:
            self._begun = True
            head = data[:100].lower()
            self._ended = not head.startswith((b"<annotations", b'<?xml version="1.0" encoding="utf-8"?>'))
        # Behind a comment, or a text that is taken as it stands, nothing is certain at first sight.
        self._ended = self._ended or b"<!" in data
        self._rest = b""
        if self._ended:
            return data
        out, at = list[bytes](), 0
        while (start := data.find(_BEGIN, at)) >= 0 and (end := data.find(_END, start)) >= 0:
            end += len(_END)
            out += (data[at:start], self._left(data[start:end]))
            at = end
        if start < 0:
            start = max(at, len(data) - len(_BEGIN))
        if len(data) - start < _MOST:
            self._rest, data = data[start:], data[:start]
        out.append(data[at:])
        return b"".join(out)

    def _left(self, block: bytes) -> bytes:
        """Return what the parser shall see of a picture."""
        found = None if b"&" in block else self._image(block)
        if found is None:
            return block
        self._count += 1
        place = f"{self._count}"
        self._found[place] = found
        # As many lines as there were, so that the parser counts right.
        return f'<image {_PLACE}="{place}"'.encode() + b"\n" * block.count(b"\n") + b"/>"

    def _image(self, block: bytes) -> tuple[dict[str, str], Boxes] | None:
        try:
            parts = block.decode().split('"')
        except UnicodeDecodeError:
            return None
        layout, values = self._layout(tuple(parts[::2])), parts[1::2]
        if layout is None or not all(map(_is_plain, values[: len(layout.names)])):
            return None
        head, step = len(layout.names), len(layout.facts)
        given = dict(zip(layout.names, values, strict=False))
        if len(values) == head:
            return given, _NO_BOXES
        said = {name: values[head + place :: step] for place, name in enumerate(layout.facts)}
        try:
            boxes = self._said(said, (len(values) - head) // step)
        except (KeyError, msgspec.MsgspecError):
            return None
        return None if boxes is None else (given, boxes)

    def _layout(self, separators: tuple[str, ...]) -> _Layout | None:
        """Return what stands where between such separators; None where it is not what most are."""
        try:
            return self._layouts[separators]
        except KeyError:
            found = _layout([self._meaning(one) for one in separators])
        if len(self._layouts) < _LAYOUTS and len(separators) < _LONG:
            self._layouts[separators] = found
        return found

    def _said(self, said: Mapping[str, Sequence[str]], count: int) -> Boxes | None:
        """Return what the values say. Raises KeyError or MsgspecError where they are not what most are."""
        columns = [_coordinates(f"[{','.join(said[name])}]") for name in _POINTS]
        depths = _depths(f"[{','.join(said['z_order'])}]") if "z_order" in said else [0] * count
        if {count} != {len(depths), *map(len, columns)}:
            return None
        return Boxes(
            labels=[self._labels[name] for name in said["label"]],
            points=list(zip(*columns, strict=True)),
            occluded=[_FLAGS[flag] for flag in said.get("occluded", ["0"] * count)],
            depths=depths,
            sources=[_SOURCES[name] for name in said.get("source", ["manual"] * count)],
        )

    def _meaning(self, separator: str) -> str:
        """Return what stands between two values, without blanks that mean nothing; empty for what is not known."""
        found = self._meanings.get(separator)
        if found is None:
            found = _meaning(separator)
            if len(self._meanings) < _SEPARATORS:
                self._meanings[separator] = found
        return found


def _layout(keys: Sequence[str]) -> _Layout | None:
    head = next((place for place, key in enumerate(keys) if key.startswith(">")), 0)
    names = [keys[0].removeprefix("<image "), *keys[1:head]]
    if not head or not all(map(str.isidentifier, names)) or len(set(names)) < head:
        return None
    if len(keys) == head + 1:
        return _Layout(names, []) if keys[head] == "></image>" else None
    facts = _facts(keys[head:])
    return None if facts is None else _Layout(names, facts)


def _facts(keys: Sequence[str]) -> list[str] | None:
    """Return the attributes of boxes that all have the same ones in the same order; None for all others."""
    step = next((place for place, key in enumerate(keys) if place and not key.isidentifier()), 0)
    names = [keys[0].removeprefix("><box "), *keys[1:step]]
    first = keys[0].removeprefix(">")
    openers = {f"></box>{first}", f"/>{first}"}
    fits = step and _NEEDED.issubset(names) and _BOX.issuperset(names) and len(set(names)) == step
    if not fits or (len(keys) - 1) % step or keys[-1] not in {"></box></image>", "/></image>"}:
        return None
    if not openers.issuperset(keys[step:-1:step]):
        return None
    alike = all({name} == set(keys[place::step]) for place, name in enumerate(names) if place)
    return names if alike else None


_NO_BOXES = Boxes([], [], [], [], [])


def _is_plain(value: str) -> bool:
    """Tell whether a value is the same to a parser as it is written, where there are no references."""
    return value.isprintable() and "<" not in value


def _meaning(separator: str) -> str:
    """Return an attribute's name, tags with the name of the first attribute behind them, or tags alone."""
    if not separator.isascii() or any(letter < " " and letter not in _BLANK for letter in separator):
        return ""
    *tags, last = separator.split("<")
    if not tags:
        name = separator.strip(_BLANK).removesuffix("=")
        is_name = separator[0] in _BLANK and separator.endswith("=") if separator else False
        return name if is_name and name.isidentifier() else ""
    tag, blank, name = last.partition(" ")
    name = name.strip(_BLANK)
    opens = bool(blank) and name.endswith("=") and name[:-1].isidentifier() and separator.endswith("=")
    if not opens and (last.rstrip(_BLANK) != "/image>" or blank):
        return ""
    shown = [one.rstrip(_BLANK) for one in tags]
    return "<".join([*shown, f"{tag} {name[:-1]}" if opens else "/image>"])
