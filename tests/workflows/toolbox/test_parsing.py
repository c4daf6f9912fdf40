"""Tools that take texts apart by their form: JSON and XML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, tables, typed

PERSON = """{"firstName": "John", "age": 25, "address": {"city": "New York", "postalCode": "10021"},
"phoneNumber": [{"type": "home", "number": "212 555-1234"}, {"type": "fax", "number": "646 555-4567"}]}"""
ONE_FIELD = "<JSON_Field>j</JSON_Field><IncludeInOutput value='{}'/><SingleField value='{}'/>"


def parsed(folder: Path, shape: str, *rows: list[Any], titles: tuple[str, ...] = ("id", "j")) -> list[tuple[Any, ...]]:
    canvas = Canvas()
    canvas.show(canvas.tool("JSONParse", shape, Input=canvas.text(titles, *rows)))
    return tables(canvas, folder)["Output"]


def test_each_value_of_a_text_in_json_is_a_record(tmp_path: Path) -> None:
    assert parsed(tmp_path, ONE_FIELD.format("False", "True"), [7, PERSON]) == [
        ("id", "JSON_Name", "JSON_ValueString"),
        (7, "firstName", "John"),
        (7, "age", "25"),
        (7, "address.city", "New York"),
        (7, "address.postalCode", "10021"),
        (7, "phoneNumber.0.type", "home"),
        (7, "phoneNumber.0.number", "212 555-1234"),
        (7, "phoneNumber.1.type", "fax"),
        (7, "phoneNumber.1.number", "646 555-4567"),
    ]


def test_values_come_in_a_field_of_their_own_type(tmp_path: Path) -> None:
    text = '[{"s": "a", "i": -3, "f": 1.50, "b": true, "n": null, "big": 12345678901234567890}]'
    canvas = Canvas()
    canvas.show(canvas.tool("JSONParse", ONE_FIELD.format("True", "False"), Input=canvas.text(["j"], [text])))
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[0] == ("j", "JSON_Name", "JSON_ValueString", "JSON_ValueInt", "JSON_ValueFloat", "JSON_ValueBool")
    assert [row[1:] for row in rows[1:]] == [
        ("0.s", "a", None, None, None),
        ("0.i", None, -3, None, None),
        ("0.f", None, None, 1.5, None),
        ("0.b", None, None, None, True),
        ("0.n", None, None, None, None),
        ("0.big", None, None, 12345678901234567890.0, None),
    ]
    assert {row[0] for row in rows[1:]} == {text}
    assert typed(canvas, tmp_path)[2:] == ["V_WString:1073741823", "Int64:8", "Double:8", "Bool:1"]


def test_numbers_keep_their_digits_and_what_is_empty_gives_no_record(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [1, '{"x": 1.10, "x": 1e2, "y": {}, "z": [], "b": false, "n": null}'],
        [2, None],
        [3, "[]"],
    ]
    assert parsed(tmp_path, ONE_FIELD.format("False", "True"), *rows)[1:] == [
        (1, "x", "1.10"),
        (1, "x", "1e2"),
        (1, "b", "false"),
        (1, "n", None),
    ]
    assert parsed(tmp_path, ONE_FIELD.format("False", "False"), [1, None])[1:] == []
    half = [1, '{"\\ud800k": "a\\udc00b", "whole": "\\ud83d\\ude00"}']
    assert parsed(tmp_path, ONE_FIELD.format("False", "True"), half)[1:] == [
        (1, "\ufffdk", "a\ufffdb"),
        (1, "whole", "\U0001f600"),
    ]


@pytest.mark.parametrize("text", ["{", "[NaN]", "true", '"x"', "[" * 200_000, "{'a': 1}"])
def test_what_is_no_json_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ToolFailed, match=r"begins with .* is (no JSON|neither an object nor an array)"):
        parsed(tmp_path, ONE_FIELD.format("False", "True"), [1, text])


def test_settings_of_the_newer_engine_are_named(tmp_path: Path) -> None:
    with pytest.raises(WorkflowRefused, match="the setting 'Unnest' is not done here"):
        parsed(tmp_path, ONE_FIELD.format("False", "True") + "<Unnest value='True'/>", [1, "{}"])


ITEMS = """<?xml version="1.0" encoding="UTF-16"?><items>
<item id="01" type="Donut"><name lang="en">Cake</name><ppu>0.60</ppu><batters><batter id="10">Plain</batter></batters>
<topping/></item>
<item id="02" type="Donut"><name>Raised</name><ppu>0.65</ppu><batters/></item></items>"""
SHAPE = "<XMLField>x</XMLField><XMLElement>{}</XMLElement><ChildValues value='{}'/><OuterXML value='{}'/>{}"


def taken_apart(
    folder: Path, shape: str, *rows: list[Any], titles: tuple[str, ...] = ("r", "x")
) -> list[tuple[Any, ...]]:
    canvas = Canvas()
    canvas.show(canvas.tool("XMLParse", shape, Input=canvas.text(titles, *rows)))
    return tables(canvas, folder)["Output"]


AWAY = "<IncludeInOutput value='False'/>"


def test_each_element_of_a_name_is_a_record_with_its_attributes_and_children(tmp_path: Path) -> None:
    assert taken_apart(tmp_path, SHAPE.format("item", "True", "False", AWAY), ["a", ITEMS]) == [
        ("r", "item", "id", "type", "name", "name_lang", "ppu", "batters", "topping"),
        ("a", "", "01", "Donut", "Cake", "en", "0.60", "", ""),
        ("a", "", "02", "Donut", "Raised", None, "0.65", "", None),
    ]


def test_an_element_deeper_down_is_found_and_where_there_is_none_the_record_stays(tmp_path: Path) -> None:
    canvas = Canvas()
    shape = SHAPE.format("batter", "True", "False", "")
    source = canvas.text(["r", "x"], ["a", ITEMS], ["b", "<items/>"], ["c", None])
    canvas.show(canvas.tool("XMLParse", shape, Input=source))
    assert tables(canvas, tmp_path)["Output"] == [
        ("r", "x", "batter", "id"),
        ("a", ITEMS, "Plain", "10"),
        ("b", "<items/>", None, None),
        ("c", None, None, None),
    ]
    assert typed(canvas, tmp_path)[2:] == ["V_String:5", "V_String:2"]


def test_the_outer_text_is_as_it_was_written(tmp_path: Path) -> None:
    text = "<w:a><b k='1>0' />\u00e4<b  k = \"&amp;\">t<c/>u</b ></w:a>"
    rows = taken_apart(tmp_path, SHAPE.format("b", "False", "True", AWAY), ["a", text])
    assert rows[1:] == [("a", "", "<b k='1>0' />", "1>0"), ("a", "tu", '<b  k = "&amp;">t<c/>u</b >', "&")]
    rows = taken_apart(
        tmp_path, SHAPE.format("b", "True", "True", "<ParseRoot value='True'/>" + AWAY), ["a", "<n:r> <b/></n:r>"]
    )
    assert rows == [("r", "r2", "r_OuterXML", "b", "b_OuterXML"), ("a", "", "<n:r> <b/></n:r>", "", "<b/>")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a><b></a>", "is no whole XML"),
        ("no xml", "is no whole XML"),
        ("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "declares a document type"),
        ("<i>" * 1_001 + "</i>" * 1_001, "nested too deeply"),
        ("<a><b/><b/></a>", "holds 'b' several times"),
        ("<a><c><a/></c></a>", "'a' lies within another one"),
    ],
)
def test_texts_that_cannot_be_taken_apart_are_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ToolFailed, match=said):
        taken_apart(tmp_path, SHAPE.format("a", "True", "False", ""), ["r", text])


def test_broken_texts_are_passed_over_where_that_is_said(tmp_path: Path) -> None:
    shape = SHAPE.format("b", "True", "False", "<IgnoreErrors value='True'/>" + AWAY)
    assert taken_apart(tmp_path, shape, [1, "<a><b>"], [2, "<a><b>x</b></a>"])[1:] == [(1, None), (2, "x")]


def test_an_element_that_nobody_named_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(WorkflowRefused, match="finding out by itself which element is meant is not done here"):
        taken_apart(tmp_path, SHAPE.format("", "True", "False", ""), ["r", "<a/>"])
