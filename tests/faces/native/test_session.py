"""Who comes in, and how."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest

from jobyard.people.record import HOUSE, Key, KeyForm, KeyScope, Role
from tests.faces.native.house import House, served

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse"
OURS = {"X-Requested-With": "jobyard"}


@pytest.fixture
async def signed(house: House) -> House:
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    return house


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{secret}".encode()).decode()}


async def test_a_session_comes_as_a_cookie_no_script_and_no_other_site_can_use(signed: House) -> None:
    async with signed.client(None) as client:
        answer = await client.post("/v1/session", json={"user": "mia", "password": PASSWORD})
        assert answer.status_code == 201
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("jobyard_session=js_")
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        body = answer.json()
        assert body["user"]["name"] == "mia" and body["scope"] == "full" and body["version"] == "1.2.3"
        again = await client.get("/v1/session")
        assert again.status_code == 200 and again.json() == body


@pytest.mark.parametrize("settings", [{"public_url": "https://jobs.example"}, {"public_url": "HTTPS://jobs.example"}])
async def test_behind_https_the_cookie_never_travels_in_clear(
    built: Callable[..., House], settings: dict[str, str]
) -> None:
    async with served(built(**settings)) as house:
        await house.people()
        await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
        async with house.client(None) as client:
            answer = await client.post("/v1/session", json={"user": "mia", "password": PASSWORD})
            assert "Secure" in answer.headers["set-cookie"].split("; ")


async def test_signing_out_ends_the_session_and_takes_the_cookie_away(signed: House) -> None:
    async with signed.client(None) as client:
        await client.post("/v1/session", json={"user": "mia", "password": PASSWORD})
        token = client.cookies["jobyard_session"]
        answer = await client.delete("/v1/session", headers=OURS)
        assert answer.status_code == 204 and "Max-Age=0" in answer.headers["set-cookie"]
        late = await client.get("/v1/session", headers={"Cookie": f"jobyard_session={token}"})
        assert late.status_code == 401


async def test_signing_out_with_a_key_does_not_revoke_the_key(house: House) -> None:
    async with house.client() as client:
        assert (await client.delete("/v1/session")).status_code == 409
        assert (await client.get("/v1/session")).status_code == 200


async def test_wrong_names_and_wrong_passwords_are_told_in_the_same_words(signed: House) -> None:
    async with signed.client(None) as client:
        wrong = await client.post("/v1/session", json={"user": "mia", "password": "wrong"})
        unknown = await client.post("/v1/session", json={"user": "nobody", "password": "wrong"})
        keyless = await client.post("/v1/session", json={"user": "max", "password": ""})
    assert wrong.status_code == unknown.status_code == keyless.status_code == 401
    assert wrong.json() == unknown.json() == keyless.json()
    assert wrong.headers["www-authenticate"].startswith("Bearer")


async def test_too_many_wrong_passwords_have_to_wait(built: Callable[..., House]) -> None:
    async with served(built(sign_in_limit=2)) as house, house.client(None) as client:
        for _ in range(2):
            assert (await client.post("/v1/session", json={"user": "mia", "password": "x"})).status_code == 401
        answer = await client.post("/v1/session", json={"user": "mia", "password": "x"})
        assert answer.status_code == 429 and answer.json()["code"] == "too_much"
        assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_what_a_stranger_says_of_their_address_counts_for_nothing(built: Callable[..., House]) -> None:
    async with served(built(sign_in_limit=1)) as house, house.client(None) as client:
        for number in range(6):
            headers = {
                "X-Forwarded-For": f"10.0.0.{number}",
                "Forwarded": f"for=10.0.0.{number};proto=https",
                "X-Forwarded-Proto": "https",
                "X-Real-IP": f"10.0.0.{number}",
            }
            body = {"user": f"somebody{number}", "password": "x"}
            answer = await client.post("/v1/session", json=body, headers=headers)
            assert answer.status_code == (401 if number < 5 else 429)


async def test_basic_takes_a_name_with_a_token_and_a_key_pair(house: House) -> None:
    me = await house.engine.people.actor(house.tokens["mia"])
    wanted = Key(id="", user="mia", form=KeyForm.PAIR, scope=KeyScope.READ)
    pair, secret = await house.engine.people.add_key(me, wanted)
    async with house.client(None) as client:
        by_token = await client.get("/v1/session", headers=basic("mia", house.tokens["mia"]))
        by_pair = await client.get("/v1/session", headers=basic(pair.access, secret))
    assert by_token.json()["user"]["name"] == "mia" and by_token.json()["scope"] == "full"
    assert by_pair.json()["user"]["name"] == "mia" and by_pair.json()["scope"] == "read"


async def test_basic_does_not_take_what_does_not_belong_together(house: House) -> None:
    token = house.tokens["mia"]
    async with house.client(None) as client:
        for headers in [
            basic("max", token),
            basic("", token),
            basic("mia", "jy_wrong"),
            basic("mia", ""),
            basic("JYAK" + "A" * 20, token),
            {"Authorization": "Basic !!!"},
            {"Authorization": "Basic " + b64encode(b"mia").decode()},
            {"Authorization": "Basic " + b64encode(b"\xff:\xff").decode()},
            {"Authorization": "Basic"},
        ]:
            answer = await client.get("/v1/session", headers=headers)
            assert answer.status_code == 401, headers


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer jy_x",
        "Digest x",
        "jy_x",
        "Bearer " + "x" * 5000,
        "Bearer a\tb",
        "Token {token}",
        "Bearer {token}x",
    ],
)
async def test_other_proofs_are_turned_away(house: House, authorization: str) -> None:
    async with house.client(None) as client:
        headers = {"Authorization": authorization.format(token=house.tokens["mia"])}
        answer = await client.get("/v1/counts", headers=headers)
    assert answer.status_code == 401 and answer.json()["code"] == "unauthenticated"


async def test_the_scheme_may_be_written_in_any_case(house: House) -> None:
    async with house.client(None) as client:
        answer = await client.get("/v1/counts", headers={"Authorization": f"bEARER {house.tokens['mia']}"})
    assert answer.status_code == 200


async def test_a_wrong_header_is_not_saved_by_a_good_cookie(signed: House) -> None:
    async with signed.client(None) as client:
        await client.post("/v1/session", json={"user": "mia", "password": PASSWORD})
        assert (await client.get("/v1/counts")).status_code == 200
        assert (await client.get("/v1/counts", headers={"Authorization": "Bearer jy_x"})).status_code == 401


async def test_a_key_in_a_cookie_is_no_session(house: House) -> None:
    async with house.client(None) as client:
        answer = await client.get("/v1/counts", headers={"Cookie": f"jobyard_session={house.tokens['mia']}"})
    assert answer.status_code == 401


async def test_among_other_cookies_ours_is_found(signed: House) -> None:
    async with signed.client(None) as client:
        made = await client.post("/v1/session", json={"user": "mia", "password": PASSWORD})
        token = made.headers["set-cookie"].split(";")[0]
        odd = f'a="x;y"; jobyard_session_x=1; ; =; {token}; jobyard_session=js_other'
        answer = await client.get("/v1/counts", headers={"Cookie": odd})
    assert answer.status_code == 200


async def test_revoked_keys_shut_out_users_and_changed_passwords_count_at_once(signed: House) -> None:
    people = signed.engine.people
    ada = await people.actor(signed.tokens["ada"])
    async with signed.client(None) as browser, signed.client() as keyed:
        await browser.post("/v1/session", json={"user": "mia", "password": PASSWORD})
        await people.set_password(ada, "mia", "another horse")
        assert (await browser.get("/v1/session")).status_code == 401
        assert (await keyed.get("/v1/session")).status_code == 200
        await people.change_user(ada, "mia", disabled=True)
        assert (await keyed.get("/v1/session")).status_code == 401
        await people.change_user(ada, "mia", disabled=False, role=Role.VIEWER)
        assert (await keyed.get("/v1/session")).json()["user"]["role"] == "viewer"
        [key] = [key for key in await people.keys(ada, "mia") if key.form is KeyForm.TOKEN]
        await people.revoke_key(ada, key.id)
        assert (await keyed.get("/v1/session")).status_code == 401


async def test_an_expired_key_is_turned_away(house: House) -> None:
    async with house.client() as client:
        made = await client.post("/v1/keys", json={"expires_at": "9999-12-30T00:00:00Z"})
        assert made.status_code == 201
        soon = await client.post("/v1/keys", json={"expires_at": "1999-12-30T00:00:00Z"})
    async with house.client(token=made.json()["secret"]) as good, house.client(token=soon.json()["secret"]) as bad:
        assert (await good.get("/v1/session")).status_code == 200
        assert (await bad.get("/v1/session")).status_code == 401
