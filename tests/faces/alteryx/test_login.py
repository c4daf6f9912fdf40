from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from jobyard.faces.alteryx.login import LIFE
from jobyard.people.record import HOUSE, KeyScope
from tests.faces.alteryx.house import House

pytestmark = pytest.mark.anyio
GRANT = {"grant_type": "client_credentials"}


def basic(access: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{access}:{secret}".encode()).decode()}


async def token(house: House, user: str = "mia", **fields: Any) -> str:
    access, secret = await house.pair(user, **fields)
    answer = await house.caller(None)(
        "POST", "/oauth2/token", data=GRANT | {"client_id": access, "client_secret": secret}
    )
    assert answer.status_code == 200, answer.text
    given: str = answer.json()["access_token"]
    return given


async def test_a_token_is_given_in_the_three_ways_that_clients_ask(house: House) -> None:
    access, secret = await house.pair()
    nobody = house.caller(None)
    for path, sent in [
        ("/oauth2/token", {"data": GRANT | {"client_id": access, "client_secret": secret}}),
        ("//oauth2/token/", {"data": GRANT, "headers": basic(access, secret)}),
        ("/OAuth2/Token", {"json": GRANT | {"client_id": access, "client_secret": secret, "scope": ""}}),
    ]:
        answer = await nobody("POST", path, **sent)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["token_type"], said["expires_in"]) == ("Bearer", LIFE)
        assert answer.headers["cache-control"] == "no-store"
        mine = house.caller(token=said["access_token"])
        assert (await mine.got("/v3/serverinfo"))["name"] == "Jobyard"


async def test_wrong_keys_and_grants_are_refused_in_the_words_of_oauth(house: House) -> None:
    access, secret = await house.pair()
    nobody = house.caller(None)
    pair = {"client_id": access, "client_secret": secret}
    wrongs: list[tuple[dict[str, Any], int, str]] = [
        ({"data": GRANT | pair | {"client_secret": secret + "x"}}, 401, "invalid_client"),
        ({"data": GRANT | pair | {"client_id": "JYAK" + "0" * 20}}, 401, "invalid_client"),
        ({"data": GRANT}, 401, "invalid_client"),
        ({"data": GRANT, "headers": {"Authorization": "Basic ?"}}, 401, "invalid_client"),
        ({"data": GRANT, "headers": basic("", "")}, 401, "invalid_client"),
        ({"data": pair | {"grant_type": "password"}}, 400, "unsupported_grant_type"),
        ({"data": pair}, 400, "unsupported_grant_type"),
        ({"json": [1]}, 400, "invalid_request"),
        ({"json": GRANT | {"client_id": 5}}, 400, "invalid_request"),
    ]
    for sent, status, error in wrongs:
        answer = await nobody("POST", "/oauth2/token", **sent)
        assert (answer.status_code, answer.json()["error"]) == (status, error), sent
        assert answer.json()["message"] == answer.json()["error_description"]
    answer = await nobody("POST", "/oauth2/token", b"<x/>", headers={"Content-Type": "application/xml"})
    assert answer.status_code == 415


async def test_a_token_ends_with_its_time_and_with_its_key(house: House) -> None:
    mine = house.caller(token=await token(house))
    assert (await mine("GET", "/v3/jobs")).status_code == 200
    house.clock.forward(LIFE + 1)
    assert "its time is over" in await mine.refused(401, "GET", "/v3/jobs")
    access, secret = await house.pair()
    answer = await house.caller(None)("POST", "/oauth2/token", data=GRANT, headers=basic(access, secret))
    other = house.caller(token=answer.json()["access_token"])
    assert (await other("GET", "/v3/jobs")).status_code == 200
    [key] = [key for key in await house.engine.people.keys(HOUSE, "mia") if key.access == access]
    await house.engine.people.revoke_key(HOUSE, key.id)
    assert "is void" in await other.refused(401, "GET", "/v3/jobs")


async def test_nobody_comes_in_without_a_token_of_this_house(house: House) -> None:
    nobody = house.caller(None)
    assert "no bearer token" in await nobody.refused(401, "GET", "/v3/workflows")
    for header in ["Basic eDp5", "Bearer", "Bearer x.y.z", "Bearer " + "a" * 5_000, "Bearer \u00e9"]:
        answer = await nobody("GET", "/v3/workflows", headers={"Authorization": header.encode("latin-1")})
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"].startswith("Bearer")
    own = await token(house)
    head, body, _ = own.split(".")
    await house.caller(token=f"{head}.{body}.AAAA").refused(401, "GET", "/v3/workflows")


async def test_a_worker_s_key_is_no_key_here(house: House) -> None:
    access, secret = await house.pair("ada", scope=KeyScope.DESK)
    answer = await house.caller(None)("POST", "/oauth2/token", data=GRANT, headers=basic(access, secret))
    assert answer.status_code == 401
    desk = await house.token("ada", KeyScope.DESK)
    await house.caller(token=desk).refused(401, "GET", "/v3/workflows")


async def test_a_reading_key_reads_alone(house: House) -> None:
    mine = house.caller(token=await token(house, scope=KeyScope.READ))
    assert await mine.got("/v3/workflows") == []
    answer = await mine("POST", "/v3/workflows", data={"name": "x"}, files={"file": ("a.yxmd", b"x")})
    assert (answer.status_code, answer.json()["message"]) == (401, "You are not allowed to hand in workflows.")


async def test_addresses_are_taken_as_clients_write_them(house: House) -> None:
    mine = house.caller()
    for path in ("/v3/jobs", "//v3/jobs", "/v3/jobs/", "/V3//Jobs//"):
        answer = await mine("GET", path, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, path
    assert (await mine("GET", "/v3/nowhere")).json() == {"message": "There is nothing at this address."}
    assert (await mine("PATCH", "/v3/jobs")).status_code == 405
    answer = await mine("GET", "/v3/jobs", headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415
