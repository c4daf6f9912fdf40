"""Collections, groups, users and credentials as clients ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.faces.alteryx.words.people import TheirRole, our_role, their_role
from jobyard.people.record import HOUSE, Role, User
from tests.faces.alteryx.house import House, writing

pytestmark = pytest.mark.anyio


async def test_a_collection_is_made_filled_and_shared(house: House) -> None:
    mia = house.caller()
    answer = await mia("POST", "/v3/collections", {"name": "reports"})
    id_ = answer.json()
    assert answer.status_code == 200 and isinstance(id_, str)
    workflow = await mia.upload(writing())
    answer = await mia("POST", f"//v3//collections/{id_}/workflows", {"workflowId": workflow})
    assert answer.status_code == 200, answer.text
    flat = f"userId={house.ids['max']}&isAdmin=false&canAddAssets=true&expirationDate=2090-01-01T00%3A00%3A00Z"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await mia("POST", f"/v3/collections/{id_}/users", flat.encode(), headers=form)).status_code == 200
    found = await mia.got(f"/v3/collections/{id_}")
    assert found == {
        "id": id_,
        "name": "reports",
        "ownerId": house.ids["mia"],
        "dateAdded": found["dateAdded"],
        "workflowIds": [workflow],
        "scheduleIds": [],
        "users": [{"userId": house.ids["max"]}],
        "userGroupIds": [],
        "subscriptionIds": [],
    }
    assert await mia.got("/v3/collections") == [{name: found[name] for name in ("id", "name", "ownerId", "dateAdded")}]
    assert await mia.got("/v3/collections?view=Full") == [found]
    assert [one["id"] for one in await house.caller("max").got("/v3/collections")] == [id_]
    answer = await mia("PUT", f"/v3/collections/{id_}", {"name": "more", "ownerId": house.ids["max"]})
    assert (answer.json()["name"], answer.json()["ownerId"]) == ("more", house.ids["max"])
    await mia.refused(404, "GET", f"/v3/collections/{id_}")


async def test_places_and_things_are_taken_away_again(house: House) -> None:
    mia, olga = house.caller(), house.caller("olga")
    id_ = (await mia("POST", "/v3/collections", {"name": "reports"})).json()
    group = (await olga("POST", "/v3/usergroups", {"name": "analysts", "role": "artisan"})).json()
    place = {"userGroupId": group, "collectionsPermissions": {"canAddUsers": True}}
    answer = await mia("POST", f"/v3/collections/{id_}/userGroups", place)
    assert answer.json()["userGroupIds"] == [group]
    change = {"collectionsPermissions": {"isAdmin": True}}
    assert (await mia("PUT", f"/v3/collections/{id_}/userGroups/{group}/permissions", change)).status_code == 200
    await mia.refused(404, "PUT", f"/v3/collections/{id_}/users/{house.ids['max']}/permissions", change)
    answer = await mia("DELETE", f"/v3/collections/{id_}/userGroups/{group}")
    assert answer.json()["userGroupIds"] == []
    await mia.refused(404, "DELETE", f"/v3/collections/{id_}/users/{house.ids['max']}")
    await mia.refused(404, "DELETE", f"/v3/collections/{id_}/workflows/{'0' * 32}")
    assert (await mia("DELETE", f"/v3/collections/{id_}")).status_code == 200
    assert await mia.got("/v3/collections") == []


async def test_a_workflow_in_a_collection_is_seen_and_run_by_its_members_alone(house: House) -> None:
    mia, max_, vera = house.caller(), house.caller("max"), house.caller("vera")
    workflow = await mia.upload(writing())
    id_ = (await mia("POST", "/v3/collections", {"name": "reports"})).json()
    await mia("POST", f"/v3/collections/{id_}/workflows", {"workflowId": workflow})
    await max_.refused(404, "GET", f"/v3/workflows/{workflow}")
    await max_.refused(404, "POST", f"/v3/workflows/{workflow}/jobs", {})
    for name in ("max", "vera"):
        body = {"userId": house.ids[name], "collectionsPermissions": {}}
        assert (await mia("POST", f"/v3/collections/{id_}/users", body)).status_code == 200
    assert [one["id"] for one in await max_.got("/v3/workflows")] == [workflow]
    assert (await max_.got(f"/v3/workflows/{workflow}"))["id"] == workflow
    job = await max_.run(workflow)
    assert (await house.work()).id == job
    found = await max_.got(f"/v3/jobs/{job}")
    assert (found["disposition"], len(found["outputs"])) == ("Success", 1)
    iteration = {"iterationType": "Once", "startTime": "2090-01-01T00:00:00Z"}
    answer = await max_("POST", "/v3/schedules", {"workflowId": workflow, "iteration": iteration})
    assert answer.status_code == 201
    await vera.refused(403, "POST", f"/v3/workflows/{workflow}/jobs", {})
    assert (await max_("PUT", f"/v3/workflows/{workflow}", {"name": "mine"})).status_code in {401, 404}
    await mia("DELETE", f"/v3/collections/{id_}/users/{house.ids['max']}")
    await max_.refused(404, "POST", f"/v3/workflows/{workflow}/jobs", {})


@pytest.mark.parametrize("ends", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2001-01-01T00:00:00Z"])
async def test_a_place_that_ended_long_ago_is_none(house: House, ends: str) -> None:
    mia = house.caller()
    id_ = (await mia("POST", "/v3/collections", {"name": "reports"})).json()
    place = {"userId": house.ids["max"], "expirationDate": ends, "collectionsPermissions": {"isAdmin": True}}
    assert (await mia("POST", f"/v3/collections/{id_}/users", place)).status_code == 200
    await house.caller("max").refused(404, "GET", f"/v3/collections/{id_}")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {}),
        ("", {"name": ""}),
        ("", {"name": 5}),
        ("", b"{"),
        ("/{id}/users", {"collectionsPermissions": {}}),
        ("/{id}/users", {"userId": "nobody", "collectionsPermissions": {}}),
        ("/{id}/users", {"userId": "{max}", "collectionsPermissions": {"isAdmin": "perhaps"}}),
        ("/{id}/users", {"userId": "{max}", "expirationDate": "soon", "collectionsPermissions": {}}),
        ("/{id}/userGroups", {"collectionsPermissions": {}}),
        ("/{id}/schedules", {"scheduleId": 5}),
        ("/{id}/schedules", {}),
    ],
)
async def test_bad_bodies_are_refused_in_words(house: House, path: str, body: Any) -> None:
    mia = house.caller()
    id_ = (await mia("POST", "/v3/collections", {"name": "reports"})).json()
    if isinstance(body, dict):
        body = {name: house.ids["max"] if value == "{max}" else value for name, value in body.items()}
    before = await mia.got("/v3/collections?view=full")
    assert await mia.refused(400, "POST", "/v3/collections" + path.format(id=id_), body)
    assert await mia.got("/v3/collections?view=full") == before


async def test_groups_hold_people(house: House) -> None:
    olga, mia = house.caller("olga"), house.caller()
    id_ = (await olga("POST", "/v3/usergroups", {"name": "analysts", "role": "Artisan"})).json()
    await olga.refused(400, "POST", "/v3/usergroups", {"name": "others", "role": "King"})
    assert await mia.got("/v3/usergroups") == [{"id": id_, "name": "analysts", "role": "Artisan"}]
    answer = await olga("POST", f"/v3/usergroups/{id_}/users", [house.ids["mia"], "nobody"])
    assert answer.json() == {
        "successfullyAddedUserCount": 1,
        "totalUsersSubmittedCount": 2,
        "failedUserReasons": {"nobody": "There is no such user."},
    }
    found = await mia.got(f"/v3/usergroups/{id_}")
    assert [(one["userId"], one["addedByUserId"]) for one in found["members"]] == [
        (house.ids["mia"], house.ids["olga"])
    ]
    await mia.refused(401, "DELETE", f"/v3/usergroups/{id_}/users/{house.ids['mia']}")
    await olga.refused(400, "DELETE", f"/v3/usergroups/{id_}")
    assert (await olga("DELETE", f"/v3/usergroups/{id_}/users/{house.ids['mia']}")).json()["members"] == []
    assert (await olga("PUT", f"/v3/usergroups/{id_}", {"name": "experts", "role": "Viewer"})).json()[
        "role"
    ] == "Viewer"
    assert (await olga("DELETE", f"/v3/usergroups/{id_}?forceDelete=true")).status_code == 200


async def test_no_answer_holds_a_password(house: House) -> None:
    mia, max_ = house.caller(), house.caller("max")
    answer = await mia("POST", "/v3/credentials", {"username": "warehouse", "password": "open sesame"})
    id_ = answer.json()
    found = await mia.got(f"/v3/credentials/{id_}")
    assert found == {"id": id_, "userName": "warehouse", "userIds": [], "userGroupIds": []}
    await max_.refused(404, "GET", f"/v3/credentials/{id_}")
    answer = await mia("POST", f"/v3/credentials/{id_}/users", {"userId": house.ids["max"]})
    assert answer.json()["userIds"] == [house.ids["max"]]
    assert await max_.got("/v3/credentials") == [{"id": id_, "userName": "warehouse"}]
    for whose in (house.ids["mia"], house.ids["max"]):
        assert await mia.got(f"/v3/credentials?userId={whose}") == [{"id": id_, "userName": "warehouse"}]
    for nobody in (f"userId={house.ids['vera']}", "userId=nobody", "userGroupId=nobody"):
        assert await mia.got(f"/v3/credentials?{nobody}") == []
    await max_.refused(401, "PUT", f"/v3/credentials/{id_}", {"newPassword": "mine"})
    answer = await mia("PUT", f"/v3/credentials/{id_}", {"newPassword": "shut sesame"})
    assert answer.status_code == 200 and "sesame" not in answer.text
    await mia.refused(400, "DELETE", f"/v3/credentials/{id_}")
    assert (await mia("DELETE", f"/v3/credentials/{id_}?force=true")).status_code == 200


async def test_users_are_seen_and_changed_by_administrators(house: House) -> None:
    ada, mia = house.caller("ada"), house.caller()
    found = {one["firstName"]: one["role"] for one in await ada.got("/v3/users/")}
    assert (found["ada"], found["olga"], found["mia"], found["vera"]) == ("Curator", "Curator", "Artisan", "Viewer")
    await mia.refused(401, "GET", "/v3/users")
    own = await mia.got(f"/v3/users/{house.ids['mia']}")
    assert (own["isActive"], own["canScheduleJobs"]) == (True, True)
    await mia.refused(401, "GET", f"/v3/users/{house.ids['max']}")
    await mia.refused(401, "PUT", f"/v3/users/{house.ids['mia']}", {"role": "Curator"})
    answer = await ada("PUT", f"/v3/users/{house.ids['max']}", {"role": "NoAccess"})
    assert (answer.json()["role"], answer.json()["isActive"]) == ("NoAccess", False)
    answer = await ada("PUT", f"/v3/users/{house.ids['max']}", {"role": "Viewer", "isActive": True})
    assert answer.json()["role"] == "Viewer"
    assert (await house.engine.people.user(HOUSE, "max")).role is Role.VIEWER
    assert [one["firstName"] for one in await ada.got("/v3/users?role=Viewer&active=true")] == ["max", "vera"]
    everybody = await ada.got("/v3/users?createdAfter=2000-01-01&createdBefore=2999-01-01")
    assert {one["firstName"] for one in everybody} == set(found)
    for nobody in ("lastName=Lovelace", "createdAfter=2999-01-01T00:00:00Z", "createdBefore=2000-01-01"):
        assert await ada.got(f"/v3/users?{nobody}") == []
    await ada.refused(400, "GET", "/v3/users?createdAfter=soon")
    workflow = await mia.upload(writing(), name="Totals")
    assets = await mia.got(f"/v3/users/{house.ids['mia']}/assets")
    assert assets == {"workflows": [{"id": workflow, "name": "Totals"}], "schedules": [], "collections": []}
    address = f"/v3/users/{house.ids['mia']}/assets?assetType="
    assert await mia.got(f"{address}workflow") == await mia.got(f"{address}All") == assets
    assert await mia.got(f"{address}Schedule") == assets | {"workflows": []}
    await mia.refused(400, "GET", f"{address}Dashboard")


async def test_users_are_made_and_shut_out_by_administrators_alone(house: House) -> None:
    ada, olga, mia = house.caller("ada"), house.caller("olga"), house.caller()
    body = {"firstName": "Nora", "lastName": "N", "email": "Nora.N@example.org", "role": "artisan"}
    for caller in (olga, mia):
        await caller.refused(401, "POST", "/v3/users", body)
    made = (await ada("POST", "/v3/users/", body)).json()
    assert (made["email"], made["role"], made["isActive"]) == ("nora.n", "Artisan", True)
    assert (await ada.got(f"/v3/users/{made['id']}"))["role"] == "Artisan"
    assert [one["id"] for one in await ada.got("/v3/users?email=Nora.N@example.org")] == [made["id"]]
    assert "exists already" in await ada.refused(400, "POST", "/v3/users", body)
    idle = (await ada("POST", "/v3/users", {"email": "otto", "role": "NoAccess"})).json()
    assert (idle["role"], idle["isActive"]) == ("NoAccess", False)
    for wrong in (
        {},
        {"email": "@x"},
        {"email": "é@x"},
        {"email": "x" * 65},
        {"email": "a b"},
        {"email": "c", "role": "King"},
    ):
        await ada.refused(400, "POST", "/v3/users", wrong)
    group = (await olga("POST", "/v3/usergroups", {"name": "analysts", "role": "Artisan"})).json()
    await olga("POST", f"/v3/usergroups/{group}/users", [house.ids["max"], made["id"]])
    for method, path in (("DELETE", ""), ("POST", "/deactivate")):
        await mia.refused(401, method, f"/v3/users/{house.ids['mia']}{path}")
        await olga.refused(401, method, f"/v3/users/{made['id']}{path}")
        await ada.refused(404, method, f"/v3/users/{'0' * 32}{path}")
    assert (await ada("POST", f"/v3/users/{house.ids['max']}/deactivate")).json() == [group]
    assert (await ada("POST", f"/v3/users/{house.ids['max']}/deactivate")).json() == []
    await house.caller("max").refused(401, "GET", "/v3/workflows")
    assert (await ada("DELETE", f"/v3/users/{made['id']}")).status_code == 200
    assert (await ada.got(f"/v3/users/{made['id']}"))["isActive"] is False
    assert (await ada.got(f"/v3/usergroups/{group}"))["members"] == []
    assert "last administrator" in await ada.refused(400, "DELETE", f"/v3/users/{house.ids['ada']}")
    answer = await ada("PUT", f"/v3/users/{house.ids['max']}", {"active": True})
    assert answer.json()["isActive"] is True


async def test_what_this_house_has_not_is_refused_in_words(house: House) -> None:
    ada, mia = house.caller("ada"), house.caller()
    assert "users password mia" in await ada.refused(400, "POST", f"/v3/users/{house.ids['mia']}/passwordReset")
    await mia.refused(401, "POST", f"/v3/users/{house.ids['mia']}/passwordReset")
    group = (await ada("POST", "/v3/usergroups", {"name": "analysts", "role": "Artisan"})).json()
    path = f"/v3/usergroups/{group}/activeDirectoryGroups"
    assert "no Active Directory" in await ada.refused(400, "POST", path, b'"S-1-5"')
    await ada.refused(404, "DELETE", f"{path}/S-1-5")
    await ada.refused(404, "POST", f"/v3/usergroups/{'0' * 32}/activeDirectoryGroups", {})


async def test_what_belongs_to_somebody_is_given_to_another(house: House) -> None:
    ada, mia, max_ = house.caller("ada"), house.caller(), house.caller("max")
    workflow = await mia.upload(writing())
    collection = (await mia("POST", "/v3/collections", {"name": "reports"})).json()
    iteration = {"iterationType": "Once", "startTime": "2090-01-01T00:00:00Z"}
    schedule = (await mia("POST", "/v3/schedules", {"workflowId": workflow, "iteration": iteration})).json()
    path, body = f"/v3/users/{house.ids['mia']}/assetTransfer", {"ownerId": house.ids["max"]}
    everything = {"transferWorkflows": True, "transferCollections": True}
    await mia.refused(401, "PUT", path, body | everything)
    await ada.refused(400, "PUT", path, {"ownerId": "nobody", **everything})
    await ada.refused(400, "PUT", path, everything)
    said = await ada.refused(400, "PUT", path, body | everything | {"transferSchedules": True})
    assert "mia has 1 of them" in said
    before = await mia.got(f"/v3/users/{house.ids['mia']}/assets")
    assert (await ada("PUT", path, body)).json() == []
    assert await mia.got(f"/v3/users/{house.ids['mia']}/assets") == before
    assert (await ada("PUT", path, body | everything)).json() == []
    found = await max_.got(f"/v3/users/{house.ids['max']}/assets")
    assert [one["id"] for one in found["workflows"] + found["collections"]] == [workflow, collection]
    left = await mia.got(f"/v3/users/{house.ids['mia']}/assets")
    assert ([one["id"] for one in left["schedules"]], left["workflows"]) == ([schedule], [])


def test_roles_are_mapped_in_both_directions_and_none_is_left_out() -> None:
    for role in Role:
        theirs = their_role(User(id="u", name="u", role=role))
        assert our_role(theirs, role) is role
    assert {their_role(User(id="u", name="u", role=role, disabled=True)) for role in Role} == {TheirRole.NO_ACCESS}
    assert {theirs: our_role(theirs) for theirs in TheirRole} == {
        TheirRole.NO_ACCESS: Role.VIEWER,
        TheirRole.VIEWER: Role.VIEWER,
        TheirRole.MEMBER: Role.MEMBER,
        TheirRole.ARTISAN: Role.MEMBER,
        TheirRole.EVALUATED: Role.MEMBER,
        TheirRole.CURATOR: Role.ADMINISTRATOR,
    }
