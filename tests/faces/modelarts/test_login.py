"""Who comes: with a password, a token, or a signature."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from jobyard.faces.modelarts.lockout import IN_A_ROW
from jobyard.people.record import HOUSE, KeyScope, Role
from tests.faces.modelarts.house import BASE, PASSWORD, House, Signer

pytestmark = pytest.mark.anyio
TOKENS = "/v3/auth/tokens"


def by_password(name: str = "mia", password: str = PASSWORD, scope: Any = None, **user: Any) -> dict[str, Any]:
    told = {"name": name, "domain": {"name": "anything"}, "password": password} | user
    identity = {"methods": ["password"], "password": {"user": told}}
    return {"auth": {"identity": identity} | ({} if scope is None else {"scope": scope})}


def by_token(token: str, scope: Any = None) -> dict[str, Any]:
    identity = {"methods": ["token"], "token": {"id": token}}
    return {"auth": {"identity": identity} | ({} if scope is None else {"scope": scope})}


async def login(house: House, body: Any) -> httpx2.Response:
    async with house.client(None) as client:
        return await client.post(TOKENS, content=json.dumps(body).encode())


@pytest.fixture
async def mia(house: House) -> str:
    """Mia's id; her password is set."""
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    return house.ids["mia"]


async def test_a_password_gives_a_token_for_ones_own_project(house: House, mia: str) -> None:
    scopes: list[Any] = [
        None,
        {"project": {"name": "mia", "domain": {"id": "default"}}},
        {"project": {"id": mia}},
    ]
    for scope in scopes:
        answer = await login(house, by_password(scope=scope))
        assert answer.status_code == 201
        told = answer.json()["token"]
        assert (told["user"]["id"], told["project"]["id"], told["project"]["name"]) == (mia, mia, "mia")
        assert told["methods"] == ["password"] and told["roles"] == [{"id": "member", "name": "member"}]
        assert told["issued_at"] < told["expires_at"]
        found = {one["type"]: one["endpoints"][0] for one in told["catalog"]}
        assert found["modelartsv2"]["url"] == f"{BASE}/v2/{mia}"
        assert found["identity"]["url"] == f"{BASE}/v3"
        assert {one["interface"] for one in found.values()} == {"public"}
        token = answer.headers["x-subject-token"]
        assert (await house.caller(token=token, project=mia)("GET", "/datasets")).status_code == 200


async def test_a_user_may_be_named_by_their_id_and_may_ask_for_no_project(house: House, mia: str) -> None:
    identity = {"methods": ["password"], "password": {"user": {"id": mia, "password": PASSWORD}}}
    assert (await login(house, {"auth": {"identity": identity}})).json()["token"]["user"]["name"] == "mia"
    nothing: list[Any] = ["unscoped", {"unscoped": {}}]
    for scope in nothing:
        told = (await login(house, by_password(scope=scope))).json()["token"]
        assert "project" not in told and "catalog" not in told
    domain = (await login(house, by_password(scope={"domain": {"name": "Default"}}))).json()["token"]
    assert domain["domain"]["id"] == "default"
    assert [one["type"] for one in domain["catalog"]] == ["identity"]


async def test_a_token_for_a_password_is_good_for_a_day(house: House, mia: str) -> None:
    answer = await login(house, by_password())
    own = house.caller(token=answer.headers["x-subject-token"], project=mia)
    house.clock.forward(86_390)
    assert (await own("GET", "/datasets")).status_code == 200
    house.clock.forward(20)
    assert (await own("GET", "/datasets")).json()["error_code"] == "ModelArts.0203"


async def test_a_shared_project_is_found_by_its_name(house: House, mia: str) -> None:
    project = await house.project("vision", mia=Role.MEMBER)
    told = (await login(house, by_password(scope={"project": {"name": "vision"}}))).json()["token"]
    assert told["project"]["id"] == project
    assert told["catalog"][1]["endpoints"][0]["url"] == f"{BASE}/v2/{project}"


