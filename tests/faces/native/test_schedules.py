"""Schedules over the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest

from jobyard.faces.native import wire
from jobyard.job import timetable
from jobyard.job.schedule import CatchUp, Overlap
from jobyard.people.record import HOUSE, KeyScope, Role
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio

WISH = {"name": "nightly", "kind": "test.count", "cron": "0 3 * * *", "zone": "Europe/Berlin"}


async def made(house: House, user: str = "mia", **fields: Any) -> dict[str, Any]:
    async with house.client(user) as client:
        answer = await client.post("/v1/schedules", json={**WISH, **fields})
        assert answer.status_code == 201, answer.text
        shown: dict[str, Any] = answer.json()
        assert answer.headers["location"] == f"/v1/schedules/{shown['id']}"
        return shown


async def test_a_schedule_is_shown_as_it_was_asked_for(house: House) -> None:
    project = await house.project("vision", mia=Role.MEMBER)
    wish: dict[str, Any] = {
        **WISH,
        "parameters": {"upto": 7},
        "job_name": "Count the frames",
        "queue": "gpu",
        "priority": 5,
        "project": "vision",
        "labels": {"model": "yolo", "night": ""},
        "tries": 4,
        "time_limit": 60.0,
        "memory_limit": 2**30,
        "starts_at": "2030-01-01T00:00:00Z",
        "ends_at": "2031-01-01T00:00:00Z",
        "catch_up": "all",
        "overlap": "allow",
    }
    shown = await made(house, **wish)
    assert {name: shown[name] for name in wish if name != "project"} == {
        name: value for name, value in wish.items() if name != "project"
    }
    assert shown["project"] == {"id": project, "name": "vision"}
    assert (shown["owner"], shown["created_by"], shown["updated_by"]) == ("mia", "mia", "mia")
    assert shown["state"] == "active"
    assert shown["upcoming"] == [f"2030-01-0{day}T02:00:00Z" for day in (1, 2, 3, 4, 5)]
    assert shown["next_at"] == shown["upcoming"][0]
    for name in ("interval", "paused_by", "paused_because", "held_because", "last_at", "last_job", "skipped_because"):
        assert shown[name] is None, name
    assert shown["may"] == ["update", "pause", "run", "delete"]
    async with house.client() as client:
        assert (await client.get(f"/v1/schedules/{shown['id']}")).json() == shown
        assert (await client.get("/v1/schedules")).json() == {"schedules": [shown], "next": None}


async def test_a_run_leads_to_its_schedule_and_back(house: House) -> None:
    schedule = await made(house, interval=3600, cron=None)
    house.clock.forward(3601)
    await house.engine.clockwork.round()
    async with house.client() as client:
        [job] = (await client.get(f"/v1/jobs?schedule={schedule['id']}")).json()["jobs"]
        assert job["schedule"] == schedule["id"]
        shown = (await client.get(f"/v1/schedules/{schedule['id']}")).json()
        assert shown["last_job"] == {"id": job["id"], "number": job["number"], "state": "queued"}
        assert (shown["runs"], shown["last_at"]) == (1, schedule["next_at"])
        assert (await client.get(f"/v1/jobs?schedule={'0' * 32}")).json()["jobs"] == []
        events = (await client.get(f"/v1/jobs/{job['id']}/events")).json()["events"]
        assert events[0]["actor"] == "schedule:nightly"
        overlapping = await client.post(f"/v1/schedules/{schedule['id']}/run")
        assert (overlapping.status_code, overlapping.json()["code"]) == (409, "runs_overlap")
        await house.end((await house.claim()).job)
        again = await client.post(f"/v1/schedules/{schedule['id']}/run")
        assert again.status_code == 201
        assert again.headers["location"] == f"/v1/jobs/{again.json()['id']}"
        assert again.json()["schedule"] == schedule["id"]


async def test_a_schedule_is_changed_paused_resumed_and_deleted(house: House) -> None:
    schedule = await made(house)
    where = f"/v1/schedules/{schedule['id']}"
    async with house.client() as client:
        changes = {"interval": 600, "queue": "gpu", "tries": 2, "labels": {"a": "1"}, "overlap": "allow"}
        changed = (await client.patch(where, json=changes)).json()
        assert {name: changed[name] for name in changes} == changes
        assert (changed["cron"], changed["kind"], changed["name"]) == (None, "test.count", "nightly")
        back = {"cron": "@daily", "queue": None, "tries": None, "ends_at": "2099-01-01T00:00:00Z", "catch_up": "skip"}
        changed = (await client.patch(where, json=back)).json()
        assert {name: changed[name] for name in back} == back
        assert changed["interval"] is None
        assert (await client.patch(where, json={})).status_code == 400
        paused = (await client.post(f"{where}/pause", json={"because": "holidays"})).json()
        assert (paused["state"], paused["paused_by"], paused["paused_because"]) == ("paused", "mia", "holidays")
        assert (paused["next_at"], paused["upcoming"]) == (None, [])
        assert paused["may"] == ["update", "resume", "run", "delete"]
        assert (await client.post(f"{where}/pause")).json() == paused
        assert [one["id"] for one in (await client.get("/v1/schedules?paused=true")).json()["schedules"]]
        assert (await client.get("/v1/schedules?paused=false")).json()["schedules"] == []
        resumed = (await client.post(f"{where}/resume")).json()
        assert (resumed["state"], resumed["paused_by"], len(resumed["upcoming"])) == ("active", None, 5)
        assert (await client.delete(where)).status_code == 204
        assert (await client.get(where)).status_code == 404


async def test_a_schedule_that_is_over_says_so(house: House) -> None:
    end = datetime.fromtimestamp(house.clock.now() / 1_000_000, UTC) + timedelta(seconds=90)
    schedule = await made(house, cron=None, interval=60, ends_at=end.isoformat())
    house.clock.forward(91)
    await house.engine.clockwork.round()
    async with house.client() as client:
        shown = (await client.get(f"/v1/schedules/{schedule['id']}")).json()
    assert (shown["state"], shown["next_at"], shown["runs"]) == ("over", None, 1)


async def test_a_run_that_cannot_be_made_is_seen(house: House) -> None:
    schedule = await made(house, cron=None, interval=60)
    await house.engine.people.change_user(HOUSE, "mia", disabled=True)
    house.clock.forward(61)
    await house.engine.clockwork.round()
    async with house.client("olga") as client:
        shown = (await client.get(f"/v1/schedules/{schedule['id']}")).json()
        assert (shown["state"], shown["paused_by"]) == ("paused", "jobyard")
        assert "mia is disabled" in shown["paused_because"]
        assert shown["skipped_at"] == schedule["next_at"]
        answer = await client.post(f"/v1/schedules/{schedule['id']}/resume")
        assert (answer.status_code, answer.json()["code"]) == (409, "owner_gone")


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"cron": "61 * * * *"}, "invalid", "cron"),
    ({"cron": "@never"}, "invalid", "cron"),
    ({"cron": ""}, "invalid", "cron"),
    ({"cron": "0" * 201}, "invalid", "cron"),
    ({"cron": "0 3 * * *\x00"}, "invalid", ""),
    ({"cron": None}, "invalid", "cron"),
    ({"interval": 60}, "invalid", "cron"),
    ({"cron": None, "interval": 9}, "invalid", "interval"),
    ({"cron": None, "interval": 10**10}, "invalid", "interval"),
    ({"cron": None, "interval": "60"}, "invalid", "interval"),
    ({"zone": "Middle/Earth"}, "invalid", "zone"),
    ({"zone": "../../etc/passwd"}, "invalid", "zone"),
    ({"zone": "a" * 65}, "invalid", "zone"),
    ({"zone": "\ud800"}, "invalid", ""),
    ({"starts_at": "2030-01-01T00:00:00"}, "invalid", "starts_at"),
    ({"starts_at": "1960-01-01T00:00:00Z"}, "invalid", "starts_at"),
    ({"ends_at": "2000-01-01T00:00:00Z"}, "invalid", "ends_at"),
    ({"starts_at": "2031-01-01T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}, "invalid", "ends_at"),
    ({"catch_up": "some"}, "invalid", "catch_up"),
    ({"overlap": "maybe"}, "invalid", "overlap"),
    ({"kind": "no.such"}, "unknown_kind", "kind"),
    ({"parameters": {"upto": 0}}, "wrong_parameters", "parameters.upto"),
    ({"parameters": []}, "invalid", "parameters"),
    ({"name": ""}, "invalid", "name"),
    ({"owner": "ada"}, "invalid", ""),
    ({"queue": "no queue"}, "invalid", "queue"),
    ({"priority": 5000}, "invalid", "priority"),
]


@pytest.mark.parametrize(("fields", "code", "path"), WRONG)
async def test_bad_input_is_refused_at_once_and_the_place_named(
    house: House, fields: dict[str, Any], code: str, path: str
) -> None:
    schedule = await made(house)
    async with house.client() as client:
        # msgspec would not write half a surrogate pair; a careless sender may.
        body = msgspec.json.encode({**WISH, "name": "other", **{k: v for k, v in fields.items() if v != "\ud800"}})
        body = body.replace(b'"Europe/Berlin"', b'"\\ud800"') if "\ud800" in fields.values() else body
        answer = await client.post("/v1/schedules", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, answer.text
        problem = answer.json()
        assert problem["code"] == code
        places = [one["path"] for one in problem.get("errors", [])]
        assert places == ([path] if path else places)
        assert [one["id"] for one in (await client.get("/v1/schedules")).json()["schedules"]] == [schedule["id"]]


async def test_a_change_that_is_refused_changes_nothing(house: House) -> None:
    schedule = await made(house)
    where = f"/v1/schedules/{schedule['id']}"
    await made(house, name="taken")
    async with house.client() as client:
        for changes, status in (
            ({"cron": "* *"}, 400),
            ({"cron": None}, 400),
            ({"cron": "@daily", "interval": 60}, 400),
            ({"name": "taken"}, 409),
            ({"name": None}, 400),
            ({"project": "no.such"}, 404),
            ({"priority": 3, "kind": "no.such"}, 400),
            ({"priority": 3, "starts_at": "1800-01-01T00:00:00Z"}, 400),
            ({"id": "x"}, 400),
        ):
            answer = await client.patch(where, json=changes)
            assert answer.status_code == status, (changes, answer.text)
        assert (await client.get(where)).json() == schedule


async def test_a_form_can_show_when_a_schedule_would_run(house: House) -> None:
    async with house.client() as client:
        answer = await client.post("/v1/schedules/preview", json={"cron": "0 3 29 2 *", "zone": "Asia/Tokyo"})
        assert answer.status_code == 200
        times = [datetime.fromisoformat(time) for time in answer.json()["upcoming"]]
        assert [(time.month, time.day, time.hour) for time in times] == [(2, 28, 18)] * 5
        hourly = (await client.post("/v1/schedules/preview", json={"interval": 3600})).json()["upcoming"]
        assert len(hourly) == 5
        wrong = await client.post("/v1/schedules/preview", json={"cron": "0 25 * * *"})
        assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (400, "cron")
        assert "hour" in wrong.json()["detail"]
        assert (await client.get("/v1/schedules")).json()["schedules"] == []


async def test_lists_go_page_by_page_and_are_narrowed(house: House) -> None:
    project = await house.project("vision", mia=Role.MEMBER, max=Role.MEMBER)
    ids = {(await made(house, name=f"s{at}", project="vision" if at < 2 else None))["id"] for at in range(5)}
    ids.add((await made(house, "max", name="his", project=project))["id"])
    seen, query = list[str](), "limit=4"
    async with house.client("olga") as client:
        while True:
            page = (await client.get(f"/v1/schedules?{query}")).json()
            seen += [one["id"] for one in page["schedules"]]
            if page["next"] is None:
                break
            query = f"limit=4&cursor={page['next']}"
        assert seen == sorted(ids, reverse=True)
        for query, count in (
            ("owner=mia", 5),
            ("owner=mia&owner=max", 6),
            ("project=vision", 3),
            (f"project={project}&owner=max", 1),
            ("project=no.such", 0),
            ("kind=test.count", 6),
            ("kind=other", 0),
        ):
            assert len((await client.get(f"/v1/schedules?{query}")).json()["schedules"]) == count, query
        for query in ("cursor=AAAA", "limit=0", "limit=501", "owners=mia", "paused=perhaps"):
            answer = await client.get(f"/v1/schedules?{query}")
            assert answer.status_code == 400, query
    async with house.client("max") as client:
        assert len((await client.get("/v1/schedules")).json()["schedules"]) == 3


async def test_who_only_looks_changes_nothing(house: House) -> None:
    await house.project("vision", mia=Role.MEMBER, vera=Role.OPERATOR)
    schedule = await made(house, project="vision")
    where = f"/v1/schedules/{schedule['id']}"
    reading = await house.token("mia", KeyScope.READ)
    async with house.client("vera") as viewer, house.client(token=reading) as reader, house.client("max") as stranger:
        for client, status in ((viewer, 403), (reader, 403), (stranger, 404)):
            shown = await client.get(where)
            assert shown.status_code == (404 if status == 404 else 200)
            if status == 403:
                assert shown.json() == {**schedule, "may": []}
            for method, path, body in (
                ("PATCH", where, {"priority": 9}),
                ("POST", f"{where}/pause", {}),
                ("POST", f"{where}/resume", None),
                ("POST", f"{where}/run", None),
                ("DELETE", where, None),
            ):
                answer = await client.request(method, path, json=body)
                assert answer.status_code == status, (method, path, answer.text)
        assert (await viewer.post("/v1/schedules", json=WISH)).status_code == 403
        assert (await reader.post("/v1/schedules", json=WISH)).status_code == 403
    async with house.client() as client:
        assert (await client.get(where)).json() == schedule
        assert (await client.get("/v1/schedules/nothing")).status_code == 404


def test_the_wire_s_bounds_and_words_are_the_engine_s() -> None:
    schema = msgspec.json.schema(wire.TimesIn)["$defs"]["TimesIn"]["properties"]
    interval = schema["interval"]["anyOf"][0]
    assert (interval["minimum"], interval["maximum"]) == (timetable.SHORTEST, timetable.LONGEST)
    assert schema["cron"]["anyOf"][0]["maxLength"] == timetable.EXPRESSION_LIMIT
    hints = msgspec.inspect.type_info(wire.ScheduleIn)
    assert isinstance(hints, msgspec.inspect.StructType)
    words = {field.name: field.type for field in hints.fields if field.name in {"catch_up", "overlap"}}
    for name, enum in (("catch_up", CatchUp), ("overlap", Overlap)):
        literal = words[name]
        assert isinstance(literal, msgspec.inspect.LiteralType)
        assert set(literal.values) == {word.value for word in enum}
    assert get_args(wire.StateName)
