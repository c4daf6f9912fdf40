"""Inputs that mean several files, or tell from which file a record came."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.workflows.refusals import WorkflowRefused
from tests.workflows.drawing import Canvas, ran, told

MANY = {
    "in/b[1].csv": b"k,v\n3,z\n",
    "in/A.csv": b"k,v\n1,x\n2,y\n",
    "in/c.csv": b"k,other\n9,q\n",
    "in/d.txt": b"k,v\n8,r\n",
    "in/deeper/e.csv": b"k,v\n7,s\n",
}


def drawn(path: str, attributes: str = "") -> Canvas:
    canvas = Canvas()
    canvas.show(canvas.tool("DbFileInput", f'<File FileFormat="0" {attributes}>{path}</File>'))
    return canvas


def test_a_pattern_means_all_files_of_a_folder_that_hold_the_same(tmp_path: Path) -> None:
    outcome = ran(drawn(".\\in\\*.csv").saved(tmp_path, MANY), tmp_path)
    assert outcome.browsed[2].frame.rows() == [("1", "x"), ("2", "y"), ("3", "z")]
    assert told(outcome, 2) == [(2, "'c.csv' has other fields than the first file, and was passed over.", 1)]
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "B[1].csv").write_bytes(b"k,v\n4,own\n")
    outcome = ran(drawn("in/?[1].csv").saved(tmp_path, MANY), tmp_path, files={"b[1].csv": handed / "B[1].csv"})
    assert outcome.browsed[2].frame.rows() == [("4", "own")]


def test_a_field_tells_from_which_file_a_record_came(tmp_path: Path) -> None:
    attributes = 'OutputFileName="FileName" RecordLimit="2"'
    table = ran(drawn("in/?*.csv", attributes).saved(tmp_path, MANY), tmp_path).browsed[2]
    assert table.frame.rows() == [("1", "x", "A"), ("2", "y", "A")]
    last = table.fields[-1]
    assert (last.name, last.type, last.size, last.source) == ("FileName", "V_WString", 254, "File: FileName")


@pytest.mark.parametrize(
    ("path", "attributes", "said"),
    [
        ("in/*.json", "", "no file in the package fits"),
        ("*/a.csv", "", "folders by a pattern"),
        ("in/*.csv", 'SearchSubDirs="True"', "files of folders within the folder"),
        ("in/a.csv", 'OutputFileName="FullPath"', "a field with the file's whole path"),
    ],
)
def test_files_that_nobody_can_mean_are_drawn(tmp_path: Path, path: str, attributes: str, said: str) -> None:
    with pytest.raises(WorkflowRefused, match=said):
        ran(drawn(path, attributes).saved(tmp_path, MANY), tmp_path)
