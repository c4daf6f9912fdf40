"""The macros that Designer brings along, done here as tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, node, ran, tables

BOXES = {
    "Check Box (135)": "False",
    "Check Box (136)": "False",
    "List Box (11)": '"s","n"',
    "Check Box (84)": "True",
    "Check Box (117)": "True",
    "Check Box (15)": "True",
    "Check Box (109)": "False",
    "Check Box (122)": "False",
    "Check Box (53)": "False",
    "Check Box (58)": "False",
    "Check Box (70)": "False",
    "Check Box (77)": "False",
    "Drop Down (81)": "upper",
}


def values(told: dict[str, str]) -> str:
    return "".join(f'<Value name="{name}">{text}</Value>' for name, text in told.items())


def done(folder: Path, macro: str, told: dict[str, str], titles: list[str], *rows: list[Any]) -> list[tuple[Any, ...]]:
    canvas = Canvas()
    canvas.show(canvas.macro(macro, values(told), Input2=canvas.text(titles, *rows)), "Output26")
    return tables(canvas, folder)["Output26"]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({}, ["Ab  c-1", "", "x"]),
        ({"Check Box (15)": "False"}, [" Ab  c-1\t", "", "x"]),
        ({"Check Box (15)": "False", "Check Box (84)": "False"}, [" Ab  c-1\t", None, "x"]),
        ({"Check Box (109)": "True"}, ["Ab c-1", "", "x"]),
        ({"Check Box (15)": "False", "Check Box (109)": "True"}, [" Ab c-1 ", "", "x"]),
        ({"Check Box (122)": "True"}, ["Abc-1", "", "x"]),
        ({"Check Box (53)": "True", "Check Box (122)": "True"}, ["-1", "", ""]),
        ({"Check Box (58)": "True", "Check Box (70)": "True"}, ["Ab  c", "", "x"]),
        ({"Check Box (77)": "True"}, ["AB  C-1", "", "X"]),
        ({"Check Box (77)": "True", "Drop Down (81)": "lower"}, ["ab  c-1", "", "x"]),
        ({"Check Box (77)": "True", "Drop Down (81)": "title"}, ["Ab  C-1", "", "X"]),
    ],
)
def test_texts_are_cleansed_as_the_boxes_say(tmp_path: Path, told: dict[str, str], wanted: list[Any]) -> None:
    rows = done(tmp_path, "Cleanse.yxmc", BOXES | told, ["s", "n"], [" Ab  c-1\t", 1], [None, None], ["x", 2.5])
    assert [row[0] for row in rows[1:]] == wanted
    assert [row[1] for row in rows[1:]] == [1.0, 0.0, 2.5]


def test_records_and_fields_of_nulls_go_and_other_fields_stay(tmp_path: Path) -> None:
    told = BOXES | {"Check Box (135)": "True", "Check Box (136)": "True", "Check Box (117)": "False"}
    path = "C:\\Program Files\\Alteryx\\bin\\RuntimeData\\Macros\\Cleanse.yxmc"
    rows = done(tmp_path, path, told, ["s", "e", "n", "o"], ["a", None, None, " x"], [None] * 4, [None, None, 2, None])
    assert rows == [("s", "n", "o"), ("a", None, " x"), ("", 2, None)]


@pytest.mark.parametrize(
    ("told", "said"),
    [({"Check Box (77)": "True", "Drop Down (81)": "Camel"}, "the case 'camel'"), ({"Check Box (84)": ""}, "")],
)
def test_a_cleansing_that_is_not_known_is_named(tmp_path: Path, told: dict[str, str], said: str) -> None:
    answers = BOXES | told if said else {name: text for name, text in BOXES.items() if name not in told}
    with pytest.raises(
        WorkflowRefused, match=said or r"another version of this macro, which does not say 'Check Box \(84"
    ):
        done(tmp_path, "Cleanse.yxmc", answers, ["s", "n"], ["a", 1])


def test_a_macro_of_that_name_in_the_package_is_somebodys_own(tmp_path: Path) -> None:
    entry = node(1, "MacroInput", "<Name>Input2</Name>")
    line = '<FormulaFields><FormulaField expression="\'own\'" field="s" type="V_String" size="9"/></FormulaFields>'
    inside = Canvas()
    inside.raw(entry)
    inside.raw(node(2, "Formula", line))
    inside.raw(node(3, "MacroOutput", "<Name>Output26</Name>"))
    inside.wire(1, "Output", 2, "Input")
    inside.wire(2, "Output", 3, "Input")
    canvas = Canvas()
    source = canvas.text(["s"], ["a"])
    canvas.show(canvas.macro("Cleanse.yxmc", values(BOXES), Input2=source), "Output26")
    outcome = ran(canvas.saved(tmp_path, {"Cleanse.yxmc": inside.document()}), tmp_path)
    assert outcome.browsed[canvas.shown["Output26"]].frame.rows() == [("own",)]


@pytest.mark.parametrize(
    ("ranges", "wanted"),
    [
        ("2", [2]),
        ("-3", [1, 2, 3]),
        ("4+", [4, 5, 6]),
        ("2-4", [2, 3, 4]),
        ("5+\n1\n 2 - 3 \n\n", [1, 2, 3, 5, 6]),
        ("1-3\n2-4", [1, 2, 3, 4]),
        ("9+", []),
        ("0", []),
    ],
)
def test_records_are_selected_by_their_numbers(tmp_path: Path, ranges: str, wanted: list[int]) -> None:
    rows = done(tmp_path, "SelectRecords.yxmc", {"Ranges": ranges}, ["id"], *[[number] for number in range(1, 7)])
    assert [row[0] for row in rows[1:]] == wanted


@pytest.mark.parametrize("ranges", ["", "a", "1-2-3", "3-", "-1+", "1,2"])
def test_what_is_no_range_is_named(tmp_path: Path, ranges: str) -> None:
    with pytest.raises(WorkflowRefused, match="range"):
        done(tmp_path, "SelectRecords.yxmc", {"Ranges": ranges}, ["id"], [1])


AVERAGE = {"Value": "v", "Weight": "w", "OutputFieldName": "avg"}


@pytest.mark.parametrize(
    ("groups", "wanted"),
    [
        ("", [("avg",), (2.5,)]),
        ('"g"', [("g", "avg"), ("a", 1.75), ("b", 4.0), ("c", None)]),
        ('g" action="GroupBy"/>&lt;SummarizeField field="h'.replace("<", "&lt;"), None),
    ],
)
def test_averages_by_weight(tmp_path: Path, groups: str, wanted: list[Any] | None) -> None:
    said = groups.replace('"/>', '"/&gt;')
    rows = (["a", "x", 1, 1], ["b", "x", 4, 2], ["a", "x", 2, 3], ["c", "y", 9, 0], ["a", "x", 5, None])
    found = done(tmp_path, "WeightedAvg.yxmc", AVERAGE | {"GroupFields": said}, ["g", "h", "v", "w"], *rows)
    assert found == (wanted or [("g", "h", "avg"), ("a", "x", 1.75), ("b", "x", 4.0), ("c", "y", None)])


def test_an_average_of_nulls_that_weigh_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="'v' is null in records that weigh something"):
        done(tmp_path, "WeightedAvg.yxmc", AVERAGE, ["v", "w"], [None, 1], [2, 2])
    with pytest.raises(WorkflowRefused, match="does not say 'Weight'"):
        done(tmp_path, "WeightedAvg.yxmc", AVERAGE | {"Weight": ""}, ["v", "w"], [1, 1])


def imputing(replaced: str, by: str, **more: str) -> dict[str, str]:
    told = {
        "listbox Select Incoming Fields": '"v"',
        "updown User Replace Value": "9",
        "updown User Replace With Value": "7",
    }
    told |= {f"radio {name}": str(name in {replaced, by}) for name in ("Null Value", "Mean", "Median", "Mode")}
    told["radio User Specified Replace From Value"] = str(replaced == "own")
    told["radio User Specified Replace With Value"] = str(by == "own")
    return told | {f"checkbox {name.replace('_', ' ')}": value for name, value in more.items()}


@pytest.mark.parametrize(
    ("replaced", "by", "wanted"),
    [
        ("Null Value", "Mean", [1.0, 3.75, 9.0, 4.0, 1.0]),
        ("Null Value", "Median", [1.0, 2.5, 9.0, 4.0, 1.0]),
        ("Null Value", "Mode", [1.0, 1.0, 9.0, 4.0, 1.0]),
        ("Null Value", "own", [1.0, 7.0, 9.0, 4.0, 1.0]),
        ("own", "Mean", [1.0, None, 2.0, 4.0, 1.0]),
        ("own", "own", [1.0, None, 7.0, 4.0, 1.0]),
    ],
)
def test_values_are_imputed(tmp_path: Path, replaced: str, by: str, wanted: list[Any]) -> None:
    told = imputing(replaced, by)
    rows = done(tmp_path, "Imputation_v3.yxmc", told, ["v", "o"], ["1.0", 1], [None, 2], [9, 3], [4, 4], [1, 5])
    assert rows == [("v", "o"), *[(value, number) for number, value in enumerate(wanted, start=1)]]


def test_values_that_stay_keep_all_their_digits(tmp_path: Path) -> None:
    rows = done(tmp_path, "Imputation_v3.yxmc", imputing("Null Value", "own"), ["v"], [2**53 + 1], [None], [2**62 + 1])
    assert rows == [("v",), (2**53 + 1,), (7,), (2**62 + 1,)]


def test_what_cannot_be_imputed_is_named(tmp_path: Path) -> None:
    macro = "Imputation_v2.yxmc"
    with pytest.raises(WorkflowRefused, match="the number 'inf'"):
        done(tmp_path, macro, imputing("Null Value", "own") | {"updown User Replace With Value": "inf"}, ["v"], [1])
    with pytest.raises(ToolFailed, match=r"holds whole numbers, and 1\.5"):
        done(tmp_path, macro, imputing("Null Value", "Mean"), ["v"], [1], [2], [None])
    with pytest.raises(ToolFailed, match="several values are there most often"):
        done(tmp_path, macro, imputing("Null Value", "Mode"), ["v"], [1], [2], [None])
    with pytest.raises(ToolFailed, match="'v' is String, not a number"):
        done(tmp_path, macro, imputing("Null Value", "Mean"), ["v"], ["a"])
    with pytest.raises(WorkflowRefused, match="checkbox Impute Indicator"):
        done(tmp_path, macro, imputing("Null Value", "Mean", Impute_Indicator="True"), ["v"], [1])
    with pytest.raises(WorkflowRefused, match="by what it is replaced"):
        done(tmp_path, macro, imputing("Null Value", ""), ["v"], [1])
