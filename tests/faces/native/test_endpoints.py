"""Endpoints over the wire: set, seen without their secrets, tried, dropped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faces.native.house import House

pytestmark = pytest.mark.anyio

WISH: dict[str, Any] = {"url": "https://obs.example.org", "allowed": ["cats"], "access": "key", "secret": "hidden-one"}


async def test_an_endpoint_is_set_seen_and_dropped_and_its_secret_never_shown(house: House) -> None:
    async with house.client("ada") as administrator:
        made = await administrator.put("/v1/endpoints/main", json=WISH)
        assert made.status_code == 200
        assert made.json() == {
            "name": "main",
            "url": "https://obs.example.org",
            "allowed": ["cats/"],
            "region": "us-east-1",
            "host_style": False,
            "access": "key",
            "set_by": "ada",
            "set_at": made.json()["set_at"],
        }
        seen = await administrator.get("/v1/endpoints")
        assert seen.json() == [made.json()]
        again = await administrator.put("/v1/endpoints/main", json={**WISH, "secret": None, "region": "eu-de"})
        assert again.json()["region"] == "eu-de"
        audit = await administrator.get("/v1/audit")
        for answer in (made, seen, again, audit):
            assert "hidden-one" not in answer.text
        assert (await administrator.delete("/v1/endpoints/main")).status_code == 204
        assert (await administrator.delete("/v1/endpoints/main")).status_code == 404
        assert (await administrator.post("/v1/endpoints/main/test")).status_code == 404


async def test_only_administrators_see_and_set_them(house: House) -> None:
    async with house.client("olga") as operator, house.client("mia") as member, house.client("vera") as viewer:
        for client in (operator, member, viewer):
            assert (await client.get("/v1/endpoints")).status_code == 403
            assert (await client.put("/v1/endpoints/main", json=WISH)).status_code == 403
            assert (await client.post("/v1/endpoints/main/test")).status_code == 403
            assert (await client.delete("/v1/endpoints/main")).status_code == 403


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a%20b", {}),
        ("x" * 65, {}),
        ("main", {"url": None}),
        ("main", {"url": "ftp://x"}),
        ("main", {"allowed": []}),
        ("main", {"allowed": "cats"}),
        ("main", {"allowed": ["../x"]}),
        ("main", {"secret": 5}),
        ("main", {"secret": ""}),
        ("main", {"access": ""}),
        ("main", {"host_style": "yes"}),
        ("main", {"more": 1}),
    ],
)
async def test_a_wrong_wish_is_refused(house: House, name: str, changes: dict[str, Any]) -> None:
    async with house.client("ada") as administrator:
        refused = await administrator.put(f"/v1/endpoints/{name}", json={**WISH, **changes})
        assert refused.status_code == 400
        assert "hidden-one" not in refused.text
        assert (await administrator.get("/v1/endpoints")).json() == []


async def test_a_trial_tells_what_is_wrong(house: House) -> None:
    async with house.client("ada") as administrator:
        await administrator.put("/v1/endpoints/main", json={**WISH, "url": "http://127.0.0.1:9"})
        [trial] = (await administrator.post("/v1/endpoints/main/test")).json()
        assert (trial["place"], trial["code"]) == ("cats/", "source_unreachable")
        assert "there is no connection to 127.0.0.1:9" in trial["trouble"]
        await administrator.delete("/v1/endpoints/main")
