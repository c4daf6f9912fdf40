from __future__ import annotations

from typing import Any

import pytest

from jobyard.people.record import Role
from tests.faces.cvat.house import House

pytestmark = pytest.mark.anyio

ISSUE: dict[str, Any] = {"frame": 1, "position": [2.0, 4.0], "message": "hello"}


async def test_an_issue_is_raised_listed_resolved_and_deleted(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png", "b.png", "c.png", segment_size=2)
    first, second = sorted(job["id"] for job in (await mia.got(f"/jobs?task_id={task['id']}"))["results"])
    issue = await mia.made("issues", **ISSUE, job=first)
    assert (issue["job"], issue["frame"], issue["position"], issue["resolved"]) == (first, 1, [2.0, 4.0], False)
    assert issue["owner"]["username"] == "mia" and issue["comments"]["count"] == 1
    other = await mia.made("issues", **(ISSUE | {"frame": 2}), job=second)
    for query, numbers in (
        ("", [other["id"], issue["id"]]),
        (f"?job_id={first}", [issue["id"]]),
        (f"?task_id={task['id']}&sort=id", [issue["id"], other["id"]]),
        ("?frame_id=2", [other["id"]]),
        ("?owner=max", []),
        ("?resolved=true", []),
        ('?filter={"<":[{"var":"frame_id"},2]}', [issue["id"]]),
    ):
        assert [one["id"] for one in (await mia.got(f"/issues{query}"))["results"]] == numbers, query
    assert (await mia.got(f"/jobs/{first}"))["issues"]["count"] == 1
    said = await mia.made("comments", issue=issue["id"], message="hi!")
    assert said["owner"]["username"] == "mia"
    assert (await mia.got(f"/comments?issue_id={issue['id']}&sort=id"))["results"][1] == said
    assert (await mia.got(f"/comments?job_id={second}"))["count"] == 1
    assert (await mia("PATCH", f"/comments/{said['id']}", {"message": "bar"})).json()["message"] == "bar"
    assert (await mia.got(f"/comments/{said['id']}"))["message"] == "bar"
    changed = await mia("PATCH", f"/issues/{issue['id']}", {"resolved": True, "position": [1, 1]})
    assert changed.status_code == 200 and changed.json()["resolved"] is True and changed.json()["updated_date"]
    assert (await mia.got("/issues?resolved=true"))["count"] == 1
    assert (await mia("DELETE", f"/issues/{issue['id']}")).status_code == 204
    for path in (f"/issues/{issue['id']}", f"/comments/{said['id']}"):
        assert (await mia("GET", path)).status_code == 404


async def test_issues_are_refused_as_other_things_are(house: House) -> None:
    await house.project("team", mia=Role.MEMBER, vera=Role.VIEWER)
    mia = house.caller(X_Organization="team")
    task = await mia.task("a.png", "b.png")
    [job] = (await mia.got(f"/jobs?task_id={task['id']}"))["results"]
    issue = await mia.made("issues", **ISSUE, job=job["id"])
    assert (await house.caller(X_Organization="").got("/issues"))["count"] == 0
    assert (await house.caller(X_Organization="").got("/comments"))["count"] == 0
    for wrong, status in (
        ({"job": 99}, 400),
        ({"frame": 7}, 400),
        ({"position": [1]}, 400),
        ({"message": ""}, 400),
        ({"assignee": 99}, 400),
        ({"position": "x"}, 400),
    ):
        answer = await mia("POST", "/issues", {**ISSUE, "job": job["id"], **wrong})
        assert answer.status_code == status and answer.json(), wrong
    vera = house.caller("vera")
    assert (await vera.got(f"/issues/{issue['id']}"))["id"] == issue["id"]
    for method, path, body in (
        ("POST", "/issues", {**ISSUE, "job": job["id"]}),
        ("PATCH", f"/issues/{issue['id']}", {"resolved": True}),
        ("POST", "/comments", {"issue": issue["id"], "message": "x"}),
        ("DELETE", f"/issues/{issue['id']}", None),
    ):
        assert (await vera(method, path, body)).status_code == 403, path
    assert (await house.caller("max")("GET", f"/issues/{issue['id']}")).status_code == 403
    assert (await mia("POST", "/comments", {"issue": 99, "message": "x"})).status_code == 400
    assert (await mia("POST", "/comments", {"issue": issue["id"]})).status_code == 400
