"""Schedules as clients make, read and change them, and what their jobs are to others."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.faces.alteryx.words import iterations
from jobyard.people.record import HOUSE
from tests.faces.alteryx.house import House, writing

pytestmark = pytest.mark.anyio

DAILY = {"iterationType": "Daily", "startTime": "2090-01-01T08:30:00Z", "dailyContract": {"runOnlyWorkWeek": True}}


async def made(house: House, user: str = "mia", workflow: str = "", **said: Any) -> str:
    workflow = workflow or await house.caller(user).upload(writing())
    answer = await house.caller(user)("POST", "/v3/schedules/", {"workflowId": workflow, "iteration": DAILY, **said})
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()
    return id_


async def test_a_schedule_comes_back_as_it_was_made(house: House) -> None:
    mia = house.caller()
    workflow = await mia.upload(writing())
    said = {
        "name": "each morning",
        "comment": "before nine",
        "priority": "High",
        "workerTag": "fast",
        "timeZone": "Europe/Berlin",
    }
    id_ = await made(house, workflow=workflow, **said)
    found = await mia.got(f"/v3/schedules/{id_}/")
    assert {name: found[name] for name in said} == said
    assert found["workflowId"] == workflow and found["versionId"]
    assert found["iteration"] == DAILY
    assert (found["enabled"], found["state"], found["runCount"], found["canEdit"]) == (True, "Active", 0, True)
    assert found["ownerId"] == found["lastModifiedId"] == house.ids["mia"]
    assert found["runDateTime"] == "2090-01-02T08:30:00.000Z"  # the first is a Sunday
    [listed] = await mia.got("/v3/schedules")
    assert listed == {name: found[name] for name in listed} and "iteration" not in listed
    [full] = await mia.got("/v3/schedules?view=full")
    assert full == found


async def test_schedules_are_ours_too_and_others_do_not_exist_here(house: House) -> None:
    mia = house.caller()
    id_ = await made(house)
    seen = await house.engine.schedules.get(HOUSE, id_)
    assert (seen.schedule.cron, seen.schedule.zone, seen.schedule.owner) == ("30 8 * * 1-5", "UTC", "mia")
    assert seen.schedule.kind == "workflow.run"
    async with house.client() as native:
        answer = await native.post("/v1/schedules", json={"name": "s", "kind": "test.count", "cron": "@daily"})
    other = answer.json()["id"]
    await mia.refused(404, "GET", f"/v3/schedules/{other}")
    assert [one["id"] for one in await mia.got("/v3/schedules")] == [id_]


async def test_nobody_named_it_so_it_is_called_after_its_workflow(house: House) -> None:
    mia = house.caller()
    workflow = await mia.upload(writing(), name="Totals")
    for name in ("Totals", "Totals (2)", "Totals (3)"):
        id_ = await made(house, workflow=workflow)
        assert (await mia.got(f"/v3/schedules/{id_}"))["name"] == name


async def test_what_is_not_said_stays_as_it_is(house: House) -> None:
    mia = house.caller()
    id_ = await made(house, name="each morning", comment="before nine", timeZone="Europe/Berlin")
    answer = await mia("PATCH", f"/v3/schedules/{id_}", {"comment": "after nine"})
    assert answer.status_code == 200 and answer.json()["comment"] == "after nine"
    # A client in use sends times without their type, and means that they stay.
    bare = {"startTime": DAILY["startTime"], "endTime": None}
    answer = await mia("PUT", f"/v3/schedules/{id_}", {"name": "later", "iteration": bare, "priority": "Low"})
    found = answer.json()
    assert (found["name"], found["comment"], found["priority"]) == ("later", "after nine", "Low")
    assert (found["iteration"], found["timeZone"]) == (DAILY, "Europe/Berlin")
    hourly = {
        "iterationType": "Hourly",
        "startTime": "2090-01-01T08:30:00Z",
        "hourlyContract": {"hours": 1, "minutes": 30},
    }
    found = (await mia("PATCH", f"/v3/schedules/{id_}", {"iteration": hourly})).json()
    assert found["iteration"] == hourly and found["runDateTime"] == "2090-01-01T08:30:00.000Z"
    assert found["frequency"] == "Every 1 hours and 30 minutes"
    found = (await mia("PATCH", f"/v3/schedules/{id_}", {"timeZone": "America/New_York"})).json()
    assert (found["timeZone"], found["iteration"]) == ("America/New_York", hourly)


async def test_it_is_switched_off_and_on(house: House) -> None:
    mia = house.caller()
    id_ = await made(house)
    for body, path in (({"enabled": False}, ""), (None, "/disable")):
        method = "PATCH" if body else "POST"
        found = (await mia(method, f"/v3/schedules/{id_}{path}", body)).json()
        assert (found["enabled"], found["state"], found["runDateTime"]) == (False, "Inactive", "")
    found = (await mia("POST", f"/v3/schedules/{id_}/enable")).json()
    assert (found["enabled"], found["runDateTime"]) == (True, "2090-01-02T08:30:00.000Z")
    off = await made(house, enabled=False)
    assert (await mia.got(f"/v3/schedules/{off}"))["enabled"] is False
    assert (await mia("DELETE", f"/v3/schedules/{id_}/")).status_code == 200
    await mia.refused(404, "GET", f"/v3/schedules/{id_}")


async def test_a_window_tells_which_run_then(house: House) -> None:
    mia = house.caller()
    await made(house)
    path = "/v3/schedules?runsAfter={}&runsBefore={}"
    [found] = await mia.got(path.format("2090-02-01T00:00:00Z", "2090-02-10T00:00:00Z"))
    assert found["runDateTime"] == "2090-02-01T08:30:00.000Z"
    assert await mia.got(path.format("2089-01-01T00:00:00Z", "2089-02-01T00:00:00Z")) == []
    for bad in ("?runsAfter=2090-01-01T00:00:00Z", "?runsBefore=2090-01-01T00:00:00Z"):
        await mia.refused(400, "GET", f"/v3/schedules{bad}")
    await mia.refused(400, "GET", path.format("2090-01-01T00:00:00Z", "2090-03-01T00:00:00Z"))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"workflowId": "0" * 32}, "workflowId"),
        ({"iteration": {"iterationType": "Sometimes", "startTime": "2090-01-01T00:00:00Z"}}, "iteration.iterationType"),
        ({"iteration": {**DAILY, "startTime": "2001-01-01T00:00:00Z"}}, "iteration.startTime"),
        ({"iteration": {"iterationType": "Daily", "startTime": "2090-01-01T00:00:00Z"}}, "iteration.dailyContract"),
        ({"iteration": "daily"}, "iteration"),
        ({"timeZone": "Mars/Olympus"}, "zone"),
        ({"priority": "Utmost"}, "priority"),
        ({"credentialId": "0" * 32}, "credentialId"),
        ({"ownerId": "0" * 32}, "ownerId"),
        ({"name": "x" * 300}, "name"),
        ({"questions": [{"name": "", "value": "x"}]}, "questions"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_made(house: House, said: dict[str, Any], field: str) -> None:
    mia = house.caller()
    body = {"workflowId": await mia.upload(writing()), "iteration": DAILY, **said}
    answer = await mia("POST", "/v3/schedules", body)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["modelState"]) == [field]
    assert await mia.got("/v3/schedules") == []


async def test_a_schedule_stays_with_its_owner(house: House) -> None:
    id_ = await made(house)
    message = await house.caller().refused(400, "PATCH", f"/v3/schedules/{id_}", {"ownerId": house.ids["max"]})
    assert message == "The request is invalid."


async def test_jobs_of_a_shared_schedule_are_seen_listed_and_cancelled_by_others(house: House) -> None:
    mia, max_, vera = house.caller(), house.caller("max"), house.caller("vera")
    workflow = await mia.upload(writing(), isPublic="true")
    id_ = await made(house, workflow=workflow)
    job = await house.engine.schedules.run_now(HOUSE, id_)
    private = await mia.run(workflow)
    for someone in (max_, vera):
        await someone.refused(404, "GET", f"/v3/jobs/{job.id}")
        await someone.refused(404, "GET", f"/v3/schedules/{id_}")
    collection = (await mia("POST", "/v3/collections", {"name": "reports"})).json()
    await mia("POST", f"/v3/collections/{collection}/schedules", {"scheduleId": id_})
    for name in ("max", "vera"):
        body = {"userId": house.ids[name], "collectionsPermissions": {}}
        assert (await mia("POST", f"/v3/collections/{collection}/users", body)).status_code == 200
    for someone in (max_, vera):
        assert (await someone.got(f"/v3/jobs/{job.id}"))["id"] == job.id
        await someone.refused(404, "GET", f"/v3/jobs/{private}")
        found = await someone.got(f"/v3/schedules/{id_}")
        assert found["canEdit"] is False
        assert [one["id"] for one in await someone.got("/v3/schedules")] == [id_]
        assert [one["id"] for one in await someone.got(f"/v3/workflows/{workflow}/jobs")] == [job.id]
        assert [one["jobId"] for one in (await someone.got("/v3/jobs"))["data"]] == [job.id]
        await someone.refused(401, "PATCH", f"/v3/schedules/{id_}", {"comment": "mine"})
    message = await vera.refused(400, "DELETE", f"/v3/jobs/{job.id}")
    assert message == "You do not have permission to cancel this job."
    answer = await max_("DELETE", f"/v3/jobs/{job.id}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Deleted Successfully."})


async def test_who_may_change_what_lies_in_a_collection_changes_the_schedule(house: House) -> None:
    mia, max_ = house.caller(), house.caller("max")
    workflow = await mia.upload(writing(), isPublic="true")
    id_ = await made(house, workflow=workflow)
    collection = (await mia("POST", "/v3/collections", {"name": "reports"})).json()
    await mia("POST", f"/v3/collections/{collection}/schedules", {"scheduleId": id_})
    body = {"userId": house.ids["max"], "collectionsPermissions": {"canUpdateAssets": True}}
    await mia("POST", f"/v3/collections/{collection}/users", body)
    answer = await max_("PATCH", f"/v3/schedules/{id_}", {"comment": "ours"})
    assert answer.status_code == 200 and answer.json()["canEdit"] is True
    assert answer.json()["lastModifiedId"] == house.ids["max"]
    await max_.refused(404, "DELETE", f"/v3/schedules/{'0' * 32}")


async def test_what_runs_once_runs_once_with_its_answers_and_is_completed(house: House) -> None:
    mia = house.caller()
    workflow = await mia.upload(writing())
    begin = iterations.written(house.clock.now() + 60_000_000)
    iteration = {"iterationType": "Once", "startTime": begin}
    id_ = await made(house, workflow=workflow, iteration=iteration, priority="Critical")
    assert (await mia.got(f"/v3/schedules/{id_}"))["runDateTime"] == begin
    house.clock.forward(61)
    await house.engine.clockwork.round()
    done = await house.work()
    found = await mia.got(f"/v3/jobs/{done.id}")
    assert (found["status"], found["disposition"], found["priority"]) == ("Completed", "Success", "Critical")
    assert [one["id"] for one in await mia.got(f"/v3/workflows/{workflow}/jobs")] == [done.id]
    house.clock.forward(86_400 * 400)
    await house.engine.clockwork.round()
    schedule = await mia.got(f"/v3/schedules/{id_}")
    assert (schedule["runCount"], schedule["state"], schedule["lastRunTime"]) == (1, "Completed", begin)
    assert len(await mia.got(f"/v3/workflows/{workflow}/jobs")) == 1
