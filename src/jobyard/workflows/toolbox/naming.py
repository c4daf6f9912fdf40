"""A document in the names that the tools here have: Designer's own macros become tools, and wires say their entries."""

from __future__ import annotations

from msgspec.structs import replace

from jobyard.workflows.document.package import Package
from jobyard.workflows.document.record import Document, Tool, Wire
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.registry import MACROS, craft

_HOME = "runtimedata/macros/"
"""The folder in which Designer keeps the macros that it brings along."""


def settled(document: Document, package: Package) -> Document:
    """Return the document with its tools and wires as they are known here.

    A macro that the package holds is somebody's own, whatever it is called.
    """
    tools = tuple(_tool(tool, document, package) for tool in document.tools)
    crafts = {tool.id: craft(tool) for tool in tools}
    wires = tuple(_wire(wire, crafts) for wire in document.wires)
    return replace(document, tools=tools, wires=wires)


def _tool(tool: Tool, document: Document, package: Package) -> Tool:
    if tool.plugin or not tool.macro:
        return tool
    path = tool.macro.replace("\\", "/").lower()
    brought = MACROS.get(path.rpartition("/")[2])
    from_home = "/" not in path or _HOME in path
    if brought is None or not from_home or package.find(tool.macro, document) is not None:
        return tool
    return replace(tool, plugin=brought)


def _wire(wire: Wire, crafts: dict[int, type[Craft] | None]) -> Wire:
    origin, target = crafts.get(wire.origin), crafts.get(wire.target)
    port = wire.port if origin is None else _named(origin, wire.port, origin.ports)
    entry = wire.entry if target is None else _named(target, wire.entry, target.entries)
    return wire if (port, entry) == (wire.port, wire.entry) else replace(wire, port=port, entry=entry)


def _named(how: type[Craft], name: str, known: tuple[str, ...]) -> str:
    """Return which of the known names is meant; the name itself where none is."""
    if name in known or not known:
        return name
    if how.any_name and len(known) == 1:
        return known[0]
    meant = how.aliases.get(name, name)
    return meant if meant in known else name
