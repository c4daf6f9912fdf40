"""The Alteryx face as its real clients see it: alteryx-server-py, and the tools of mcp-server-alteryx."""

from __future__ import annotations

import ast
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from tests.cli.running import RunningHouse
from tests.clients.asking import ask
from tests.plain import NO_TRUST
from tests.workflows.drawing import Canvas
from tests.workflows.test_house import ENDLESS
from tests.workflows.test_practice import PRACTICE, packed

FAMILY = "alteryx"
PROGRAMS = Path(__file__).with_name(FAMILY)


def settings(house: RunningHouse) -> dict[str, Any]:
    """Return what `jobyard credentials` prints for this family."""
    told: dict[str, Any] = house.call("credentials", "--json").json["alteryx"]
    return told


def drawn(folder: Path) -> dict[str, str]:
    """Lay out workflows to hand in."""
    folder.mkdir(parents=True, exist_ok=True)
    endless, unknown = Canvas(), Canvas()
    endless.tool("GenerateRows", ENDLESS)
    unknown.tool("SpatialMatch", Input=unknown.text(["a"], [1]))
    (folder / "broken.yxzp").write_bytes(b"PK\x03\x04 not whole")
    return {
        "survey": str(packed("survey", folder)),
        "orders": str(packed("orders", folder)),
        "endless": str(endless.saved(folder, name="endless.yxmd")),
        "unknown": str(unknown.saved(folder, name="unknown.yxmd")),
        "broken": str(folder / "broken.yxzp"),
    }


@pytest.fixture(scope="module")
def life(any_house: RunningHouse) -> Any:
    """What alteryx-server-py saw of a workflow's life."""
    given = settings(any_house) | drawn(any_house.folder / "drawn")
    return ask(FAMILY, PROGRAMS / "life.py", given, any_house.folder)


def test_workflows_are_published_found_and_given_versions(life: Any) -> None:
    name, _, type_, mode, asks = life["published"]
    assert (name, type_, mode, asks) == ("Survey", "AnalyticApp", "Safe", True)
    assert life["listed"] == [True] and life["leafed"] == 0 and life["got"] == "Survey"
    assert ["Least age", "NumericUpDown"] in [question[:2] for question in life["questions"]]
    assert life["version"] == [2, life["published"][1]]
    assert life["versions"] == [[1, "first"], [2, "second"]]
    assert life["updated"] == ["Survey 2", True, 3]
    assert life["no such"][0] == "WorkflowNotFoundError"
    assert life["broken"][0] == "ValidationError" and "broken.yxzp cannot be read" in life["broken"][1]


def test_a_run_with_answers_leaves_the_right_file(life: Any) -> None:
    assert life["begun"] == [True, "Queued", "High"]
    assert life["done"] == ["Completed", "Success", [["likes.json", "Json"]]]
    assert life["messages told"] == life["messages"] == ["Finished running survey.yxwz with 0 warnings."]
    # This client reads every answer as JSON where it can, and gives back what it read as text of its own.
    assert json.loads(life["output"]) == json.loads((PRACTICE / "survey" / "expected" / "likes.json").read_text())
    assert life["waited"] == life["asynchronously"] == ["Completed", "Success"]
    assert life["wrong answer"][0] == "ValidationError" and "nobody asks" in life["wrong answer"][1]
    assert life["jobs"] == [True, True] and life["completed"] == 1
    assert life["no job"][0] == "JobNotFoundError"
    assert life["failed"][:2] == ["Completed", "Error"]
    assert "Spatial Match (2): this tool is not done here" in life["failed"][2]


def test_what_runs_is_cancelled_and_what_waits_deleted(life: Any) -> None:
    assert life["cancelled"] == [] and life["gone"] == ["Cancelled", "Cancelled"]
    assert "This job is not in 'Queued' or 'Running' state." in life["cancelled again"]
    assert life["waiting"] == ["Queued", "nobody-serves-this"]
    assert life["deleted"] == [] and life["gone too"][0] == "JobNotFoundError"
    assert life["workflow gone"][0] == "WorkflowNotFoundError"
    assert life["stranger"] == ["AuthenticationError"]


