"""One formula for several fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, tables, typed

TYPE = '<ChangeFieldType value="True"/><OutputFieldType type="FixedDecimal" size="9" scale="2"/>'


def drawn(formula: str, fields: str, more: str = "", kind: str = "All") -> Canvas:
    canvas = Canvas()
    source = canvas.text(["n", "a", "b"], [1, " x", "Y "], [2, "z ", None])
    said = f"<FieldType>{kind}</FieldType><Fields>{fields}</Fields>{more}<Expression>{formula}</Expression>"
    canvas.show(canvas.tool("MultiFieldFormula", said, Input=source))
    return canvas


def listed(*names: str, later: bool = False) -> str:
    fields = "".join(f'<Field name="{name}"/>' for name in names)
    return f'{fields}<Field name="*Unknown" selected="{later}"/>'


@pytest.mark.parametrize(
    ("formula", "fields", "more", "kind", "wanted"),
    [
        ("Trim([_CurrentField_])", listed("a", "b"), "", "Text", [(1, "x", "Y"), (2, "z", None)]),
        ("Trim([_CurrentField_])", listed("A"), "", "Text", [(1, "x", "Y "), (2, "z", None)]),
        ("Trim([_CurrentField_])", listed(later=True), "", "Text", [(1, "x", "Y"), (2, "z", None)]),
        ("[_CurrentField_] * 2", listed(later=True), "", "Numeric", [(2, " x", "Y "), (4, "z ", None)]),
        ("ToString([n])", listed("a", "b"), "", "All", [(1, "1", "1"), (2, "2", "2")]),
        ("[n] + [_CurrentField_]", listed("n"), "", "Numeric", [(2, " x", "Y "), (4, "z ", None)]),
    ],
)
def test_fields_are_changed_where_they_stand(
    tmp_path: Path, formula: str, fields: str, more: str, kind: str, wanted: list[Any]
) -> None:
    assert tables(drawn(formula, fields, more, kind), tmp_path)["Output"] == [("n", "a", "b"), *wanted]


def test_new_fields_are_called_after_the_old_ones_and_have_a_type_of_their_own(tmp_path: Path) -> None:
    added = '<CopyOutput value="True"/><NewFieldAddOn>_new</NewFieldAddOn><NewFieldAddOnPos>Suffix</NewFieldAddOnPos>'
    canvas = drawn("Length([a]) / 3", listed("n", "a"), added + TYPE)
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0] == ("n", "a", "b", "n_new", "a_new")
    assert [[str(value) for value in row[3:]] for row in rows[1:]] == [["0.67", "0.67"]] * 2
    assert typed(canvas, tmp_path)[3:] == ["FixedDecimal:9", "FixedDecimal:9"]
    before = '<CopyOutput value="True"/><NewFieldAddOn>New_</NewFieldAddOn><NewFieldAddOnPos>Prefix</NewFieldAddOnPos>'
    before += '<ChangeFieldType value="True"/><OutputFieldType type="V_WString" size="40"/>'
    told = drawn("[_CurrentFieldName_] + ':' + [_CurrentFieldType_]", listed("b", "a"), before)
    rows = tables(told, tmp_path / "b")["Output"]
    assert rows[0][3:] == ("New_a", "New_b")
    assert [row[3:] for row in rows[1:]] == [("a:String", "b:String")] * 2


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkflowRefused, match="of the kind 'Spatial'"):
        tables(drawn("1", listed(later=True), kind="Spatial"), tmp_path)
    with pytest.raises(WorkflowRefused, match="without a place"):
        tables(drawn("1", listed("n"), '<CopyOutput value="True"/>'), tmp_path)
    with pytest.raises(ToolFailed, match="names a field that it changes"):
        tables(drawn("[_CurrentField_] + [a]", listed("a", "b")), tmp_path)
    with pytest.raises(ToolFailed, match="no field 'gone'"):
        tables(drawn("1", listed("gone")), tmp_path)
    with pytest.raises(ToolFailed, match="nothing"):
        tables(drawn("[nothing]", listed("a")), tmp_path)
