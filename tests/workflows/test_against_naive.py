"""Random tables through random tools: the runner must come to what plain loops come to."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials import at_most
from tests.workflows import naive
from tests.workflows.drawing import Canvas, tables
from tests.workflows.naive import Records

META = (
    '<MetaInfo connection="Output"><RecordInfo><Field name="k" type="Int32"/><Field name="v" type="Int64"/>'
    '<Field name="s" type="V_WString" size="20"/></RecordInfo></MetaInfo>'
)
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-2, 3),
        st.none() | st.integers(-50, 50),
        st.none() | st.text(st.sampled_from("abAB 1é"), min_size=1, max_size=3).filter(lambda text: text.strip()),
    ),
    max_size=12,
)
Step = Callable[[Canvas, Any, Records], tuple[Any, Records]]


def fields(*lines: tuple[str, str]) -> str:
    said = "".join(f'<FormulaField field="{name}" type="Int64" expression="{formula}"/>' for name, formula in lines)
    return f"<FormulaFields>{said}</FormulaFields>"


def keep(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    tool = canvas.tool("Filter", "<Expression>[v] &gt; 0 OR IsNull([k])</Expression>", Input=origin)
    return (tool, "True"), naive.filtered(records, lambda one: (one["v"] or 0) > 0 or one["k"] is None)[0]


def drop(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    tool = canvas.tool("Filter", "<Expression>Contains([s], 'A') AND [k] != 1</Expression>", Input=origin)
    found = naive.filtered(records, lambda one: "a" in (one["s"] or "").lower() and one["k"] != 1)
    return (tool, "False"), found[1]


def compute(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    tool = canvas.tool(
        "Formula", fields(("v", "[v] * 2 + [k]"), ("v", "IF [v] &gt; 9 THEN 9 ELSE [v] ENDIF")), Input=origin
    )

    def plain(one: naive.Record) -> Any:
        doubled = None if one["v"] is None or one["k"] is None else one["v"] * 2 + one["k"]
        return 9 if doubled is not None and doubled > 9 else doubled

    return (tool, "Output"), naive.computed(records, "v", plain)


def sort(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    info = '<SortInfo locale="0"><Field field="s" order="Ascending"/><Field field="v" order="Ascending"/></SortInfo>'
    return (canvas.tool("Sort", info, Input=origin), "Output"), naive.ordered(records, ["s", "v"])


def back(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    info = '<SortInfo locale="0"><Field field="v" order="Descending"/></SortInfo>'
    found = naive.ordered(records, ["v"], descending=True)
    return (canvas.tool("Sort", info, Input=origin), "Output"), found


def once(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    tool = canvas.tool("Unique", '<UniqueFields><Field field="k"/><Field field="s"/></UniqueFields>', Input=origin)
    return (tool, "Unique"), naive.unique(records, ["k", "s"])[0]


def again(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    tool = canvas.tool("Unique", '<UniqueFields><Field field="s"/></UniqueFields>', Input=origin)
    return (tool, "Duplicates"), naive.unique(records, ["s"])[1]


def sample(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    shape = '<Mode>First</Mode><N>2</N><GroupFields><Field name="k"/></GroupFields>'
    return (canvas.tool("Sample", shape, Input=origin), "Output"), naive.sampled(records, "k", 2)


def twice(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    tool = canvas.tool("Union", "<Mode>ByName</Mode><ByName_OutputMode>All</ByName_OutputMode>", Input=[origin, origin])
    return (tool, "Output"), [*records, *records]


def see(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    shape = "<UpdateField value='True'/><UpdateField_Name>v</UpdateField_Name><OtherRows>Empty</OtherRows>"
    shape += "<Expression>Mod([Row-1:v] * 2 + IIF(IsNull([v]), 0, [v]) + 2000, 1000)</Expression>"
    tool = canvas.tool("MultiRowFormula", shape, Input=origin)
    found, before = [], 0
    for one in records:
        before = (before * 2 + (one["v"] or 0) + 2000) % 1000
        found.append({**one, "v": before})
    return (tool, "Output"), found


STEPS: tuple[Step, ...] = (keep, drop, compute, sort, back, once, again, sample, twice, see)


def total(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    actions = [("k", "GroupBy", "k"), ("v", "Sum", "sum"), ("v", "Count", "count"), ("v", "CountNonNull", "known")]
    actions += [("v", "Min", "least"), ("v", "Last", "last")]
    said = "".join(f'<SummarizeField field="{one}" action="{do}" rename="{name}"/>' for one, do, name in actions)
    tool = canvas.tool("Summarize", f"<SummarizeFields>{said}</SummarizeFields>", Input=origin)
    return (tool, "Output"), naive.summed(records, "k", "v")


def number(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    shape = (
        "<FieldName>RecordID</FieldName><StartValue>1</StartValue><FieldType>Int32</FieldType><Position>0</Position>"
    )
    return (canvas.tool("RecordID", shape, Input=origin), "Output"), naive.numbered(records)


def run(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    shape = (
        '<GroupByFields><Field field="s"/></GroupByFields><RunningTotalFields><Field field="v"/></RunningTotalFields>'
    )
    return (canvas.tool("RunningTotal", shape, Input=origin), "Output"), naive.running(records, "s", "v")


def turn(canvas: Canvas, origin: Any, records: Records) -> tuple[Any, Records]:
    shape = '<KeyFields><Field field="s"/></KeyFields><DataFields><Field field="k"/><Field field="v"/></DataFields>'
    return (canvas.tool("Transpose", shape, Input=origin), "Output"), naive.transposed(records, "s", ["k", "v"])


ENDS: tuple[Step, ...] = (total, number, run, turn)


def shown(records: Records) -> list[tuple[Any, ...]]:
    return [tuple(one.values()) for one in records]


def plain(rows: list[tuple[Any, ...]]) -> Records:
    return [{"k": k, "v": v, "s": s} for k, v, s in rows]


@pytest.mark.property
@at_most(1_000)
@given(ROWS, st.lists(st.sampled_from(STEPS), max_size=4), st.sampled_from(ENDS))
def test_random_tools_do_what_plain_loops_do(rows: list[tuple[Any, ...]], steps: list[Step], end: Step) -> None:
    canvas = Canvas()
    origin: Any = (canvas.text(["k", "v", "s"], *rows, meta=META), "Output")
    records = plain(rows)
    for step in (*steps, end):
        origin, records = step(canvas, origin, records)
    canvas.show(origin[0], origin[1], "end")
    with tempfile.TemporaryDirectory() as folder:
        found = tables(canvas, Path(folder))["end"][1:]
    assert found == shown(records)


@pytest.mark.property
@at_most(1_000)
@given(ROWS, ROWS)
def test_random_tables_join_as_plain_loops_do(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> None:
    canvas = Canvas()
    left, right = (canvas.text(["k", "v", "s"], *rows, meta=META) for rows in (one, other))
    keys = "".join(f'<JoinInfo connection="{side}"><Field field="k"/></JoinInfo>' for side in ("Left", "Right"))
    tool = canvas.tool("Join", keys, 'joinByRecordPos="False"', Left=left, Right=right)
    for port in ("Left", "Join", "Right"):
        canvas.show(tool, port)
    with tempfile.TemporaryDirectory() as folder:
        found = tables(canvas, Path(folder))
    wanted = naive.joined(plain(one), plain(other), "k")
    assert [found[port][1:] for port in ("Left", "Join", "Right")] == [shown(records) for records in wanted]
