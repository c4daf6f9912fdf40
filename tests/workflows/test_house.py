"""Workflows in a real house: a server, a worker, and child processes that do the work."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from jobyard.client import Forbidden, Jobyard
from jobyard.client.shapes.jobs import Job
from jobyard.workflows.kind import MESSAGES_FILE
from tests.cli.running import RunningHouse, eventually, running
from tests.plain import NO_TRUST
from tests.workflows.drawing import Canvas
from tests.workflows.scripts.packing import packed as scripted
from tests.workflows.test_practice import PRACTICE, packed

ENDLESS = (
    "<CreateField_Name>n</CreateField_Name><CreateField_Type>Int64</CreateField_Type><Expression_Init>1"
    "</Expression_Init><Expression_Cond>True</Expression_Cond><Expression_Loop>n + 1</Expression_Loop>"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as found:
        yield found


def submitted(house: RunningHouse, client: Jobyard, package: bytes, file: str, **more: Any) -> str:
    """Hand a workflow in, and submit a run of it."""
    answer = handed_in(house, package, file)
    assert answer.status_code == 200, answer.text
    return client.submit("workflow.run", {"workflow": answer.json(), **more}).id


def handed_in(house: RunningHouse, package: bytes, file: str) -> httpx2.Response:
    """Hand a workflow in through the door where people do."""
    with httpx2.Client(trust_env=False, verify=NO_TRUST, timeout=30) as sender:
        return sender.post(
            f"{house.url}/webapi/v3/workflows",
            headers={"Authorization": f"Bearer {house.plate.token}"},
            data={"name": "Flow"},
            files={"file": (file, package)},
        )


def _said(job: Job) -> str:
    return job.failure.message if job.failure else ""


def test_a_package_runs_in_a_child_process_and_leaves_its_files(
    house: RunningHouse, client: Jobyard, tmp_path: Path
) -> None:
    package = packed("survey", tmp_path).read_bytes()
    id_ = submitted(house, client, package, "survey.yxzp", answers={"Least age": "10"})
    ended = client.wait(id_, timeout=60)
    assert ended.state == "succeeded", ended.failure
    assert {file.name for file in client.results(id_)} == {"likes.json", MESSAGES_FILE}
    client.download(id_, "likes.json", tmp_path / "likes.json")
    assert (tmp_path / "likes.json").read_bytes() == (PRACTICE / "survey" / "expected" / "likes.json").read_bytes()
    assert ended.result["files"] == [{"name": "likes.json", "form": "json", "tools": [7], "records": 3}]


def test_what_cannot_run_says_so_with_its_tool(house: RunningHouse, client: Jobyard, tmp_path: Path) -> None:
    canvas = Canvas()
    tool = canvas.tool("SpatialMatch", Input=canvas.text(["a"], [1]))
    id_ = submitted(house, client, canvas.document(), "flow.yxmd")
    ended = client.wait(id_, timeout=60)
    assert ended.state == "failed"
    assert f"Spatial Match ({tool}): this tool is not done here" in _said(ended)
    client.download(id_, MESSAGES_FILE, tmp_path / "said.json")
    said = msgspec.json.decode((tmp_path / "said.json").read_bytes())
    assert [one["tool"] for one in said if one["status"] == 3] == [tool, -1]


def test_a_loop_without_end_stops_when_it_is_cancelled(house: RunningHouse, client: Jobyard) -> None:
    canvas = Canvas()
    canvas.tool("GenerateRows", ENDLESS)
    id_ = submitted(house, client, canvas.document(), "flow.yxmd", memory=1024**4)
    eventually(lambda: client.job(id_).state == "running")
    client.cancel(id_)
    assert client.wait(id_, timeout=30).state == "cancelled"


def test_a_bomb_is_refused_in_words(house: RunningHouse, tmp_path: Path) -> None:
    path = tmp_path / "bomb.yxzp"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flow.yxmd", Canvas().document())
        archive.writestr("zeros", b"\0" * (80 * 1024 * 1024))
    answer = handed_in(house, path.read_bytes(), "bomb.yxzp")
    assert answer.status_code == 400
    assert "would become" in answer.json()["message"]


def test_a_script_runs_for_whom_it_was_granted_and_for_nobody_else(
    house: RunningHouse, client: Jobyard, tmp_path: Path
) -> None:
    script = "import json, os\nprint('adding up')\nasked = json.load(open(os.environ['JOBYARD_QUESTIONS']))\n"
    script += "open('totals.csv', 'w').write(f\"{asked['Region']},{asked['Least']}\\n\")\n"
    answer = handed_in(house, scripted(script), "totals.zip")
    assert answer.status_code == 200, answer.text
    with pytest.raises(Forbidden):
        client.submit("workflow.python", {"workflow": answer.json()})
    client.users.grant("admin", "python")
    drawn = client.submit("workflow.run", {"workflow": answer.json()}).id
    id_ = client.submit("workflow.python", {"workflow": answer.json(), "answers": {"Region": "South"}}).id
    ended = client.wait(id_, timeout=60)
    assert ended.state == "succeeded", ended.failure
    client.download(id_, "totals.csv", tmp_path / "totals.csv")
    assert (tmp_path / "totals.csv").read_text() == "South,10\n"
    assert {"status": 1, "text": "adding up", "toolId": -1} in ended.result["messages"]
    refused = client.wait(drawn, timeout=60)
    assert refused.state == "failed" and "it holds no workflow" in _said(refused)
    client.users.revoke("admin", "python")
