from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.workflows.refusals import WorkflowBroken
from jobyard.workflows.report import Drawn, report, sentences
from tests.workflows.drawing import Canvas
from tests.workflows.scripts.packing import packed
from tests.workflows.test_practice import packed as practice


def kept(data: bytes, folder: Path) -> Path:
    path = folder / "kept"
    path.write_bytes(data)
    return path


def test_a_workflow_that_runs_is_told_tool_by_tool(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.tool("DbFileInput", '<File FileFormat="0">data.csv</File>')
    canvas.tool("BrowseV2", "", Input=source)
    path = kept(canvas.document(), tmp_path)
    found = report(path, "flow.yxmd", files=["DATA.csv"])
    assert (found.drawn, found.file, found.runs, found.count) == (Drawn.WORKFLOW, "flow.yxmd", True, 2)
    assert [(one.tool, one.title, one.runs, one.reasons) for one in found.tools] == [
        (1, "Input Data", True, ()),
        (2, "Browse", True, ()),
    ]
    assert list(sentences(found)) == []
    without = report(path, "flow.yxmd")
    assert not without.runs and without.inputs == ("data.csv",)
    assert list(sentences(without)) == ["Input Data (1): the file 'data.csv' is not in the package."]


def test_what_does_not_run_comes_first_with_its_reason(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["a"], [1])
    canvas.tool("Buffer", "", Input=source)
    canvas.tool("Filter", "<Mode>Custom</Mode><Expression>Nowhere([a])</Expression>", Input=source)
    found = report(kept(canvas.document(), tmp_path), "flow.yxmd")
    assert not found.runs
    assert [(one.tool, one.runs) for one in found.tools] == [(2, False), (3, False), (1, True)]
    assert next(sentences(found)) == "Buffer (2): this tool is not done here."
    assert "There is no function" in found.tools[1].reasons[0]


def test_the_picture_names_ports_as_the_counts_of_a_run_do(tmp_path: Path) -> None:
    canvas = Canvas()
    count = canvas.macro("CountRecords.yxmc", "", Input2=canvas.text(["a"], [1]))
    canvas.show(count, "Output13")
    found = report(kept(canvas.document(), tmp_path), "flow.yxmd")
    assert found.runs
    assert [(one.port, one.entry) for one in found.canvas.wires] == [("Output", "Input"), ("Output", "Input")]


def test_a_circle_is_a_problem_of_the_whole(tmp_path: Path) -> None:
    canvas = Canvas()
    first = canvas.tool("RecordID", "")
    second = canvas.tool("RecordID", "", Input=first)
    canvas.wire(second, "Output", first, "Input")
    found = report(kept(canvas.document(), tmp_path), "flow.yxmd")
    assert not found.runs and found.problem and found.tools == ()


def test_an_app_tells_its_questions(tmp_path: Path) -> None:
    found = report(practice("survey", tmp_path), "survey.yxzp")
    assert found.drawn in {Drawn.APP, Drawn.WORKFLOW} and found.runs
    assert "Least age" in {question.name for question in found.questions}
    assert found.outputs == ("likes.json",)


def test_a_script_runs_and_tells_what_it_asks_and_leaves(tmp_path: Path) -> None:
    found = report(kept(packed("pass"), tmp_path), "package.zip")
    assert (found.drawn, found.file, found.runs) == (Drawn.PYTHON, "main.py", True)
    assert [one.name for one in found.questions] == ["Region", "Least", "Loud", "Days"]
    assert found.outputs == ("totals.csv", "notes.txt")


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18), b"<AlteryxDocument", b"no workflow"])
def test_what_is_no_workflow_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(WorkflowBroken):
        report(kept(data, tmp_path), "flow.yxzp")
