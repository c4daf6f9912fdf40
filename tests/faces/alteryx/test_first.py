from __future__ import annotations

import pytest

from tests.faces.alteryx.house import House, writing

pytestmark = pytest.mark.anyio


async def test_what_clients_still_use_of_version_1(house: House) -> None:
    mine = house.caller()
    workflow = await mine.upload(writing())
    [one] = await mine.got("/v1/workflows/subscription/")
    assert (one["id"], one["metaInfo"]["name"], one["fileName"], one["version"]) == (workflow, "Flow", "flow.yxmd", 1)
    assert await mine.got(f"/v1/workflows/{workflow}/questions/") == []
    answer = await mine("POST", f"/v1/workflows/{workflow}/jobs/", {"questions": [], "priority": "3"})
    told = answer.json()
    assert (answer.status_code, told["status"], told["priority"]) == (200, "Queued", 3)
    assert "createDate" in told and "createDateTime" not in told
    await house.work()
    [listed] = await mine.got(f"/v1/workflows/{workflow}/jobs/")
    ended = await mine.got(f"/v1/jobs/{told['id']}/")
    assert listed["id"] == ended["id"] == told["id"]
    assert (ended["status"], ended["disposition"], ended["appId"]) == ("Completed", "Success", workflow)
    output = ended["outputs"][0]["id"]
    answer = await mine("GET", f"/v1/jobs/{ended['id']}/output/{output}/?format=Csv")
    assert answer.content == b"a,b\r\n1,x\r\n"
    assert (await mine("GET", f"/v1/{workflow}/package/")).content[:2] == b"PK"
    await house.caller("max").refused(404, "GET", f"/v1/{workflow}/package")
