"""Workflows drawn in code: a canvas that becomes a document or a package, and a run whose tables tests look at."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from jobyard.workflows.document.package import Package
from jobyard.workflows.running import Means, Outcome, prepared, run

NOW = datetime(2026, 11, 28, 6, 30, 15)
_PLUGINS = "AlteryxBasePluginsGui"


class Canvas:
    """Tools and wires. Tools are numbered from 1 as they are drawn; `show` puts a Browse behind one."""

    def __init__(self, *, free_order: bool = False, properties: str = "") -> None:
        self._nodes: list[str] = []
        self._wires: list[str] = []
        self._number = 0
        self._properties = f'<RunWithE2 value="{free_order}"/>{properties}'
        self.shown: dict[str, int] = {}

    def tool(self, plugin: str, configuration: str = "", attributes: str = "", meta: str = "", **into: Any) -> int:
        """Draw a tool; `Input=(1, "True")` connects its entry to a port, `Input=1` to the port Output."""
        self._number += 1
        self._nodes.append(node(self._number, plugin, configuration, attributes, meta))
        for entry, origins in into.items():
            for turn, origin in enumerate(origins if isinstance(origins, list) else [origins], start=1):
                number, port = origin if isinstance(origin, tuple) else (origin, "Output")
                self.wire(number, port, self._number, entry, f"#{turn}" if isinstance(origins, list) else "")
        return self._number

    def macro(self, path: str, configuration: str = "", **into: Any) -> int:
        """Draw a macro."""
        number = self.tool("", configuration, **into)
        self._nodes[-1] = self._nodes[-1].replace("</Node>", f"<EngineSettings Macro={quoteattr(path)}/></Node>")
        return number

    def raw(self, xml: str) -> None:
        """Draw nodes by hand."""
        self._nodes.append(xml)

    def wire(self, origin: int, port: str, target: int, entry: str, name: str = "") -> None:
        said = f" name={quoteattr(name)}" if name else ""
        self._wires.append(
            f'<Connection{said}><Origin ToolID="{origin}" Connection={quoteattr(port)}/>'
            f'<Destination ToolID="{target}" Connection={quoteattr(entry)}/></Connection>'
        )

    def text(self, titles: Sequence[str], *rows: Sequence[Any], meta: str = "") -> int:
        """Draw a Text Input."""
        fields = "".join(f"<Field name={quoteattr(title)}/>" for title in titles)
        cells = "".join(
            "<r>" + "".join("<c/>" if value is None else f"<c>{escape(str(value))}</c>" for value in row) + "</r>"
            for row in rows
        )
        return self.tool("TextInput", f"<Fields>{fields}</Fields><Data>{cells}</Data>", meta=meta)

    def show(self, origin: int, port: str = "Output", name: str = "") -> int:
        """Put a Browse behind a port."""
        number = self.tool("BrowseV2", Input=(origin, port))
        self.shown[name or port] = number
        return number

    def document(self) -> bytes:
        """Return the document."""
        return (
            '<?xml version="1.0"?><AlteryxDocument yxmdVer="2023.1"><Nodes>'
            + "".join(self._nodes)
            + "</Nodes><Connections>"
            + "".join(self._wires)
            + f"</Connections><Properties>{self._properties}</Properties></AlteryxDocument>"
        ).encode()

    def saved(self, folder: Path, files: Mapping[str, bytes] | None = None, name: str = "flow.yxmd") -> Path:
        """Save the document, in a package where files belong to it."""
        folder.mkdir(parents=True, exist_ok=True)
        if files is None:
            path = folder / name
            path.write_bytes(self.document())
            return path
        path = folder / "flow.yxzp"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, self.document())
            for member, data in files.items():
                archive.writestr(member, data)
        return path


def node(number: int, plugin: str, configuration: str = "", attributes: str = "", meta: str = "") -> str:
    """Return one tool as XML."""
    family = "AlteryxGuiToolkit" if plugin == "ToolContainer" else _PLUGINS
    gui = f'<GuiSettings Plugin="{family}.{plugin}.{plugin}"/>' if plugin else "<GuiSettings/>"
    return (
        f'<Node ToolID="{number}">{gui}<Properties><Configuration {attributes}>{configuration}</Configuration>'
        f"{meta}</Properties></Node>"
    )


def means(folder: Path, **more: Any) -> Means:
    """Return the means of a run that writes into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Means(now=NOW, result_file=lambda name, media_type: folder / name, **more)


def ran(
    path: Path, folder: Path, answers: Mapping[str, str] | None = None, outcome: Outcome | None = None, **more: Any
) -> Outcome:
    """Run what stands in a file."""
    with Package(path) as package:
        outcome = outcome or Outcome(prepared(package.main()))
        return run(package, answers or {}, means(folder, **more), outcome)


def tables(canvas: Canvas, folder: Path, **more: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Run a canvas, and return what its Browse tools saw, with the fields' names as the first record."""
    outcome = ran(canvas.saved(folder), folder, **more)
    return {
        name: [tuple(field.name for field in outcome.browsed[number].fields), *outcome.browsed[number].frame.rows()]
        for name, number in canvas.shown.items()
        if number in outcome.browsed
    }


def typed(canvas: Canvas, folder: Path, name: str = "Output") -> list[str]:
    """Run a canvas, and return the types of a Browse's fields."""
    outcome = ran(canvas.saved(folder), folder)
    return [f"{field.type}:{field.size}" for field in outcome.browsed[canvas.shown[name]].fields]


def told(outcome: Outcome, *statuses: int) -> list[tuple[int, str, int]]:
    """Return the messages of some statuses."""
    return [(one.status, one.text, one.tool) for one in outcome.messages.told if one.status in statuses]
