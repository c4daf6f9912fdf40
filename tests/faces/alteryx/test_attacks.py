"""What no client sends: every route is asked for nonsense, and answers in words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler

from jobyard.faces.alteryx.routes import handlers
from tests.faces.alteryx.house import Caller, House, writing

pytestmark = pytest.mark.anyio
PLACES = ["0" * 24, "x", "%00", "..%2f..%2fetc%2fpasswd", "%F0%9F%8E%89", "a" * 300, "-1", "%ed%a0%80", "null"]
VALUES: list[Any] = [None, True, -1, 10**30, 1.5, "", "x" * 70_000, "\u0000", [], [None], {}, {"a": {"b": []}}]
BODIES: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe",
    b'"x"',
    b"[" * 20_000,
    b'{"a":' * 5_000,
    b"1e999",
    b"%00=%ff",
]
QUERIES = [
    "limit=9999999999&offset=-1&page=0",
    "includeMessages=2&view=x&force=maybe",
    "createdAfter=0000-00-00&completedBefore=9999-12-31T23:59:59Z",
    "sortField=%00&direction=%ff&status=%F0%9F%8E%89",
    "users=%00&workflowNames=%ed%a0%80&priorities=,&statuses=,,",
    "versionId=..%2f&format=%00&name=%00",
    "&".join(f"a{number}=1" for number in range(200)),
]


def paths(handler: HTTPRouteHandler, chance: random.Random) -> Iterator[str]:
    """Yield addresses of a route with nonsense in their places."""
    for path in sorted(handler.paths):
        parts = [chance.choice(PLACES) if part.startswith("{") else part for part in path.split("/")]
        yield "/".join(parts)


async def asked(mine: Caller, chance: random.Random) -> Iterator[tuple[str, int, str]]:
    """Ask every route for nonsense; return what was asked, the status and the answer."""
    told = []
    for handler in handlers():
        for path in paths(handler, chance):
            for method in sorted(handler.http_methods):
                query = chance.choice(QUERIES)
                fields = {
                    name: chance.choice(VALUES) for name in ("name", "workflowId", "questions", "iteration", "email")
                }
                bodies: list[Any] = [None] if method in {"GET", "DELETE"} else [chance.choice(BODIES), fields]
                for body in bodies:
                    answer = await mine(method, f"{path}?{query}", body)
                    told.append((f"{method} {path}?{query[:80]} {str(body)[:120]}", answer.status_code, answer.text))
    return iter(told)


@pytest.mark.parametrize("seed", [1, 2])
async def test_nonsense_is_answered_in_words(house: House, seed: int) -> None:
    mine = house.caller("ada")
    workflow = await mine.upload(writing())
    for what, status, text in await asked(mine, random.Random(seed)):
        assert status < 500, (what, status, text[:300])
        assert status < 400 or '"message"' in text, (what, status, text[:300])
    assert (await mine.got(f"/v3/workflows/{workflow}"))["name"] == "Flow"


async def test_nobody_and_strangers_get_nothing(house: House) -> None:
    mine, nobody = house.caller(), house.caller(None)
    workflow = await mine.upload(writing())
    job = await mine.run(workflow)
    await house.work()
    output = (await mine.got(f"/v3/jobs/{job}"))["outputs"][0]["id"]
    for path in (
        f"/v3/workflows/{workflow}",
        f"/v3/workflows/{workflow}/versions",
        f"/v3/workflows/{workflow}/questions",
        f"/v3/workflows/{workflow}/package",
        f"/v3/workflows/{workflow}/jobs",
        f"/v1/{workflow}/package",
        f"/v1/workflows/{workflow}/questions",
        f"/v3/jobs/{job}",
        f"/v1/jobs/{job}",
        f"/v3/jobs/{job}/output/{output}",
        f"/v1/jobs/{job}/output/{output}",
    ):
        assert (await mine("GET", path)).status_code == 200, path
        await nobody.refused(401, "GET", path)
        await house.caller("max").refused(404, "GET", path)
        await house.caller("vera").refused(404, "GET", path)
