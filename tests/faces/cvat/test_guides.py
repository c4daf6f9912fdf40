from __future__ import annotations

import pytest

from tests.datasets.formats import drawn
from tests.faces.cvat.house import House

pytestmark = pytest.mark.anyio
PICTURE = drawn.png(3, 3)


async def test_a_task_has_a_guide_that_shows_pictures(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    guide = await mia.made("guides", task_id=task["id"], markdown="# hi")
    assert (guide["task_id"], guide["project_id"], guide["markdown"]) == (task["id"], None, "# hi")
    path = f"/guides/{guide['id']}"
    assert await mia.got(path) == guide
    [job] = (await mia.got(f"/jobs?task_id={task['id']}"))["results"]
    assert job["guide_id"] == (await mia.got(f"/tasks/{task['id']}"))["guide_id"] == guide["id"]
    assert (await mia("PATCH", path, {"markdown": "new"})).json()["markdown"] == "new"
    assert (await mia("PATCH", path, {})).json()["markdown"] == "new"
    files = [("file", ("shown.png", PICTURE, "text/html"))]
    asset = (await mia("POST", "/assets", files=files, data={"guide_id": str(guide["id"])})).json()
    assert (asset["filename"], asset["guide_id"], asset["owner"]["username"]) == ("shown.png", guide["id"], "mia")
    shown = await mia("GET", f"/assets/{asset['uuid']}")
    assert shown.content == PICTURE and shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await house.caller("max")("GET", f"/assets/{asset['uuid']}")).status_code == 403
    assert (await mia("DELETE", f"/assets/{asset['uuid']}")).status_code == 204
    assert (await mia("DELETE", path)).status_code == 204
    assert (await mia("GET", path)).status_code == 404
    assert (await mia.got(f"/tasks/{task['id']}"))["guide_id"] is None


async def test_guides_of_projects_and_what_is_refused(house: House) -> None:
    mia = house.caller()
    project = await mia.made("projects", name="p", labels=[{"name": "cat"}])
    task = await mia.task("a.png", project_id=project["id"])
    guide = await mia.made("guides", project_id=project["id"])
    assert guide["project_id"] == project["id"] and guide["markdown"] == ""
    assert (await mia.got(f"/projects/{project['id']}"))["guide_id"] == guide["id"]
    [job] = (await mia.got(f"/jobs?task_id={task['id']}"))["results"]
    assert (job["guide_id"], (await mia.got(f"/tasks/{task['id']}"))["guide_id"]) == (guide["id"], None)
    for body, status in (
        ({}, 400),
        ({"task_id": task["id"], "project_id": project["id"]}, 400),
        ({"project_id": project["id"]}, 409),
        ({"task_id": 99}, 400),
    ):
        assert (await mia("POST", "/guides", body)).status_code == status, body
    given = {"guide_id": str(guide["id"])}
    for files, data, status in (
        ([("file", ("a.svg", b"<svg/>"))], given, 400),
        ([("file", ("a.png", PICTURE))], {}, 400),
        ([("other", ("a.png", PICTURE))], given, 400),
        ([("file", ("a.png", PICTURE))], {"guide_id": "99"}, 404),
    ):
        assert (await mia("POST", "/assets", files=files, data=data)).status_code == status
    assert (await mia("POST", "/assets", {"guide_id": 1})).status_code == 400
