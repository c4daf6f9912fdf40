"""What every address of this face has in common, and that nothing strange makes it stumble."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from tests.faces.cvat.house import House

pytestmark = pytest.mark.anyio

NUMBERS = ("1", "0", "2147483648", "-1", "x", "1.0", "%00", "٣", "9" * 40)
BODIES: tuple[Any, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b'{"name": 1}',
    b'{"name": "\\u0000"}',
    b'{"name": "x", "labels": [{"name": "a", "attributes": 7}]}',
    b'{"shapes": [{"type": "rectangle", "frame": 1e400, "label_id": -1, "points": ["x"]}]}',
    b'{"shapes": [{"type": "rectangle", "frame": -5, "label_id": 99999999999999999999, "points": [1e308, 2, 3, NaN]}]}',
    b'{"task_id": 1, "project_id": 1, "type": "ground_truth", "frames": [99], "frame_selection_method": "manual"}',
    b'{"task_id": -7, "job_id": null}',
    b'{"deleted_frames": [5, -1]}',
    b'{"slug": "a b"}',
    b'{"username": "x", "password": "\\ud800"}',
    b"{" * 5000,
)
QUERIES = ("", "?page=99999999999", "?page_size=-1", "?filter=%00", "?sort=%ff", "?org=nobody", "?org_id=7", "?a=1&a=2")


async def test_the_server_says_what_it_is_without_a_login(house: House) -> None:
    nobody = house.caller(None)
    about = await nobody.got("/server/about")
    assert set(about) == {"name", "description", "version", "logo_url", "subtitle"}
    assert about["version"] == "2.80.0" and all(about.values())
    formats = await nobody.got("/server/annotation/formats")
    assert set(formats) == {"importers", "exporters"}
    for one in (*formats["importers"], *formats["exporters"]):
        assert set(one) == {"name", "ext", "version", "enabled", "dimension"}
    assert "CVAT 1.1" in {one["name"] for one in formats["importers"]}
    assert "CVAT for images 1.1" in {one["name"] for one in formats["exporters"]}
    assert (await nobody("GET", "/server/plugins")).status_code == 401
    assert not any((await house.caller().got("/server/plugins")).values())


@pytest.mark.parametrize("path", ["/server/about", "/tasks", "/requests", "/users/self", "/labels?project_id=1"])
async def test_a_slash_at_the_end_changes_nothing(house: House, path: str) -> None:
    mia = house.caller()
    await mia.made("projects", name="p", labels=[{"name": "x"}])
    plain, _, query = path.partition("?")
    one, two = await mia("GET", path), await mia("GET", f"{plain}/?{query}")
    assert (one.status_code, one.json()["results"] if "results" in one.json() else one.json()) == (
        two.status_code,
        two.json()["results"] if "results" in two.json() else two.json(),
    )


async def test_posts_are_never_redirected(house: House) -> None:
    for path in ("/tasks", "/tasks/"):
        assert (await house.caller()("POST", path, {"name": "t"})).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/tasks/1", 404),
        ("GET", "/tasks/x", 404),
        ("PUT", "/tasks", 405),
        ("GET", "/auth/login", 405),
        ("POST", "/tasks", 400),
        ("GET", "/requests/a%2Fb", 404),
        ("GET", "/labels?task_id=x", 400),
        ("GET", "/tasks?org=nobody", 404),
    ],
)
async def test_refusals_speak_the_protocols_own_words(house: House, method: str, path: str, status: int) -> None:
    answer = await house.caller()(method, path, b"{" if method in {"POST", "PUT"} else None)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json" and answer.json()
    assert answer.headers["cache-control"] == "no-store"
    if status == 405:
        assert answer.headers["allow"]


async def test_large_and_packed_bodies_are_refused(house: House) -> None:
    mia = house.caller()
    large = await mia("POST", "/tasks", json.dumps({"name": "x" * (5 * 1024 * 1024)}).encode())
    assert large.status_code == 413 and "detail" in large.json()
    packed = await mia("POST", "/tasks", b"{}", Content_Encoding="gzip")
    assert packed.status_code == 415


def routes(house: House) -> Iterator[tuple[str, str]]:
    for route in house.foreign.routes:
        if isinstance(route, HTTPRoute):
            for method in sorted(route.methods - {"OPTIONS"}):
                yield method, route.path_format.removeprefix("/api")


async def test_nothing_strange_makes_the_house_stumble(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png", "b.png")
    answers = set[int]()
    for method, path in routes(house):
        if path in {"/auth/logout", "/auth/login"}:
            continue
        for number in NUMBERS if "{" in path else ("",):
            address = path.replace("{number}", number).replace("{rq_id}", number).replace("{file_id}", number)
            answer = await mia(method, address, b"{}" if method in {"POST", "PUT", "PATCH"} else None)
            answers.add(answer.status_code)
            assert answer.status_code < 500, (method, address, answer.text)
    for method, path in routes(house):
        address = path.replace("{number}", str(task["id"])).replace("{rq_id}", "0" * 32).replace("{file_id}", "0" * 32)
        for body in BODIES if method in {"POST", "PUT", "PATCH"} else ():
            answer = await mia(method, address, body)
            assert answer.status_code < 500, (method, address, body, answer.text)
        for query in QUERIES if method == "GET" else ():
            answer = await mia(method, address + query)
            assert answer.status_code < 500, (method, address, query, answer.text)
    assert {200, 400, 404} <= answers


@pytest.mark.parametrize("name", ["cloudstorages", "webhooks"])
async def test_what_no_house_has_is_listed_as_nothing_and_cannot_be_added(house: House, name: str) -> None:
    mia = house.caller()
    assert await mia.got(f"/{name}?page_size=all") == {"count": 0, "next": None, "previous": None, "results": []}
    assert (await mia("POST", f"/{name}", {"job": 1})).status_code == 405
    assert (await house.caller(None)("GET", f"/{name}")).status_code == 401
    assert (await mia("GET", f"/{name}?page=2")).status_code == 404