def test_the_tools_run_workflows_and_read_what_they_leave(house: RunningHouse) -> None:
    given, files = settings(house), drawn(house.folder / "drawn")
    app, flow = handed_in(house, files["survey"]), handed_in(house, files["orders"])
    asked = {"app": app, "flow": flow, "answers": answers(files["survey"])}
    told = ask(FAMILY, PROGRAMS / "assistant.py", given | asked, house.folder)
    assert {app, flow} <= set(told["all"])
    assert told["view"] == ["survey", "Safe", True]
    assert told["questions"] == [name for name, _ in asked["answers"]]
    assert "must contain the question" in told["unanswered"]
    for run in (told["run"], told["plain run"]):
        assert "'success': True" in run and "'disposition': 'Success'" in run, run
    assert told["started"] is True
    assert told["jobs"] == [["Completed", "Default", True]]
    assert told["job"] == [True, "Completed", "Success", ["likes.json"]]
    assert told["told"] == [[4, -1]] and told["messages"] is False
    expected = {path.name: path.read_bytes().decode() for path in (PRACTICE / "orders" / "expected").iterdir()}
    assert {name: told["files"].pop(name) for name in expected} == expected
    # What is JSON, the generated client reads, and its tools write as Python does.
    [(name, written)] = told["files"].items()
    assert ast.literal_eval(written) == json.loads((PRACTICE / "survey" / "expected" / name).read_text())
    with zipfile.ZipFile(files["orders"]) as package:
        assert told["document"] == package.read("orders.yxmd").decode()
    assert "Error" not in told["tools"][:20] and "(404)" in told["no such"]


def test_the_lines_of_the_documents_work_but_for_the_address(house: RunningHouse) -> None:
    given = settings(house)
    pair = urlencode({name: given[name] for name in ("client_id", "client_secret")})
    asked = f"grant_type=client_credentials&{pair}"
    bearer = sent(f"{given['base_url']}oauth2/token", "POST", "", asked)[1]["access_token"]
    flow = handed_in(house, drawn(house.folder / "drawn")["orders"])
    run = json.dumps({"workerTag": "nobody-serves-this", "questions": [], "priority": "Default"})
    line = (f"{given['base_url']}v3/workflows/{flow}/jobs", "POST", bearer)
    status, job = sent(*line, run, "application/json")
    place = f"{given['base_url']}v3/jobs/{job['id']}"
    assert (status, job["status"]) == (200, "Queued")
    status, told = sent(f"{place}?includeMessages=true", "GET", bearer)
    assert (status, told | {"messages": []}) == (200, job)
    assert [one["text"] for one in told["messages"]] == ["No live worker serves queue nobody-serves-this."]
    assert sent(f"{place}/messages", "GET", bearer) == (200, told["messages"])
    assert sent(place, "DELETE", bearer) == (200, {"message": "Deleted Successfully."})
    assert sent(place, "GET", bearer)[0] == sent(place, "DELETE", bearer)[0] == 404
    assert sent(place, "GET", "BearerTokenGoesHere")[0] == 401


def sent(url: str, method: str, bearer: str, body: str = "", media: str = "") -> tuple[int, Any]:
    """Ask with the bytes that the documents' lines send; return the status and the body."""
    headers = {"accept": "application/json", "content-type": media or "application/x-www-form-urlencoded"}
    headers |= {"authorization": f"Bearer {bearer}"} if bearer else {}
    with httpx2.Client(trust_env=False, verify=NO_TRUST, timeout=30) as sender:
        answer = sender.request(method, url, headers=headers, content=body.encode())
    return answer.status_code, answer.json()


def handed_in(house: RunningHouse, path: str) -> str:
    """Hand a package in; return the workflow's id."""
    file = Path(path)
    with httpx2.Client(trust_env=False, verify=NO_TRUST, timeout=30) as sender:
        answer = sender.post(
            f"{house.url}/webapi//v3/workflows/",
            headers={"Authorization": f"Bearer {house.plate.token}"},
            data={"name": file.stem},
            files={"file": (file.name, file.read_bytes())},
        )
    assert answer.status_code == 200, answer.text
    made: str = answer.json()
    return made


def answers(path: str) -> list[tuple[str, str]]:
    """Return what a practice app asks, each with the answer of its practice."""
    from jobyard.workflows.document.package import Package

    with Package(Path(path)) as package:
        asked = package.main().questions
    return [(one.name, {"Least age": "10"}.get(one.name, one.default)) for one in asked]