async def test_a_wrong_login_says_nothing_of_what_was_wrong(house: House, mia: str) -> None:
    foreign = house.ids["max"]
    answers = [
        await login(house, body)
        for body in (
            by_password(password="wrong"),
            by_password("nobody"),
            by_password("nobody", id="0" * 32),
            by_password("max"),
            by_password(scope={"project": {"id": foreign}}),
            by_password(scope={"project": {"name": "max"}}),
            by_token("jy_wrong"),
            by_token("x" * 500),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    [said] = {answer.text for answer in answers[:7]}
    told = json.loads(said)["error"]
    assert (told["code"], told["title"]) == (401, "Unauthorized") and told["message"]
    assert not [answer for answer in answers if "x-subject-token" in answer.headers]


async def test_guessing_passwords_has_an_end(house: House, mia: str) -> None:
    answers = [(await login(house, by_password(password="wrong"))).status_code for _ in range(21)]
    assert (answers[0], answers[-1]) == (401, 429)
    late = await login(house, by_password())
    assert late.status_code == 429 and int(late.headers["retry-after"]) > 0
    assert late.json()["error"]["code"] == 429


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"{",
        b"\xff",
        json.dumps({"auth": {}}).encode(),
        json.dumps({"auth": {"identity": {"methods": []}}}).encode(),
        json.dumps({"auth": {"identity": {"methods": ["totp"]}}}).encode(),
        json.dumps({"auth": {"identity": {"methods": ["password"]}}}).encode(),
        json.dumps({"auth": {"identity": {"methods": ["token"]}}}).encode(),
        json.dumps({"auth": {"identity": {"methods": ["password", "token"]}}}).encode(),
        json.dumps(by_password(7)).encode(),  # type: ignore[arg-type]
        json.dumps(by_password("m" * 300)).encode(),
        json.dumps(by_password("mi\0a")).encode(),
        json.dumps(by_password(scope=[])).encode(),
        b"[" * 100_000,
    ],
)
async def test_a_login_that_cannot_be_read_is_refused_in_the_login_s_own_words(house: House, body: bytes) -> None:
    async with house.client(None) as client:
        answer = await client.post(TOKENS, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].keys() == {"code", "message", "title"}


async def test_a_token_is_shown_checked_and_revoked(house: House, mia: str) -> None:
    token = (await login(house, by_password())).headers["x-subject-token"]
    own = house.caller(token=token, project=mia)
    shown = await own("GET", TOKENS, X_Subject_Token=token)
    assert shown.status_code == 200 and shown.headers["x-subject-token"] == token
    assert shown.json()["token"]["project"]["id"] == mia
    assert "catalog" not in (await own("GET", f"{TOKENS}?nocatalog=1", X_Subject_Token=token)).json()["token"]
    checked = await own("HEAD", TOKENS, X_Subject_Token=token)
    assert (checked.status_code, checked.content) == (200, b"")
    assert (await own("GET", TOKENS)).status_code == 400
    assert (await own("GET", TOKENS, X_Subject_Token="jy_other")).status_code == 404
    foreign = await own("GET", TOKENS, X_Subject_Token=house.tokens["max"])
    assert foreign.status_code == 403
    assert (await own("DELETE", TOKENS, X_Subject_Token=house.tokens["max"])).status_code == 404
    assert (await house.caller("max")("GET", "/datasets")).status_code == 200
    assert (await own("DELETE", TOKENS, X_Subject_Token=token)).status_code == 204
    assert (await own("GET", "/datasets")).status_code == 401


async def test_an_administrator_sees_and_revokes_anybodys_token(house: House, mia: str) -> None:
    ada = house.caller("ada")
    shown = await ada("GET", TOKENS, X_Subject_Token=house.tokens["mia"])
    assert shown.json()["token"]["user"]["name"] == "mia"
    assert (await ada("DELETE", TOKENS, X_Subject_Token=house.tokens["mia"])).status_code == 204
    assert (await house.caller("mia")("GET", "/datasets")).status_code == 401


async def test_a_token_comes_back_for_another_project_and_never_stronger(house: House, mia: str) -> None:
    project = await house.project("vision", mia=Role.MEMBER)
    weak = await house.token("mia", KeyScope.READ)
    answer = await login(house, by_token(weak, {"project": {"id": project}}))
    assert (answer.status_code, answer.headers["x-subject-token"]) == (201, weak)
    assert answer.json()["token"]["project"]["id"] == project
    refused = await house.caller(token=weak, project=mia)("POST", "/datasets", {})
    assert refused.status_code in {400, 403}
    desk = await house.token("mia", KeyScope.DESK)
    assert (await login(house, by_token(desk))).status_code == 403
    assert (await house.caller(token=desk, project=mia)("GET", "/datasets")).status_code == 403


async def test_a_signed_in_page_s_cookie_opens_nothing_here(house: House, mia: str) -> None:
    token = (await login(house, by_password())).headers["x-subject-token"]
    async with house.client(None, headers={"Cookie": f"jobyard_session={token}"}) as client:
        assert (await client.get(f"/v2/{mia}/datasets")).status_code == 401
    async with house.client("mia") as client:
        assert (await client.get(f"/v2/{mia}/datasets")).json()["error_code"] == "APIGW.0301"


