"""What stands in a label file: labels line by line, or boxes in Pascal VOC's XML. Strict, bounded, and pure.

Whoever wrote the file may mean harm: entities, other encodings, endless lists and numbers that are none are refused.
"""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

from jobyard.datasets.messages import Box
from jobyard.datasets.sorting import LABEL_LIMIT

SIZE_LIMIT = 1024 * 1024
"""Bytes of the largest label file."""
MOST = 5_000
"""The most labels or boxes of one file."""
_MOST_POINTS = 1_000
_LARGEST = 1e7


class Unreadable(Exception):
    """A label file cannot be read; the text says why."""


def lines(data: bytes) -> tuple[str, ...]:
    """Return the labels of a text file, one a line, each once. Raises Unreadable."""
    told = (line.strip() for line in _text(data).splitlines())
    found = tuple(dict.fromkeys(line for line in told if line))
    if len(found) > MOST:
        raise Unreadable(f"it holds more than {MOST:,} labels")
    return tuple(_label(one) for one in found)


def boxes(data: bytes) -> tuple[Box, ...]:
    """Return the boxes of a Pascal VOC file. Raises Unreadable."""
    text = _text(data)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("it declares entities, which is refused")
    try:
        # Nothing can be declared in it any more.
        root = ET.fromstring(text.encode(), parser=ET.XMLParser(encoding="utf-8"))  # noqa: S314
    except (ET.ParseError, ValueError) as error:
        raise Unreadable(f"it is not well-formed XML ({error})") from None
    if root.tag != "annotation":
        raise Unreadable("it is no Pascal VOC annotation")
    found = root.findall("object")
    if len(found) > MOST:
        raise Unreadable(f"it holds more than {MOST:,} boxes")
    return tuple(_box(one) for one in found)


def _box(thing: ET.Element) -> Box:
    name = _label((thing.findtext("name") or "").strip())
    corners = thing.find("bndbox")
    if corners is not None:
        left, top, right, bottom = (_number(corners.findtext(tag), name) for tag in ("xmin", "ymin", "xmax", "ymax"))
        if right < left or bottom < top:
            raise Unreadable(f"the box of {name} is turned inside out")
        return Box(label=name, points=(left, top, right, bottom))
    outline = thing.find("polygon")
    if outline is None:
        raise Unreadable(f"the object {name} has neither a bndbox nor a polygon")
    points = list[float]()
    while len(points) < 2 * _MOST_POINTS and outline.find(f"x{len(points) // 2 + 1}") is not None:
        place = len(points) // 2 + 1
        points += [_number(outline.findtext(f"x{place}"), name), _number(outline.findtext(f"y{place}"), name)]
    if len(points) < 6:
        raise Unreadable(f"the polygon of {name} has fewer than three points")
    return Box(label=name, points=tuple(points))


def _number(text: str | None, name: str) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not abs(number) <= _LARGEST:
        raise Unreadable(f"a corner of {name} is no number")
    return number


def _label(name: str) -> str:
    if not name or len(name) > LABEL_LIMIT or not name.isprintable():
        raise Unreadable(f"a label in it is not 1 to {LABEL_LIMIT} printable characters")
    return name


def _text(data: bytes) -> str:
    if len(data) > SIZE_LIMIT:
        raise Unreadable(f"it is larger than {SIZE_LIMIT // 1024:,} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8") from None
    if "\0" in text:
        raise Unreadable("it holds a NUL")
    return text
