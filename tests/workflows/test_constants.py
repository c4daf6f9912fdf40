"""Constants of a document and of the engine: values in formulas, and texts in configurations."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, ran, tables
from tests.workflows.test_batches import CONTROLS, done, macro

OWN = (
    "<Constants><Constant><Namespace>User</Namespace><Name>Rate</Name><Value>1.5</Value>"
    '<IsNumeric value="True"/></Constant><Constant><Namespace>User</Namespace><Name>Code</Name><Value>007</Value>'
    '<IsNumeric value="False"/></Constant><Constant><Namespace>User</Namespace><Name>Odd</Name><Value>much</Value>'
    '<IsNumeric value="True"/></Constant></Constants>'
)


def line(expression: str, kind: str = "V_WString") -> str:
    return f'<FormulaFields><FormulaField expression="{expression}" field="x" type="{kind}" size="99"/></FormulaFields>'


def value(folder: Path, expression: str, kind: str = "V_WString", properties: str = OWN) -> object:
    canvas = Canvas(properties=properties)
    canvas.show(canvas.tool("Formula", line(expression, kind), Input=canvas.text(["a"], [2])))
    return tables(canvas, folder)["Output"][1][1]


@pytest.mark.parametrize(
    ("expression", "kind", "found"),
    [
        ("[User.Rate] * [a]", "Double", 3.0),
        ("[user.RATE] + 1", "Double", 2.5),
        ("[User.Code] + '!'", "V_WString", "007!"),
        ("'%User.Code%'", "V_WString", "007"),
        ("%User.Rate% * 2", "Double", 3.0),
        ("'<' + [Engine.WorkflowDirectory] + '>'", "V_WString", "<>"),
        ("IIF([Engine.GuiInteraction], 'a person', 'a server')", "V_WString", "a server"),
        ("'%Engine.GuiInteraction%'", "V_WString", "0"),
    ],
)
def test_constants_are_values_in_formulas_and_texts_elsewhere(
    tmp_path: Path, expression: str, kind: str, found: object
) -> None:
    escaped = expression.replace("<", "&lt;").replace(">", "&gt;")
    assert value(tmp_path, escaped, kind) == found


def test_the_documents_own_name_is_known(tmp_path: Path) -> None:
    assert value(tmp_path, "[Engine.WorkflowFileName] + '%Engine.WorkflowFileName%'") == "flow.yxmdflow.yxmd"


def test_a_field_comes_before_a_constant(tmp_path: Path) -> None:
    canvas = Canvas(properties=OWN)
    canvas.show(canvas.tool("Formula", line("[User.Code]"), Input=canvas.text(["User.Code"], ["own"])))
    assert tables(canvas, tmp_path)["Output"][1] == ("own", "own")


def test_a_number_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match=r"The constant \[User\.Odd\] is no number"):
        value(tmp_path, "[User.Odd] + 1", "Double")


def test_constants_stand_where_one_formula_is_for_several_fields(tmp_path: Path) -> None:
    canvas = Canvas(properties=OWN)
    settings = (
        '<FieldType>Numeric</FieldType><Fields><Field name="a"/><Field name="b"/></Fields>'
        '<ChangeFieldType value="False"/><CopyOutput value="False"/>'
        "<Expression>[_CurrentField_] * [User.Rate]</Expression>"
    )
    canvas.show(canvas.tool("MultiFieldFormula", settings, Input=canvas.text(["a", "b"], [2, 4])))
    assert tables(canvas, tmp_path)["Output"][1] == (3, 6)


@pytest.mark.parametrize("told", ["[Engine.IterationNumber]", "%Engine.IterationNumber%"])
def test_the_runs_of_a_batch_macro_are_counted_from_0(tmp_path: Path, told: str) -> None:
    inside = macro()
    entry = inside.tool("MacroInput", "<Name>Input1</Name>")
    first = inside.tool("Sample", "<Mode>First</Mode><N>1</N>", Input=entry)
    inside.tool("MacroOutput", "<Name>Output7</Name>", Input=inside.tool("Formula", line(told, "Int32"), Input=first))
    assert done(tmp_path, inside, [[2, "x"], [3, "x"], [4, "x"]], CONTROLS) == [
        ("a", "x"),
        (1, 0),
        (1, 1),
        (1, 2),
    ]


def test_only_runs_of_a_batch_macro_are_counted(tmp_path: Path) -> None:
    with pytest.raises(WorkflowRefused, match="a constant of the engine in its configuration is not known here"):
        value(tmp_path, "%Engine.IterationNumber%", "Int32")


def test_a_macro_knows_the_constants_of_the_engine(tmp_path: Path) -> None:
    inside = Canvas()
    settings = "<File>%Engine.WorkflowDirectory%data\\one.csv</File><FormatSpecificOptions><HeaderRow>True</HeaderRow>"
    read = inside.tool("DbFileInput", settings + "<Delimeter>,</Delimeter></FormatSpecificOptions>")
    inside.tool("MacroOutput", "<Name>Output7</Name>", Input=read)
    canvas = Canvas()
    canvas.show(canvas.macro("m.yxmc"), "Output7")
    outcome = ran(canvas.saved(tmp_path, {"m.yxmc": inside.document(), "data/one.csv": b"a\n5\n"}), tmp_path)
    assert outcome.browsed[canvas.shown["Output7"]].frame.rows() == [("5",)]
