"""Tools that choose, order and number records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.messages import Messages
from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from jobyard.workflows.running import Outcome
from tests.workflows.drawing import Canvas, ran, tables, told, typed

PEOPLE = (
    ["id", "name", "amount"],
    [1, "ann", "10.5"],
    [2, "bob", None],
    [3, None, "7"],
    [4, "ann", "1"],
    [5, "Ann", "1"],
)


def people(**more: Any) -> tuple[Canvas, int]:
    canvas = Canvas(**more)
    return canvas, canvas.text(*PEOPLE)


def ids(rows: list[tuple[Any, ...]]) -> list[Any]:
    place = rows[0].index("id")
    return [row[place] for row in rows[1:]]


SIMPLE = "<Mode>Simple</Mode><Simple><Operator>{}</Operator><Field>{}</Field><Operands>{}</Operands></Simple>"


@pytest.mark.parametrize(
    ("configuration", "wanted"),
    [
        ("<Mode>Custom</Mode><Expression>[amount] &gt; 1</Expression>", [1, 3]),
        ("<Mode>Custom</Mode><Expression>[amount] != 1</Expression>", [1, 2, 3]),
        ("<Mode>Custom</Mode><Expression>Null()</Expression>", []),
        (SIMPLE.format("=", "name", "<Operand>ann</Operand>"), [1, 4]),
        (SIMPLE.format("Contains", "name", "<Operand>AN</Operand>"), [1, 4, 5]),
        (SIMPLE.format("IsNull", "name", ""), [3]),
        (SIMPLE.format("&gt;=", "amount", "<Operand>7</Operand>"), [1, 3]),
    ],
)
def test_filter_parts_the_records(tmp_path: Path, configuration: str, wanted: list[int]) -> None:
    canvas, source = people()
    parted = canvas.tool("Filter", configuration, Input=source)
    canvas.show(parted, "True")
    canvas.show(parted, "False")
    found = tables(canvas, tmp_path)
    assert ids(found["True"]) == wanted
    assert ids(found["False"]) == [one for one in (1, 2, 3, 4, 5) if one not in wanted]


@pytest.mark.parametrize("kind", ["Date", "DateTime"])
def test_filter_compares_a_date_with_the_operand_rather_than_with_where_a_range_begins(
    tmp_path: Path, kind: str
) -> None:
    canvas = Canvas()
    source = canvas.text(["id", "t"], [1, "2018-01-01"], [2, "2018-01-02"])
    dated = canvas.tool(
        "AlteryxSelect",
        f'<SelectFields><SelectField field="t" selected="True" type="{kind}"/></SelectFields>',
        Input=source,
    )
    operands = (
        "<IgnoreTimeInDateTime>True</IgnoreTimeInDateTime><DateType>fixed</DateType><PeriodType>days</PeriodType>"
        "<Operand>2018-01-01</Operand><StartDate>2019-10-23 13:56:35</StartDate>"
    )
    canvas.show(canvas.tool("Filter", SIMPLE.format("&gt;", "t", operands), Input=dated), "True")
    assert ids(tables(canvas, tmp_path)["True"]) == [2]


def test_filter_compares_dates_by_the_day_where_it_was_told_so(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["id", "t"], [1, "2024-01-31 10:00:00"], [2, "2024-02-01 00:00:00"])
    parted = canvas.tool(
        "Filter",
        "<Mode>Simple</Mode><Simple><Operator>=</Operator><Field>t</Field><Operands><IgnoreTimeInDateTime>True"
        "</IgnoreTimeInDateTime><DateType>fixed</DateType><StartDate>2024-01-31 00:00:00</StartDate></Operands></Simple>",
        Input=source,
    )
    canvas.show(parted, "True")
    assert ids(tables(canvas, tmp_path)["True"]) == [1]


@pytest.mark.parametrize(
    ("fields", "locale", "wanted"),
    [
        ('<Field field="amount" order="Ascending"/>', "0", [2, 4, 5, 3, 1]),
        ('<Field field="amount" order="Descending"/>', "0", [1, 3, 4, 5, 2]),
        ('<Field field="name" order="Ascending"/>', "0", [3, 5, 1, 4, 2]),
        ('<Field field="name" order="Ascending"/>', "1033", [3, 1, 4, 5, 2]),
        ('<Field field="name" order="Descending"/><Field field="id" order="Descending"/>', "1033", [2, 5, 4, 1, 3]),
    ],
)
def test_sort(tmp_path: Path, fields: str, locale: str, wanted: list[int]) -> None:
    canvas, source = people()
    canvas.show(canvas.tool("Sort", f'<SortInfo locale="{locale}">{fields}</SortInfo>', Input=source))
    assert ids(tables(canvas, tmp_path)["Output"]) == wanted


def test_sort_by_dictionary_reads_numbers_in_texts(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["s"], ["10"], ["a"], ["2"], ["Z"], ["A"], ["z"], ["b100"], ["b9"])
    info = '<SortInfo locale="1033"><Field field="s" order="Ascending"/></SortInfo>'
    canvas.show(canvas.tool("Sort", info, Input=source))
    assert [row[0] for row in tables(canvas, tmp_path)["Output"][1:]] == ["2", "10", "a", "A", "b9", "b100", "z", "Z"]


@pytest.mark.parametrize(
    ("mode", "count", "group", "wanted"),
    [
        ("First", 2, False, [1, 2]),
        ("Last", 2, False, [4, 5]),
        ("Skip", 3, False, [4, 5]),
        ("Sample", 2, False, [1, 3, 5]),
        ("Sample", 3, False, [1, 4]),
        ("Percent", 40, False, [1, 2]),
        ("NPercent", 40, False, [1, 2]),
        ("First", 1, True, [1, 2, 3, 5]),
        ("Last", 1, True, [2, 3, 4, 5]),
        ("First", 0, False, []),
        ("First", 99, False, [1, 2, 3, 4, 5]),
    ],
)
def test_sample(tmp_path: Path, mode: str, count: int, group: bool, wanted: list[int]) -> None:
    canvas, source = people()
    groups = '<GroupFields><Field name="name"/></GroupFields>' if group else "<GroupFields/>"
    canvas.show(canvas.tool("Sample", f"<Mode>{mode}</Mode><N>{count}</N>{groups}", Input=source))
    assert ids(tables(canvas, tmp_path)["Output"]) == wanted


def test_a_random_sample_keeps_the_order(tmp_path: Path) -> None:
    canvas, source = people()
    canvas.show(canvas.tool("Sample", "<Mode>Random</Mode><N>1</N>", Input=source))
    assert ids(tables(canvas, tmp_path)["Output"]) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("free", "unique"), [(False, [3, 5, 1, 2]), (True, [1, 2, 3, 5])])
def test_unique_knows_case_and_takes_the_first(tmp_path: Path, free: bool, unique: list[int]) -> None:
    canvas, source = people(free_order=free)
    parted = canvas.tool("Unique", '<UniqueFields><Field field="name"/></UniqueFields>', Input=source)
    canvas.show(parted, "Unique")
    canvas.show(parted, "Duplicates")
    found = tables(canvas, tmp_path)
    assert ids(found["Unique"]) == unique
    assert ids(found["Duplicates"]) == [4]


def test_record_ids(tmp_path: Path) -> None:
    canvas, source = people()
    settings = "<FieldName>no</FieldName><StartValue>7</StartValue><FieldType>{}</FieldType><FieldSize>3</FieldSize>"
    first = canvas.tool("RecordID", settings.format("Byte") + "<Position>0</Position>", Input=source)
    last = canvas.tool("RecordID", settings.format("String") + "<Position>1</Position>", Input=source)
    canvas.show(first, name="first")
    canvas.show(last, name="last")
    found = tables(canvas, tmp_path)
    assert [row[0] for row in found["first"]] == ["no", 7, 8, 9, 10, 11]
    assert [row[-1] for row in found["last"]] == ["no", "007", "008", "009", "010", "011"]


def test_record_ids_that_do_not_fit_are_told(tmp_path: Path) -> None:
    canvas, source = people()
    settings = "<FieldName>no</FieldName><StartValue>254</StartValue><FieldType>Byte</FieldType>"
    tool = canvas.tool("RecordID", settings, Input=source)
    canvas.show(tool)
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    assert outcome.browsed[3].frame["no"].to_list() == [254, 255, None, None, None]
    assert told(outcome, 5)[0] == (5, "no: 256 does not fit in the type Byte", tool)


def test_running_totals(tmp_path: Path) -> None:
    canvas, source = people()
    tool = canvas.tool(
        "RunningTotal",
        '<GroupByFields><Field field="name"/></GroupByFields><RunningTotalFields><Field field="amount"/>'
        '<Field field="id"/></RunningTotalFields>',
        Input=source,
    )
    canvas.show(tool)
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0][-2:] == ("RunTot_amount", "RunTot_id")
    assert [row[-2:] for row in rows[1:]] == [(10.5, 1), (0.0, 2), (7.0, 3), (11.5, 5), (1.0, 5)]


def test_a_multi_row_formula_sees_what_it_made_before(tmp_path: Path) -> None:
    canvas, source = people()
    new = (
        '<UpdateField value="False"/><CreateField_Name>sum</CreateField_Name><CreateField_Type>Int32</CreateField_Type>'
        "<OtherRows>{}</OtherRows><Expression>{}</Expression>{}"
    )
    for name, other, formula, groups in (
        ("empty", "Empty", "[Row-1:sum] + [id]", ""),
        ("null", "Null", "[Row-1:sum] + [id]", ""),
        ("nearest", "NearestRow", "[Row+1:id] - [Row-1:id]", ""),
        ("groups", "Empty", "[Row-1:sum] + 1", '<GroupByFields><Field field="name"/></GroupByFields>'),
    ):
        canvas.show(canvas.tool("MultiRowFormula", new.format(other, formula, groups), Input=source), name=name)
    update = '<UpdateField value="True"/><UpdateField_Name>amount</UpdateField_Name><OtherRows>Null</OtherRows>'
    update += "<Expression>IF IsNull([amount]) THEN [Row-1:amount] ELSE [amount] ENDIF</Expression>"
    canvas.show(canvas.tool("MultiRowFormula", update, Input=source), name="update")
    found = {name: [row[-1] for row in rows[1:]] for name, rows in tables(canvas, tmp_path).items()}
    assert found == {
        "empty": [1, 3, 6, 10, 15],
        "null": [None] * 5,
        "nearest": [1, 2, 2, 2, 1],
        "groups": [1, 1, 1, 2, 1],
        "update": [10.5, 10.5, 7.0, 1.0, 1.0],
    }


def test_generated_rows(tmp_path: Path) -> None:
    canvas, source = people()
    loop = "<Expression_Init>{}</Expression_Init><Expression_Cond>{}</Expression_Cond><Expression_Loop>{}</Expression_Loop>"
    field = "<CreateField_Name>n</CreateField_Name><CreateField_Type>{}</CreateField_Type>"
    alone = field.format("Int16") + loop.format("1", "n &lt;= 3", "n + 1")
    canvas.show(canvas.tool("GenerateRows", alone), name="alone")
    each = field.format("Int16") + loop.format("1", "n &lt;= [id]", "n + 2")
    canvas.show(canvas.tool("GenerateRows", each, Input=source), name="each")
    days = field.format("Date") + loop.format("'2024-02-28'", "[n] &lt;= '2024-03-01'", "DateTimeAdd([n], 1, 'days')")
    canvas.show(canvas.tool("GenerateRows", days), name="days")
    found = tables(canvas, tmp_path)
    assert found["alone"] == [("n",), (1,), (2,), (3,)]
    assert [(row[0], row[-1]) for row in found["each"][1:]] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (3, 3),
        (4, 1),
        (4, 3),
        (5, 1),
        (5, 3),
        (5, 5),
    ]
    assert [str(row[0]) for row in found["days"][1:]] == ["2024-02-28", "2024-02-29", "2024-03-01"]


def test_a_loop_that_would_never_end_is_noticed(tmp_path: Path) -> None:
    canvas = Canvas()
    canvas.tool(
        "GenerateRows",
        "<CreateField_Name>n</CreateField_Name><CreateField_Type>Int32</CreateField_Type><Expression_Init>1"
        "</Expression_Init><Expression_Cond>n &gt; 0</Expression_Cond><Expression_Loop>n</Expression_Loop>",
    )
    with pytest.raises(ToolFailed, match="never end"):
        ran(canvas.saved(tmp_path), tmp_path)


def test_auto_fields(tmp_path: Path) -> None:
    canvas = Canvas()
    wide = '<SelectFields>{}<SelectField field="*Unknown" selected="True"/></SelectFields>'
    source = canvas.text(["a", "b", "c", "d"], [1, "1.5", "2024-01-31", "007"], [300, "2", None, "12"])
    texts = "".join(f'<SelectField field="{name}" selected="True" type="V_WString" size="50"/>' for name in "abcd")
    source = canvas.tool("AlteryxSelect", wide.format(texts), Input=source)
    canvas.show(canvas.tool("AutoField", '<Fields><Field field="*Unknown" selected="True"/></Fields>', Input=source))
    assert typed(canvas, tmp_path) == ["Int16:2", "Double:8", "Date:10", "String:3"]


def test_count_records(tmp_path: Path) -> None:
    canvas, source = people()
    nothing = canvas.tool("Filter", "<Expression>False</Expression>", Input=source)
    canvas.show(canvas.macro("CountRecords.yxmc", Input2=(nothing, "True")), "Output4", "none")
    canvas.show(canvas.tool("CountRecords", Input=(nothing, "False")), name="all")
    assert tables(canvas, tmp_path) == {"none": [("Count",), (0,)], "all": [("Count",), (5,)]}


UNIQUE = (
    "<Method>UniqueValue</Method><UniqueValue><UniqueFields>{}</UniqueFields><DontSort value='{}'/></UniqueValue>"
    "<GroupFields/>"
)
MANUAL = "<Method>Manual</Method><Manual><Field>amount</Field><Cutoffs>1\n 7.5\n</Cutoffs></Manual>"


@pytest.mark.parametrize(
    ("configuration", "wanted"),
    [
        (UNIQUE.format("<Field field='name'/>", "True"), [(1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 1, 2), (5, 4, 1)]),
        (UNIQUE.format("<Field field='name'/>", "False"), [(3, 1, 1), (5, 2, 1), (1, 3, 1), (4, 3, 2), (2, 4, 1)]),
        (
            UNIQUE.format("<Field field='name'/><Field field='amount'/>", "True"),
            [(1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 1), (5, 5, 1)],
        ),
    ],
)
def test_different_values_are_numbered(tmp_path: Path, configuration: str, wanted: list[tuple[int, int, int]]) -> None:
    canvas, source = people()
    canvas.show(canvas.tool("Tile", configuration, Input=source))
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0] == ("id", "name", "amount", "Tile_Num", "Tile_SequenceNum")
    assert [(row[0], *row[3:]) for row in rows[1:]] == wanted
    assert typed(canvas, tmp_path)[3:] == ["Int32:4", "Int32:4"]


def test_values_are_divided_by_limits(tmp_path: Path) -> None:
    canvas, source = people()
    known = canvas.tool("Filter", "<Expression>!IsNull([amount])</Expression>", Input=source)
    canvas.show(canvas.tool("Tile", MANUAL, Input=(known, "True")))
    assert [(row[0], *row[3:]) for row in tables(canvas, tmp_path)["Output"][1:]] == [
        (1, 3, 1),
        (3, 2, 1),
        (4, 1, 1),
        (5, 1, 2),
    ]
    canvas.tool("Tile", MANUAL, Input=source)
    with pytest.raises(ToolFailed, match="is null in some records"):
        ran(canvas.saved(tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ("<Method>SmartTile</Method>", "dividing by 'SmartTile'"),
        (UNIQUE.format("", "True"), "the values of no field"),
        (UNIQUE.replace("<GroupFields/>", "<GroupFields><Field name='id'/></GroupFields>"), "anew in each group"),
        (MANUAL.replace("7.5", "0"), "limits that do not grow"),
        (MANUAL.replace("7.5", "many"), "limits that do not grow"),
    ],
)
def test_tiles_that_are_not_known_are_named(tmp_path: Path, configuration: str, said: str) -> None:
    canvas, source = people()
    canvas.tool("Tile", configuration.format("<Field field='id'/>", "True"), Input=source)
    with pytest.raises(WorkflowRefused, match=said):
        ran(canvas.saved(tmp_path), tmp_path)


TEST = "<Tests><Test><Name>{}</Name><Connection>#{}</Connection><Type>{}</Type><Value>{}</Value></Test></Tests>"


@pytest.mark.parametrize(
    ("place", "type_", "value", "said"),
    [
        (1, "ExpAll", "[id] &gt; 0", ""),
        (2, "ExpFirst", "[id] = 2", ""),
        (1, "ExpFirst", "[id] = 2", "1 of its tests failed: 'looks'"),
        (1, "ExpAll", "[amount] &gt; 0", "1 of its tests failed: 'looks'"),
        (3, "ExpAll", "True", "nothing is connected to its input 3"),
        (1, "Counted", "5", "a test of type 'Counted'"),
        (1, "ExpAll", "Gone()", "There is no function GONE"),
    ],
)
def test_a_test_ends_the_run_where_it_fails(tmp_path: Path, place: int, type_: str, value: str, said: str) -> None:
    canvas, source = people()
    rest = canvas.tool("Sample", "<Mode>Skip</Mode><N>1</N>", Input=source)
    tool = canvas.tool("Test", TEST.format("looks", place, type_, value), Input=[source, rest])
    outcome = Outcome(Messages(0))
    if not said:
        ran(canvas.saved(tmp_path), tmp_path)
        return
    with pytest.raises((ToolFailed, WorkflowRefused), match=said):
        ran(canvas.saved(tmp_path), tmp_path, outcome=outcome)
    assert next(one[2] for one in told(outcome, 3)) == tool
