"""Detours: which tools run, and which do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, ran, tables

OUT = '<File FileFormat="0">{}.csv</File><FormatSpecificOptions><CodePage>65001</CodePage></FormatSpecificOptions>'


def sums(field: str) -> str:
    return f'<SummarizeFields><SummarizeField field="{field}" action="Sum" rename="n"/></SummarizeFields>'


def drawn(right: str) -> Canvas:
    canvas = Canvas()
    detour = canvas.tool("Detour", f'<DetourRight value="{right}"/>', Input=canvas.text(["a"], [1], [2]))
    left = canvas.tool("Summarize", sums("a"), Input=(detour, "Left"))
    canvas.tool("DbFileOutput", OUT.format("left"), Input=left)
    canvas.tool("DbFileOutput", OUT.format("right"), Input=(detour, "Right"))
    canvas.show(left, name="left")
    canvas.show(canvas.tool("DetourEnd", Left=left, Right=(detour, "Right")), name="end")
    return canvas


@pytest.mark.parametrize(
    ("right", "end", "written"),
    [("False", [("n",), (3,)], ["left.csv"]), ("True", [("a",), (1,), (2,)], ["right.csv"])],
)
def test_only_what_lies_on_the_open_way_is_done(
    tmp_path: Path, right: str, end: list[tuple[Any, ...]], written: list[str]
) -> None:
    canvas = drawn(right)
    found = tables(canvas, tmp_path / "out")
    assert found["end"] == end
    assert ("left" in found) == (right == "False")
    assert [path.name for path in (tmp_path / "out").glob("*.csv")] == written


def test_a_tool_that_also_takes_from_a_closed_way_does_not_run(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    detour = canvas.tool("Detour", '<DetourRight value="False"/>', Input=source)
    union = "<Mode>ByName</Mode><ByName_OutputMode>All</ByName_OutputMode>"
    canvas.show(canvas.tool("AppendFields", Targets=source, Source=(detour, "Right")), name="appended")
    canvas.show(canvas.tool("Union", union, Input=[source, (detour, "Right")]), name="union")
    canvas.show(canvas.tool("DetourEnd", Left=(detour, "Right"), Right=(detour, "Right")), name="nothing")
    assert tables(canvas, tmp_path) == {"union": [("a",), (1,)]}


def test_a_macro_may_close_one_of_its_exits(tmp_path: Path) -> None:
    macro = Canvas()
    entry = macro.tool("MacroInput", "<Name>In</Name>")
    detour = macro.tool("Detour", '<DetourRight value="True"/>', Input=entry)
    macro.tool("MacroOutput", "<Name>A</Name>", Input=(detour, "Left"))
    macro.tool("MacroOutput", "<Name>B</Name>", Input=(detour, "Right"))
    canvas = Canvas()
    used = canvas.macro("one.yxmc", In=canvas.text(["a"], [1]))
    canvas.show(used, "A")
    canvas.show(used, "B")
    outcome = ran(canvas.saved(tmp_path, {"one.yxmc": macro.document()}), tmp_path)
    assert [outcome.browsed[number].frame.rows() for number in canvas.shown.values() if number in outcome.browsed] == [
        [(1,)]
    ]


def test_ways_that_nobody_understands_are_told(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    canvas.tool("DetourEnd", Left=source, Right=source)
    with pytest.raises(ToolFailed, match="records come on both of its ways"):
        ran(canvas.saved(tmp_path), tmp_path)
    canvas = Canvas()
    canvas.tool("Detour", "<Other/>", Input=canvas.text(["a"], [1]))
    with pytest.raises(WorkflowRefused, match="the setting 'Other' is not done here"):
        ran(canvas.saved(tmp_path), tmp_path)
