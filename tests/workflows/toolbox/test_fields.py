"""Tools that look at fields instead of records, and what documents say of fields in small letters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, ran, tables, typed

ROW = [1, "x", "2026-01-02", 1.5, "2026-01-02 03:04:05"]
TITLES = ["ID", "name", "day", "share of ID", "at"]


def test_field_info_tells_of_fields_in_their_order(tmp_path: Path) -> None:
    canvas = Canvas()
    canvas.show(canvas.tool("FieldInfo", Input=canvas.text(TITLES, ROW)))
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0] == ("Name", "Type", "Size", "Scale", "Source", "Description")
    assert [row[:4] for row in rows[1:]] == [
        ("ID", "Byte", 1, 0),
        ("name", "String", 1, 0),
        ("day", "Date", 10, 0),
        ("share of ID", "Double", 8, 0),
        ("at", "DateTime", 19, 0),
    ]
    assert {row[4:] for row in rows[1:]} == {(None, None)}
    kinds = typed(canvas, tmp_path)
    assert kinds == ["V_String:11", "String:8", "Int32:4", "Int32:4", "V_WString:1", "V_WString:1"]


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ('FindString([Name], "ID") > -1', ["ID", "share of ID"]),
        ('findstring([Name], "ID") == -1', ["name", "day", "at"]),
        ("[IsNumeric]", ["ID", "share of ID"]),
        ("[IsInteger] OR IsDateOrTime", ["ID", "day", "at"]),
        ("[IsStringOrDate] AND ![IsString]", ["day", "at"]),
        ("[FieldNumber] <= 2", ["ID", "name"]),
        ('[Type] = "Date" OR [Size] = 8', ["day", "share of ID"]),
        ("IsFloat AND !IsSpatialObj", ["share of ID"]),
        ("[Scale] = 0", TITLES),
    ],
)
def test_fields_are_chosen_by_a_formula_about_them(tmp_path: Path, formula: str, wanted: list[str]) -> None:
    canvas = Canvas()
    shape = f"<Mode>Formula</Mode><Expression>{formula.replace('<', '&lt;')}</Expression>"
    canvas.show(canvas.tool("DynamicSelect", shape, Input=canvas.text(TITLES, ROW, ROW)))
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0] == tuple(wanted)
    assert len(rows) == 3


def chosen(folder: Path, shape: str) -> None:
    canvas = Canvas()
    canvas.show(canvas.tool("DynamicSelect", shape, Input=canvas.text(["a"], [1])))
    ran(canvas.saved(folder), folder)


def test_other_ways_of_choosing_fields_are_named(tmp_path: Path) -> None:
    with pytest.raises(WorkflowRefused, match="choosing fields by 'Types' is not done here"):
        chosen(tmp_path, "<Mode>Types</Mode>")
    for name in ("a", "Source"):
        with pytest.raises(ToolFailed, match=rf"There is no column \[{name}\]"):
            chosen(tmp_path, f"<Mode>Formula</Mode><Expression>[{name}] = 1</Expression>")


@pytest.mark.parametrize(("said", "wanted"), [("False", "kept"), ("false", "kept"), ("true", "new"), ("", "new")])
def test_a_line_of_a_formula_is_switched_off_in_any_letters(tmp_path: Path, said: str, wanted: str) -> None:
    canvas = Canvas()
    line = f'<FormulaField expression="&quot;new&quot;" field="a" type="V_String" size="9" enabled="{said}"/>'
    shape = f"<FormulaFields>{line}</FormulaFields>"
    canvas.show(canvas.tool("Formula", shape, Input=canvas.text(["a"], ["kept"])))
    assert tables(canvas, tmp_path)["Output"][1:] == [(wanted,)]


@pytest.mark.parametrize("said", ["False", "false"])
def test_a_field_is_left_away_in_any_letters(tmp_path: Path, said: str) -> None:
    canvas = Canvas()
    shape = f'<SelectFields><SelectField field="a" selected="{said}"/><SelectField field="*Unknown" selected="true"/>'
    canvas.show(canvas.tool("AlteryxSelect", f"{shape}</SelectFields>", Input=canvas.text(["a", "b"], [1, 2])))
    assert tables(canvas, tmp_path)["Output"] == [("b",), (2,)]


def counted(folder: Path, action: str, *rows: list[Any]) -> list[tuple[Any, ...]]:
    canvas = Canvas()
    line = f'<SummarizeField field="gone" action="{action}" rename="n"/>'
    shape = f"<SummarizeFields>{line}</SummarizeFields>"
    canvas.show(canvas.tool("Summarize", shape, Input=canvas.text(["a"], *rows)))
    return tables(canvas, folder)["Output"]


def test_records_are_counted_by_a_field_that_is_not_there_any_more(tmp_path: Path) -> None:
    assert counted(tmp_path, "Count", [1], [None], [3]) == [("n",), (3,)]
    with pytest.raises(ToolFailed, match="there is no field 'gone'"):
        counted(tmp_path, "CountNonNull", [1])
