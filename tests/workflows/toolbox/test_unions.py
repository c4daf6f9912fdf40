"""Unions whose fields are matched by hand, or whose inputs have an order of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, ran, tables

OWN = "<Mode>{}</Mode><SetOutputOrder value='True'/><OutputOrder>{}</OutputOrder>"


def listed(*numbers: int) -> str:
    return "".join(f"<Connection>#{number}</Connection>" for number in numbers)


def by_hand(**inputs: dict[str, int]) -> str:
    """Say which field of which input goes into which column."""
    told = ""
    for name, fields in inputs.items():
        columns = "".join(f'<Field name="{field}" column="{column}"/>' for field, column in fields.items())
        told += f'<MetaInfo name="#{name[1:]}"><RecordInfo>{columns}</RecordInfo></MetaInfo>'
    return (
        f"<AutoResetMode>Custom</AutoResetMode><MultiMetaInfo>{told}</MultiMetaInfo><Mode>ManualDelayed</Mode>"
        '<ByName_ErrorMode>Warning</ByName_ErrorMode><SetOutputOrder value="False"/>'
    )


@pytest.mark.parametrize("mode", ["ByName", "ByPos"])
def test_the_order_of_inputs_is_the_one_that_is_said(tmp_path: Path, mode: str) -> None:
    canvas = Canvas()
    inputs = [canvas.text(["a"], [1], [2]), canvas.text(["A"], [300]), canvas.text(["a"], [4])]
    canvas.show(canvas.tool("Union", OWN.format(mode, listed(3, 1, 2)), Input=inputs))
    assert tables(canvas, tmp_path)["Output"] == [("a",), (4,), (1,), (2,), (300,)]


def test_an_order_that_would_turn_the_fields_is_refused(tmp_path: Path) -> None:
    canvas = Canvas()
    inputs = [canvas.text(["a", "b"], [1, 2]), canvas.text(["b", "a"], [3, 4])]
    canvas.show(canvas.tool("Union", OWN.format("ByName", listed(2, 1)), Input=inputs))
    with pytest.raises(ToolFailed, match="its inputs hold different fields, so that their order is not known"):
        ran(canvas.saved(tmp_path), tmp_path)


@pytest.mark.parametrize("said", [listed(2), listed(2, 1, 1), listed(2, 3, 1), "<Connection>last</Connection>"])
def test_an_order_names_each_input_once(tmp_path: Path, said: str) -> None:
    canvas = Canvas()
    inputs = [canvas.text(["a"], [1]), canvas.text(["a"], [3])]
    canvas.show(canvas.tool("Union", OWN.format("ByName", said), Input=inputs))
    with pytest.raises((ToolFailed, WorkflowRefused), match="the order of its inputs does not name each of them once"):
        ran(canvas.saved(tmp_path), tmp_path)


def test_fields_are_matched_by_hand(tmp_path: Path) -> None:
    canvas = Canvas()
    inputs = [canvas.text(["id", "short", "other"], [1, "x", "o"]), canvas.text(["s", "number"], ["longer", 700])]
    shape = by_hand(c2={"number": 1, "s": 2}, c1={"id": 1, "short": 2, "other": 3})
    canvas.show(canvas.tool("Union", shape, Input=inputs))
    assert tables(canvas, tmp_path)["Output"] == [
        ("id", "short", "other"),
        (1, "x", "o"),
        (700, "longer", None),
    ]


def test_a_column_is_called_as_the_first_input_that_has_it_says(tmp_path: Path) -> None:
    canvas = Canvas()
    inputs = [canvas.text(["a"], [1]), canvas.text(["b", "c"], [2, 3])]
    canvas.show(canvas.tool("Union", by_hand(c1={"a": 2}, c2={"b": 1, "c": 2}), Input=inputs))
    assert tables(canvas, tmp_path)["Output"] == [("b", "a"), (None, 1), (2, 3)]


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (by_hand(c1={"a": 1, "gone": 2}, c2={"b": 1}), "'gone'"),
        (by_hand(c1={"a": 1}, c2={}), "its field 'b' of #2 is not matched with others"),
        (by_hand(c1={"a": 1}), "how fields of #2 are matched is not said"),
        (by_hand(c1={"a": 0}, c2={"b": 1}), "a field without a column"),
        (by_hand(c1={"a": 1}, c2={"b": 1, "B": 1}), "two fields of #2 in one column"),
        (by_hand().replace("ManualDelayed", "Manual"), "the way of matching 'Manual'"),
    ],
)
def test_what_cannot_be_matched_by_hand_is_told(tmp_path: Path, shape: str, reason: str) -> None:
    canvas = Canvas()
    canvas.show(canvas.tool("Union", shape, Input=[canvas.text(["a"], [1]), canvas.text(["b"], [2])]))
    with pytest.raises((ToolFailed, WorkflowRefused), match=reason):
        ran(canvas.saved(tmp_path), tmp_path)
