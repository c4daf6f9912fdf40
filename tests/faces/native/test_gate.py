"""What a request must be before anyone reads it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from jobyard.engine.listing import Listing
from jobyard.people.record import HOUSE
from jobyard.web import patience
from tests.faces.native.house import House, raw, served, until

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse"
OURS = {"X-Requested-With": "jobyard"}


def asking(house: House, line: str, *headers: str, host: str | None = None) -> bytes:
    """Return a request of mia's, byte for byte."""
    place = house.url.removeprefix("http://") if host is None else host
    lines = [line, f"Host: {place}", f"Authorization: Bearer {house.tokens['mia']}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def test_only_names_the_house_is_known_by_are_answered(house: House) -> None:
    port = house.url.rpartition(":")[2]
    for name in [f"127.0.0.1:{port}", "localhost", "LOCALHOST:80", "[::1]:8080"]:
        assert (await raw(house, asking(house, "GET /v1/counts HTTP/1.1", host=name))).status == 200, name
    strangers = [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost:80.evil.example",
        "[::1].evil.example",
        "evil.example:80",
        "",
        "localhost@evil.example",
    ]
    for name in strangers:
        answer = await raw(house, asking(house, "GET /v1/counts HTTP/1.1", host=name))
        assert answer.status in {400, 421}, name
    answer = await raw(house, asking(house, "GET /v1/counts HTTP/1.1", host="evil.example"))
    assert answer.status == 421 and json.loads(answer.body)["code"] == "misdirected_request"


async def test_the_host_of_an_absolute_target_is_the_one_that_counts(house: House) -> None:
    place = house.url.removeprefix("http://")
    port = place.rpartition(":")[2]
    for target in [f"http://{place}", f"HTTP://LOCALHOST:{port}", f"https://[::1]:{port}"]:
        for header in (place, "evil.example"):  # the header counts for nothing then
            answer = await raw(house, asking(house, f"GET {target}/v1/counts HTTP/1.1", host=header))
            assert answer.status == 200, (target, header)
    for target, status in {
        "http://evil.example": 421,
        "http://127.0.0.1.evil.example": 421,
        "https://evil.example:443": 421,
        f"http://evil.example@{place}": 400,
        f"http://{place}@evil.example": 400,
        f"ftp://{place}": 400,
        "http:///": 400,
        "evil.example:80": 400,
        "v1": 400,
    }.items():
        answer = await raw(house, asking(house, f"GET {target}/v1/counts HTTP/1.1"))
        assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), target
        assert json.loads(answer.body)["status"] == status


async def test_two_hosts_are_none(house: House) -> None:
    answer = await raw(house, asking(house, "GET /v1/counts HTTP/1.1", "Host: evil.example"))
    assert answer.status in {400, 421}


async def test_an_exposed_house_and_one_behind_a_proxy_go_by_other_names(built: Callable[..., House]) -> None:
    async with served(built(public_url="https://jobs.example:8443/")) as house:
        await house.people()
        assert (await raw(house, asking(house, "GET /v1/counts HTTP/1.1", host="jobs.example"))).status == 200
        assert (await raw(house, asking(house, "GET /v1/counts HTTP/1.1", host="other.example"))).status == 421
    async with served(built(expose=True)) as house:
        await house.people()
        assert (await raw(house, asking(house, "GET /v1/counts HTTP/1.1", host="any.example"))).status == 200


async def test_what_a_browser_sends_for_another_site_is_refused(house: House) -> None:
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    own = {"Origin": house.url}
    async with house.client(None) as client:
        await client.post("/v1/session", json={"user": "mia", "password": PASSWORD})
        body = {"kind": "test.count"}

        async def status(method: str, path: str, headers: dict[str, str]) -> int:
            return (await client.request(method, path, headers=headers, json=body)).status_code

        assert await status("POST", "/v1/jobs", {}) == 403
        assert await status("POST", "/v1/jobs", own) == 403
        assert await status("POST", "/v1/jobs", {"X-Requested-With": "XMLHttpRequest"}) == 403
        for origin in ["https://evil.example", "null", "", house.url + ".evil", "https://evil@" + house.url[7:]]:
            assert await status("POST", "/v1/jobs", OURS | {"Origin": origin}) == 403, origin
            assert await status("GET", "/v1/feed", {"Origin": origin}) == 403, origin
        for site in ["cross-site", "same-site"]:
            assert (
                await status("POST", "/v1/jobs", OURS | {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}) == 403
            )
            assert await status("GET", "/v1/jobs", {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}) == 403
        assert await status("POST", "/v1/jobs", OURS | own | {"Sec-Fetch-Site": "same-origin"}) == 201
        assert await status("POST", "/v1/jobs", OURS) == 201
        followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert (await client.get("/v1/jobs", headers=followed)).json()["total"] == 2


