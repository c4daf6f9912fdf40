"""Who comes, and with what."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from jobyard.people.record import HOUSE, KeyScope
from tests.faces.clearml.house import PASSWORD, Answer, Caller, House, basic

pytestmark = pytest.mark.anyio


async def come(house: House, action: str = "users.get_current_user", **headers: str) -> Answer:
    return await house.ask("GET", f"/{action}", b"", **headers)


async def token(house: House, name: str = "mia", query: str = "") -> str:
    answer = await come(house, f"auth.login{query}", authorization=basic(*house.pairs[name]))
    assert answer.status == 200, answer.body
    return str(answer.data["token"])


async def test_a_pair_of_keys_lets_in_and_gives_a_token_whose_claims_clients_read(house: House) -> None:
    given = await token(house)
    claims: dict[str, Any] = jwt.decode(given, options={"verify_signature": False})
    assert (claims["api_version"], claims["server_version"], claims["feature_set"]) == ("2.34", "2.3.0", "basic")
    assert claims["identity"]["user"] == "mia" and claims["exp"] - claims["iat"] == 30 * 86_400
    answer = await come(house, authorization=f"Bearer {given}")
    assert (answer.data["user"]["id"], answer.data["user"]["role"]) == ("mia", "user")


async def test_a_token_lives_as_long_as_is_asked_and_no_longer(house: House) -> None:
    short = await token(house, query="?expiration_sec=100")
    long = jwt.decode(await token(house, query="?expiration_sec=999999999"), options={"verify_signature": False})
    assert long["exp"] - long["iat"] == 365 * 86_400
    assert (await come(house, authorization=f"Bearer {short}")).status == 200
    house.clock.forward(101)
    assert (await come(house, authorization=f"Bearer {short}")).code == (401, 30)


async def test_a_token_is_void_with_its_key(house: House) -> None:
    given = await token(house)
    key = next(key for key in await house.engine.people.keys(HOUSE, "mia") if key.access == house.pairs["mia"][0])
    await house.engine.people.revoke_key(HOUSE, key.id)
    assert (await come(house, authorization=f"Bearer {given}")).code == (401, 30)
    assert (await come(house, authorization=basic(*house.pairs["mia"]))).code == (401, 22)


async def test_a_token_ends_with_its_key(house: House) -> None:
    pair = await house.pair("mia", expires_at=house.clock.now() + 50_000_000)
    answer = await come(house, "auth.login", authorization=basic(*pair))
    given = answer.data["token"]
    house.clock.forward(51)
    assert (await come(house, authorization=f"Bearer {given}")).code == (401, 30)


async def test_a_password_lets_in_too(house: House) -> None:
    await house.engine.people.set_password(HOUSE, "max", PASSWORD)
    answer = await come(house, "auth.login", authorization=basic("max", PASSWORD))
    given = answer.data["token"]
    assert (await come(house, authorization=f"Bearer {given}")).data["user"]["id"] == "max"
    assert (await come(house, authorization=basic("max", PASSWORD))).data["user"]["id"] == "max"
    assert (await come(house, authorization=basic("max", "wrong"))).code == (401, 22)
    await house.engine.people.set_password(HOUSE, "max", "another one")
    assert (await come(house, authorization=f"Bearer {given}")).code == (401, 30)


async def test_a_token_of_the_house_is_one_here_too(house: House) -> None:
    from jobyard.people.record import Key, KeyForm

    _, own = await house.engine.people.add_key(HOUSE, Key(id="", user="mia", form=KeyForm.TOKEN))
    assert (await come(house, authorization=f"Bearer {own}")).data["user"]["id"] == "mia"
    assert (await come(house, authorization=basic("mia", own))).data["user"]["id"] == "mia"
    assert (await come(house, authorization=basic("max", own))).code == (401, 22)
    given = (await come(house, "auth.login", authorization=f"Bearer {own}")).data["token"]
    assert (await come(house, authorization=f"Bearer {given}")).status == 200


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, (401, 20)),
        ({"authorization": "Digest x"}, (401, 10)),
        ({"authorization": "Basic !"}, (401, 22)),
        ({"authorization": "Basic bm9jb2xvbg=="}, (401, 22)),
        ({"authorization": basic("JYAKNOBODY", "x")}, (401, 22)),
        ({"authorization": basic("nobody", "x")}, (401, 22)),
        ({"authorization": "Bearer nonsense"}, (401, 30)),
        ({"authorization": "Bearer jy_nobody"}, (401, 30)),
        ({"authorization": "Bearer " + "x" * 10_000}, (401, 30)),
        ({"cookie": "clearml_token_basic=nonsense"}, (401, 30)),
        ({"cookie": "other=1"}, (401, 20)),
    ],
)
async def test_strangers_are_told_why(house: House, headers: dict[str, str], code: tuple[int, int]) -> None:
    answer = await come(house, **headers)
    assert (answer.code, answer.data) == (code, {})


@pytest.mark.parametrize(
    "forge",
    [
        lambda claims: jwt.encode(claims, "another secret, long enough for it", algorithm="HS256"),
        lambda claims: jwt.encode(claims, None, algorithm="none"),  # type: ignore[arg-type]
        lambda claims: jwt.encode({**claims, "key": "JYAKOTHER"}, "x" * 32, algorithm="HS256"),
    ],
)
async def test_a_forged_token_is_none(house: House, forge: Any) -> None:
    claims = jwt.decode(await token(house), options={"verify_signature": False})
    assert (await come(house, authorization=f"Bearer {forge(claims)}")).code == (401, 30)


async def test_the_cookie_counts_on_this_site_alone(house: House) -> None:
    answer = await come(house, "auth.login", authorization=basic(*house.pairs["mia"]))
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
    kept = cookie.partition(";")[0]
    assert (await come(house, cookie=kept)).data["user"]["id"] == "mia"
    assert (await come(house, cookie=kept, sec_fetch_site="cross-site")).code == (401, 20)
    wrong = await come(house, cookie=kept, authorization="Bearer nonsense")
    assert wrong.code == (401, 30)


async def test_keys_are_made_shown_once_and_revoked(house: House, mia: Caller) -> None:
    made = (await mia("auth.create_credentials", label="laptop"))["credentials"]
    assert (await come(house, authorization=basic(made["access_key"], made["secret_key"]))).status == 200
    listed = (await mia("auth.get_credentials"))["credentials"]
    assert {one["access_key"] for one in listed} == {house.pairs["mia"][0], made["access_key"]}
    assert "secret" not in str(listed)
    assert await mia("auth.revoke_credentials", access_key=house.pairs["max"][0]) == {"revoked": 0}
    assert await mia("auth.revoke_credentials", access_key=made["access_key"]) == {"revoked": 1}
    assert (await come(house, authorization=basic(made["access_key"], made["secret_key"]))).code == (401, 22)


async def test_users_see_themselves_and_administrators_all(house: House, mia: Caller) -> None:
    assert [one["id"] for one in (await mia("users.get_all"))["users"]] == ["mia"]
    everybody = (await house.caller("ada")("users.get_all_ex", order_by=["name"]))["users"]
    assert [one["id"] for one in everybody] == ["ada", "max", "mia", "olga", "vera"]
    assert (await mia("server.info"))["version"] == "2.3.0"
    assert (await house.ask("POST", "/debug.ping")).data == {}


async def test_a_workers_key_does_nothing_and_a_reading_key_reads(house: House, mia: Caller) -> None:
    id_ = await mia.task()
    desk = await house.pair("ada", KeyScope.DESK)
    assert (await come(house, authorization=basic(*desk))).code == (401, 22)
    reader = house.caller()
    reader.headers["authorization"] = basic(*await house.pair("mia", KeyScope.READ))
    assert (await reader.get(id_))["id"] == id_
    assert await reader.refused("tasks.edit", task=id_, comment="x") == (403, 21)
    assert await reader.refused("tasks.create", name="abc", type="training") == (403, 21)
    assert await reader.refused("projects.create", name="abc") == (403, 21)
    assert await reader.refused("auth.create_credentials") == (403, 21)


async def test_a_session_ends_with_its_logout_and_a_pair_of_keys_stays(house: House) -> None:
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    given = (await come(house, "auth.login", authorization=basic("mia", PASSWORD))).data["token"]
    answer = await come(house, "auth.logout", authorization=f"Bearer {given}")
    assert answer.status == 200 and "Max-Age=0" in answer.headers["set-cookie"]
    assert (await come(house, authorization=f"Bearer {given}")).code == (401, 30)
    given = await token(house)
    mia = house.caller()
    assert await mia("auth.validate_token", token=given) == {
        "valid": True,
        "user": "mia",
        "company": "jobyard",
        "msg": None,
    }
    await come(house, "auth.logout", authorization=f"Bearer {given}")
    assert (await come(house, authorization=f"Bearer {given}")).status == 200
    assert (await mia("auth.validate_token", token=given + "x"))["valid"] is False


async def test_pairs_are_called_otherwise_and_roles_given(house: House) -> None:
    mia, ada = house.caller(), house.caller("ada")
    access = house.pairs["mia"][0]
    assert await mia("auth.edit_credentials", access_key=access, label="at home") == {"updated": 1}
    labels = {one["access_key"]: one["label"] for one in (await mia("auth.get_credentials"))["credentials"]}
    assert labels[access] == "at home"
    assert await house.caller("max")("auth.edit_credentials", access_key=access, label="x") == {"updated": 0}
    assert await mia.refused("auth.edit_user", user="max", role="admin") == (403, 21)
    assert await mia.refused("auth.edit_user", user="max") == (403, 21)
    assert await ada.refused("auth.edit_user", user="nobody", role="user") == (400, 301)
    told = await ada("auth.edit_user", user="max", role="superuser")
    assert told == {"updated": 1, "fields": {"role": "superuser"}}
    assert (await ada("users.get_by_id", user="max"))["user"]["role"] == "superuser"
    assert (await mia("users.get_by_id", user="mia"))["user"]["id"] == "mia"
    assert await mia.refused("users.get_by_id", user="max") == (403, 21)
    assert await ada.refused("users.get_by_id", user="nobody") == (400, 301)
    project = (await mia("projects.create", name="mine/below"))["id"]
    await mia.task(project=project)
    for projects, names in (([], ["mia"]), ([project], ["mia"]), (["0" * 32], [])):
        found = (await ada("users.get_all_ex", active_in_projects=projects))["users"]
        assert [one["id"] for one in found] == names
    assert (await mia("users.get_all", only_fields=["name"]))["users"] == [{"id": "mia", "name": "mia"}]
    companies = (await ada("organization.get_user_companies"))["companies"]
    assert [one["name"] for one in companies[0]["owners"]] == ["ada", "max", "mia", "olga", "vera"]
    assert [one["name"] for one in (await mia("organization.get_user_companies"))["companies"][0]["owners"]] == ["mia"]
