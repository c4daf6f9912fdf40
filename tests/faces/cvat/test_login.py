from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from http.cookies import SimpleCookie

import httpx2
import pytest

from jobyard.people.record import HOUSE, KeyScope
from tests.faces.cvat.house import PASSWORD, House, served

pytestmark = pytest.mark.anyio


async def signed_in(house: House, name: str = "mia", password: str = PASSWORD) -> httpx2.Response:
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    return await house.caller(None)("POST", "/auth/login", {"username": name, "password": password})


def cookies(answer: httpx2.Response) -> dict[str, str]:
    """Read the cookies as the client does: all headers as one, through the standard library."""
    parsed = SimpleCookie(", ".join(answer.headers.get_list("set-cookie")))
    return {name: morsel.value.rstrip(",") for name, morsel in parsed.items()}


async def test_both_cookies_are_read_by_a_client_that_joins_their_headers(house: House) -> None:
    answer = await signed_in(house)
    assert answer.status_code == 200
    assert set(cookies(answer)) == {"sessionid", "csrftoken"}
    assert 0 < len(answer.json()["key"]) <= 40


async def test_cookies_are_secure_behind_tls_and_still_read(built: Callable[..., House]) -> None:
    async with served(built(public_url="https://jobs.example", expose=True)) as house:
        await house.people()
        answer = await signed_in(house)
        assert set(cookies(answer)) == {"sessionid", "csrftoken"}
        session = answer.headers.get_list("set-cookie")[-1]
        assert "Secure" in session and "HttpOnly" in session


async def test_a_session_opens_the_door_and_changes_nothing_without_its_word(house: House) -> None:
    found = cookies(await signed_in(house))
    come = house.caller(None, Cookie=f"sessionid={found['sessionid']}; csrftoken={found['csrftoken']}")
    assert (await come.got("/users/self"))["username"] == "mia"
    refused = await come("POST", "/tasks", {"name": "t"})
    assert refused.status_code == 403 and "CSRF" in refused.json()["detail"]
    made = await come("POST", "/tasks", {"name": "t"}, X_CSRFToken=found["csrftoken"])
    assert made.status_code == 201
    foreign = await come("POST", "/tasks", {"name": "u"}, X_CSRFToken=found["csrftoken"], Origin="https://evil.example")
    assert foreign.status_code == 403


async def test_signing_out_ends_the_session(house: House) -> None:
    found = cookies(await signed_in(house))
    come = house.caller(None, Cookie=f"sessionid={found['sessionid']}", X_CSRFToken=found["csrftoken"])
    answer = await come("POST", "/auth/logout")
    assert answer.status_code == 200 and set(cookies(answer).values()) == {""}
    assert (await come("GET", "/users/self")).status_code == 401


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "token"])
async def test_a_token_opens_the_door(house: House, scheme: str) -> None:
    come = house.caller(None, Authorization=f"{scheme} {house.tokens['mia']}")
    assert (await come.got("/users/self"))["username"] == "mia"


async def test_a_session_is_a_key_too(house: House) -> None:
    key = (await signed_in(house)).json()["key"]
    assert (await house.caller(token=key).got("/users/self"))["username"] == "mia"


async def test_name_and_password_open_the_door_for_one_request(house: House) -> None:
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    for secret, status in ((PASSWORD, 200), (house.tokens["mia"], 200), ("wrong", 401), (house.tokens["max"], 401)):
        basic = b64encode(f"mia:{secret}".encode()).decode()
        answer = await house.caller(None, Authorization=f"Basic {basic}")("GET", "/users/self")
        assert answer.status_code == status
    assert [key.form.value for key in await house.engine.people.keys(HOUSE, "mia")] == ["token"]


@pytest.mark.parametrize("header", ["", "Token", "Token jy_nobody", "Basic ***", "Basic bm9jb2xvbg==", "Digest x"])
async def test_nobody_else_comes_in(house: House, header: str) -> None:
    answer = await house.caller(None, Authorization=header)("GET", "/tasks")
    assert answer.status_code == 401 and "detail" in answer.json()


async def test_a_wrong_password_is_told_like_a_wrong_name(house: House) -> None:
    wrong = [await signed_in(house, *pair) for pair in (("mia", "wrong"), ("nobody", PASSWORD))]
    assert {answer.status_code for answer in wrong} == {400}
    assert wrong[0].json() == wrong[1].json()
    assert (await house.caller(None)("POST", "/auth/login", {"password": "x"})).status_code == 400


async def test_a_workers_key_is_of_no_use_here(house: House) -> None:
    token = await house.token("ada", KeyScope.DESK)
    assert (await house.caller(token=token)("GET", "/tasks")).status_code == 403