async def test_projects_are_told_ones_own_first(house: House, mia: str) -> None:
    project = await house.project("vision", mia=Role.VIEWER)
    await house.project("secret", max=Role.MEMBER)
    own = house.caller()
    told = (await own("GET", "/v3/projects")).json()["projects"]
    assert [(one["id"], one["name"]) for one in told] == [(mia, "mia"), (project, "vision")]
    assert (await own("GET", "/v3/auth/projects")).json()["projects"] == told
    assert [one["id"] for one in (await own("GET", "/v3/projects?name=vision")).json()["projects"]] == [project]
    assert (await own("GET", "/v3/projects?name=secret")).json()["projects"] == []
    assert (await own("GET", f"/v3/projects/{project}")).json()["project"]["name"] == "vision"
    assert (await own("GET", f"/v3/projects/{house.ids['max']}")).status_code == 404
    every = (await house.caller("olga")("GET", "/v3/projects")).json()["projects"]
    assert {one["name"] for one in every} == {"olga", "vision", "secret"}
    catalog = (await own("GET", "/v3/auth/catalog")).json()["catalog"]
    assert catalog[1]["endpoints"][0]["url"] == f"{BASE}/v2/{mia}"


async def test_the_version_is_told_to_everybody(house: House) -> None:
    nobody = house.caller(None)
    for path in ("/v3", "/v3/"):
        told = (await nobody("GET", path)).json()["version"]
        assert told["id"].startswith("v3") and told["links"][0]["href"] == f"{BASE}/v3/"


async def test_a_signature_lets_its_key_s_owner_in(house: House) -> None:
    own = house.ids["mia"]
    mia = Signer(house, await house.pair(), own)
    assert (await mia()).json() == {"total_number": 0, "datasets": []}
    assert (await mia(path="/datasets?offset=0&limit=5&search_content=a%20b~c")).status_code == 200
    assert (await mia("POST", "/datasets", b"{}")).json()["error_code"] == "ModelArts.0104"
    missing = await mia(path="/datasets/a%20b~c")
    assert (missing.status_code, missing.json()["error_code"]) == (404, "ModelArts.4352")
    elsewhere = Signer(house, await house.pair(), house.ids["max"])
    assert (await elsewhere()).json()["error_code"] == "ModelArts.0210"
    weak = Signer(house, await house.pair(scope=KeyScope.READ), own)
    assert (await weak()).status_code == 200


async def test_what_is_not_signed_as_it_has_to_be_is_refused_with_a_reason(house: House) -> None:
    own, pair = house.ids["mia"], await house.pair()
    answers = {
        "changed body": await Signer(house, pair, own)("POST", "/datasets", b'{"a":1}', sent=b'{"a":2}'),
        "wrong secret": await Signer(house, (pair[0], "wrong"), own)(),
        "unknown key": await Signer(house, ("JYAKUNKNOWN", "wrong"), own)(),
        "token": await Signer(house, pair, own)(X_Security_Token="temporary"),
        "other host": await Signer(house, pair, own)(host="localhost"),
    }
    late = Signer(house, pair, own)
    for late.late in (-901.0, 901.0):
        answers[f"late {late.late}"] = await late()
    for name, answer in answers.items():
        assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301"), name
        assert "Incorrect IAM authentication information" in answer.json()["error_msg"], name
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answers["wrong secret"].json()["error_msg"] == answers["unknown key"].json()["error_msg"]
    assert "X-Security-Token" in answers["token"].json()["error_msg"]
    for late.late in (-890.0, 890.0):
        assert (await late()).status_code == 200


async def test_five_wrong_signatures_in_a_row_lock_a_key_for_five_minutes(house: House) -> None:
    own, pair = house.ids["mia"], await house.pair()
    right, wrong = Signer(house, pair, own), Signer(house, (pair[0], "wrong"), own)
    for _ in range(2):
        for _ in range(IN_A_ROW - 1):
            assert (await wrong()).status_code == 401
        assert (await right()).status_code == 200
    for _ in range(IN_A_ROW):
        await wrong()
    locked = await right()
    assert (locked.status_code, locked.json()["error_code"]) == (401, "APIGW.0301")
    assert "locked" in locked.json()["error_msg"] and 0 < int(locked.headers["retry-after"]) <= 300
    assert (await Signer(house, await house.pair(), own)()).status_code == 200
    assert (await house.caller()("GET", "/datasets")).status_code == 200
    unknown = Signer(house, ("JYAKUNKNOWN", "wrong"), own)
    for _ in range(IN_A_ROW):
        await unknown()
    assert "locked" in (await unknown()).json()["error_msg"]
    house.clock.forward(301)
    assert (await right()).status_code == 200


async def test_a_revoked_pair_and_one_of_a_disabled_user_sign_nothing(house: House) -> None:
    pair = await house.pair("max")
    signer = Signer(house, pair, house.ids["max"])
    assert (await signer()).status_code == 200
    await house.engine.people.change_user(HOUSE, "max", disabled=True)
    assert (await signer()).status_code == 401
