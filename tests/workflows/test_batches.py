"""Macros that run once for each record of their control."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, ran, told

CONTROLS = '<Value name="BatchMacroGroupBy"/><Value name="ControlParams">Floor=least\nMark=mark\n</Value>'


def macro(mode: str = "AllSame", actions: str = "", names: tuple[str, ...] = ("Floor", "Mark")) -> Canvas:
    """Begin a batch macro whose control parameters are the tools from 50 on."""
    asked = "".join(
        f'<Question><Type>ControlParam</Type><Name>{name}</Name><ToolId value="{50 + turn}"/></Question>'
        for turn, name in enumerate(names)
    )
    listed = "".join(f"<ControlParam><Name>{name}</Name></ControlParam>" for name in names)
    canvas = Canvas(
        properties=f"<RuntimeProperties><Questions>{asked}</Questions><Actions>{actions}</Actions><BatchMacro>"
        f"<OutputMode>{mode}</OutputMode><ControlParams>{listed}</ControlParams></BatchMacro></RuntimeProperties>"
    )
    for turn, _ in enumerate(names):
        canvas.raw(
            f'<Node ToolID="{50 + turn}"><GuiSettings Plugin="AlteryxGuiToolkit.Questions.ControlParam.ControlParam"/>'
            "<Properties><Configuration/></Properties></Node>"
        )
    return canvas


def choosing(mode: str = "AllSame") -> Canvas:
    """Draw one that keeps what is not below a floor, and marks it."""
    canvas = macro(mode)
    entry = canvas.tool("MacroInput", "<Name>Input1</Name>")
    above = "<Mode>Custom</Mode><Expression>[a] &gt;= %Question.ControlParam.Floor%</Expression>"
    kept = canvas.tool("Filter", above, Input=entry)
    mark = "'%Question.ControlParam.Mark%'"
    line = f'<FormulaFields><FormulaField expression="{mark}" field="m" type="V_String" size="20"/></FormulaFields>'
    canvas.tool("MacroOutput", "<Name>Output7</Name>", Input=canvas.tool("Formula", line, Input=(kept, "True")))
    return canvas


def done(
    folder: Path, inside: Canvas, rows: list[list[Any]], said: str = CONTROLS, files: dict[str, bytes] | None = None
) -> list[tuple[Any, ...]]:
    canvas = Canvas()
    control, data = canvas.text(["least", "mark"], *rows), canvas.text(["a"], [1], [2], [3])
    entries = {"Input1": data} if b"MacroInput" in inside.document() else {}
    canvas.show(canvas.macro("each.yxmc", said, Control=control, **entries), "Output7")
    outcome = ran(canvas.saved(folder, {"each.yxmc": inside.document()} | (files or {})), folder)
    table = outcome.browsed[canvas.shown["Output7"]]
    return [tuple(one.name for one in table.fields), *table.frame.rows()]


def test_a_batch_macro_runs_once_for_each_record_on_all_that_comes_in(tmp_path: Path) -> None:
    found = done(tmp_path, choosing(), [[2, "low"], [3, "high"], [9, "none"]])
    assert found == [("a", "m"), (2, "low"), (3, "low"), (3, "high")]


READING = (
    '<Action><Type>UpdateValue</Type><ToolId value="60"/><Expression>[#1]</Expression>'
    "<Destination>1/File</Destination></Action>"
)


def reading(mode: str, action: str = READING) -> Canvas:
    """Draw one that reads the file that its control says."""
    canvas = macro(mode, action, names=("Path",))
    canvas.raw(
        '<Node ToolID="60"><GuiSettings Plugin="AlteryxGuiToolkit.Action.Action"/>'
        "<Properties><Configuration/></Properties></Node>"
    )
    canvas.wire(50, "Question", 60, "Question")
    file = '<File FileFormat="0">drawn.csv</File><FormatSpecificOptions><HeaderRow>True</HeaderRow></FormatSpecificOptions>'
    canvas.tool("MacroOutput", "<Name>Output7</Name>", Input=canvas.tool("DbFileInput", file))
    return canvas


PATHS = '<Value name="BatchMacroGroupBy"/><Value name="ControlParams">Path=mark</Value>'
FILES = {"one.csv": b"x,y\n1,2\n", "two.csv": b"y,z\n3,4\n", "three.csv": b"x\n5\n"}
NAMES = [[0, name] for name in FILES]


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("ByName", [("x", "y", "z"), ("1", "2", None), (None, "3", "4"), ("5", None, None)]),
        ("ByPos", [("x", "y"), ("1", "2"), ("3", "4"), ("5", None)]),
    ],
)
def test_an_action_of_a_control_names_a_file_for_each_run(
    tmp_path: Path, mode: str, wanted: list[tuple[Any, ...]]
) -> None:
    assert done(tmp_path, reading(mode), NAMES, PATHS, FILES) == wanted


def test_runs_that_shall_be_alike_and_are_not_end_the_run(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="its run 2 gives other fields than its first"):
        done(tmp_path, reading("AllSame"), NAMES, PATHS, FILES)
    with pytest.raises(ToolFailed, match=r"Input Data \(1\): the file 'gone.csv' is not in the package"):
        done(tmp_path, reading("AllSame"), [[0, "one.csv"], [0, "gone.csv"]], PATHS, FILES)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no record comes into its control"),
        ([[2, "low"], [3, None]], "its control parameter 'Mark' is null in record 2"),
        ([["2 +", "low"]], r"in its macro, Filter \(2\)"),
    ],
)
def test_controls_that_do_not_run_end_the_run(tmp_path: Path, rows: list[list[Any]], said: str) -> None:
    with pytest.raises(ToolFailed, match=said):
        done(tmp_path, choosing(), rows)
    assert not list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize(
    ("inside", "controls", "said"),
    [
        (choosing("Sideways"), CONTROLS, "the way 'Sideways' of putting together"),
        (choosing(), CONTROLS.replace("Mark=mark", ""), "a control parameter such as 'Mark' without a field"),
        (choosing(), CONTROLS.replace('GroupBy"/>', 'GroupBy">a</Value>'), "giving each run of a macro some of"),
        (reading("ByName", READING.replace("#1", "#2")), PATHS, "computes its value"),
    ],
)
def test_what_is_not_known_of_a_batch_macro_is_named(tmp_path: Path, inside: Canvas, controls: str, said: str) -> None:
    with pytest.raises(WorkflowRefused, match=said):
        done(tmp_path, inside, [[2, "low"]], controls)


def test_an_iterative_macro_and_a_control_without_records_are_refused(tmp_path: Path) -> None:
    canvas = Canvas()
    canvas.macro("each.yxmc", CONTROLS, Input1=canvas.text(["a"], [1]))
    with pytest.raises(WorkflowRefused, match="nothing is connected to its macro's control"):
        ran(canvas.saved(tmp_path, {"each.yxmc": choosing().document()}), tmp_path)
    again = Canvas()
    again.tool("IterationOutput", "", Input=again.tool("IterationInput"))
    canvas = Canvas()
    canvas.macro("again.yxmc", "")
    with pytest.raises(WorkflowRefused, match="a macro that runs again and again is not done here"):
        ran(canvas.saved(tmp_path, {"again.yxmc": again.document()}), tmp_path)


def test_what_a_run_loses_is_told_of_the_macro(tmp_path: Path) -> None:
    canvas = Canvas()
    inside = macro(names=("Floor",))
    line = '<FormulaFields><FormulaField expression="[#]" field="n" type="Byte"/></FormulaFields>'.replace(
        "[#]", "%Question.Floor%"
    )
    inside.tool(
        "MacroOutput", "<Name>Output7</Name>", Input=inside.tool("Formula", line, Input=inside.text(["a"], [1]))
    )
    said = '<Value name="ControlParams">Floor=least</Value>'
    used = canvas.macro("each.yxmc", said, Control=canvas.text(["least"], [7], [300]))
    canvas.show(used, "Output7")
    outcome = ran(canvas.saved(tmp_path, {"each.yxmc": inside.document()}), tmp_path)
    assert outcome.browsed[canvas.shown["Output7"]].frame["n"].to_list() == [7, None]
    assert [(text, tool) for _, text, tool in told(outcome, 5) if tool == used]
