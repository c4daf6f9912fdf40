"""Limits over the wire: set, seen, met, and dropped."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.people.record import KeyScope
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio


async def test_a_limit_is_set_seen_replaced_and_dropped(house: House) -> None:
    async with house.client("olga") as operator, house.client("vera") as viewer:
        made = await operator.put("/v1/limits/owner/mia", json={"queued": 5, "running": 2, "stored": 1_000_000})
        assert made.status_code == 200
        limit = made.json()
        assert {name: limit[name] for name in ("subject", "name", "queued", "running", "stored", "set_by")} == {
            "subject": "owner",
            "name": "mia",
            "queued": 5,
            "running": 2,
            "stored": 1_000_000,
            "set_by": "olga",
        }
        assert limit["set_at"].endswith("Z")
        each = (await operator.put("/v1/limits/owner/*", json={"running": 0})).json()
        assert (each["name"], each["running"], each["queued"]) == ("*", 0, None)
        assert (await viewer.get("/v1/limits")).json() == [each]
        assert (await operator.get("/v1/limits")).json() == [each, limit]
        assert (await operator.put("/v1/limits/owner/mia", json={"queued": 7})).json()["running"] is None
        assert (await operator.delete("/v1/limits/owner/mia")).status_code == 204
        assert (await operator.delete("/v1/limits/owner/mia")).status_code == 404
        assert (await operator.get("/v1/limits")).json() == [each]


async def test_only_operators_set_limits(house: House) -> None:
    reading = house.client(token=await house.token("olga", KeyScope.READ))
    async with house.client() as member, house.client("vera") as viewer, reading:
        for client in (member, viewer, reading):
            assert (await client.put("/v1/limits/owner/mia", json={"queued": 1})).status_code == 403
            assert (await client.delete("/v1/limits/owner/mia")).status_code == 403
        assert (await member.get("/v1/limits")).json() == []


@pytest.mark.parametrize(
    ("path", "wish", "status"),
    [
        ("owner/mia", {}, 400),
        ("owner/mia", {"queued": None}, 400),
        ("owner/mia", {"queued": -1}, 400),
        ("owner/mia", {"queued": 1.5}, 400),
        ("owner/mia", {"waiting": 1}, 400),
        ("owner/Mia", {"queued": 1}, 400),
        ("owner/" + "x" * 65, {"queued": 1}, 400),
        ("queue/a%20b", {"queued": 1}, 400),
        ("queue/gpu", {"stored": 1}, 400),
        ("kind/test.count", {"stored": 1}, 400),
        ("worker/w1", {"queued": 1}, 404),
        ("owner", {"queued": 1}, 404),
    ],
)
async def test_what_is_no_limit_is_refused(house: House, path: str, wish: dict[str, Any], status: int) -> None:
    async with house.client("olga") as operator:
        answer = await operator.put(f"/v1/limits/{path}", json=wish)
        assert answer.status_code == status, answer.text
        assert (await operator.get("/v1/limits")).json() == []


@pytest.mark.parametrize("path", ["owner/mia", "owner/*", "queue/default", "queue/%2A", "kind/test.count"])
async def test_over_a_limit_a_submission_is_refused_with_a_time_to_come_back(house: House, path: str) -> None:
    async with house.client("olga") as operator, house.client() as client:
        assert (await operator.put(f"/v1/limits/{path}", json={"queued": 2})).status_code == 200
        answers = [await client.post("/v1/jobs", json={"kind": "test.count"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[2].json()["code"] == "limit_reached"
        assert int(answers[2].headers["retry-after"]) >= 1
        draft = await client.post("/v1/jobs", json={"kind": "test.count", "draft": True})
        assert draft.status_code == 201, "a draft does not stand in line"
        assert (await client.post(f"/v1/jobs/{draft.json()['id']}/release")).status_code == 429
        again = await client.post(f"/v1/jobs/{draft.json()['id']}/again")
        assert again.status_code == 429
        await operator.delete(f"/v1/limits/{path}")
        assert (await client.post(f"/v1/jobs/{draft.json()['id']}/release")).status_code == 200


async def test_people_see_what_they_use_before_they_hit_it(house: House) -> None:
    async with house.client("olga") as operator, house.client() as client:
        assert (await client.get("/v1/limits/mine")).json() == []
        for path, wish in [
            ("owner/*", {"queued": 10, "stored": 1000}),
            ("owner/max", {"queued": 1}),
            ("queue/default", {"running": 3}),
            ("kind/test.count", {"queued": 50}),
        ]:
            await operator.put(f"/v1/limits/{path}", json=wish)
        running = await house.running()
        for _ in range(3):
            await house.submit()
        await house.submit("ada")
        uses = (await client.get("/v1/limits/mine")).json()
        nothing: dict[str, Any] = {"queued": None, "running": None, "stored": None}
        assert uses == [
            {
                "subject": "owner",
                "name": "mia",
                **nothing,
                "queued": {"used": 3, "limit": 10},
                "stored": {"used": 0, "limit": 1000},
            },
            {"subject": "queue", "name": "default", **nothing, "running": {"used": 1, "limit": 3}},
            {"subject": "kind", "name": "test.count", **nothing, "queued": {"used": 4, "limit": 50}},
        ]
        await house.end(running, files={"a.bin": b"x" * 300})
        used = (await client.get("/v1/limits/mine")).json()
        assert used[0]["stored"] == {"used": 300, "limit": 1000}
        assert used[1]["running"] == {"used": 0, "limit": 3}