async def test_access_tokens_are_made_listed_used_and_revoked(house: House) -> None:
    mia = house.caller()
    made = await mia.made("auth/access_tokens", name="laptop", read_only=True)
    assert made["value"] and made["read_only"] and made["owner"]["username"] == "mia"
    listed = await mia.got("/auth/access_tokens")
    assert [one["name"] for one in listed["results"]].count("laptop") == 1
    assert all("value" not in one for one in listed["results"])
    reader = house.caller(token=made["value"])
    assert (await reader.got("/auth/access_tokens/self"))["id"] == made["id"]
    assert (await reader("POST", "/tasks", {"name": "t"})).status_code == 403
    assert (await house.caller("max")("DELETE", f"/auth/access_tokens/{made['id']}")).status_code == 404
    assert (await mia("DELETE", f"/auth/access_tokens/{made['id']}")).status_code == 204
    assert (await reader("GET", "/users/self")).status_code == 401


async def test_a_token_is_changed_by_its_owner_and_good_for_what_it_is_then(house: House) -> None:
    mia = house.caller()
    made = await mia.made("auth/access_tokens", name="laptop")
    place, come = f"/auth/access_tokens/{made['id']}", house.caller(token=made["value"])
    assert (await come("POST", "/tasks", {"name": "t"})).status_code == 201
    until = "2100-01-01T00:00:00.000000Z"
    changed = await mia("PATCH", place, {"name": "desk", "read_only": True, "expiry_date": until})
    said = changed.json()
    assert (said["name"], said["read_only"], said["expiry_date"], said["id"]) == ("desk", True, until, made["id"])
    assert (await come("POST", "/tasks", {"name": "t"})).status_code == 403
    assert (await come("PATCH", place, {"read_only": False})).status_code == 403
    assert (await house.caller("max")("PATCH", place, {"name": "x"})).status_code == 404
    for wrong in ({"name": ""}, {"expiry_date": "2001-01-01T00:00:00Z"}, {"read_only": 5}):
        answer = await mia("PATCH", place, wrong)
        assert answer.status_code == 400 and set(answer.json()) == set(wrong)
    again = (await mia("PATCH", place, {"read_only": False, "expiry_date": None})).json()
    assert again["name"] == "desk" and again["expiry_date"] is None
    assert (await come("POST", "/tasks", {"name": "u"})).status_code == 201
    await mia.made("auth/access_tokens", name="other", read_only=True)
    for query in ("name=desk", "search=DES", f'filter={{"==":[{{"var":"id"}},{made["id"]}]}}'):
        assert [one["id"] for one in (await mia.got(f"/auth/access_tokens?{query}"))["results"]] == [made["id"]]
    named = [one["name"] for one in (await mia.got("/auth/access_tokens?sort=name&page_size=all"))["results"]]
    assert named == sorted(named, key=str.casefold) and {"desk", "other"} <= set(named)


async def test_a_password_is_changed_by_who_knows_it_and_ends_the_sessions(house: House) -> None:
    key = (await signed_in(house)).json()["key"]
    come, path = house.caller(token=key), "/auth/password/change"

    def said(old: str, new: str, again: str) -> dict[str, str]:
        return {"old_password": old, "new_password1": new, "new_password2": again}

    for wrong, field in (
        (said(PASSWORD, "new horse 1", "new horse 2"), "new_password2"),
        (said(PASSWORD, "short", "short"), "new_password2"),
        (said("wrong", "new horse 1", "new horse 1"), "old_password"),
        ({"old_password": PASSWORD, "new_password1": "new horse 1"}, "new_password2"),
    ):
        answer = await come("POST", path, wrong)
        assert answer.status_code == 400 and list(answer.json()) == [field]
    assert (await house.caller(None)("POST", path, said(PASSWORD, "new horse", "new horse"))).status_code == 401
    assert (await come("POST", path, said(PASSWORD, "new horse", "new horse"))).status_code == 200
    assert (await come("GET", "/users/self")).status_code == 401
    body = {"username": "mia", "password": "new horse"}
    assert (await house.caller(None)("POST", "/auth/login", body)).status_code == 200


@pytest.mark.parametrize(
    ("said", "field"),
    [({"name": ""}, "name"), ({}, "name"), ({"name": "x", "expiry_date": "2001-01-01T00:00:00Z"}, "expiry_date")],
)
async def test_a_token_that_makes_no_sense_is_refused(house: House, said: dict[str, str], field: str) -> None:
    answer = await house.caller()("POST", "/auth/access_tokens", said)
    assert answer.status_code == 400 and field in answer.json()


async def test_people_have_numbers_that_stay(house: House) -> None:
    first = (await house.caller().got("/users/self"))["id"]
    other = (await house.caller("max").got("/users/self"))["id"]
    assert first != other and (await house.caller().got("/users/self"))["id"] == first
    everybody = await house.caller("ada").got("/users?page_size=all")
    assert {one["username"] for one in everybody["results"]} == {"ada", "olga", "mia", "max", "vera"}
    assert [one["username"] for one in (await house.caller().got("/users"))["results"]] == ["mia"]
    assert (await house.caller()("GET", f"/users/{other}")).status_code == 403
