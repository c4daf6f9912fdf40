from __future__ import annotations

import pytest

from jobyard.people.record import HOUSE, Role
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
    assert (
        await seen("mia", X_Organization="") == await seen("mia", "?org=") == await seen("mia", "?org_id=") == ["mine"]
    )
    assert await seen("mia", "?org=team") == await seen("mia", f"?org_id={ours['organization']}") == ["ours"]
    assert await seen("max") == ["ours"] and await seen("max", "?org=") == []
    assert (await house.caller("max")("GET", f"/tasks/{mine['id']}")).status_code == 403
    assert (await house.caller("vera")("GET", "/tasks?org=team")).status_code == 403
    project = await inside.made("projects", name="p")
    assert project["organization"] == ours["organization"]


async def test_organizations_are_made_described_and_deleted(house: House) -> None:
    mia = house.caller()
    contact = {"email": "lab@here.invalid"}
    assert (await mia("POST", "/organizations", {"slug": "lab", "contact": {"a": "x" * 9_000}})).status_code == 400
    made = await mia.made("organizations", slug="lab", name="The Lab", description="cats", contact=contact)
    assert (made["slug"], made["name"], made["description"], made["contact"]) == ("lab", "The Lab", "cats", contact)
    path = f"/organizations/{made['id']}"
    assert await mia.got(path) == made
    changed = await mia("PATCH", path, {"description": "dogs"})
    assert changed.status_code == 200 and changed.json() == made | {"description": "dogs"}
    assert [one["id"] for one in (await mia.got("/organizations?search=the+lab"))["results"]] == [made["id"]]
    for body in ({"slug": "other"}, {"name": "x" * 65}, {"description": "x" * 2_001}, {"contact": {"a": "x" * 9_000}}):
        assert (await mia("PATCH", path, body)).status_code == 400, list(body)
    assert (await mia("POST", "/organizations", {"slug": "lab"})).status_code == 409
    assert (await mia("POST", "/organizations", {"slug": "a b"})).status_code == 400
    described = await mia("OPTIONS", path)
    assert described.status_code == 200 and "PATCH" in described.headers["allow"] and "renders" in described.json()
    for method in ("GET", "PATCH", "DELETE"):
        assert (await house.caller("max")(method, path, {} if method == "PATCH" else None)).status_code == 404
    inside = house.caller(X_Organization="lab")
    task, project = await inside.task("a.png"), await inside.made("projects", name="p")
    assert (await mia("DELETE", path)).status_code == 204
    assert (await mia("GET", path)).status_code == 404 and (await mia.got("/organizations"))["count"] == 0
    assert (await inside("GET", "/tasks")).status_code == 404
    for thing in (f"/tasks/{task['id']}", f"/projects/{project['id']}"):
        assert (await house.caller(X_Organization="").got(thing))["organization"] is None
    assert (await mia.made("organizations", slug="lab"))["name"] == "lab"


async def test_members_get_other_roles_and_leave(house: House) -> None:
    await house.project("team", mia=Role.OPERATOR, max=Role.MEMBER)
    mia, max_ = house.caller(), house.caller("max")
    places = {one["user"]["username"]: one for one in (await mia.got("/memberships?org=team"))["results"]}
    assert [one["user"]["username"] for one in (await mia.got("/memberships"))["results"]] == ["mia"]
    for query, wanted in (("user=max", "max"), ("role=maintainer", "mia"), ("search=super", "max")):
        found = (await mia.got(f"/memberships?org=team&{query}"))["results"]
        assert [one["user"]["username"] for one in found] == [wanted], query
    assert {one["username"] for one in (await mia.got("/users?org=team"))["results"]} == {"mia", "max"}
    assert (await mia("PATCH", f"/memberships/{places['max']['id']}", {"role": "maintainer"})).status_code == 403
    path = f"/memberships/{places['max']['id']}"
    assert await max_.got(path) == places["max"] and places["max"]["role"] == "supervisor"
    assert (await max_("PATCH", path, {"role": "maintainer"})).status_code == 403
    for role in ("owner", "odd"):
        assert (await mia("PATCH", path, {"role": role})).status_code == 400
    assert (await mia("PATCH", path, {"role": "worker"})).json()["role"] == "worker"
    assert (await mia.got(path))["role"] == "worker"
    assert (await mia("DELETE", path)).status_code == 204
    assert (await max_("GET", path)).status_code == 404 and (await max_.got("/organizations"))["count"] == 0
    assert (await house.caller("max")("DELETE", "/organizations/1")).status_code == 404
    await house.project("club", mia=Role.OPERATOR, max=Role.MEMBER)
    places = {one["user"]["username"]: one for one in (await max_.got("/memberships?org=club"))["results"]}
    assert (await max_("DELETE", f"/memberships/{places['mia']['id']}")).status_code == 403
    assert (await max_("DELETE", f"/memberships/{places['max']['id']}")).status_code == 204
    assert (await max_.got("/organizations"))["count"] == 0


