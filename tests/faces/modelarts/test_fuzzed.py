"""Whatever is sent, the answer is one of the protocol: never a broken server, never another shape."""

from __future__ import annotations

import json
import random
import string
from typing import Any, cast
from urllib.parse import quote

import httpx2
import pytest
from litestar.routes import HTTPRoute

from tests.faces.modelarts.house import House

pytestmark = pytest.mark.anyio
ROUNDS = 40
WORDS = (
    *("dataset_name", "data_sources", "data_path", "data_type", "dataset_type", "work_path", "labels", "name"),
    *("property", "@modelarts:shape", "@modelarts:feature", "samples", "sample_id", "delete_source", "auth"),
    *("identity", "methods", "password", "token", "user", "scope", "project", "description", "score", "schema"),
)
NAMES = ("offset", "limit", "search_content", "order", "sort_by", "label_name", "sample_state", "version_id", "name")
ODD = ("", "a", "0", "-1", "1e999", "\ud7ff", "\u202e", "a b", "../..", "%", "x" * 300, "ä", "null", "{}", "\r\n")


class Fuzz:
    """Draws requests from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, *among: Any) -> Any:
        return self._random.choice(among)

    def value(self, depth: int = 0) -> Any:
        """Return any JSON value; objects speak of what the protocol knows."""
        kind = self._random.randrange(9 if depth < 4 else 6)
        if kind >= 7:
            return {self.pick(*WORDS): self.value(depth + 1) for _ in range(self._random.randrange(4))}
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self._random.randrange(3))]
        return self.pick(None, True, 0, -1, 2**63, 1.5, *ODD)

    def query(self) -> str:
        pairs = [(self.pick(*NAMES), self.pick(*ODD)) for _ in range(self._random.randrange(4))]
        return "&".join(f"{name}={quote(value)}" for name, value in pairs)

    def path(self, template: str, known: dict[str, str]) -> str:
        """Return an address: mostly with ids that exist, else with others."""
        parts = []
        for part in template.split("/"):
            name = part.strip("{}").partition(":")[0]
            odd = self.pick(*ODD[1:], "0" * 32, *string.ascii_letters)
            told = known.get(name, odd) if self.pick(True, True, True, False) else odd
            parts.append(quote(told, safe="") if part.startswith("{") else part)
        return "/".join(parts)

    def body(self) -> bytes | None:
        kind = self._random.randrange(8)
        if kind == 0:
            return None
        if kind == 1:
            return bytes(self._random.randrange(256) for _ in range(20))
        return json.dumps(self.value()).encode()


def shaped(answer: httpx2.Response, path: str) -> bool:
    """Tell whether an answer is one that clients of the protocol understand."""
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return answer.status_code < 500
    told = answer.json()
    if answer.status_code not in {400, 401, 403, 404, 405, 413, 415, 429, 501}:
        return False
    if path.startswith("/v3"):
        return bool(told.keys() == {"error"} and told["error"]["code"] == answer.status_code)
    return bool(told.keys() == {"error_code", "error_msg", "request_id"} and told["error_msg"])


@pytest.mark.parametrize("seed", range(3))
async def test_every_route_answers_whatever_is_sent(house: House, seed: int) -> None:
    mia = house.caller()
    dataset = await mia.made(source=house.folder("cats", "a.png"), labels=[{"name": "a"}])
    known = {"project_id": mia.project, "dataset_id": dataset, "wanted": mia.project}
    fuzz, seen = Fuzz(seed), 0
    routes = [route for route in house.foreign.routes if isinstance(route, HTTPRoute)]
    door = httpx2.ASGITransport(app=cast("Any", house.door))  # a thousand requests through a socket take their time
    token = {"X-Auth-Token": house.tokens["mia"]}
    async with httpx2.AsyncClient(transport=door, base_url="http://localhost", headers=token) as client:
        for route in routes:
            for method in sorted(route.methods - {"OPTIONS"}):
                for _ in range(ROUNDS if method not in {"DELETE", "HEAD"} else 5):
                    if method == "DELETE":
                        known["dataset_id"] = "0" * 32
                    path = f"{fuzz.path(route.path, known)}?{fuzz.query()}"
                    body = fuzz.body() if method in {"POST", "PUT"} else None
                    headers = {"X-Subject-Token": fuzz.pick("x", "jy_wrong")}
                    answer = await client.request(method, path, content=body, headers=headers)
                    assert shaped(answer, path), (seed, method, path, body, answer.status_code, answer.text)
                    known["dataset_id"] = dataset
                    seen += 1
    assert seen > 500
