"""Tools that look records up in other tables: Find Replace and Join Multiple."""

from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, ran, tables, told, typed

FIND = (
    "<FieldFind>t</FieldFind><FieldSearch>k</FieldSearch><ReplaceFoundField>v</ReplaceFoundField>"
    "<FindMode>{}</FindMode><NoCase value='{}'/><MatchWholeWord value='{}'/><ReplaceMode>{}</ReplaceMode>"
    "<ReplaceMultipleFound value='{}'/><ReplaceAppendFields><Field field='v'/></ReplaceAppendFields>"
)
LIST = (["k", "v"], ["app", "P"], ["apple", "APL"], ["cherry", "CHR"], ["pie", "old"], ["pie", "PI"], [None, "nil"])


def looked_up(
    folder: Path,
    texts: list[str | None],
    place: str,
    mode: str,
    *,
    case: bool = False,
    word: bool = False,
    many: bool = True,
    source: tuple[Any, ...] = LIST,
) -> list[Any]:
    canvas = Canvas()
    targets = canvas.text(["id", "t"], *[[number, text] for number, text in enumerate(texts)])
    shape = FIND.format(place, case, word, mode, many)
    canvas.show(canvas.tool("FindReplace", shape, Targets=targets, Source=canvas.text(*source)))
    rows = tables(canvas, folder)["Output"]
    assert rows[0] == (("id", "t", "v") if mode == "Append" else ("id", "t"))
    assert [row[0] for row in rows[1:]] == list(range(len(texts)))
    return [row[-1] for row in rows[1:]]


@pytest.mark.parametrize(
    ("place", "more", "wanted"),
    [
        ("FindAny", {}, ["CHR", "P", None, "PI", None, None]),
        ("FindAny", {"case": True}, ["CHR", "P", "P", "PI", None, None]),
        ("FindAny", {"word": True}, ["CHR", "APL", None, "PI", None, None]),
        ("FindAny", {"many": False}, ["CHR", "P", None, "PI", None, None]),
        ("FindWhole", {}, [None, "APL", None, None, None, None]),
        ("FindWhole", {"case": True}, [None, "APL", "APL", None, None, None]),
        ("FindBegin", {}, ["CHR", "P", None, None, None, None]),
    ],
)
def test_fields_are_appended_from_what_is_found_first(
    tmp_path: Path, place: str, more: dict[str, Any], wanted: list[Any]
) -> None:
    texts = ["cherry apple pie", "apple", "APPLE", "a pie", "nothing", None]
    assert looked_up(tmp_path, texts, place, "Append", **more) == wanted


@pytest.mark.parametrize(
    ("place", "more", "wanted"),
    [
        ("FindAny", {}, ["CHR Ple PI PI", "x", None]),
        ("FindAny", {"many": False}, ["CHR apple pie pie", "x", None]),
        ("FindAny", {"word": True}, ["CHR APL PI PI", "x", None]),
        ("FindWhole", {}, ["cherry apple pie pie", "x", None]),
        ("FindBegin", {}, ["CHR apple pie pie", "x", None]),
    ],
)
def test_what_is_found_is_replaced(tmp_path: Path, place: str, more: dict[str, Any], wanted: list[Any]) -> None:
    assert looked_up(tmp_path, ["cherry apple pie pie", "x", None], place, "Replace", **more) == wanted


def test_a_replaced_text_is_not_cut_and_a_brought_field_keeps_its_type(tmp_path: Path) -> None:
    canvas = Canvas()
    targets = canvas.text(["t", "v"], ["a", 1], ["b", 2])
    source = canvas.text(["k", "v"], ["a", "a long text"], ["b", None])
    canvas.show(
        canvas.tool("FindReplace", FIND.format("FindWhole", "", "", "Replace", ""), Targets=targets, Source=source)
    )
    assert tables(canvas, tmp_path)["Output"][1:] == [("a long text", 1), ("", 2)]
    assert typed(canvas, tmp_path) == ["V_String:1073741823", "Byte:1"]
    canvas = Canvas()
    targets, source = canvas.text(["t", "v"], ["a", "x"]), canvas.text(["k", "v"], ["a", 700])
    canvas.show(
        canvas.tool("FindReplace", FIND.format("FindWhole", "", "", "Append", ""), Targets=targets, Source=source)
    )
    assert tables(canvas, tmp_path)["Output"] == [("t", "v", "v2"), ("a", "x", 700)]
    assert typed(canvas, tmp_path)[2] == "Int16:2"


