"""Tools that make and change fields."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from jobyard.workflows.refusals import ToolFailed
from tests.workflows.drawing import Canvas, ran, tables, told, typed


def test_a_text_input_is_inferred_or_taken_as_the_original_told(tmp_path: Path) -> None:
    canvas = Canvas()
    meta = (
        '<MetaInfo connection="Output"><RecordInfo><Field name="a" type="Int64"/><Field name="b" type="Int16"/>'
        '<Field name="c" type="V_WString" size="20"/></RecordInfo></MetaInfo>'
    )
    canvas.show(canvas.text(["a", "b", "c"], [1, "x", "ß"], [2, None, None], meta=meta))
    assert typed(canvas, tmp_path) == ["Int64:8", "String:1", "V_WString:20"]
    assert tables(canvas, tmp_path)["Output"] == [("a", "b", "c"), (1, "x", "ß"), (2, None, None)]


def test_select_renames_retypes_drops_and_orders(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a", "b", "c"], ["1", "x", "2.6"], ["300", "yy", "-1"])
    select = canvas.tool(
        "AlteryxSelect",
        '<OrderChanged value="True"/><SelectFields><SelectField field="c" selected="True" type="Byte" size="1"/>'
        '<SelectField field="b" selected="False"/><SelectField field="gone" selected="True"/>'
        '<SelectField field="*Unknown" selected="True"/><SelectField field="a" selected="True" rename="A1"/>'
        "</SelectFields>",
        Input=source,
    )
    canvas.show(select)
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    table = outcome.browsed[3]
    assert [field.name for field in table.fields] == ["c", "A1"]
    assert table.frame.rows() == [(3, 1), (None, 300)]
    assert told(outcome, 5) == [(5, "c: -1 does not fit in the type Byte", select)]


def test_select_without_unknown_takes_only_what_is_listed(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a", "b"], [1, 2])
    fields = '<SelectFields><SelectField field="b" selected="True"/><SelectField field="*Unknown" selected="False"/>'
    canvas.show(canvas.tool("AlteryxSelect", f"{fields}</SelectFields>", Input=source))
    assert tables(canvas, tmp_path)["Output"] == [("b",), (2,)]


def test_formulas_see_what_the_lines_before_them_made(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a", "s"], [1, "x"], [2, "long"])
    tool = canvas.tool(
        "Formula",
        "<FormulaFields>"
        '<FormulaField expression="[A] * 2" field="b" type="Int16" size="2"/>'
        '<FormulaField expression="[b] + 1" field="a" type="Double" size="8"/>'
        '<FormulaField expression="[s] + [s]" field="s" type="V_String" size="4"/>'
        '<FormulaField expression="9" field="off" type="Int16" size="2" enabled="False"/>'
        "</FormulaFields>",
        Input=source,
    )
    canvas.show(tool)
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    assert outcome.browsed[3].frame.rows() == [(3.0, "xx", 2), (5.0, "long", 4)]
    assert told(outcome, 5) == [(5, 's: "longlong" was truncated', tool)]


def test_conversion_errors_are_told_up_to_their_limit(tmp_path: Path) -> None:
    canvas = Canvas(properties='<ConvErrorLimit value="2"/>')
    source = canvas.text(["s"], *[[f"x{number}"] for number in range(5)])
    line = '<FormulaFields><FormulaField expression="ToNumber([s])" field="n" type="Double"/></FormulaFields>'
    tool = canvas.tool("Formula", line, Input=source)
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    assert told(outcome, 5, 6) == [
        (5, "n: x0 is not a valid number.", tool),
        (5, "n: x1 is not a valid number.", tool),
        (6, "n: Field Conversion Error Limit Reached", tool),
    ]
    assert outcome.messages.counts[5] == 5


def test_reaching_the_limit_ends_the_run_where_the_document_says_so(tmp_path: Path) -> None:
    canvas = Canvas(properties='<ConvErrorLimit value="2"/><ConvErrorLimit_Stop value="True"/>')
    source = canvas.text(["s"], ["a"], ["b"])
    line = '<FormulaFields><FormulaField expression="ToNumber([s])" field="n" type="Double"/></FormulaFields>'
    canvas.tool("Formula", line, Input=source)
    with pytest.raises(ToolFailed, match="limit of conversion errors"):
        ran(canvas.saved(tmp_path), tmp_path)


def test_a_formula_that_names_no_column_fails_with_its_place(tmp_path: Path) -> None:
    canvas = Canvas()
    line = '<FormulaFields><FormulaField expression="1 + [gone]" field="n" type="Double"/></FormulaFields>'
    canvas.tool("Formula", line, Input=canvas.text(["s"], ["a"]))
    with pytest.raises(ToolFailed, match=r"Tool Formula \(2\): There is no column \[gone\]"):
        ran(canvas.saved(tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("configuration", "wanted"),
    [
        (
            "<NumFields value='2'/><ErrorHandling>Last</ErrorHandling>",
            [("a", "b,c"), ("d", None), (None, None), ("", "")],
        ),
        (
            "<NumFields value='2'/><ErrorHandling>Ignore</ErrorHandling>",
            [("a", "b"), ("d", None), (None, None), ("", "")],
        ),
        (
            "<NumFields value='3'/><ErrorHandling>Last</ErrorHandling>",
            [("a", "b", "c"), ("d", None, None), (None, None, None), ("", "", None)],
        ),
    ],
)
def test_text_to_columns(tmp_path: Path, configuration: str, wanted: list[tuple[str | None, ...]]) -> None:
    canvas = Canvas()
    source = canvas.text(["s"], ["a,b,c"], ["d"], [None], [","])
    shape = f"<Field>s</Field><RootName>p</RootName><Delimeters value=','/><Flags value='0'/>{configuration}"
    canvas.show(canvas.tool("TextToColumns", shape, Input=source))
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0][1] == "p1"
    assert [row[1:] for row in rows[1:]] == wanted


def test_text_to_columns_may_fail_warn_and_cut_at_several_letters(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["s"], ["a;b|c\td"])
    shape = r"<Field>s</Field><RootName>p</RootName><Delimeters value=';|\t'/><NumFields value='{}'/>{}"
    warns = canvas.tool("TextToColumns", shape.format(3, "<ErrorHandling>Warn</ErrorHandling>"), Input=source)
    canvas.show(warns)
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    assert outcome.browsed[3].frame.row(0)[1:] == ("a", "b", "c")
    assert told(outcome, 2) == [(2, "1 records have more than 3 pieces; the others were left away.", warns)]
    canvas.tool("TextToColumns", shape.format(3, "<ErrorHandling>Error</ErrorHandling>"), Input=source)
    with pytest.raises(ToolFailed, match="more than 3 pieces"):
        ran(canvas.saved(tmp_path), tmp_path)


def test_text_to_rows(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["id", "s"], [1, "a b"], [2, None], [3, "c"])
    shape = r"<Field>s</Field><RootName>s</RootName><Delimeters value='\s'/><NumFields value='1'/><Flags value='0'/>"
    canvas.show(canvas.tool("TextToColumns", shape, Input=source))
    assert tables(canvas, tmp_path)["Output"][1:] == [(1, "a"), (1, "b"), (2, None), (3, "c")]


REGEX = '<Field>s</Field><RegExExpression value="{}"/><CaseInsensitve value="True"/><Method>{}</Method>{}'


def test_regular_expressions(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["s"], ["AB-12 CD-34"], ["none"], [None])
    for name, pattern, method, more in (
        ("replace", r"([a-z]+)-(\d+)", "Replace", '<Replace expression="$2$1"><CopyUnmatched value="True"/></Replace>'),
        ("only", r"\d+", "Replace", '<Replace expression="&lt;$0&gt;"><CopyUnmatched value="False"/></Replace>'),
        ("match", r"[a-z]+", "Match", "<Match><Field>hit</Field><ErrorUnmatched value='False'/></Match>"),
        (
            "parse",
            r"([a-z]+)-(\d+)",
            "ParseComplex",
            '<ParseComplex><Field field="w" type="V_String" size="9"/><Field field="n" type="Int16"/></ParseComplex>',
        ),
        (
            "tokens",
            r"\d+",
            "ParseSimple",
            '<ParseSimple><SplitToRows value="False"/><RootName>t</RootName><NumFields value="3"/></ParseSimple>',
        ),
        ("rows", r"([a-z])[a-z]*", "ParseSimple", '<ParseSimple><SplitToRows value="True"/></ParseSimple>'),
    ):
        canvas.show(canvas.tool("RegEx", REGEX.format(pattern, method, more), Input=source), name=name)
    found = tables(canvas, tmp_path)
    assert found["replace"][1:] == [("12AB 34CD",), ("none",), (None,)]
    assert found["only"][1:] == [("<12><34>",), ("",), (None,)]
    assert found["match"][1:] == [("AB-12 CD-34", False), ("none", True), (None, False)]
    assert found["parse"] == [("s", "w", "n"), ("AB-12 CD-34", "AB", 12), ("none", None, None), (None, None, None)]
    assert found["tokens"][1:] == [("AB-12 CD-34", "12", "34", None), ("none", None, None, None), (None,) * 4]
    assert [row[0] for row in found["rows"][1:]] == ["A", "C", "n", None]


def test_dates_from_and_to_texts(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["s", "d"], ["31/01/2024", "2024-02-29"], ["2024", None], [None, "1999-12-31"])
    shape = (
        "<IsFrom value='{}'/><InputFieldName>{}</InputFieldName><Language>English</Language>"
        "<Format>{}</Format><OutputFieldName>out</OutputFieldName>"
    )
    reads = canvas.tool("DateTime", shape.format("False", "s", "dd/MM/yyyy"), Input=source)
    canvas.show(reads, name="reads")
    canvas.show(canvas.tool("DateTime", shape.format("True", "d", "Month dd, yyyy"), Input=source), name="writes")
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    columns = {name: outcome.browsed[tool].frame["out"].to_list() for name, tool in canvas.shown.items()}
    assert columns["reads"] == [date(2024, 1, 31), None, None]
    assert columns["writes"] == ["February 29, 2024", None, "December 31, 1999"]
    assert told(outcome, 5) == [(5, 'out: "2024" does not match its form', reads)]


def test_messages_are_told_and_may_end_the_run(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["n"], [1], [2], [3])
    shape = "<When>{}</When><Filter>{}</Filter><Type>{}</Type><MessageExpression>'n is ' + ToString([n])</MessageExpression>"
    every = canvas.tool("Message", shape.format("All", "", "Warning"), Input=source)
    some = canvas.tool("Message", shape.format("Filter", "[n] = 2", "Message"), Input=source)
    first = canvas.tool("Message", shape.format("First", "", "Info"), Input=source)
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    assert told(outcome, 1, 2) == [
        (2, "n is 1", every),
        (2, "n is 2", every),
        (2, "n is 3", every),
        (1, "n is 2", some),
        (1, "n is 1", first),
    ]
    error = canvas.tool("Message", shape.format("Last", "", "Error"), Input=source)
    with pytest.raises(ToolFailed, match=rf"Message \({error}\): it told an error: n is 3"):
        ran(canvas.saved(tmp_path), tmp_path)


def test_dates_of_a_text_input(tmp_path: Path) -> None:
    canvas = Canvas()
    canvas.show(canvas.text(["d", "t"], ["2024-02-29", "2024-02-29 01:02:03"]))
    assert tables(canvas, tmp_path)["Output"][1] == (date(2024, 2, 29), datetime(2024, 2, 29, 1, 2, 3))
