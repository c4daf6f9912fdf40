"""A workflow as a picture."""

from __future__ import annotations

import random

import pytest

from jobyard.workflows import canvas as room
from jobyard.workflows.canvas import canvas
from jobyard.workflows.document.reading import document
from tests.workflows.drawing import Canvas


def placed(drawn: Canvas, *places: tuple[str, str]) -> bytes:
    """Return the document of a canvas whose tools say where they stand."""
    said = drawn.document().decode()
    for number, (x, y) in enumerate(places, start=1):
        head, mark, tail = said.partition(f'<Node ToolID="{number}"><GuiSettings Plugin=')
        plugin, _, rest = tail.partition("/>")
        said = f'{head}{mark}{plugin}><Position x="{x}" y="{y}" width="60"/></GuiSettings>{rest}'
    return said.encode()


def chain() -> Canvas:
    drawn = Canvas()
    source = drawn.text(["a"], [1])
    middle = drawn.tool("Filter", Input=source)
    drawn.show(middle, "True")
    return drawn


def spots(data: bytes) -> dict[int, tuple[int, int]]:
    return {one.tool: (one.x, one.y) for one in canvas(document(data, "a.yxmd"), {}).spots}


def test_tools_stand_where_the_document_says_from_the_upper_left_on() -> None:
    data = placed(chain(), ("54", "-20"), ("150.5", "80"), (" 246 ", "-20"))
    assert spots(data) == {1: (0, 0), 2: (96, 100), 3: (192, 0)}


@pytest.mark.parametrize("wrong", [("", "1"), ("1", "x"), ("1e3", "1"), ("1234567", "1"), ("-", "1"), ("٣", "1")])
def test_where_one_tool_says_nothing_all_are_put_into_columns(wrong: tuple[str, str]) -> None:
    assert spots(placed(chain(), ("54", "54"), wrong, ("5", "5"))) == {1: (0, 0), 2: (130, 0), 3: (260, 0)}


def test_tools_on_one_spot_are_put_into_columns() -> None:
    assert spots(placed(chain(), ("54", "54"), ("54", "54"), ("5", "5")))[3] == (260, 0)


def test_each_tool_stands_behind_all_that_it_takes_from() -> None:
    seed = 11
    print(f"seed {seed}")
    draw, drawn = random.Random(seed), Canvas()
    numbers = [drawn.text(["a"], [1])]
    for _ in range(40):
        numbers.append(drawn.tool("Union", Input=draw.sample(numbers, min(len(numbers), draw.randint(1, 3)))))
    found = canvas(document(drawn.document(), "a.yxmd"), {})
    places = {one.tool: (one.x, one.y) for one in found.spots}
    assert len(set(places.values())) == len(numbers) == 41
    assert len(found.wires) >= 40
    assert all(places[wire.origin][0] < places[wire.target][0] for wire in found.wires)


def test_a_circle_is_drawn_too() -> None:
    drawn = Canvas()
    first = drawn.tool("RecordID")
    drawn.wire(drawn.tool("RecordID", Input=first), "Output", first, "Input")
    assert len(set(spots(drawn.document()).values())) == 2


def test_what_is_switched_off_is_told_and_what_holds_others_is_no_tool() -> None:
    drawn = Canvas()
    drawn.raw(
        '<Node ToolID="7"><GuiSettings Plugin="AlteryxGuiToolkit.ToolContainer.ToolContainer"/><Properties>'
        '<Configuration><Disabled value="True"/></Configuration></Properties><ChildNodes><Node ToolID="8">'
        '<GuiSettings Plugin="AlteryxBasePluginsGui.Filter.Filter"/><Properties><Configuration/></Properties></Node>'
        "</ChildNodes></Node>"
    )
    found = canvas(document(drawn.document(), "a.yxmd"), {8: "Sieve"})
    assert [(one.tool, one.title, one.off) for one in found.spots] == [(8, "Sieve", True)]


def test_of_very_many_tools_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST", 2)
    assert canvas(document(chain().document(), "a.yxmd"), {}) == room.Canvas()
    assert canvas(document(Canvas().document(), "a.yxmd"), {}) == room.Canvas()


def test_a_connection_is_drawn_once_and_very_many_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    data = chain().document()
    begins, ends = data.index(b"<Connection>"), data.index(b"</Connections>")
    many = document(data[:ends] + data[begins:ends] * 50 + data[ends:], "a.yxmd")
    assert (len(many.wires), len(canvas(many, {}).wires)) == (102, 2)
    monkeypatch.setattr(room, "MOST_WIRES", 1)
    assert canvas(many, {}) == room.Canvas()