def test_finding_in_numbers_to_replace_them_is_refused(tmp_path: Path) -> None:
    canvas = Canvas()
    targets, source = canvas.text(["t"], [1]), canvas.text(["k", "v"], [1, 2])
    canvas.tool("FindReplace", FIND.format("FindAny", "", "", "Replace", ""), Targets=targets, Source=source)
    with pytest.raises(ToolFailed, match="'t' is Byte, not a text"):
        ran(canvas.saved(tmp_path), tmp_path)


@pytest.mark.parametrize(
    "shape", [FIND.format("Sounds", "", "", "Append", ""), FIND.format("FindAny", "", "", "Add", "")]
)
def test_an_unknown_way_of_finding_is_named(tmp_path: Path, shape: str) -> None:
    canvas = Canvas()
    source = canvas.text(["t", "k", "v"], [1, 2, 3])
    canvas.tool("FindReplace", shape, Targets=source, Source=source)
    with pytest.raises(WorkflowRefused, match=r"'Sounds'|'Add'"):
        ran(canvas.saved(tmp_path), tmp_path)


def plainly(text: str | None, needles: list[str | None]) -> int | None:
    """Look at every place and every needle, the slow way."""
    last = {needle: number for number, needle in enumerate(needles) if needle}
    for at in range(len(text or "")):
        found = [number for needle, number in last.items() if (text or "").startswith(needle, at)]
        if found:
            return min(found)
    return None


SHORT = st.text(st.sampled_from("ab"), min_size=1, max_size=4)


@pytest.mark.property
@given(st.lists(st.none() | SHORT, min_size=1, max_size=6), st.lists(st.none() | SHORT, min_size=1, max_size=6))
def test_the_first_find_is_that_of_a_plain_loop(texts: list[str | None], needles: list[str | None]) -> None:
    source = (["k", "v"], *[[needle, number] for number, needle in enumerate(needles)])
    with tempfile.TemporaryDirectory() as folder:
        found = looked_up(Path(folder), texts, "FindAny", "Append", source=source)
    assert found == [plainly(text, needles) for text in texts]


KEYS = "<JoinFields>{}</JoinFields>"
CHOICE = (
    "<SelectConfiguration><Configuration outputConnection='Output'><SelectFields>{}"
    "<SelectField field='*Unknown' selected='True'/></SelectFields></Configuration></SelectConfiguration>"
)


def keys(*fields: str) -> str:
    return KEYS.format(
        "".join(
            f'<JoinInfo connection="#{number}"><Field field="{name}"/></JoinInfo>'
            for number, name in enumerate(fields, start=1)
        )
    )


def several(inner: bool, *, place: bool = False, more: str = "", choice: str = "", **canvas: Any) -> tuple[Canvas, int]:
    drawn = Canvas(**canvas)
    one = drawn.text(["k", "a"], [2, "two"], [1, "one"], [None, "nil"])
    two = drawn.text(["k", "b"], [1, "uno"], [2, "due"], [2, "zwei"], [4, "vier"])
    three = drawn.text(["key", "c"], [3, True], [2, False])
    shape = f"<JoinByRecPos value='{place}'/><OutputJoinOnly value='{inner}'/>{more}"
    shape += "" if place else keys("k", "k", "key")
    return drawn, drawn.tool("JoinMultiple", shape + CHOICE.format(choice), Input=[one, two, three])


def test_records_of_several_tables_stand_side_by_side(tmp_path: Path) -> None:
    canvas, tool = several(inner=True)
    canvas.show(tool)
    assert tables(canvas, tmp_path)["Output"] == [
        ("k", "a", "Input_#2_k", "b", "key", "c"),
        (2, "two", 2, "due", 2, "False"),
        (2, "two", 2, "zwei", 2, "False"),
    ]


def test_records_without_partners_are_kept_where_the_tool_was_not_told_else(tmp_path: Path) -> None:
    choice = "<SelectField field='Input_#2_k' selected='False'/>"
    choice += "<SelectField field='c' input='Input_#3_' selected='True' rename='third'/>"
    canvas, tool = several(inner=False, choice=choice)
    canvas.show(tool)
    assert tables(canvas, tmp_path)["Output"] == [
        ("k", "a", "b", "key", "third"),
        (None, "nil", None, None, None),
        (1, "one", "uno", None, None),
        (2, "two", "due", 2, "False"),
        (2, "two", "zwei", 2, "False"),
        (None, None, None, 3, "True"),
        (None, None, "vier", None, None),
    ]


