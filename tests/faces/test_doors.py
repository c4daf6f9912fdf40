"""The doors of the real house: which address belongs to whom, and which protocols can be left out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from jobyard.server import House
from jobyard.settings import Settings, load
from jobyard.store.memory import MemoryStore

pytestmark = pytest.mark.anyio
PROBLEM = "application/problem+json"
FACES = ("alteryx", "clearml", "cvat", "modelarts")
UNFURNISHED = """
import asyncio, sys
from jobyard.server import House
from jobyard.settings import Settings
from jobyard.store.memory import MemoryStore

def known():
    heavy = "jwt", "PIL", "httpx2", "numpy", "obstore", "polars", "pygments", "rich", "scipy"
    faces = [f"jobyard.faces.{face}.app" for face in ("alteryx", "clearml", "cvat", "modelarts")]
    return [name for name in (*faces, *heavy) if name in sys.modules]

store = MemoryStore()
house = House(Settings(data=sys.argv[1], password_memory=8), store)
print(*known())
asyncio.run(house.furnish())
print(*known())
store.close()
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Built:
    """Houses that a test builds, asked through memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.houses = list[House]()

    def __call__(self, **settings: Any) -> House:
        folder = self._folder / str(len(self.houses))
        folder.mkdir()
        self.houses.append(House(Settings(data=str(folder), password_memory=8, **settings), MemoryStore()))
        return self.houses[-1]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    made = Built(tmp_path)
    yield made
    for house in made.houses:
        house.store.close()


async def asked(house: House, path: str, method: str = "GET", **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=cast("Any", house.door))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        return await client.request(method, path)


async def test_each_address_is_answered_in_its_own_protocol(built: Built) -> None:
    house = built()
    for path, status, media_type, said in [
        ("/healthz", 200, "text/plain; charset=utf-8", "ok"),
        ("/v1/nowhere", 404, PROBLEM, "not_found"),
        ("/v1/jobs", 401, PROBLEM, "unauthenticated"),
        ("/v2/p/datasets", 401, "application/json", "ModelArts.0201"),
        ("/v2/p/nowhere", 404, "application/json", "APIGW.0101"),
        ("/v3", 200, "application/json", "v3.14"),
        ("/v3/nowhere", 404, "application/json", '"title":"Not Found"'),
        ("/v2.30/tasks.get_all", 401, "application/json", '"result_code":401'),
        ("/webapi/v3/jobs", 401, "application/json", "no bearer token"),
        ("/WebApi//v3//nowhere/", 404, "application/json", '"message"'),
        ("/nowhere", 404, PROBLEM, "not_found"),
    ]:
        answer = await asked(house, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, media_type), path
        assert said in answer.text, path
        assert answer.headers["x-request-id"] and answer.headers["x-content-type-options"] == "nosniff"


async def test_a_stranger_s_name_is_refused_in_the_words_of_whoever_was_asked(built: Built) -> None:
    house = built()
    told = {
        path: await asked(house, path, Host="evil.example")
        for path in ("/v1/jobs", "/v2/p/datasets", "/v3", "/", "/metrics")
    }
    assert {answer.status_code for answer in told.values()} == {421}
    assert told["/v2/p/datasets"].json().keys() == {"error_code", "error_msg", "request_id"}
    assert told["/v3"].json()["error"]["code"] == 421
    for path in ("/v1/jobs", "/", "/metrics"):
        assert told[path].json()["code"] == "misdirected_request"


async def test_a_protocol_that_is_left_out_has_no_address(built: Built) -> None:
    house = built(faces=())
    for path in ("/v2/p/datasets", "/v3", "/v3/auth/tokens"):
        answer = await asked(house, path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM), path
    assert (await asked(house, "/v1/jobs")).status_code == 401
    assert (await asked(house, "/healthz")).status_code == 200


async def test_requests_of_every_protocol_are_counted_by_their_pattern(built: Built) -> None:
    house = built(metrics_open=True)
    for path in ("/v2/secret/datasets", "/v1/jobs", "/v3", "/healthz"):
        await asked(house, path)
    counted = (await asked(house, "/metrics")).text
    for route in ("/v2/{project_id}/datasets", "/v1/jobs", "/v3", "/healthz"):
        assert f'route="{route}"' in counted, route
    assert "secret" not in counted


def test_protocols_of_others_are_built_once_the_house_has_time(tmp_path: Path) -> None:
    words = [sys.executable, "-c", UNFURNISHED, str(tmp_path)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == ["", " ".join(f"jobyard.faces.{face}.app" for face in FACES)]


async def test_what_cannot_be_built_is_told(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(house: House) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(House, "_cvat", broken)
    house = built()
    with pytest.raises(ZeroDivisionError):
        await house.furnish()
    with pytest.raises(ZeroDivisionError):
        await asked(house, "/api/server/about")
    assert (await asked(house, "/v1/jobs")).status_code == 401


def test_the_protocols_are_named_in_the_variable_too() -> None:
    assert load(environment={"JOBYARD_FACES": "modelarts"}).faces == ("modelarts",)
    assert load(environment={"JOBYARD_FACES": ""}).faces == ()
    assert "modelarts" in load(environment={}).faces
    with pytest.raises(ValueError, match="faces"):
        load(environment={"JOBYARD_FACES": "gopher"})
