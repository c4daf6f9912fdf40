"""Users, keys, ready-made settings, projects."""

from __future__ import annotations

from base64 import b64encode

import pytest

from jobyard.people.record import Role
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio


async def test_an_administrator_makes_users_who_then_sign_in(house: House) -> None:
    async with house.client("ada") as admin, house.client(None) as browser:
        made = await admin.post("/v1/users", json={"name": "nina", "role": "operator"})
        assert made.status_code == 201
        user, password = made.json()["user"], made.json()["password"]
        assert (user["name"], user["role"], user["disabled"]) == ("nina", "operator", False) and len(password) >= 12
        signed = await browser.post("/v1/session", json={"user": "nina", "password": password})
        assert signed.json()["user"] == user
        given = await admin.post("/v1/users", json={"name": "noah", "password": "a long word"})
        assert given.json()["password"] is None and given.json()["user"]["role"] == "member"
        taken = await admin.post("/v1/users", json={"name": "noah"})
        assert taken.status_code == 409 and taken.json()["code"] == "name_taken"
        names = [user["name"] for user in (await admin.get("/v1/users")).json()]
        assert names == sorted(["ada", "olga", "mia", "max", "vera", "nina", "noah"])
        assert "password_hash" not in (await admin.get("/v1/users")).text


@pytest.mark.parametrize("name", ["", "Ada", "a b", "\u0430da", "a\n", "-a", "a/b", "x" * 65, "é"])
async def test_names_of_users_are_plain(house: House, name: str) -> None:
    async with house.client("ada") as admin:
        answer = await admin.post("/v1/users", json={"name": name, "password": "long enough"})
    assert answer.status_code == 400 and answer.json()["errors"][0]["path"] == "name"


async def test_users_are_changed_and_the_last_administrator_stays(house: House) -> None:
    async with house.client("ada") as admin:
        changed = await admin.patch("/v1/users/max", json={"role": "viewer", "disabled": True})
        assert (changed.json()["role"], changed.json()["disabled"]) == ("viewer", True)
        assert (await admin.patch("/v1/users/max", json={"disabled": False})).json()["role"] == "viewer"
        assert (await admin.patch("/v1/users/max", json={})).json()["disabled"] is False
        assert (await admin.patch("/v1/users/nobody", json={"disabled": True})).status_code == 404
        assert (await admin.patch("/v1/users/max", json={"disabled": None})).status_code == 400
        assert (await admin.patch("/v1/users/max", json={"name": "x"})).status_code == 400
        last = await admin.patch("/v1/users/ada", json={"role": "member"})
        assert last.status_code == 400 and "last administrator" in last.json()["detail"]


async def test_passwords_are_set_by_their_owner_or_an_administrator(house: House) -> None:
    async with house.client() as client, house.client("ada") as admin, house.client(None) as browser:
        assert (await client.patch("/v1/users/mia", json={"password": "mine, and long"})).status_code == 200
        signed = await browser.post("/v1/session", json={"user": "mia", "password": "mine, and long"})
        assert signed.status_code == 201
        made = await admin.post("/v1/users/mia/password", json={})
        assert made.status_code == 200
        assert (await browser.get("/v1/session")).status_code == 401
        again = await browser.post("/v1/session", json={"user": "mia", "password": made.json()["password"]})
        assert again.status_code == 201
        own = await client.post("/v1/users/mia/password", json={"password": "another, long"})
        assert own.json() == {"password": None}
        assert (await client.post("/v1/users/mia/password", json={"password": "short"})).status_code == 400


async def test_keys_are_made_shown_once_and_revoked(house: House) -> None:
    async with house.client() as client:
        made = (await client.post("/v1/keys", json={"label": "laptop", "scope": "read"})).json()
        assert made["secret"].startswith("jy_") and made["key"]["label"] == "laptop"
        assert (made["key"]["form"], made["key"]["scope"], made["key"]["access"]) == ("token", "read", None)
        pair = (await client.post("/v1/keys", json={"form": "pair"})).json()
        assert pair["key"]["access"].startswith("JYAK")
        listed = (await client.get("/v1/keys")).json()
        assert {key["id"] for key in listed} >= {made["key"]["id"], pair["key"]["id"]}
        text = (await client.get("/v1/keys")).text
        assert made["secret"] not in text and pair["secret"] not in text and "sealed" not in text
        async with house.client(token=made["secret"]) as reader:
            assert (await reader.get("/v1/session")).json()["scope"] == "read"
            assert (await client.delete(f"/v1/keys/{made['key']['id']}")).status_code == 204
            assert (await reader.get("/v1/session")).status_code == 401
        assert (await client.delete(f"/v1/keys/{made['key']['id']}")).status_code == 404


