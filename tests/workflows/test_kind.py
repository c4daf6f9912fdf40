from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobyard.job.record import Job
from jobyard.kinds import Cancelled, Registry
from jobyard.store.blobs import Blobs
from jobyard.workflows.kind import MESSAGES_FILE, WorkflowRun
from jobyard.workflows.packages import Packages
from jobyard.workflows.parameters import WorkflowParameters
from jobyard.workflows.refusals import WorkflowBroken, WorkflowRefused, WrongAnswer
from tests.rehearsal import Rehearsal, context
from tests.workflows.drawing import Canvas

OUT = '<File FileFormat="0">out.csv</File><FormatSpecificOptions><CodePage>65001</CodePage></FormatSpecificOptions>'


class Yard:
    """A house's packages, and attempts at running them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = Packages(Blobs(folder / "packages"))

    def attempt(self, package: bytes, looks: int | None = None, **given: Any) -> Rehearsal:
        parameters = {"package": self.packages.keep([package]), **given}
        job = Job(id="a" * 32, kind="workflow.run", owner="ada", attempt=1, parameters=parameters)

        def call(verb: str, payload: Any) -> Any:
            assert verb == "workflows.find"
            files = {name: self.packages.path(blob) for name, blob in parameters.get("files", {}).items()}
            return {"package": self.packages.path(parameters["package"]), "file": "flow.yxmd", "files": files}

        return Rehearsal(job, self.folder / "attempt", call, looks=looks)


def run(rehearsal: Rehearsal) -> dict[str, Any]:
    parameters = msgspec.convert(rehearsal.job.parameters, WorkflowParameters)
    return WorkflowRun().run(parameters, context(rehearsal))


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def flow() -> Canvas:
    canvas = Canvas()
    source = canvas.tool("DbFileInput", '<File FileFormat="0">data.csv</File>')
    canvas.tool("DbFileOutput", OUT, Input=source)
    return canvas


def test_the_house_has_the_kind() -> None:
    assert Registry.installed().kind("workflow.run") is WorkflowRun


def test_the_case_of_a_name_that_was_handed_in_does_not_matter(yard: Yard) -> None:
    data = yard.packages.keep([b"a,b\n1,x\n"])
    rehearsal = yard.attempt(flow().document(), files={"DATA.csv": data})
    assert run(rehearsal)["files"][0]["records"] == 1


def test_a_run_reads_what_was_handed_in_and_leaves_its_files(yard: Yard) -> None:
    data = yard.packages.keep([b"a,b\n", b"1,x\n2,y\n"])
    rehearsal = yard.attempt(flow().document(), files={"data.csv": data})
    result = run(rehearsal)
    assert (rehearsal.results / "out.csv").read_bytes() == b"a,b\r\n1,x\r\n2,y\r\n"
    assert result["files"] == [{"name": "out.csv", "form": "csv", "tools": (2,), "records": 2}]
    assert result["records"] == {"1": {"Output": 2}, "2": {}}
    assert [(one["status"], one["toolId"]) for one in result["messages"]] == [(8, 1), (9, 2), (4, -1)]
    assert rehearsal.told[-1:] == [(2, 2, "")]
    assert "[1] 2 records were read from 'data.csv'." in rehearsal.lines
    kept: list[Any] = msgspec.json.decode((rehearsal.results / MESSAGES_FILE).read_bytes())
    assert kept[-1] == {"status": 4, "text": "Finished running flow.yxmd with 0 warnings.", "tool": -1}


def test_what_cannot_run_fails_with_its_messages_and_no_file(yard: Yard) -> None:
    rehearsal = yard.attempt(flow().document())
    with pytest.raises(WorkflowRefused, match=r"Input Data \(1\): the file 'data\.csv' is not in the package"):
        run(rehearsal)
    assert [path.name for path in rehearsal.results.iterdir()] == [MESSAGES_FILE]
    assert rehearsal.lines[0] == "[1] Input Data (1): the file 'data.csv' is not in the package"


def test_a_package_that_is_none_fails_in_words(yard: Yard) -> None:
    with pytest.raises(WorkflowBroken, match="no whole XML"):
        run(yard.attempt(b"hello"))
    yard.folder = yard.folder / "other"
    with pytest.raises(WrongAnswer, match="nobody asks"):
        run(yard.attempt(Canvas().document(), answers={"x": "y"}))


def test_a_run_stops_when_it_is_cancelled(yard: Yard) -> None:
    canvas = Canvas()
    canvas.tool(
        "GenerateRows",
        "<CreateField_Name>n</CreateField_Name><CreateField_Type>Int64</CreateField_Type><Expression_Init>1"
        "</Expression_Init><Expression_Cond>True</Expression_Cond><Expression_Loop>n + 1</Expression_Loop>",
    )
    with pytest.raises(Cancelled):
        run(yard.attempt(canvas.document(), looks=20))
