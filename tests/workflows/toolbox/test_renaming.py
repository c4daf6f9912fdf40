"""Dynamic Rename in all its ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from tests.workflows.drawing import Canvas, ran, tables

EVERY = '<Fields><Field name="*Unknown" selected="True"/></Fields>'


def renamed(folder: Path, configuration: str, *rows: list[Any], source: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    canvas = Canvas()
    into: dict[str, Any] = {"Targets": canvas.text(["a", "b", "c"], *rows)}
    if source:
        into["Source"] = canvas.text(*source)
    canvas.show(canvas.tool("DynamicRename", configuration, **into))
    return tables(canvas, folder)["Output"]


def test_the_first_record_gives_names_and_goes(tmp_path: Path) -> None:
    mode = "<RenameMode>FirstRow</RenameMode>"
    found = renamed(tmp_path, mode + EVERY, ["id", "name", "ID"], [1, "ann", "x"])
    assert found == [("id", "name", "ID2"), ("1", "ann", "x")]
    some = '<Fields><Field name="b" selected="True"/><Field name="a" selected="False"/></Fields>'
    found = renamed(tmp_path / "some", mode + some, ["id", "name", "x"], [1, "ann", "y"])
    assert found == [("a", "name", "c"), ("1", "ann", "y")]


def test_a_first_record_without_names_ends_the_run(tmp_path: Path) -> None:
    mode = "<RenameMode>FirstRow</RenameMode>"
    with pytest.raises(ToolFailed, match="no name for the field 'b'"):
        renamed(tmp_path, mode + EVERY, ["id", None, "x"])
    with pytest.raises(ToolFailed, match="no first record"):
        renamed(tmp_path, mode + EVERY)


@pytest.mark.parametrize(
    ("configuration", "wanted"),
    [
        ("<RenameMode>Formula</RenameMode><Expression>Uppercase([_CurrentField_]) + '!'</Expression>", "A! B! C!"),
        (
            "<RenameMode>Add</RenameMode><AddPrefixSuffix><Type>Prefix</Type><Text>x_</Text></AddPrefixSuffix>",
            "x_a x_b x_c",
        ),
        (
            "<RenameMode>Add</RenameMode><AddPrefixSuffix><Type>Suffix</Type><Text>_x</Text></AddPrefixSuffix>",
            "a_x b_x c_x",
        ),
        ("<RenameMode>RightInputMetadata</RenameMode>", "new old c"),
        (
            "<RenameMode>RightInputRows</RenameMode><NamesFromRows><NewName>new</NewName></NamesFromRows>",
            "one two c",
        ),
        (
            "<RenameMode>RightInputRows</RenameMode><NamesFromRows><NewName>new</NewName><OldName>old</OldName></NamesFromRows>",
            "a two one",
        ),
    ],
)
def test_names_come_of_formulas_additions_and_another_table(tmp_path: Path, configuration: str, wanted: str) -> None:
    source = (["new", "old"], ["one", "C"], ["two", "b"])
    needs = "Right" in configuration
    found = renamed(tmp_path, configuration + EVERY, [1, 2, 3], source=source if needs else ())
    assert found == [tuple(wanted.split()), (1, 2, 3)]


def test_beginnings_and_ends_of_names_are_removed(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["x_a", "b", "x_", "Sum_x_"], [1, 2, 3, 4])
    shape = "<RenameMode>Remove</RenameMode><RemovePrefixSuffix><Type>{}</Type><Text>x_</Text></RemovePrefixSuffix>"
    for side in ("Prefix", "Suffix"):
        canvas.show(canvas.tool("DynamicRename", shape.format(side) + EVERY, Input=source), name=side)
    found = tables(canvas, tmp_path)
    assert found["Prefix"][0] == ("a", "b", "x_", "Sum_x_")
    assert found["Suffix"][0] == ("x_a", "b", "x_", "Sum_")


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ("<RenameMode>Backwards</RenameMode>", "the way of renaming 'Backwards'"),
        ("<RenameMode>Add</RenameMode>", "without its place"),
        ("<RenameMode>RightInputRows</RenameMode>", "without the field that holds them"),
        ("<RenameMode>RightInputMetadata</RenameMode><Fields><Field name='a' selected='False'/></Fields>", "places"),
        ("<RenameMode>Formula</RenameMode><Expression>Gone(1)</Expression>", "There is no function GONE"),
    ],
)
def test_what_is_not_known_of_renaming_is_named_before_anything_runs(
    tmp_path: Path, configuration: str, said: str
) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    canvas.tool("DynamicRename", configuration, Targets=source, Source=source)
    with pytest.raises(WorkflowRefused, match=said):
        ran(canvas.saved(tmp_path), tmp_path)