@pytest.mark.parametrize(("inner", "wanted"), [(True, 2), (False, 4)])
def test_records_of_several_tables_by_their_places(tmp_path: Path, *, inner: bool, wanted: int) -> None:
    canvas, tool = several(inner=inner, place=True)
    canvas.show(tool)
    rows = tables(canvas, tmp_path)["Output"]
    assert rows[1:3] == [(2, "two", 1, "uno", 3, "True"), (1, "one", 2, "due", 2, "False")]
    assert rows[3:] == [(None, "nil", 2, "zwei", None, None), (None, None, 4, "vier", None, None)][: wanted - 2]


@pytest.mark.parametrize("mode", ["Warn", "Error"])
def test_many_partners_are_told_of_or_end_the_run(tmp_path: Path, mode: str) -> None:
    canvas = Canvas()
    many = [canvas.text(["k"], *[[1]] * 5) for _ in range(2)]
    shape = f"<OutputJoinOnly value='True'/><CartesianMode>{mode}</CartesianMode>{keys('k', 'k')}"
    tool = canvas.tool("JoinMultiple", shape + CHOICE.format(""), Input=many)
    if mode == "Error":
        with pytest.raises(ToolFailed, match="one key has 25 records"):
            ran(canvas.saved(tmp_path), tmp_path)
    else:
        outcome = ran(canvas.saved(tmp_path), tmp_path)
        assert told(outcome, 2) == [(2, "One key has 25 records, more than 16.", tool)]


def test_a_join_of_several_that_would_be_too_large_is_refused_before_it_is_made(tmp_path: Path) -> None:
    canvas = Canvas()
    loop = (
        "<CreateField_Name>n</CreateField_Name><CreateField_Type>Int32</CreateField_Type><Expression_Init>1"
        "</Expression_Init><Expression_Cond>n &lt;= 3000</Expression_Cond><Expression_Loop>n + 1</Expression_Loop>"
    )
    line = '<FormulaFields><FormulaField expression="1" field="k" type="Byte"/></FormulaFields>'
    sides = [canvas.tool("Formula", line, Input=canvas.tool("GenerateRows", loop)) for _ in range(2)]
    canvas.tool("JoinMultiple", keys("k", "k"), Input=sides)
    with pytest.raises(ToolFailed, match="It would hold about"):
        ran(canvas.saved(tmp_path), tmp_path, memory=32 * 1024 * 1024)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("", "keys that do not come in pairs"),
        (keys("k", "k").replace("</JoinInfo>", "<Field field='a'/></JoinInfo>", 1), "keys that do not come in pairs"),
        (keys("k", "k").replace('"#1"', '"Left"'), "not called by their numbers"),
        (f"<CartesianMode>Often</CartesianMode>{keys('k', 'k')}", "'Often'"),
    ],
)
def test_what_is_not_known_of_joining_several_is_named(tmp_path: Path, shape: str, said: str) -> None:
    canvas = Canvas()
    source = canvas.text(["k", "a"], [1, 2])
    canvas.tool("JoinMultiple", shape, Input=[source, source])
    with pytest.raises(WorkflowRefused, match=said):
        ran(canvas.saved(tmp_path), tmp_path)


SIDE = st.lists(st.none() | st.integers(0, 3), max_size=5)


@pytest.mark.property
@given(SIDE, SIDE, SIDE)
def test_several_tables_join_as_plain_loops_do(one: list[Any], two: list[Any], three: list[Any]) -> None:
    canvas = Canvas()
    sides = [
        [(key, f"{side}{number}") for number, key in enumerate(own)]
        for side, own in zip("abc", (one, two, three), strict=True)
    ]
    meta = '<MetaInfo connection="Output"><RecordInfo><Field name="k" type="Int32"/></RecordInfo></MetaInfo>'
    drawn = [canvas.text(["k", f"n{turn}"], *rows, meta=meta) for turn, rows in enumerate(sides)]
    for inner in (True, False):
        shape = f"<OutputJoinOnly value='{inner}'/>{keys('k', 'k', 'k')}{CHOICE.format('')}"
        canvas.show(canvas.tool("JoinMultiple", shape, Input=drawn), name=str(inner))
    with tempfile.TemporaryDirectory() as folder:
        found = tables(canvas, Path(folder))
    together = list[tuple[Any, ...]]()
    for key in {key for side in sides for key, _ in side if key is not None}:
        own: list[list[str | None]] = [[name for other, name in side if other == key] or [None] for side in sides]
        together += product(*own)
    alone = [
        tuple(name if turn == at else None for turn in range(3))
        for at, side in enumerate(sides)
        for key, name in side
        if key is None
    ]
    wanted = {"True": [row for row in together if None not in row], "False": [*together, *alone]}
    for name, rows in wanted.items():
        assert sorted(map(str, [row[1::2] for row in found[name][1:]])) == sorted(map(str, rows))