async def test_a_form_of_another_site_changes_nothing(house: House) -> None:
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    async with house.client(None) as client:
        await client.post("/v1/session", json={"user": "mia", "password": PASSWORD})
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]:
            headers = {"Content-Type": kind, "Origin": "https://evil.example"}
            answer = await client.post("/v1/jobs", content=b'{"kind":"test.count"}', headers=headers)
            assert answer.status_code == 403
        assert (await client.get("/v1/jobs")).json()["total"] == 0


async def test_nobody_is_signed_in_by_another_sites_form(house: House) -> None:
    await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
    body = json.dumps({"user": "mia", "password": PASSWORD}).encode()
    async with house.client(None) as client:
        plain = await client.post("/v1/session", content=body, headers={"Content-Type": "text/plain"})
        foreign = await client.post(
            "/v1/session", content=body, headers={"Content-Type": "application/json", "Origin": "https://evil.example"}
        )
    assert plain.status_code == 415 and foreign.status_code == 403
    assert "set-cookie" not in plain.headers and "set-cookie" not in foreign.headers


async def test_the_public_address_is_an_origin_of_our_own(built: Callable[..., House]) -> None:
    async with served(built(public_url="https://jobs.example")) as house:
        await house.people()
        await house.engine.people.set_password(HOUSE, "mia", PASSWORD)
        async with house.client(None) as client:
            made = await client.post(
                "/v1/session", json={"user": "mia", "password": PASSWORD}, headers={"Origin": "https://jobs.example"}
            )
            assert made.status_code == 201


async def test_no_other_site_is_ever_allowed_to_read(house: House) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with house.client() as client:
        for method in ["OPTIONS", "GET", "POST"]:
            answer = await client.request(method, "/v1/jobs", headers=headers)
            assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_every_answer_carries_a_fresh_id_and_is_never_sniffed_or_kept(house: House) -> None:
    ids = set()
    async with house.client() as client:
        for method, path in [
            ("GET", "/v1/counts"),
            ("GET", "/v1/openapi.json"),
            ("GET", "/v1/nowhere"),
            ("GET", "/elsewhere"),
            ("PUT", "/v1/counts"),
            ("POST", "/v1/jobs"),
            ("DELETE", "/v1/jobs/x"),
            ("GET", "/v1/jobs?limit=0"),
            ("POST", "/v1/desk/claim"),
        ]:
            answer = await client.request(method, path, headers={"X-Request-Id": "mine"})
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert answer.headers["cache-control"] == "no-store", path
            assert answer.headers.get_list("x-request-id") == [answer.headers["x-request-id"]]
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["status"] == answer.status_code
            ids.add(answer.headers["x-request-id"])
    assert len(ids) == 9 and "mine" not in ids


async def test_an_unknown_address_and_a_wrong_method_say_so(house: House) -> None:
    async with house.client() as client:
        unknown = await client.get("/v1/<img src=x onerror=alert(1)>")
        assert unknown.status_code == 404 and "img" not in unknown.text
        wrong = await client.put("/v1/counts")
        assert wrong.status_code == 405 and "GET" in wrong.headers["allow"]
        assert wrong.json()["code"] == "method_not_allowed"
        overridden = await client.post("/v1/counts", headers={"X-HTTP-Method-Override": "GET"})
        assert overridden.status_code == 405
    assert (await raw(house, asking(house, "TRACE /v1/counts HTTP/1.1"))).status == 405


