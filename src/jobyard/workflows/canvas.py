"""A workflow as a picture: where its tools stand, and what connects them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from jobyard.workflows.document.record import Document, Tool, Wire

MOST = 400
"""Tools that are drawn; a picture of more shows nothing."""
MOST_WIRES = 4_000
"""Connections that are drawn, each once."""
_APART = (130, 100)
"""Pixels between tools, across and down, where the document does not say where they stand."""


class Spot(Struct, frozen=True, kw_only=True):
    """A tool, and the pixel where the upper left corner of its picture is."""

    tool: int
    title: str
    x: int
    y: int
    off: bool = False
    """Whether it stands in a container that is switched off."""


class Canvas(Struct, frozen=True, kw_only=True):
    """What is drawn. No tools where there are too many, or where nothing is known of them."""

    spots: tuple[Spot, ...] = ()
    wires: tuple[Wire, ...] = ()


def canvas(document: Document, titles: Mapping[int, str]) -> Canvas:
    """Return where the tools of a document stand that work on records; `titles` are what else they are called by."""
    tools = {tool.id: tool for tool in document.tools if not tool.interface}
    if not tools or len(tools) > MOST:
        return Canvas()
    wires = tuple(dict.fromkeys(wire for wire in document.wires if wire.origin in tools and wire.target in tools))
    if len(wires) > MOST_WIRES:
        return Canvas()
    places = _said(tools.values()) or _in_columns(list(tools), wires)
    left, top = (min(place[axis] for place in places.values()) for axis in (0, 1))
    return Canvas(
        spots=tuple(
            Spot(
                tool=number,
                title=titles.get(number, tool.title),
                x=places[number][0] - left,
                y=places[number][1] - top,
                off=tool.disabled,
            )
            for number, tool in tools.items()
        ),
        wires=wires,
    )


def _said(tools: Iterable[Tool]) -> dict[int, tuple[int, int]]:
    """Return where a document says that its tools stand; nothing where it leaves one out or puts two on one spot."""
    places = {tool.id: tool.place for tool in tools}
    known = {number: place for number, place in places.items() if place is not None}
    return known if len(set(known.values())) == len(places) else {}


def _in_columns(tools: list[int], wires: Iterable[Wire]) -> dict[int, tuple[int, int]]:
    """Place each tool in the column behind all that it takes records from, one below the other."""
    after, before = defaultdict[int, list[int]](list), Counter[int]()
    for wire in wires:
        after[wire.origin].append(wire.target)
        before[wire.target] += 1
    columns = dict.fromkeys(tools, 0)
    ready = [tool for tool in tools if not before[tool]]
    while ready:
        tool = ready.pop()
        for target in after[tool]:
            columns[target] = max(columns[target], columns[tool] + 1)
            before[target] -= 1
            if not before[target]:
                ready.append(target)
    rows = Counter[int]()
    places = {}
    for tool in tools:
        column = columns[tool]
        places[tool] = (column * _APART[0], rows[column] * _APART[1])
        rows[column] += 1
    return places
