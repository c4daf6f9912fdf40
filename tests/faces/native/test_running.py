"""Running the queues and the workers, and looking after the house, over the wire."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from jobyard.people.record import HOUSE, KeyScope
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio


async def audit(client: httpx2.AsyncClient, **query: Any) -> list[tuple[str, str, str]]:
    page = (await client.get("/v1/audit", params=query)).json()
    return [(entry["actor"], entry["verb"], entry["what"]) for entry in page["entries"]]


async def test_a_queue_is_paused_and_goes_on(house: House) -> None:
    await house.submit()
    async with house.client("olga") as operator, house.client("vera") as viewer:
        paused = await operator.post("/v1/queues/default/pause")
        assert paused.status_code == 200
        told = paused.json()
        assert (told["name"], told["paused"], told["paused_by"], told["queued"]) == ("default", True, "olga", 1)
        assert told["paused_at"].endswith("Z") and told["oldest_queued_at"].endswith("Z")
        assert (await viewer.get("/v1/queues")).json() == [{**told, "queued": 0}]
        resumed = (await operator.post("/v1/queues/default/resume")).json()
        assert (resumed["paused"], resumed["paused_by"], resumed["paused_at"]) == (False, None, None)
        assert (await operator.post("/v1/queues/nowhere/pause")).status_code == 404
        assert (await operator.post("/v1/queues/nowhere/resume")).json()["code"] == "not_found"
        assert (await operator.post("/v1/queues/default/pause?why=1")).status_code == 400
    async with house.client("ada") as admin:
        assert await audit(admin) == [("olga", "resumed", "queue default"), ("olga", "paused", "queue default")]


async def test_how_many_ended_over_time(house: House) -> None:
    await house.at("failed")
    await house.at("succeeded")
    async with house.client("vera") as viewer:
        told = (await viewer.get("/v1/throughput")).json()
        assert (told["step"], told["steps"], told["whole_from"]) == (60.0, 60, told["begins_at"])
        [queue], [worker] = told["queues"], told["workers"]
        assert (queue["name"], sum(queue["succeeded"]), sum(queue["failed"])) == ("default", 1, 1)
        assert (worker["name"], worker["cancelled"]) == ("w1", [0] * 60)
        week = (await viewer.get("/v1/throughput?span=week")).json()
        assert (week["step"], len(week["queues"][0]["failed"])) == (3600.0, 168)
        assert (await viewer.get("/v1/throughput?span=year")).json()["errors"][0]["path"] == "span"


async def test_a_worker_drains_and_is_resumed(house: House) -> None:
    job = await house.running(name="last one")
    async with house.client("olga") as operator, house.client() as member:
        drained = (await operator.post("/v1/workers/w1/drain")).json()
        assert (drained["name"], drained["draining"], drained["alive"]) == ("w1", True, True)
        assert [held["id"] for held in drained["running"]] == [job.id]
        assert (await member.get("/v1/workers")).json()[0]["draining"] is True
        await house.end(job)
        assert (await operator.post("/v1/workers/w1/drain")).json()["running"] == []
        assert (await operator.post("/v1/workers/w1/resume")).json()["draining"] is False
        assert (await operator.post("/v1/workers/w2/drain")).status_code == 404
        odd = "a b/%"
        assert (await operator.post(f"/v1/workers/{odd.replace('/', '%2F')}/drain")).status_code == 404
        assert (await member.post("/v1/workers/w1/drain")).status_code == 403


async def test_rules_of_keeping_are_set_counted_seen_and_dropped(house: House) -> None:
    project = await house.project("signs")
    await house.at("failed")
    house.clock.forward(3 * 86_400)
    async with house.client("ada") as admin:
        empty = (await admin.get("/v1/retention")).json()
        assert empty == {"days": 90.0, "event_days": 365.0, "rules": []}
        counted = await admin.post("/v1/retention/kind/test.count/count", json={"days": 2})
        assert counted.json() == {"jobs": 1, "freed": 0}
        made = (await admin.put("/v1/retention/kind/test.count", json={"days": 30, "results": 0.5})).json()
        assert (made["subject"], made["name"], made["project"]) == ("kind", "test.count", None)
        assert (made["days"], made["results"], made["set_by"]) == (30, 0.5, "ada")
        of_project = (await admin.put("/v1/retention/project/signs", json={"days": 0})).json()
        assert (of_project["name"], of_project["project"]) == (project, {"id": project, "name": "signs"})
        assert (await admin.get("/v1/retention")).json()["rules"] == [made, of_project]
        assert (await admin.delete(f"/v1/retention/project/{project}")).status_code == 204
        assert (await admin.delete("/v1/retention/project/signs")).status_code == 404
        assert [what for _, _, what in await audit(admin)] == [
            f"retention of project {project}",
            f"retention of project {project}",
            "retention of kind test.count",
        ]


@pytest.mark.parametrize(
    ("path", "wish", "status"),
    [
        ("kind/test.count", {}, 400),
        ("kind/test.count", {"days": -1}, 400),
        ("kind/test.count", {"days": "1"}, 400),
        ("kind/test.count", {"days": 1e9}, 400),
        ("kind/test.count", {"days": 1, "logs": 2}, 400),
        ("kind/" + "x" * 201, {"days": 1}, 400),
        ("project/nowhere", {"days": 1}, 404),
        ("owner/mia", {"days": 1}, 404),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(house: House, path: str, wish: Any, status: int) -> None:
    async with house.client("ada") as admin:
        answer = await admin.put(f"/v1/retention/{path}", json=wish)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await admin.get("/v1/retention")).json()["rules"] == []


async def test_the_house_s_own_history_is_paged_newest_first(house: House) -> None:
    async with house.client("ada") as admin:
        for number in range(5):
            await admin.post("/v1/projects", json={"name": f"p{number}"})
        first = (await admin.get("/v1/audit", params={"limit": 2})).json()
        assert [entry["what"] for entry in first["entries"]] == ["project p4", "project p3"]
        assert set(first["entries"][0]) == {"at", "actor", "verb", "what", "details"}
        second = (await admin.get("/v1/audit", params={"limit": 9, "cursor": first["next"]})).json()
        assert [entry["what"] for entry in second["entries"]] == ["project p2", "project p1", "project p0"]
        assert second["next"] is None
        for wrong in ("x", first["next"][:-3], "WyJqb2JzIiwieCJd"):
            assert (await admin.get("/v1/audit", params={"cursor": wrong})).status_code == 400, wrong


async def test_no_secret_is_told(house: House) -> None:
    async with house.client("ada") as admin:
        user = (await admin.post("/v1/users", json={"name": "zoe", "password": "a very long secret"})).json()["user"]
        key = (await admin.post("/v1/keys", json={"label": "laptop", "form": "pair"})).json()
        await admin.post(f"/v1/users/{user['name']}/password", json={"password": "another long secret"})
        await admin.delete(f"/v1/keys/{key['key']['id']}")
        told = (await admin.get("/v1/audit")).text
        assert await audit(admin) == [
            ("ada", "revoked", "key of ada"),
            ("ada", "set", "password of zoe"),
            ("ada", "made", "key of ada"),
            ("ada", "made", "user zoe"),
        ]
    assert "long secret" not in told and key["secret"] not in told
    assert "laptop" in told


async def test_the_database_is_compacted(house: House) -> None:
    job = await house.at("failed")
    async with house.client("ada") as admin:
        made = (await admin.post("/v1/keep/compact")).json()
        # Where nothing was deleted there may be one page more, which tells where pages belong.
        assert 0 < made["after"] <= made["before"] + 4096
        assert (await admin.get(f"/v1/jobs/{job.id}")).status_code == 200
        assert await audit(admin) == [("ada", "compacted", "database")]


async def test_a_read_only_key_of_an_operator_runs_nothing(house: House) -> None:
    await house.submit()
    token = await house.token("olga", KeyScope.READ)
    async with house.client(token=token) as reader:
        assert (await reader.post("/v1/queues/default/pause")).status_code == 403
    assert not (await house.engine.listing.queue(HOUSE, "default")).row.paused
