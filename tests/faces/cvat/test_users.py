from __future__ import annotations

import pytest

from jobyard.people.record import HOUSE, Role
from tests.faces.cvat.house import House

pytestmark = pytest.mark.anyio


async def test_somebody_says_what_they_are_called(house: House) -> None:
    mia = house.caller()
    me = await mia.got("/users/self")
    said = {"first_name": "Mia", "last_name": "Meier", "email": "mia@here.invalid"}
    changed = await mia("PATCH", f"/users/{me['id']}", said)
    assert changed.status_code == 200 and changed.json() == me | said
    assert await mia.got("/users/self") == await mia.got(f"/users/{me['id']}") == me | said
    [shown] = (await mia.got("/users?first_name=mia"))["results"]
    assert shown == {name: (me | said)[name] for name in ("url", "id", "username", "first_name", "last_name")}
    assert (await mia.got("/users?search=meier&is_active=true"))["count"] == 1
    assert (await mia.got("/users?username=max"))["count"] == 0
    for wrong in ({"username": "other"}, {"first_name": "x" * 151}, {"email": "nowhere"}, {"groups": ["odd"]}):
        assert (await mia("PATCH", f"/users/{me['id']}", wrong)).status_code == 400, wrong
    for more in ({"is_superuser": True}, {"groups": ["worker"]}, {"is_active": False}):
        assert (await mia("PATCH", f"/users/{me['id']}", more)).status_code == 403, more
    assert await mia.got("/users/self") == me | said


async def test_whom_one_shares_nothing_with_is_not_shown(house: House) -> None:
    await house.project("team", mia=Role.MEMBER, vera=Role.MEMBER)
    mia = house.caller()
    other, vera = await house.caller("max").got("/users/self"), await house.caller("vera").got("/users/self")
    assert (await mia("GET", f"/users/{other['id']}")).status_code == 403
    assert (await mia("PATCH", f"/users/{other['id']}", {"first_name": "x"})).status_code == 403
    shown = await mia.got(f"/users/{vera['id']}")
    assert shown["username"] == "vera" and "email" not in shown
    assert (await mia("PATCH", f"/users/{vera['id']}", {"first_name": "x"})).status_code == 403
    assert (await mia("DELETE", f"/users/{vera['id']}")).status_code == 403


async def test_administrators_change_users_and_shut_them_out(house: House) -> None:
    await house.engine.people.change_user(HOUSE, "vera", role=Role.ADMINISTRATOR)
    vera, max_ = house.caller("vera"), house.caller("max")
    path = f"/users/{(await max_.got('/users/self'))['id']}"
    assert (await vera("PATCH", path, {"first_name": "Max", "groups": ["worker"]})).json()["groups"] == ["worker"]
    assert (await vera("PATCH", path, {"is_superuser": True})).json()["groups"] == ["admin"]
    assert (await vera("PATCH", path, {"is_superuser": False})).json()["groups"] == ["user"]
    assert (await vera("PATCH", path, {"is_active": False})).json()["is_active"] is False
    assert (await max_("GET", "/users/self")).status_code == 401
    assert (await vera.got("/users?is_active=false"))["count"] == 1
    assert (await vera("PATCH", path, {"is_active": True})).json()["first_name"] == "Max"
    assert (await vera("DELETE", path)).status_code == 204
    assert (await vera("GET", path)).status_code == 404 and (await max_("GET", "/users/self")).status_code == 401
    assert "max" not in {one["username"] for one in (await vera.got("/users"))["results"]}
    me = (await vera.got("/users/self"))["id"]
    assert (await vera("DELETE", f"/users/{me}")).status_code == 403