async def test_one_address_has_one_meaning(house: House) -> None:
    job = await house.submit()
    for path in [f"/v1/jobs/{job.id}/", f"//v1//jobs/{job.id}", f"/v1/jobs/{job.id}?"]:
        assert (await raw(house, asking(house, f"GET {path} HTTP/1.1"))).status == 200, path
    for path in [
        f"/v1/jobs/{job.id}.json",
        f"/v1/jobs/{job.id.upper()}",
        f"/V1/jobs/{job.id}",
        f"/v1/./jobs/{job.id}",
        f"/v1/counts/../jobs/{job.id}",
        f"/v1/jobs/{job.id}%2f",
        f"/v1/jobs/{job.id}%2Flog",
        f"/v1/jobs%2F{job.id}",
        f"/v1%2fjobs/{job.id}",
        f"/v1/jobs/{job.id}%252flog",
        f"/v1/jobs/{job.id};x",
        f"/v1/jobs/{job.id}%00",
        f"/v1/jobs/{job.id}%0a",
        f"/v1/jobs/%e2%80%8b{job.id}",
    ]:
        assert (await raw(house, asking(house, f"GET {path} HTTP/1.1"))).status == 404, path


async def test_a_body_larger_than_allowed_is_refused_before_it_is_read(built: Callable[..., House]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    async with served(built(body_limit=10_240)) as house:
        await house.people()
        async with house.client(headers={"Content-Type": "application/json"}) as client:
            told = await client.post("/v1/jobs", content=b" " * 10_241)
            assert told.status_code == 413 and told.json()["code"] == "request_entity_too_large"
            streamed = await client.post("/v1/jobs", content=pieces())
            assert streamed.status_code == 413
            fits = await client.post("/v1/jobs", content=b'{"kind":"test.count"}'.ljust(10_240))
            assert fits.status_code == 201


async def test_a_body_that_never_comes_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "STALL", 0.1)
    head = asking(house, "POST /v1/jobs HTTP/1.1", "Content-Type: application/json", "Content-Length: 100")
    answer = await raw(house, head + b'{"kind"')
    assert answer.status == 408


async def test_what_breaks_is_told_without_its_inside_and_logged_under_its_id(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("SELECT secret FROM /etc/passwd")

    monkeypatch.setattr(Listing, "counts", broken)
    async with house.client() as client:
        answer = await client.get("/v1/counts")
    assert answer.status_code == 500 and answer.json()["code"] == "internal_error"
    assert "secret" not in answer.text and "Runtime" not in answer.text
    [record] = [record for record in caplog.records if record.name == "jobyard.faces.native"]
    assert record.levelno == logging.ERROR and record.exc_info
    assert answer.headers["x-request-id"] in record.getMessage() and "/v1/counts" in record.getMessage()
    assert answer.headers["x-request-id"] in answer.json()["detail"]


async def test_a_log_line_never_holds_what_a_stranger_wrote(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Listing, "find", broken)
    async with house.client() as client:
        await client.get("/v1/jobs?text=%0d%0aforged+line%1b[2J")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("jobyard")]
    assert ours
    assert "forged" not in "".join(ours)


async def test_two_lengths_and_other_smuggling_end_the_connection(house: House) -> None:
    for headers, body in [
        (["Content-Length: 2", "Content-Length: 3"], b"{}x"),
        (["Transfer-Encoding: xchunked"], b"0\r\n\r\n"),
        (["Content-Length: -1"], b""),
        ([" folded: x"], b""),
    ]:
        request = asking(house, "POST /v1/jobs HTTP/1.1", "Content-Type: application/json", *headers) + body
        try:
            answer = await raw(house, request)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            continue  # closed without a word
        assert answer.status in {400, 408, 501}, headers
    async with house.client() as client:
        assert (await client.get("/v1/jobs")).json()["total"] == 0


async def test_a_reader_that_never_reads_is_given_up(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(patience, "STALL", 0.2)
    job = await house.running()
    await house.end(job, files={"large": b"x" * 20_000_000})
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(asking(house, f"GET /v1/jobs/{job.id}/results/large HTTP/1.1"))
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
    # Nothing is read until the house has had enough; then the connection ends long before the file does.
    await until(lambda: any(record.exc_info for record in caplog.records))
    left = len(await reader.read(-1))
    assert left < 20_000_000
    writer.close()