async def test_only_its_owner_deletes_an_organization(house: House) -> None:
    mia = house.caller()
    made = await mia.made("organizations", slug="lab")
    await house.engine.projects.set_member(HOUSE, "lab", "max", Role.OPERATOR)
    [own] = [one for one in (await mia.got("/memberships"))["results"] if one["user"]["username"] == "mia"]
    assert own["role"] == "owner"
    assert (await house.caller("max")("DELETE", f"/organizations/{made['id']}")).status_code == 403
    assert (await house.caller("max")("DELETE", f"/memberships/{own['id']}")).status_code == 403
    assert (await house.caller("max")("PATCH", f"/memberships/{own['id']}", {"role": "worker"})).status_code == 403
    assert (await mia.got(f"/organizations/{made['id']}"))["slug"] == "lab"


async def test_a_stranger_is_told_that_it_is_there_and_not_theirs(house: House) -> None:
    mia, max_ = house.caller(), house.caller("max")
    await mia.made("organizations", slug="lab")
    task, project = await mia.task("a.png"), await mia.made("projects", name="p")
    number, job = task["id"], (await mia.got(f"/jobs?task_id={task['id']}"))["results"][0]["id"]
    label = (await mia.got(f"/labels?task_id={number}"))["results"][0]["id"]
    for path in (
        f"/tasks/{number}",
        f"/jobs/{job}/annotations",
        f"/projects/{project['id']}",
        f"/labels/{label}",
        f"/labels?job_id={job}",
        f"/quality/reports?task_id={number}",
        "/tasks?org=lab",
        "/tasks?org_id=1",
    ):
        answer = await max_("GET", path)
        assert answer.status_code == 403, path
        assert answer.json()["detail"] == "You do not have permission to perform this action."
    for path in ("/tasks/99", "/jobs/99", "/labels?job_id=99", "/quality/reports?task_id=99", "/tasks?org=none"):
        assert (await max_("GET", path)).status_code == 404, path
    for path in (f"/issues?job_id={job}", f"/issues?task_id={number}", "/issues?job_id=99", "/comments?issue_id=99"):
        assert (await max_.got(path))["count"] == 0, path


async def test_who_is_invited_belongs_to_an_organization_once_they_accept(house: House) -> None:
    mia, max_ = house.caller(), house.caller("max")
    lab = await mia.made("organizations", slug="lab")
    number = (await max_.got("/users/self"))["id"]
    await max_("PATCH", f"/users/{number}", {"email": "Max@here.invalid"})
    inside = house.caller(X_Organization="lab")
    made = await inside.made("invitations", role="supervisor", email="max@HERE.invalid")
    assert (made["role"], made["user"]["id"], made["owner"]["username"]) == ("supervisor", number, "mia")
    assert (made["organization"], made["organization_info"]["slug"]) == (lab["id"], "lab")
    assert made["accepted"] is made["expired"] is False
    for body, status in (
        ({"role": "worker", "email": "max"}, 400),
        ({"role": "worker", "email": "nobody@here.invalid"}, 400),
        ({"role": "odd", "email": "vera"}, 400),
        ({"role": "owner", "email": "vera"}, 403),
    ):
        assert (await inside("POST", "/invitations", body)).status_code == status, body
    assert (await mia("POST", "/invitations", {"role": "worker", "email": "vera"})).status_code == 400
    path = f"/invitations/{made['key']}"
    assert (await max_("GET", "/tasks?org=lab")).status_code == 403
    assert (await max_.got("/invitations?accepted=false"))["results"] == [made] and await max_.got(path) == made
    assert (await house.caller("vera").got("/invitations"))["count"] == 0
    for method, place in (("GET", path), ("POST", f"{path}/accept"), ("DELETE", path)):
        assert (await house.caller("vera")(method, place)).status_code == 404
    assert (await mia("POST", f"{path}/accept")).status_code == 403
    assert (await mia("POST", f"{path}/resend")).status_code == 204
    assert (await max_("POST", f"{path}/accept")).json() == {"organization_slug": "lab"}
    assert (
        (await max_("POST", f"{path}/accept")).status_code == (await max_("POST", f"{path}/decline")).status_code == 400
    )
    assert (await max_("GET", "/tasks?org=lab")).status_code == 200
    [place] = (await mia.got("/memberships?org=lab&user=max"))["results"]
    assert (place["role"], place["invitation"]) == ("supervisor", made["key"])
    assert (await mia("DELETE", f"/memberships/{place['id']}")).status_code == 204
    assert (await mia("GET", path)).status_code == 404
    again = await inside.made("invitations", role="maintainer", email="max")
    assert (await max_("POST", f"/invitations/{again['key']}/decline")).status_code == 204
    assert (await mia.got("/invitations"))["count"] == 0


async def test_a_thing_stays_its_makers_and_in_its_organization(house: House) -> None:
    await house.project("team", mia=Role.MEMBER)
    mia, other = house.caller(), (await house.caller("max").got("/users/self"))["id"]
    me, team = (await mia.got("/users/self"))["id"], (await mia.got("/organizations"))["results"][0]["id"]
    for what in ("tasks", "projects"):
        assert (await mia("POST", f"/{what}", {"name": "x", "owner_id": other})).json().keys() == {"owner_id"}
        made = await mia.made(what, name="x", owner_id=me)
        for wrong in ({"owner_id": other}, {"organization_id": team}):
            refused = await mia("PATCH", f"/{what}/{made['id']}", wrong)
            assert refused.status_code == 400 and refused.json().keys() == wrong.keys()
        kept = await mia("PATCH", f"/{what}/{made['id']}", {"owner_id": me, "organization_id": None})
        assert kept.status_code == 200
