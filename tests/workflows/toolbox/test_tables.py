"""Tools that put tables together and turn them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed
from tests.workflows.drawing import Canvas, ran, tables, told, typed

SELECT = (
    '<SelectConfiguration><Configuration outputConnection="Join">{}<SelectFields>{}'
    '<SelectField field="*Unknown" selected="True"/></SelectFields></Configuration></SelectConfiguration>'
)
KEYS = '<JoinInfo connection="Left"><Field field="{}"/></JoinInfo><JoinInfo connection="Right"><Field field="{}"/></JoinInfo>'


def joined(
    folder: Path, keys: str, fields: str = "", *, place: bool = False, order: str = "", **more: Any
) -> dict[str, list[tuple[Any, ...]]]:
    canvas = Canvas(**more)
    left = canvas.text(["id", "name"], [2, "bob"], [1, "ann"], [None, "nil"], [2, "ben"], [5, "eve"])
    right = canvas.text(["id", "city"], [2, "Rome"], [9, "Oslo"], [None, "Nil"], [1, "Bern"], [2, "Bonn"])
    attributes = f'joinByRecordPos="{place}"'
    tool = canvas.tool("Join", keys + SELECT.format(order, fields), attributes, Left=left, Right=right)
    for port in ("Left", "Join", "Right"):
        canvas.show(tool, port)
    return tables(canvas, folder)


def test_a_join_sorts_by_its_keys_and_matches_no_nulls(tmp_path: Path) -> None:
    found = joined(tmp_path, KEYS.format("id", "id"))
    assert found["Join"] == [
        ("id", "name", "Right_id", "city"),
        (1, "ann", 1, "Bern"),
        (2, "bob", 2, "Rome"),
        (2, "bob", 2, "Bonn"),
        (2, "ben", 2, "Rome"),
        (2, "ben", 2, "Bonn"),
    ]
    assert found["Left"] == [("id", "name"), (None, "nil"), (5, "eve")]
    assert found["Right"] == [("id", "city"), (None, "Nil"), (9, "Oslo")]


def test_a_join_of_the_newer_engine_promises_no_order(tmp_path: Path) -> None:
    found = joined(tmp_path, KEYS.format("id", "id"), free_order=True)
    assert sorted(found["Join"][1:]) == [
        (1, "ann", 1, "Bern"),
        (2, "ben", 2, "Bonn"),
        (2, "ben", 2, "Rome"),
        (2, "bob", 2, "Bonn"),
        (2, "bob", 2, "Rome"),
    ]
    assert found["Left"][1:] == [(None, "nil"), (5, "eve")]


def test_a_join_chooses_and_renames(tmp_path: Path) -> None:
    fields = (
        '<SelectField field="Right_id" selected="False"/><SelectField field="Right_city" selected="True" rename="town"/>'
        '<SelectField field="Left_id" selected="True" type="V_String" size="5"/>'
    )
    found = joined(tmp_path, KEYS.format("id", "id"), fields)
    assert found["Join"][:2] == [("id", "name", "town"), ("1", "ann", "Bern")]
    found = joined(tmp_path / "b", KEYS.format("id", "id"), fields, order='<OrderChanged value="True"/>')
    assert found["Join"][0] == ("town", "id", "name")


def test_a_join_by_place(tmp_path: Path) -> None:
    canvas = Canvas()
    left, right = canvas.text(["a"], [1], [2], [3]), canvas.text(["a"], [7], [8])
    tool = canvas.tool("Join", SELECT.format("", ""), 'joinByRecordPos="True"', Left=left, Right=right)
    for port in ("Left", "Join", "Right"):
        canvas.show(tool, port)
    assert tables(canvas, tmp_path) == {
        "Left": [("a",), (3,)],
        "Join": [("a", "Right_a"), (1, 7), (2, 8)],
        "Right": [("a",)],
    }


def test_keys_of_different_kinds_do_not_join(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="cannot be compared"):
        joined(tmp_path, KEYS.format("id", "city"))


def test_a_join_that_would_be_too_large_is_refused_before_it_is_made(tmp_path: Path) -> None:
    canvas = Canvas()
    loop = (
        "<CreateField_Name>n</CreateField_Name><CreateField_Type>Int32</CreateField_Type><Expression_Init>1"
        "</Expression_Init><Expression_Cond>n &lt;= 3000</Expression_Cond><Expression_Loop>n + 1</Expression_Loop>"
    )
    line = '<FormulaFields><FormulaField expression="1" field="k" type="Byte"/></FormulaFields>'
    sides = [canvas.tool("Formula", line, Input=canvas.tool("GenerateRows", loop)) for _ in range(2)]
    canvas.tool("Join", KEYS.format("k", "k") + SELECT.format("", ""), Left=sides[0], Right=sides[1])
    with pytest.raises(ToolFailed, match="It would hold about"):
        ran(canvas.saved(tmp_path), tmp_path, memory=32 * 1024 * 1024)


def test_appended_fields(tmp_path: Path) -> None:
    canvas = Canvas()
    targets, source = canvas.text(["a", "b"], [1, "x"], [2, "y"]), canvas.text(["a"], [7], [8])
    select = SELECT.replace('"Join"', '"Output"').format("", "")
    canvas.show(
        canvas.tool("AppendFields", f"<CartesianMode>Error</CartesianMode>{select}", Targets=targets, Source=source)
    )
    assert tables(canvas, tmp_path)["Output"] == [
        ("a", "b", "Source_a"),
        (1, "x", 7),
        (1, "x", 8),
        (2, "y", 7),
        (2, "y", 8),
    ]


def test_appending_many_records_fails_where_the_tool_was_told_so(tmp_path: Path) -> None:
    canvas = Canvas()
    targets, source = canvas.text(["a"], [1]), canvas.text(["b"], *[[number] for number in range(17)])
    select = SELECT.replace('"Join"', '"Output"').format("", "")
    canvas.tool("AppendFields", f"<CartesianMode>Error</CartesianMode>{select}", Targets=targets, Source=source)
    with pytest.raises(ToolFailed, match="17 records, more than 16"):
        ran(canvas.saved(tmp_path), tmp_path)


UNION = "<ByName_ErrorMode>{}</ByName_ErrorMode><ByName_OutputMode>{}</ByName_OutputMode><Mode>{}</Mode>"


def union(folder: Path, error: str, output: str, mode: str) -> Any:
    canvas = Canvas()
    one = canvas.text(["id", "a"], [1, "x"])
    other = canvas.text(["A", "ID", "more"], ["longer", 70000, 1.5])
    canvas.show(canvas.tool("Union", UNION.format(error, output, mode), Input=[one, other]))
    return canvas, ran(canvas.saved(folder), folder)


def test_unions_by_name_widen_what_differs(tmp_path: Path) -> None:
    _, outcome = union(tmp_path, "Warning", "All", "ByName")
    table = outcome.browsed[4]
    assert [(field.name, str(field.type), field.size) for field in table.fields] == [
        ("id", "Int32", 4),
        ("a", "String", 6),
        ("more", "Double", 8),
    ]
    assert table.frame.rows() == [(1, "x", None), (70000, "longer", 1.5)]
    assert told(outcome, 2) == [(2, "These fields are not in every input: more.", 3)]


def test_unions_may_keep_what_is_common_or_fail(tmp_path: Path) -> None:
    _, outcome = union(tmp_path, "Ignore", "Common", "ByName")
    assert outcome.browsed[4].frame.columns == ["id", "a"]
    assert told(outcome, 2) == []
    with pytest.raises(ToolFailed, match="not in every input: more"):
        union(tmp_path, "Error", "All", "ByName")


def test_unions_by_place(tmp_path: Path) -> None:
    canvas = Canvas()
    one, other = canvas.text(["a", "b"], [1, "x"]), canvas.text(["c", "d"], [2, "y"])
    canvas.show(canvas.tool("Union", "<Mode>ByPos</Mode>", Input=[other, one]))
    assert tables(canvas, tmp_path)["Output"] == [("c", "d"), (2, "y"), (1, "x")]


def test_summaries(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(
        ["k", "n", "s"], ["b", 1, "x"], ["a", 2, "yy"], [None, 3, None], ["b", None, "x"], ["b", 0, "zzz"], ["a", 2, ""]
    )
    actions = [
        ("k", "GroupBy"),
        ("n", "Sum"),
        ("n", "Count"),
        ("n", "CountNonNull"),
        ("n", "CountNull"),
        ("s", "CountDistinct"),
        ("n", "Min"),
        ("n", "Max"),
        ("n", "Avg"),
        ("n", "AvgNo0"),
        ("s", "First"),
        ("s", "Last"),
        ("s", "Longest"),
        ("n", "Median"),
        ("s", "CountBlank"),
        ("s", "Mode"),
    ]
    fields = "".join(
        f'<SummarizeField field="{field}" action="{action}" rename="{field}{action}"/>' for field, action in actions
    )
    fields += (
        '<SummarizeField field="s" action="Concat" rename="all"><Concat_Start>(</Concat_Start><Separator>|</Separator>'
        "<Concat_End>)</Concat_End></SummarizeField>"
    )
    canvas.show(canvas.tool("Summarize", f"<SummarizeFields>{fields}</SummarizeFields>", Input=source))
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0] == (*(f"{field}{action}" for field, action in actions), "all")
    assert rows[1:] == [
        (None, 3, 1, 1, 0, 1, 3, 3, 3.0, 3.0, None, None, None, 3.0, 1, None, "()"),
        ("a", 4, 2, 2, 0, 2, 2, 2, 2.0, 2.0, "yy", None, "yy", 2.0, 1, "yy", "(yy)"),
        ("b", 1, 3, 2, 1, 2, 0, 1, 0.5, 1.0, "x", "zzz", "zzz", 0.5, 0, "x", "(x|x|zzz)"),
    ]


def test_a_summary_of_nothing_has_no_record_and_sums_have_their_types(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["n", "x"], [1, 1.5], [2, 2.5])
    nothing = canvas.tool("Filter", "<Expression>False</Expression>", Input=source)
    fields = (
        '<SummarizeFields><SummarizeField field="n" action="Sum" rename="n"/><SummarizeField field="x" '
        'action="Sum" rename="x"/><SummarizeField field="n" action="Count" rename="c"/></SummarizeFields>'
    )
    canvas.show(canvas.tool("Summarize", fields, Input=(nothing, "True")), name="none")
    canvas.show(canvas.tool("Summarize", fields, Input=source), name="all")
    assert tables(canvas, tmp_path) == {"none": [("n", "x", "c")], "all": [("n", "x", "c"), (3, 4.0, 2)]}
    assert typed(canvas, tmp_path, "all") == ["Int64:8", "Double:8", "Int64:8"]


def test_transposing(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["k", "a", "b"], ["x", 1, 2.5], ["y", None, 4])
    fields = (
        '<KeyFields><Field field="k"/></KeyFields><DataFields><Field field="*Unknown" selected="True"/></DataFields>'
    )
    canvas.show(canvas.tool("Transpose", fields, Input=source))
    assert tables(canvas, tmp_path)["Output"] == [
        ("k", "Name", "Value"),
        ("x", "a", 1.0),
        ("x", "b", 2.5),
        ("y", "a", None),
        ("y", "b", 4.0),
    ]


@pytest.mark.parametrize(("wish", "warns"), [("Warn", True), ("Ignore", False), ("Error", None)])
def test_transpose_tells_of_fields_that_are_gone_as_it_is_told(tmp_path: Path, wish: str, warns: bool | None) -> None:
    canvas = Canvas()
    shape = f'<ErrorWarn>{wish}</ErrorWarn><DataFields><Field field="a"/><Field field="gone"/></DataFields>'
    canvas.show(canvas.tool("Transpose", shape, Input=canvas.text(["a"], [1])))
    if warns is None:
        with pytest.raises(ToolFailed, match="these fields are not there: gone"):
            ran(canvas.saved(tmp_path), tmp_path)
        return
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    assert ("These fields are not there: gone." in [one.text for one in outcome.messages.told]) is warns


CROSS = (
    '<GroupFields><Field field="g"/></GroupFields><HeaderField field="h"/><DataField field="v"/><Methods>{}'
    "<Separator>;</Separator></Methods>"
)


def cross(folder: Path, methods: str, meta: str = "", value: Any = 1) -> list[tuple[Any, ...]]:
    canvas = Canvas()
    source = canvas.text(["g", "h", "v"], [2, "b b", value], [1, "a", 2], [2, "a", 3], [2, "a", 4])
    canvas.show(canvas.tool("CrossTab", CROSS.format(methods), meta=meta, Input=source))
    return tables(canvas, folder)["Output"]


def test_cross_tabs(tmp_path: Path) -> None:
    assert cross(tmp_path, '<Method method="Sum"/>') == [("g", "a", "b_b"), (1, 2, None), (2, 7, 1)]
    assert cross(tmp_path, '<Method method="Sum"/><Method method="Count"/>') == [
        ("g", "Sum_a", "Count_a", "Sum_b_b", "Count_b_b"),
        (1, 2, 1, None, 0),
        (2, 7, 2, 1, 1),
    ]
    assert cross(tmp_path, '<Method method="Concat"/>', value="x")[2] == (2, "3;4", "x")
    meta = '<MetaInfo connection="Output"><RecordInfo><Field name="Count_a"/></RecordInfo></MetaInfo>'
    assert cross(tmp_path, '<Method method="Count"/>', meta)[0] == ("g", "Count_a", "Count_b_b")


@pytest.mark.parametrize(("then", "order"), [(["b_b", "g", "a"], ("b_b", "a")), (["b_b", "g", "c"], ("a", "b_b"))])
def test_new_fields_come_in_the_order_that_the_document_tells(
    tmp_path: Path, then: list[str], order: tuple[str, str]
) -> None:
    fields = "".join(f'<Field name="{name}"/>' for name in then)
    meta = f'<MetaInfo connection="Output"><RecordInfo>{fields}</RecordInfo></MetaInfo>'
    assert cross(tmp_path, '<Method method="Sum"/>', meta)[0] == ("g", *order)


def test_new_fields_of_numbers_are_sorted_by_their_value(tmp_path: Path) -> None:
    canvas = Canvas()
    shape = '<HeaderField field="h"/><DataField field="v"/><Methods><Method method="First"/></Methods>'
    rows: list[list[Any]] = [[10, "a"], [2, "b"], [None, "c"], [1, "d"]]
    canvas.show(canvas.tool("CrossTab", shape, Input=canvas.text(["h", "v"], *rows)), name="numbers")
    texts = canvas.text(["h", "v"], *rows, ["x", "e"])
    canvas.show(canvas.tool("CrossTab", shape, Input=texts), name="texts")
    found = tables(canvas, tmp_path)
    assert found["numbers"] == [("_", "1", "2", "10"), ("c", "d", "b", "a")]
    assert found["texts"] == [("_", "1", "10", "2", "x"), ("c", "d", "a", "b", "e")]


@pytest.mark.parametrize("order", ["", "<Connection>#1</Connection><Connection>#2</Connection>"])
def test_unions_may_name_the_order_that_their_inputs_have_anyway(tmp_path: Path, order: str) -> None:
    canvas = Canvas()
    shape = f"<Mode>ByName</Mode><SetOutputOrder value='True'/><OutputOrder>{order}</OutputOrder>"
    canvas.show(canvas.tool("Union", shape, Input=[canvas.text(["a"], [2]), canvas.text(["a"], [1])]))
    assert tables(canvas, tmp_path)["Output"] == [("a",), (2,), (1,)]