async def test_keys_of_others_are_for_administrators(house: House) -> None:
    async with house.client() as client, house.client("ada") as admin, house.client("max") as other:
        made = (await admin.post("/v1/keys", json={"user": "mia", "label": "from ada"})).json()
        assert made["key"]["user"] == "mia"
        assert [key["label"] for key in (await admin.get("/v1/keys?user=mia")).json()].count("from ada") == 1
        assert (await other.get("/v1/keys?user=mia")).status_code == 403
        assert (await other.delete(f"/v1/keys/{made['key']['id']}")).status_code == 404
        assert (await client.get("/v1/keys?user=mia")).status_code == 200
        assert (await admin.delete(f"/v1/keys/{made['key']['id']}")).status_code == 204
        assert (await admin.post("/v1/keys", json={"user": "nobody"})).status_code == 404


async def test_settings_for_every_client_family_are_ready_to_paste(house: House) -> None:
    async with house.client() as client:
        made = await client.post("/v1/credentials", json={})
        assert made.status_code == 201
        settings = made.json()
        user = (await client.get("/v1/session")).json()["user"]
    base = "https://jobs.example"
    assert {family: sorted(words) for family, words in settings.items()} == {
        "user": ["id", "name", "password", "role"],
        "native": ["token", "url"],
        "clearml": ["access_key", "api_server", "files_server", "secret_key", "web_server"],
        "cvat": ["access_token", "password", "url", "username"],
        "alteryx": ["base_url", "client_id", "client_secret", "user_id"],
        "modelarts": ["access_key", "endpoint", "iam_endpoint", "project_id", "secret_key", "token"],
    }
    assert settings["user"] == {"name": "mia", "id": user["id"], "password": None, "role": "member"}
    assert settings["native"]["url"] == settings["cvat"]["url"] == settings["modelarts"]["endpoint"] == base
    assert settings["clearml"]["api_server"] == settings["clearml"]["web_server"] == base
    assert settings["clearml"]["files_server"] == base + "/files"
    assert settings["alteryx"]["base_url"] == base + "/webapi/"
    assert settings["modelarts"]["iam_endpoint"] == base + "/v3"
    assert settings["alteryx"]["user_id"] == settings["modelarts"]["project_id"] == user["id"]
    assert settings["cvat"]["username"] == "mia"
    async with house.client(None) as nobody:
        for token in [settings["native"]["token"], settings["cvat"]["access_token"], settings["modelarts"]["token"]]:
            answer = await nobody.get("/v1/session", headers={"Authorization": f"Bearer {token}"})
            assert answer.json()["user"]["name"] == "mia"
        for family, access, secret in [
            ("clearml", "access_key", "secret_key"),
            ("alteryx", "client_id", "client_secret"),
            ("modelarts", "access_key", "secret_key"),
        ]:
            pair = f"{settings[family][access]}:{settings[family][secret]}"
            headers = {"Authorization": "Basic " + b64encode(pair.encode()).decode()}
            assert (await nobody.get("/v1/session", headers=headers)).status_code == 200, family


async def test_an_administrator_hands_out_settings_with_a_fresh_password(house: House) -> None:
    async with house.client("ada") as admin, house.client(None) as browser:
        made = (await admin.post("/v1/credentials", json={"user": "max", "new_password": True})).json()
        password = made["user"]["password"]
        assert made["user"]["name"] == "max" and password == made["cvat"]["password"]
        signed = await browser.post("/v1/session", json={"user": "max", "password": password})
        assert signed.status_code == 201
        assert (await admin.post("/v1/credentials", json={"user": "nobody"})).status_code == 404


async def test_projects_are_made_shared_and_left(house: House) -> None:
    async with house.client() as mia, house.client("max") as other, house.client("olga") as operator:
        made = await mia.post("/v1/projects", json={"name": "Vision & Größe"})
        assert made.status_code == 201
        project = made.json()
        assert project["members"] == [{"user": "mia", "role": "operator"}] and project["owner"] == "mia"
        assert (await mia.get("/v1/projects")).json() == [project]
        assert (await mia.post("/v1/projects", json={"name": "Vision & Größe"})).status_code == 409
        assert (await other.get("/v1/projects")).json() == []
        path = f"/v1/projects/{project['id']}/members"
        assert (await other.put(f"{path}/max", json={"role": "member"})).status_code == 404
        members = (await mia.put(f"{path}/max", json={"role": "viewer"})).json()
        assert {"user": "max", "role": "viewer"} in members and len(members) == 2
        assert [one["id"] for one in (await other.get("/v1/projects")).json()] == [project["id"]]
        assert (await other.put(f"{path}/max", json={"role": "operator"})).status_code == 403
        assert (await mia.put(f"{path}/nobody", json={"role": "member"})).status_code == 404
        assert (await mia.put(f"{path}/max", json={"role": "emperor"})).status_code == 400
        assert [one["name"] for one in (await operator.get("/v1/projects")).json()] == ["Vision & Größe"]
        assert (await mia.delete(f"{path}/max")).status_code == 204
        assert (await mia.delete(f"{path}/max")).status_code == 404
        assert (await other.get("/v1/projects")).json() == []
        for wrong in ["", "x" * 101]:
            assert (await mia.post("/v1/projects", json={"name": wrong})).status_code == 400
    assert (await house.engine.people.actor(house.tokens["max"])).role is Role.MEMBER
