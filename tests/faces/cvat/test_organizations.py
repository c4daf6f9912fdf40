from __future__ import annotations

import pytest

from jobyard.people.record import Role
from tests.faces.cvat.house import House

pytestmark = pytest.mark.anyio


async def test_projects_of_sharing_are_organizations(house: House) -> None:
    await house.project("team", mia=Role.MEMBER)
    await house.project("Other Team!", mia=Role.VIEWER)
    await house.project("hidden")
    listed = (await house.caller().got("/organizations"))["results"]
    assert sorted(one["name"] for one in listed) == ["Other Team!", "team"]
    odd = next(one for one in listed if one["name"] == "Other Team!")
    assert odd["slug"] == f"organization-{odd['id']}"
    assert (await house.caller(X_Organization=odd["slug"]).got("/tasks"))["count"] == 0
    places = (await house.caller().got("/memberships"))["results"]
    assert {(one["user"]["username"], one["role"]) for one in places} == {("mia", "supervisor"), ("mia", "worker")}


async def test_a_header_or_a_parameter_narrows_everything(house: House) -> None:
    await house.project("team", mia=Role.MEMBER, max=Role.MEMBER)
    alone, inside = house.caller(X_Organization=""), house.caller(X_Organization="team")
    mine = await alone.task("a.png", name="mine")
    ours = await inside.task("a.png", name="ours")
    assert mine["organization"] is None and ours["organization"] is not None

    async def seen(user: str, query: str = "", **headers: str) -> list[str]:
        return sorted(one["name"] for one in (await house.caller(user, **headers).got(f"/tasks{query}"))["results"])

    assert await seen("mia") == ["mine", "ours"]
    assert await seen("mia", X_Organization="") == await seen("mia", "?org=") == ["mine"]
    assert await seen("mia", "?org=team") == await seen("mia", f"?org_id={ours['organization']}") == ["ours"]
    assert await seen("max") == ["ours"] and await seen("max", "?org=") == []
    assert (await house.caller("max")("GET", f"/tasks/{mine['id']}")).status_code == 404
    assert (await house.caller("vera")("GET", "/tasks?org=team")).status_code == 404
    project = await inside.made("projects", name="p")
    assert project["organization"] == ours["organization"]


async def test_organizations_are_made_and_never_deleted(house: House) -> None:
    mia = house.caller()
    made = await mia.made("organizations", slug="lab")
    assert (await mia.got(f"/organizations/{made['id']}"))["slug"] == "lab"
    assert (await mia("POST", "/organizations", {"slug": "lab"})).status_code == 409
    assert (await mia("POST", "/organizations", {"slug": "a b"})).status_code == 400
    assert (await mia("DELETE", f"/organizations/{made['id']}")).status_code == 403
    assert (await house.caller("max")("GET", f"/organizations/{made['id']}")).status_code == 404
