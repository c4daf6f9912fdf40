"""Bodies that no client sends, at every address of schedules, collections, groups, users and credentials."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.server import PACKAGES
from jobyard.store.postgres import PostgresStore
from tests.faces.alteryx.house import House, served, writing

pytestmark = pytest.mark.anyio

NONE = "0" * 32
LONG = "x" * 100_000
BODIES: list[Any] = [
    b"",
    b"null",
    b"[]",
    b"5",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b"[" * 5_000,
    {"name": {"a": 1}, "role": ["Artisan"], "userId": 5, "workflowId": None, "iteration": [], "username": 1},
    {"name": "a\0b", "role": "Artisan", "userId": "a\0b", "userGroupId": "a\0b", "scheduleId": "a\0b"},
    {"workflowId": "a\0b", "iteration": {"iterationType": "Daily", "startTime": "a\0b"}, "credentialId": "a\0b"},
    {"username": "a\0b", "password": "a\0b", "newPassword": "a\0b", "ownerId": "a\0b", "timeZone": "a\0b"},
    {"name": LONG, "role": LONG, "userId": LONG, "userGroupId": LONG, "workflowId": LONG, "username": LONG},
    {"username": "u", "password": LONG, "newPassword": LONG, "timeZone": "../../etc/passwd", "priority": 10**30},
    {"userId": NONE, "collectionsPermissions": 5, "expirationDate": 10**30, "questions": 5, "enabled": "perhaps"},
    {"name": "x", "questions": [{"name": 5}], "iteration": {"iterationType": "Cron", "cronContract": {}}},
    {"iteration": {"iterationType": "Hourly", "startTime": "2090-01-01", "hourlyContract": {"hours": 10**30}}},
    ["", 5, None],
    [NONE] * 2_000,
]
PLACES = [
    ("POST", "/v3/schedules"),
    ("PUT", "/v3/schedules/{schedule}"),
    ("PATCH", "/v3/schedules/{schedule}"),
    ("POST", "/v3/collections"),
    ("PUT", "/v3/collections/{collection}"),
    ("POST", "/v3/collections/{collection}/users"),
    ("POST", "/v3/collections/{collection}/userGroups"),
    ("PUT", "/v3/collections/{collection}/users/{max}/permissions"),
    ("PUT", "/v3/collections/{collection}/userGroups/{group}/permissions"),
    ("POST", "/v3/collections/{collection}/schedules"),
    ("POST", "/v3/collections/{collection}/workflows"),
    ("POST", "/v3/usergroups"),
    ("PUT", "/v3/usergroups/{group}"),
    ("POST", "/v3/usergroups/{group}/users"),
    ("PUT", "/v3/users/{max}"),
    ("POST", "/v3/users"),
    ("PUT", "/v3/users/{max}/assetTransfer"),
    ("POST", "/v3/usergroups/{group}/activeDirectoryGroups"),
    ("POST", "/v3/credentials"),
    ("PUT", "/v3/credentials/{credential}"),
    ("POST", "/v3/credentials/{credential}/users"),
    ("POST", "/v3/credentials/{credential}/userGroups"),
]


@pytest.fixture
async def distributed(tmp_path: Path, emptied_rooms: str) -> AsyncIterator[House]:
    """A served house on PostgreSQL."""
    store = PostgresStore.open(emptied_rooms, packages=PACKAGES, threads=4)
    house = House(store, tmp_path / "house")
    async with served(house):
        await house.people()
        yield house
    house.leave()
    store.close()


async def furnished(house: House) -> dict[str, str]:
    ada = house.caller("ada")
    iteration = {"iterationType": "Once", "startTime": "2090-01-01T00:00:00Z"}
    body = {"workflowId": await ada.upload(writing()), "iteration": iteration, "name": "s"}
    return {
        "schedule": (await ada("POST", "/v3/schedules", body)).json(),
        "collection": (await ada("POST", "/v3/collections", {"name": "c"})).json(),
        "group": (await ada("POST", "/v3/usergroups", {"name": "g", "role": "Viewer"})).json(),
        "credential": (await ada("POST", "/v3/credentials", {"username": "u", "password": "p"})).json(),
        "max": house.ids["max"],
    }


async def test_nothing_breaks_and_every_refusal_has_a_message(house: House) -> None:
    await attacked(house)


async def test_nothing_breaks_on_postgresql_either(distributed: House) -> None:
    await attacked(distributed)


async def attacked(house: House) -> None:
    ada, ids = house.caller("ada"), await furnished(house)
    for method, path in PLACES:
        for body in BODIES:
            answer = await ada(method, path.format(**ids), body)
            where = f"{method} {path} {body!r:.100}: {answer.text:.300}"
            assert answer.status_code < 500, where
            if answer.status_code >= 400:
                assert answer.json()["message"], where


@pytest.mark.parametrize(
    "id_", [NONE, "nobody", "%00", "..%2f..", "a" * 5_000, "%F0%9F%98%80", "'; DROP TABLE collections; --"]
)
async def test_strange_ids_are_not_found(house: House, id_: str) -> None:
    ada = house.caller("ada")
    for thing in ("schedules", "collections", "usergroups", "users", "credentials"):
        for method in ("GET", "DELETE"):
            answer = await ada(method, f"/v3/{thing}/{id_}")
            assert answer.status_code in {404, 414}, f"{method} {thing}: {answer.text:.200}"
            assert answer.json()["message"]


async def test_who_may_nothing_changes_nothing(house: House) -> None:
    ids, vera = await furnished(house), house.caller("vera")
    for method, path in PLACES:
        answer = await vera(method, path.format(**ids), {"name": "x", "role": "Viewer", "newPassword": "x"})
        assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.text:.200}"
    for thing in ("schedule", "collection", "credential"):
        assert (await vera("DELETE", f"/v3/{thing}s/{ids[thing]}")).status_code == 404
    assert (await vera("DELETE", f"/v3/usergroups/{ids['group']}")).status_code == 401
    nobody = house.caller(None)
    for method, path in PLACES:
        assert (await nobody(method, path.format(**ids), {})).status_code == 401
