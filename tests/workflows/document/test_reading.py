from __future__ import annotations

import pytest

from jobyard.workflows.document.graph import route
from jobyard.workflows.document.reading import MOST_TOOLS, document
from jobyard.workflows.document.record import Document, Form
from jobyard.workflows.refusals import WorkflowBroken, WorkflowRefused
from tests.workflows.drawing import Canvas, node


def read(canvas: Canvas, name: str = "flow.yxmd") -> Document:
    return document(canvas.document(), name)


def test_tools_wires_and_settings_are_read() -> None:
    canvas = Canvas(
        free_order=True,
        properties='<GlobalRecordLimit value="7"/><ConvErrorLimit value="3"/><ConvErrorLimit_Stop value="True"/>'
        '<DisableAllOutput value="True"/><Constants><Constant><Namespace>User</Namespace><Name>Rate</Name>'
        '<Value>1.5</Value><IsNumeric value="True"/></Constant></Constants>',
    )
    first = canvas.text(["a"], [1])
    canvas.tool("Filter", "<Expression>[a]&gt;0</Expression>", Input=first)
    found = read(canvas)
    assert found.form is Form.WORKFLOW
    assert [(tool.id, tool.plugin) for tool in found.tools] == [(1, "TextInput"), (2, "Filter")]
    assert found.tools[1].configuration.said("Expression") == "[a]>0"
    assert [(wire.origin, wire.port, wire.target, wire.entry) for wire in found.wires] == [(1, "Output", 2, "Input")]
    settings = found.settings
    assert (settings.record_limit, settings.conversion_limit, settings.stops_at_limit) == (7, 3, True)
    assert settings.free_order
    assert settings.no_output
    assert found.constants[0].value == "1.5"


def test_the_root_also_says_for_which_engine_a_document_was_made() -> None:
    said = Canvas().document()
    for written in (b'RunE2="T"', b'RunE2="True"'):
        newer = said.replace(b'yxmdVer="2023.1"', b'yxmdVer="2024.2" ' + written)
        assert document(newer, "flow.yxmd").settings.free_order
    assert not document(said.replace(b'"2023.1"', b'"2023.1" RunE2="F"'), "flow.yxmd").settings.free_order


def test_what_stands_in_a_container_that_is_switched_off_does_not_run() -> None:
    inner = node(11, "Filter")
    deeper = node(20, "ToolContainer").replace("</Node>", f"<ChildNodes>{inner}</ChildNodes></Node>")
    off = '<Disabled value="True"/>'
    canvas = Canvas()
    canvas.raw(node(10, "ToolContainer", off).replace("</Node>", f"<ChildNodes>{deeper}</ChildNodes></Node>"))
    canvas.raw(node(12, "ToolContainer").replace("</Node>", f"<ChildNodes>{node(13, 'Sort')}</ChildNodes></Node>"))
    found = read(canvas)
    assert {tool.id: tool.disabled for tool in found.tools} == {10: False, 20: True, 11: True, 12: False, 13: False}
    assert [tool.id for tool in route(found).tools] == [13]


def test_the_fields_that_the_original_made_are_kept() -> None:
    meta = '<MetaInfo connection="Output"><RecordInfo><Field name="a" type="Int16" size="2"/></RecordInfo></MetaInfo>'
    canvas = Canvas()
    canvas.text(["a"], [1], meta=meta)
    assert read(canvas).tools[0].expected == {"Output": ({"name": "a", "type": "Int16", "size": "2"},)}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no whole XML"),
        (b"<AlteryxDocument>", "no whole XML"),
        (b"<AlteryxDocument></Other>", "no whole XML"),
        (b"\xff\xfe\x00<", "no whole XML"),
        (b"<Workbook/>", "begins with Workbook"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><AlteryxDocument>&b;</AlteryxDocument>', "entities"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><AlteryxDocument/>', "entities"),
        (b"<AlteryxDocument>" + b"<a>" * 200 + b"</a>" * 200 + b"</AlteryxDocument>", "nested"),
        (b'<AlteryxDocument><Nodes><Node ToolID="x"/></Nodes></AlteryxDocument>', "number 'x'"),
        (b'<AlteryxDocument><Nodes><Node ToolID="1"/><Node ToolID="1"/></Nodes></AlteryxDocument>', "number 1"),
    ],
)
def test_what_is_no_workflow_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(WorkflowBroken, match=reason):
        document(data, "flow.yxmd")


def test_a_wire_to_nowhere_is_refused() -> None:
    canvas = Canvas()
    canvas.text(["a"])
    canvas.wire(1, "Output", 9, "Input")
    with pytest.raises(WorkflowBroken, match="from 1 to 9"):
        read(canvas)


def test_a_file_of_another_ending_is_refused() -> None:
    with pytest.raises(WorkflowBroken, match="yxmd"):
        document(b"<AlteryxDocument/>", "flow.xml")


def test_ten_thousand_tools_are_read_and_no_more() -> None:
    def chain(count: int) -> Canvas:
        canvas = Canvas()
        last = canvas.text(["a"], [1])
        for _ in range(count - 1):
            last = canvas.tool("BrowseV2", Input=last)
        return canvas

    found = read(chain(MOST_TOOLS))
    assert len(route(found).tools) == MOST_TOOLS
    with pytest.raises(WorkflowBroken, match="10,000"):
        read(chain(MOST_TOOLS + 1))


def test_tools_that_wait_for_each_other_are_named() -> None:
    canvas = Canvas()
    source = canvas.text(["a"])
    one = canvas.tool("Union", Input=source)
    other = canvas.tool("Filter", Input=one)
    canvas.wire(other, "True", one, "Input", "#2")
    with pytest.raises(WorkflowRefused, match=r"circle: Union \(2\), Filter \(3\)"):
        route(read(canvas))


def test_numbered_wires_come_in_the_order_of_their_numbers() -> None:
    canvas = Canvas()
    sources = [canvas.text([f"c{number}"]) for number in range(12)]
    union = canvas.tool("Union")
    for number, source in reversed(list(enumerate(sources, start=1))):
        canvas.wire(source, "Output", union, "Input", f"#{number}")
    assert [wire.origin for wire in route(read(canvas)).into[union]] == sources
