from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from jobyard.kinds import Cancelled
from jobyard.workflows.document.package import Package
from jobyard.workflows.document.titles import title_of
from jobyard.workflows.planning import planned
from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from jobyard.workflows.running import Outcome, prepared
from tests.workflows.drawing import Canvas, means, ran, tables, told

OUT = '<File FileFormat="0">C:\\results\\{}</File><FormatSpecificOptions><CodePage>65001</CodePage></FormatSpecificOptions>'


def outcome_of(path: Path) -> Outcome:
    with Package(path) as package:
        return Outcome(prepared(package.main()))


def refused(canvas: Canvas, folder: Path, **more: Any) -> tuple[str, Outcome]:
    path = canvas.saved(folder / "in")
    outcome = outcome_of(path)
    with pytest.raises(WorkflowRefused) as caught:
        ran(path, folder / "out", outcome=outcome, **more)
    assert list((folder / "out").iterdir()) == []
    return caught.value.sentence, outcome


def test_an_unknown_tool_is_named_before_anything_is_written(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    canvas.tool("DbFileOutput", OUT.format("out.csv"), Input=source)
    strange = canvas.tool("RunCommand", "<Command>rm</Command>", Input=source)
    sentence, outcome = refused(canvas, tmp_path)
    assert sentence == f"This workflow cannot run here: Run Command ({strange}): this tool is not done here."
    assert told(outcome, 3) == [
        (3, f"Run Command ({strange}): this tool is not done here", strange),
        (3, sentence, -1),
    ]


@pytest.mark.parametrize(
    ("plugin", "configuration", "problem"),
    [
        ("Filter", "<Mode>Simple</Mode><Simple><Operator>Around</Operator></Simple>", "the condition 'Around'"),
        ("Filter", "<Mode>Custom</Mode><Expression>Fly([a])</Expression>", "no function FLY"),
        (
            "Formula",
            '<FormulaFields><FormulaField expression="1 +" field="b" type="Byte"/></FormulaFields>',
            "too early",
        ),
        ("Sort", '<SortInfo locale="1041"><Field field="a" order="Ascending"/></SortInfo>', "language 1041"),
        ("Sample", "<Mode>Cluster</Mode><N>1</N>", "'Cluster'"),
        ("Sample", "<Mode>First</Mode><N>x</N>", "the number 'x'"),
        ("Union", "<Mode>Manual</Mode>", "'Manual'"),
        (
            "Summarize",
            '<SummarizeFields><SummarizeField field="a" action="SpatialCombine"/></SummarizeFields>',
            "Spatial",
        ),
        ("CrossTab", '<Methods><Method method="Percent"/></Methods>', "'Percent'"),
        ("RegEx", '<Method>Match</Method><RegExExpression value="(?=a)"/>', "not one that is run here"),
        ("TextToColumns", '<NumFields value="2"/><Flags value="1"/>', "quotes or brackets"),
        ("DateTime", "<Language>Klingon</Language><Format>yyyy</Format>", "'Klingon'"),
        ("MultiRowFormula", "<OtherRows>Wrap</OtherRows><Expression>1</Expression>", "'Wrap'"),
        ("Message", "<When>Full moon</When><MessageExpression>1</MessageExpression>", "Full moon"),
        ("AlteryxSelect", '<CommaDecimal value="True"/>', "comma"),
        ("DbFileOutput", '<File FileFormat="64">x.hyper</File>', "writing Tableau's hyper"),
        ("DbFileOutput", '<File FileFormat="8">x.xls</File>', "writing xls"),
        ("DbFileOutput", '<File FileFormat="23">odbc:DSN=x|||t</File>', "writing ODBC"),
        ("DbFileOutput", '<File FileFormat="0">x.csv</File><MultiFile value="True"/>', "for each value"),
        ("RecordID", "<FieldType>Blob</FieldType>", "the type 'Blob'"),
        ("Filter", "<Mode>Custom</Mode><Expression>[a] = '%Engine.Version%'</Expression>", "constant of the engine"),
    ],
)
def test_a_setting_that_is_not_done_here_is_named(
    tmp_path: Path, plugin: str, configuration: str, problem: str
) -> None:
    canvas = Canvas()
    tool = canvas.tool(plugin, configuration, Input=canvas.text(["a"], [1]))
    sentence, _ = refused(canvas, tmp_path)
    assert f"{title_of(plugin)} ({tool}): " in sentence
    assert problem in sentence


def test_wires_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    canvas = Canvas()
    source, other = canvas.text(["a"], [1]), canvas.text(["a"], [1])
    parted = canvas.tool("Filter", "<Expression>True</Expression>", Input=[source, other])
    canvas.tool("Sort", "", Input=(parted, "Maybe"))
    canvas.tool("Sample", "<Mode>First</Mode><N>1</N>")
    canvas.tool("Join", "", Left=source, Middle=other)
    with Package(canvas.saved(tmp_path)) as package:
        plan = planned(package.main(), package)
    problems = {look.tool: look.problems for look in plan.looks if look.problems}
    assert not plan.runs
    assert problems[3] == ("2 connections lead into its entry 'Input', which takes one", "it has no exit 'Maybe'")
    assert problems[5] == ("nothing is connected to its entry 'Input'",)
    assert "it has no entry 'Middle'" in problems[6]
    assert "nothing is connected to its entry 'Right'" in problems[6]


def test_the_plan_tells_what_goes_in_and_comes_out(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.tool("DbFileInput", '<File FileFormat="0">data\\sales.csv</File>')
    canvas.tool("DbFileOutput", OUT.format("out.csv"), Input=source)
    with Package(canvas.saved(tmp_path)) as package:
        plan = planned(package.main(), package)
        assert (plan.inputs, plan.outputs, plan.runs) == (("data\\sales.csv",), ("out.csv",), False)
        assert planned(package.main(), package, ["SALES.csv"]).runs


def test_a_tool_that_fails_leaves_nothing_written(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    canvas.tool("DbFileOutput", OUT.format("out.csv"), Input=source)
    broken = canvas.tool("Sort", '<SortInfo><Field field="gone" order="Ascending"/></SortInfo>', Input=source)
    path = canvas.saved(tmp_path / "in")
    outcome = outcome_of(path)
    with pytest.raises(ToolFailed, match=rf"Tool Sort \({broken}\): there is no field 'gone'"):
        ran(path, tmp_path / "out", outcome=outcome)
    assert list((tmp_path / "out").iterdir()) == []
    assert [(status, tool) for status, _, tool in told(outcome, 3)] == [(3, broken)]


def test_messages_tell_records_files_and_the_end(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1], [2], [3])
    parted = canvas.tool("Filter", "<Expression>[a] &gt; 1</Expression>", Input=source)
    written = canvas.tool("DbFileOutput", OUT.format("out.csv"), Input=(parted, "True"))
    seen: list[tuple[int, int, str]] = []
    outcome = ran(canvas.saved(tmp_path), tmp_path, progress=lambda *said: seen.append(said))
    assert told(outcome, 50) == [(50, "Output|3", source), (50, "True|2", parted), (50, "False|1", parted)]
    assert told(outcome, 9) == [(9, "2 records were written to 'out.csv'.", written)]
    assert told(outcome, 4) == [(4, "Finished running flow.yxmd with 0 warnings.", -1)]
    assert outcome.counts == {source: {"Output": 3}, parted: {"True": 2, "False": 1}, written: {}}
    assert seen == [(0, 3, "Text Input"), (1, 3, "Filter"), (2, 3, "Output Data"), (3, 3, "")]
    assert (tmp_path / "out.csv").read_bytes() == b"a\r\n2\r\n3\r\n"


def test_an_output_that_is_switched_off_writes_nothing_and_keeps_nothing_from_running(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    canvas.tool("DbFileOutput", OUT.format("out.csv"), Input=source)
    off = canvas.tool("DbFileOutput", '<File FileFormat="8">x.xls</File><Disable>True</Disable>', Input=source)
    path = canvas.saved(tmp_path / "in")
    with Package(path) as package:
        assert planned(package.main(), package).outputs == ("out.csv",)
    outcome = ran(path, tmp_path / "out")
    assert [one.name for one in outcome.written] == ["out.csv"]
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["out.csv"]
    assert (1, "It is switched off, and writes nothing.", off) in told(outcome, 1)


def test_two_tools_do_not_write_one_file(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    first = canvas.tool("DbFileOutput", OUT.format("out.csv"), Input=source)
    canvas.tool("DbFileOutput", OUT.format("OUT.csv"), Input=source)
    with pytest.raises(ToolFailed, match=f"tool {first} writes 'OUT.csv' already"):
        ran(canvas.saved(tmp_path), tmp_path)


def test_the_document_may_bound_what_is_read_and_forbid_writing(tmp_path: Path) -> None:
    canvas = Canvas(properties='<GlobalRecordLimit value="2"/><DisableAllOutput value="True"/>')
    source = canvas.text(["a"], [1], [2], [3])
    canvas.show(source)
    canvas.tool("DbFileOutput", OUT.format("out.csv"), Input=source)
    assert tables(canvas, tmp_path)["Output"] == [("a",), (1,), (2,)]
    assert not (tmp_path / "out.csv").exists()


def endless(limit: str, type_: str = "Int64") -> Canvas:
    canvas = Canvas()
    canvas.tool(
        "GenerateRows",
        f"<CreateField_Name>n</CreateField_Name><CreateField_Type>{type_}</CreateField_Type><Expression_Init>1"
        f"</Expression_Init><Expression_Cond>n &lt; {limit}</Expression_Cond><Expression_Loop>n + 1</Expression_Loop>",
    )
    return canvas


def test_a_huge_loop_stops_at_once_when_it_is_cancelled(tmp_path: Path) -> None:
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks > 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        ran(endless("1000000000000").saved(tmp_path), tmp_path, check=check)
    assert looks == 6


def test_a_huge_loop_is_bounded_by_memory(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match=r"Generate Rows \(1\): It would hold about"):
        ran(endless("1000000000000").saved(tmp_path), tmp_path, memory=1_000_000)


def test_formulas_that_run_row_by_row_can_be_cancelled(tmp_path: Path) -> None:
    canvas = endless("6000")
    line = '<FormulaFields><FormulaField expression="ReverseString(ToString([n]))" field="r" type="V_String"/></FormulaFields>'
    canvas.tool("Formula", line, Input=1)
    seen = 0

    def check() -> None:
        nonlocal seen
        seen += 1
        if seen == 10:  # behind the loop's own looks
            raise Cancelled

    with pytest.raises(Cancelled):
        ran(canvas.saved(tmp_path), tmp_path, check=check)


MACRO_INPUT = "<Name>Input{}</Name><UseFileInput value='False'/>"


def doubling() -> Canvas:
    macro = Canvas(
        properties="<RuntimeProperties><Questions><Question><Type>TextBox</Type><Name>Factor</Name>"
        '<ToolId value="50"/><Default>2</Default></Question></Questions></RuntimeProperties>'
    )
    entry = macro.tool("MacroInput", MACRO_INPUT.format(1))
    line = '<FormulaFields><FormulaField expression="[a] * %Question.Factor%" field="a" type="Int32"/></FormulaFields>'
    macro.tool("MacroOutput", "<Name>Output2</Name>", Input=macro.tool("Formula", line, Input=entry))
    return macro


def test_macros_of_the_package_run_inside_the_workflow(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1], [2])
    for name, value in (("plain", ""), ("told", '<Value name="Factor">5</Value>')):
        used = canvas.macro("_externals\\1\\double.yxmc", value, Input1=source)
        canvas.show(used, "Output2", name)
    path = canvas.saved(tmp_path, {"_externals/1/double.yxmc": doubling().document()})
    outcome = ran(path, tmp_path)
    assert {name: outcome.browsed[tool].frame["a"].to_list() for name, tool in canvas.shown.items()} == {
        "plain": [2, 4],
        "told": [5, 10],
    }


def test_macros_within_themselves_and_missing_ones_are_refused(tmp_path: Path) -> None:
    loop = Canvas()
    entry = loop.tool("MacroInput", MACRO_INPUT.format(1))
    loop.tool("MacroOutput", "<Name>Output2</Name>", Input=(loop.macro("self.yxmc", Input1=entry), "Output2"))
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    canvas.macro("self.yxmc", Input1=source)
    with Package(canvas.saved(tmp_path, {"self.yxmc": loop.document()})) as package:
        plan = planned(package.main(), package)
    assert "more than 16 deep" in plan.looks[1].problems[0]
    other = Canvas()
    other.macro("gone.yxmc", Input1=other.text(["a"], [1]))
    sentence, _ = refused(other, tmp_path / "b")
    assert "the macro 'gone.yxmc' is not in the package" in sentence


def test_a_problem_inside_a_macro_is_told_with_both_tools(tmp_path: Path) -> None:
    macro = Canvas()
    entry = macro.tool("MacroInput", MACRO_INPUT.format(1))
    macro.tool("MacroOutput", "<Name>Output2</Name>", Input=macro.tool("SpatialMatch", Input=entry))
    canvas = Canvas()
    used = canvas.macro("m.yxmc", Input1=canvas.text(["a"], [1]))
    path = canvas.saved(tmp_path, {"m.yxmc": macro.document()})
    with pytest.raises(WorkflowRefused, match=rf"m\.yxmc \({used}\): in its macro, Spatial Match \(2\)"):
        ran(path, tmp_path)


@pytest.mark.parametrize(("told", "runs"), [("a=a\nb=\n", True), ("a=a\nb=other\n", False)])
def test_a_macro_whose_entry_gets_other_names_is_refused(tmp_path: Path, told: str, runs: bool) -> None:
    macro = Canvas()
    macro.tool("MacroOutput", "<Name>Output2</Name>", Input=macro.tool("MacroInput", MACRO_INPUT.format(1)))
    canvas = Canvas()
    said = f'<Value name="Input.Input1">{told}</Value>'
    canvas.show(canvas.macro("m.yxmc", said, Input1=canvas.text(["a", "other"], [1, 2])), "Output2")
    path = canvas.saved(tmp_path, {"m.yxmc": macro.document()})
    with nullcontext() if runs else pytest.raises(WorkflowRefused, match="giving its field 'other' the name 'b'"):
        ran(path, tmp_path)


def test_ten_thousand_tools_run(tmp_path: Path) -> None:
    canvas = Canvas()
    last = canvas.text(["a"], [1])
    for _ in range(9_998):
        last = canvas.tool("Sort", '<SortInfo><Field field="a" order="Ascending"/></SortInfo>', Input=last)
    canvas.show(last)
    assert tables(canvas, tmp_path)["Output"] == [("a",), (1,)]


def test_nothing_is_imported_from_polars_to_read_a_document() -> None:
    import subprocess
    import sys

    script = "import jobyard.workflows.kind, jobyard.workflows.packages, jobyard.workflows.document.package, sys;"
    script += "import jobyard.server; print('polars' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout == "False\n"


def test_means_have_their_bounds(tmp_path: Path) -> None:
    assert means(tmp_path).memory == 2 * 1024**3
