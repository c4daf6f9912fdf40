"""Workflows as the native face shows them: handed in, looked at, changed, run, and what their runs left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from jobyard.job.desk import Ask
from jobyard.workflows.kind import MESSAGES_FILE, WorkflowRun
from jobyard.workflows.messages import Message
from tests.faces.native.house import House, served
from tests.workflows.drawing import Canvas

pytestmark = pytest.mark.anyio

SURVEY = Path(__file__).parents[2] / "workflows" / "practice" / "survey" / "package" / "survey.yxwz"


@pytest.fixture
async def house(built: Callable[..., House]) -> AsyncIterator[House]:
    """A served house whose workers run workflows."""
    async with served(built(kinds=[WorkflowRun])) as house:
        await house.people()
        yield house


async def hand_in(client: httpx2.AsyncClient, data: bytes = b"", **said: str) -> httpx2.Response:
    headers = {"Content-Type": "application/octet-stream"}
    told = {"file": "survey.yxwz", **said}
    return await client.post("/v1/uploads/workflows", params=told, content=data or SURVEY.read_bytes(), headers=headers)


def undone() -> bytes:
    canvas = Canvas()
    canvas.tool("PearsonCorrelation", Input=canvas.text(["n"], [1]))
    return canvas.document()


async def test_an_app_is_handed_in_looked_at_changed_and_fetched(house: House) -> None:
    async with house.client() as client:
        made = await hand_in(client, comment="first")
        assert made.status_code == 201, made.text
        said = made.json()
        assert (said["name"], said["published"]["number"], said["published"]["drawn"]) == ("survey", 1, "app")
        assert said["may"] == ["run", "edit", "download", "delete"]
        look = said["look"]
        assert look["runs"] and look["outputs"] == ["likes.json"] and all(one["runs"] for one in look["tools"])
        assert [(one["name"], one["type"], one["default"]) for one in look["questions"]] == [
            ("Least age", "NumericUpDown", "18")
        ]
        again = (await hand_in(client, undone(), file="other.yxmd", workflow=said["id"])).json()
        assert (again["published"]["number"], again["look"]["runs"]) == (2, False)
        [wrong] = [one for one in again["look"]["tools"] if not one["runs"]]
        assert wrong["title"] == "Pearson Correlation" and wrong["reasons"]
        first = (await client.get(f"/v1/workflows/{said['id']}/look?version=1")).json()
        assert first == look
        changed = await client.patch(f"/v1/workflows/{said['id']}", json={"published": 1, "name": "Likes"})
        assert (changed.json()["name"], changed.json()["published"]["number"]) == ("Likes", 1)
        package = await client.get(f"/v1/workflows/{said['id']}/package")
        assert package.content == SURVEY.read_bytes()
        assert "survey.yxwz" in package.headers["content-disposition"]
        assert [one["name"] for one in (await client.get("/v1/workflows")).json()["workflows"]] == ["Likes"]
        assert (await client.delete(f"/v1/workflows/{said['id']}")).status_code == 204
        assert (await client.get(f"/v1/workflows/{said['id']}")).status_code == 404


async def test_what_is_no_workflow_is_refused_and_others_see_nothing(house: House) -> None:
    async with house.client() as client, house.client("max") as stranger, house.client("vera") as viewer:
        assert (await hand_in(client, b"no workflow")).status_code == 400
        assert (await hand_in(viewer)).status_code == 403
        assert (await client.post("/v1/uploads/workflows", json={})).status_code == 415
        id_ = (await hand_in(client)).json()["id"]
        assert (await stranger.get("/v1/workflows")).json()["workflows"] == []
        for path in ("", "/look", "/package"):
            assert (await stranger.get(f"/v1/workflows/{id_}{path}")).status_code == 404
        assert (await stranger.post(f"/v1/workflows/{id_}/run", json={})).status_code == 404


async def test_the_list_goes_on_page_by_page(house: House) -> None:
    async with house.client() as client:
        for name in ("One", "Two", "Three"):
            assert (await hand_in(client, name=name)).status_code == 201
        page = (await client.get("/v1/workflows?limit=2")).json()
        rest = (await client.get(f"/v1/workflows?limit=2&cursor={page['next']}")).json()
        assert [one["name"] for one in page["workflows"] + rest["workflows"]] == ["One", "Two", "Three"]
        assert rest["next"] is None


async def test_a_run_is_told_with_its_tools_records_and_files(house: House) -> None:
    async with house.client() as client:
        id_ = (await hand_in(client)).json()["id"]
        assert (await client.post(f"/v1/workflows/{id_}/run", json={"answers": {"Odd": "1"}})).status_code == 400
        job = (await client.post(f"/v1/workflows/{id_}/run", json={"answers": {"Least age": "40"}})).json()
        assert (job["kind"], job["parameters"]["answers"]) == ("workflow.run", {"Least age": "40"})
        empty = (await client.get(f"/v1/workflow-runs/{job['id']}")).json()
        assert (empty["workflow"], empty["version"], empty["messages"]) == (id_, 1, [])
        told = [Message(1, "It begins."), Message(2, "Odd value", 3), Message(50, "True|2", 2), Message(4, "Done.")]
        files = {MESSAGES_FILE: msgspec.json.encode(told), "likes.csv": b"name,town\nAda,\n" + b"x,y\n" * 60}
        await finish(house, files, {"records": {"2": {"True": 2, "False": 1}, "9" * 5_000: {}}, "files": [WRITTEN]})
        run = (await client.get(f"/v1/workflow-runs/{job['id']}")).json()
        assert [(one["severity"], one["tool"], one["title"]) for one in run["messages"]] == [
            ("info", None, ""),
            ("warning", 3, "RegEx"),
            ("end", None, ""),
        ]
        assert run["records"] == [
            {"tool": 2, "title": "Filter", "ports": [{"port": "True", "records": 2}, {"port": "False", "records": 1}]}
        ]
        assert run["files"] == [WRITTEN]
        shown = (await client.get(f"/v1/workflow-runs/{job['id']}/preview?name=likes.csv&rows=2")).json()
        assert shown == {"columns": ["name", "town"], "rows": [["Ada", None], ["x", "y"]], "more": True}
        assert (await client.get(f"/v1/workflow-runs/{job['id']}/preview?name=none.csv")).status_code == 404
        refused = await client.get(f"/v1/workflow-runs/{job['id']}/preview?name={MESSAGES_FILE}&rows=1")
        assert refused.status_code == 200
        other = (await house.submit()).id
        assert (await client.get(f"/v1/workflow-runs/{other}")).status_code == 404


WRITTEN: dict[str, Any] = {"name": "likes.csv", "form": "csv", "tools": [7], "records": 61}


async def finish(house: House, files: dict[str, bytes], result: Any) -> None:
    """Let a worker run the next workflow, leaving files."""
    ask = Ask(worker="w1", session="w1", kinds=("workflow.run",), queues=("default",))
    [assignment] = (await house.engine.desk.claim(house.worker, ask)).assignments
    await house.end(assignment.job, files=files, result=result)


async def test_a_file_for_runs_is_removed_by_its_owner_alone(house: House) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    async with house.client() as client, house.client("max") as other:
        made = await client.post("/v1/uploads/workflow-files?file=a.csv", content=b"a\n1\n", headers=headers)
        path = f"/v1/uploads/workflow-files/{made.json()['file']}"
        assert (await other.delete(path)).status_code == 404
        assert (await client.delete(path)).status_code == 204
        assert (await client.delete(path)).status_code == 404


async def test_a_collection_shares_a_workflow_with_its_members_alone(house: House) -> None:
    async with house.client() as client, house.client("max") as other, house.client("vera") as viewer:
        flow = (await hand_in(client)).json()["id"]
        made = await client.post("/v1/workflow-collections", json={"name": " Reports "})
        assert made.status_code == 201, made.text
        place = f"/v1/workflow-collections/{made.json()['id']}"
        assert (made.json()["name"], made.json()["owner"], made.json()["members"]) == ("Reports", "mia", [])
        assert (await client.put(f"{place}/workflows/{flow}")).json()["workflows"] == [flow]
        for path in (place, f"/v1/workflows/{flow}"):
            assert (await other.get(path)).status_code == 404
        body = {"permissions": ["add-assets"], "expires_at": "2090-01-01T00:00:00Z"}
        shared = await client.put(f"{place}/users/max", json=body)
        assert shared.json()["members"] == [{"form": "user", "id": "max", **body}]
        await client.put(f"{place}/users/vera", json={})
        assert [one["id"] for one in (await other.get("/v1/workflows")).json()["workflows"]] == [flow]
        assert (await other.post(f"/v1/workflows/{flow}/run", json={})).status_code == 201
        assert (await viewer.post(f"/v1/workflows/{flow}/run", json={})).status_code == 403
        assert (await other.put(f"{place}/users/max", json={"permissions": ["admin"]})).status_code == 403
        assert (await other.delete(place)).status_code == 403
        page = (await other.get("/v1/workflow-collections?limit=1")).json()
        assert ([one["id"] for one in page["collections"]], page["next"]) == ([made.json()["id"]], None)
        for wrong in ({"permissions": ["fly"]}, {"expires_at": "1900-01-01T00:00:00Z"}, {"colour": 1}):
            assert (await client.put(f"{place}/users/max", json=wrong)).status_code == 400
        for missing in ("users/nobody", f"workflows/{'0' * 32}", f"schedules/{'0' * 32}"):
            assert (await client.put(f"{place}/{missing}", json={})).status_code == 404
            assert (await client.delete(f"{place}/{missing}")).status_code == 404
        assert (await other.delete(f"{place}/users/max")).status_code == 204
        assert (await other.get(f"/v1/workflows/{flow}")).status_code == 404
        assert (await client.delete(f"{place}/workflows/{flow}")).status_code == 204
        given = await client.patch(place, json={"name": "More", "owner": "max"})
        assert given.status_code == 200, given.text
        assert (await other.get(place)).json()["name"] == "More"
        assert (await other.delete(place)).status_code == 204


async def test_collections_of_workflows_come_page_by_page(house: House) -> None:
    async with house.client() as client:
        made = [(await client.post("/v1/workflow-collections", json={"name": name})).json()["id"] for name in "abc"]
        first = (await client.get("/v1/workflow-collections?limit=2")).json()
        rest = (await client.get(f"/v1/workflow-collections?limit=2&cursor={first['next']}")).json()
        assert [one["id"] for one in first["collections"] + rest["collections"]] == made and rest["next"] is None
        assert (await client.get("/v1/workflow-collections?cursor=wrong")).status_code == 400


async def test_a_collection_is_shared_with_a_group_and_with_whoever_is_in_it(house: House) -> None:
    async with house.client() as client, house.client("olga") as operator, house.client("max") as other:
        flow = (await hand_in(client)).json()["id"]
        collection = (await client.post("/v1/workflow-collections", json={"name": "c"})).json()["id"]
        place = f"/v1/workflow-collections/{collection}"
        await client.put(f"{place}/workflows/{flow}")
        assert (await client.post("/v1/groups", json={"name": "analysts"})).status_code == 403
        made = await operator.post("/v1/groups", json={"name": "analysts"})
        assert (made.status_code, made.json()["members"]) == (201, [])
        group = made.json()["id"]
        shared = await client.put(f"{place}/groups/{group}", json={"permissions": ["add-assets"]})
        assert shared.json()["members"] == [
            {"form": "group", "id": group, "permissions": ["add-assets"], "expires_at": None}
        ]
        assert (await other.get(f"/v1/workflows/{flow}")).status_code == 404
        for _ in range(2):
            assert (await operator.put(f"/v1/groups/{group}/users/max")).json()["members"] == ["max"]
        assert (await other.get(f"/v1/workflows/{flow}")).status_code == 200
        assert (await operator.delete(f"/v1/groups/{group}/users/max")).status_code == 204
        assert (await other.get(f"/v1/workflows/{flow}")).status_code == 404
        assert (await client.delete(f"{place}/groups/{group}")).status_code == 204
        assert (await client.get(place)).json()["members"] == []


async def test_groups_are_named_once_listed_by_name_and_removed_empty_or_by_force(house: House) -> None:
    async with house.client("olga") as client, house.client() as other:
        made = {name: (await client.post("/v1/groups", json={"name": name})).json()["id"] for name in ("b", "a", "c")}
        assert (await client.post("/v1/groups", json={"name": "a"})).status_code == 409
        first = (await other.get("/v1/groups?limit=2")).json()
        rest = (await other.get(f"/v1/groups?limit=2&cursor={first['next']}")).json()
        assert [one["name"] for one in first["groups"] + rest["groups"]] == ["a", "b", "c"] and rest["next"] is None
        place = f"/v1/groups/{made['b']}"
        assert (await client.patch(place, json={"name": "d"})).json()["name"] == "d"
        assert (await client.patch(place, json={"name": "a"})).status_code == 409
        assert (await client.put(f"{place}/users/nobody")).status_code == 404
        assert (await client.delete(f"{place}/users/max")).status_code == 404
        assert (await client.put(f"{place}/users/max")).status_code == 200
        assert (await other.get(place)).json()["members"] == ["max"]
        assert (await client.delete(place)).status_code == 409
        for refused in (other.delete(f"{place}?force=true"), other.put(f"{place}/users/mia")):
            assert (await refused).status_code == 403
        assert (await client.delete(f"{place}?force=true")).status_code == 204
        assert (await client.get(place)).status_code == 404
