"""From the XML of a document to its records."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.workflows.document.markup import Element, read
from jobyard.workflows.document.questions import actions, questions
from jobyard.workflows.document.record import Batch, Constant, Document, Form, Settings, Tool, Wire
from jobyard.workflows.refusals import WorkflowBroken

MOST_TOOLS = 10_000
MOST_WIRES = 100_000
_INTERFACE = "AlteryxGuiToolkit."
_YES = frozenset({"T", "True"})
"""How a document's root says that it was made for the newer engine."""
_FORMS = {form.value: form for form in Form}


def document(data: bytes, file: str) -> Document:
    """Return what a document says. Raises WorkflowBroken."""
    form = _FORMS.get(file.rpartition(".")[2].lower())
    if form is None:
        raise WorkflowBroken(file=file, reason="its name ends neither in .yxmd nor in .yxwz nor in .yxmc")
    root = read(data, file)
    if root.name != "AlteryxDocument":
        raise WorkflowBroken(file=file, reason=f"it begins with {root.name[:64]}, not with AlteryxDocument")
    tools = _tools(root, file)
    wires = _wires(root, file, {tool.id for tool in tools})
    asked = questions(root)
    properties = root.first("Properties") or Element("Properties")
    return Document(
        file=file,
        form=form,
        tools=tools,
        wires=wires,
        settings=_settings(properties, newer=root.attributes.get("RunE2", "") in _YES),
        constants=tuple(_constants(properties)),
        questions=asked,
        actions=actions(root, {one.id for one in asked}, wires),
        batch=_batch(root) if any(tool.plugin == "ControlParam" for tool in tools) else None,
        is_iterative=any(tool.plugin in {"IterationInput", "IterationOutput"} for tool in tools),
    )


def _batch(root: Element) -> Batch:
    place = ("Properties", "RuntimeProperties", "BatchMacro")
    names = [one.said("Name").strip() for one in root.every(*place, "ControlParams", "ControlParam")]
    return Batch(controls=tuple(names), output_mode=root.said(*place, "OutputMode").strip())


def _tools(root: Element, file: str) -> tuple[Tool, ...]:
    found: dict[int, Tool] = {}
    waiting: list[tuple[Element, bool]] = [(node, False) for node in reversed(root.every("Nodes", "Node"))]
    while waiting:
        node, disabled = waiting.pop()
        tool = _tool(node, disabled, file)
        if tool.id in found:
            raise WorkflowBroken(file=file, reason=f"two tools have the number {tool.id}")
        found[tool.id] = tool
        if len(found) > MOST_TOOLS:
            raise WorkflowBroken(file=file, reason=f"it has more than {MOST_TOOLS:,} tools")
        off = disabled or (node.first("Properties", "Configuration", "Disabled") is not None and _is_off(node))
        waiting += [(child, off) for child in reversed(node.every("ChildNodes", "Node"))]
    return tuple(found.values())


def _is_off(node: Element) -> bool:
    """Tell whether a container is switched off; a control container says so in the same way."""
    return node.flag("Properties", "Configuration", "Disabled")


def _tool(node: Element, disabled: bool, file: str) -> Tool:  # noqa: FBT001 - handed down along the containers
    plugin = (node.first("GuiSettings") or Element("")).attributes.get("Plugin", "")
    settings = node.first("EngineSettings") or Element("")
    return Tool(
        id=_number(node.attributes.get("ToolID", ""), file),
        plugin=plugin.rpartition(".")[2],
        interface=plugin.startswith(_INTERFACE),
        macro=settings.attributes.get("Macro", "").strip(),
        configuration=node.first("Properties", "Configuration") or Element("Configuration"),
        disabled=disabled,
        place=_place(node.first("GuiSettings", "Position")),
        expected={
            info.attributes.get("connection", "Output"): tuple(
                field.attributes for field in info.every("RecordInfo", "Field")
            )
            for info in node.every("Properties", "MetaInfo")
        },
    )


def _place(position: Element | None) -> tuple[int, int] | None:
    """Return where a tool stands; None where that is not said in numbers that a picture could have."""
    told = position.attributes if position is not None else {}
    x, y = (_pixel(told.get(axis, "")) for axis in ("x", "y"))
    return (x, y) if x is not None and y is not None else None


def _pixel(said: str) -> int | None:
    whole = said.strip().partition(".")[0]
    digits = whole.removeprefix("-")
    return int(whole) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


def _wires(root: Element, file: str, known: set[int]) -> tuple[Wire, ...]:
    found = []
    for connection in root.every("Connections", "Connection"):
        origin = connection.first("Origin") or Element("")
        target = connection.first("Destination") or Element("")
        wire = Wire(
            origin=_number(origin.attributes.get("ToolID", ""), file),
            port=origin.attributes.get("Connection", "Output"),
            target=_number(target.attributes.get("ToolID", ""), file),
            entry=target.attributes.get("Connection", "Input"),
            name=connection.attributes.get("name", ""),
        )
        if not {wire.origin, wire.target} <= known:
            raise WorkflowBroken(
                file=file, reason=f"a connection from {wire.origin} to {wire.target} names a tool that is not there"
            )
        found.append(wire)
    if len(found) > MOST_WIRES:
        raise WorkflowBroken(file=file, reason=f"it has more than {MOST_WIRES:,} connections")
    return tuple(found)


def _settings(properties: Element, *, newer: bool) -> Settings:
    return Settings(
        record_limit=_count(properties.value("GlobalRecordLimit"), 0),
        conversion_limit=_count(properties.value("ConvErrorLimit"), 10),
        stops_at_limit=properties.flag("ConvErrorLimit_Stop"),
        free_order=newer or properties.flag("RunWithE2"),
        no_output=properties.flag("DisableAllOutput"),
    )


def _constants(properties: Element) -> Iterator[Constant]:
    for constant in properties.every("Constants", "Constant"):
        yield Constant(
            namespace=constant.said("Namespace").strip(),
            name=constant.said("Name").strip(),
            value=constant.value("Value"),
            numeric=constant.flag("IsNumeric"),
        )


def _number(said: str, file: str) -> int:
    if said.isascii() and said.isdigit() and len(said) <= 9:
        return int(said)
    raise WorkflowBroken(file=file, reason=f"a tool has the number {said[:32]!r}")


def _count(said: str, otherwise: int) -> int:
    said = said.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else otherwise
