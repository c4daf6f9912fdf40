from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.workflows.document.package import Package
from jobyard.workflows.refusals import WorkflowBroken
from jobyard.workflows.scripts.declaration import LONGEST, Declaration, declared
from tests.workflows.drawing import Canvas
from tests.workflows.scripts.packing import packed


def read(data: bytes, folder: Path) -> Declaration | None:
    path = folder / "kept"
    path.write_bytes(data)
    with Package(path, "package.zip") as package:
        return declared(package)


def test_a_declaration_says_what_is_asked_and_what_is_left(tmp_path: Path) -> None:
    found = read(packed("pass"), tmp_path)
    assert found is not None
    assert (found.script, found.name) == ("main.py", "Totals")
    assert [(one.name, one.type, one.default, one.multiple) for one in found.questions] == [
        ("Region", "DropDown", "North", False),
        ("Least", "NumericUpDown", "10", False),
        ("Loud", "CheckBox", "", False),
        ("Days", "ListBox", "", True),
    ]
    assert found.questions[0].items == (("North", "North"), ("South", "South"))
    assert [(one.name, one.optional) for one in found.outputs] == [("totals.csv", False), ("notes.txt", True)]


def test_an_empty_declaration_runs_main_and_asks_nothing(tmp_path: Path) -> None:
    found = read(packed("pass", ""), tmp_path)
    assert found is not None and (found.script, found.questions, found.outputs) == ("main.py", (), ())


def test_a_package_without_one_is_no_workflow_in_python(tmp_path: Path) -> None:
    assert read(packed("pass", None), tmp_path) is None


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        ("script = ", "no TOML"),
        ("script = 5", "Expected `str`"),
        ('scrip = "main.py"', "unknown field `scrip`"),
        ('script = "other.py"', "no Python file of the package"),
        ('script = "workflow.toml"', "no Python file of the package"),
        ('script = "../main.py"', "no Python file of the package"),
        ('[[questions]]\nname = ""', "length >= 1"),
        ('[[questions]]\nname = "a"\ntype = "colour"', "Invalid enum value"),
        ('[[questions]]\nname = "a"\n[[questions]]\nname = "A"', "declared twice"),
        ('[[questions]]\nname = "a"\ntype = "choice"', "offers no choices"),
        ('[[questions]]\nname = "a"\nchoices = ["b"]', "is of the type text"),
        ('[[questions]]\nname = "a"\ntype = "choice"\nchoices = ["b,c"]', "comma"),
        ('[[outputs]]\nname = "a/b"', "no plain file name"),
        ('[[outputs]]\nname = ".."', "no plain file name"),
        ('[[outputs]]\nname = "a\\nb"', "no plain file name"),
        ('[[outputs]]\nname = "a"\n[[outputs]]\nname = "a"', "declared twice"),
        ("#" * LONGEST + "\n", "more than"),
        ("a = " + "[" * 5_000, "no TOML"),
    ],
)
def test_a_wrong_declaration_is_refused_in_words(tmp_path: Path, declaration: str, reason: str) -> None:
    with pytest.raises(WorkflowBroken, match=r"workflow\.toml") as caught:
        read(packed("pass", declaration), tmp_path)
    assert reason in caught.value.sentence


def test_a_package_is_a_drawing_or_a_script_and_not_both(tmp_path: Path) -> None:
    data = packed("pass", flow__yxmd=Canvas().document().decode())
    with pytest.raises(WorkflowBroken, match=r"flow\.yxmd"):
        read(data, tmp_path)


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        (f"name{'.a' * 501} = 1", "dots"),
        (f"[{'a.' * 501}b]", "dots"),
        (f"name = {'1' * 5_000}", "no TOML"),
    ],
)
def test_what_would_keep_the_parser_busy_is_refused_at_once(tmp_path: Path, declaration: str, reason: str) -> None:
    with pytest.raises(WorkflowBroken, match=reason):
        read(packed("pass", declaration), tmp_path)
