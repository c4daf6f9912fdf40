from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from jobyard.web.hall import hall
from jobyard.web.pages import ASK_AGAIN, FOR_EVER, HEADERS, PLACES, POLICY, lost, pages

PAGE = b"<!doctype html><title>Jobyard</title>"
SCRIPT = b"console.log('jobyard');" * 40
SOURCES = Path(__file__).parents[2] / "frontend" / "src"
ADDRESSES = [
    "/",
    "/login",
    "/jobs",
    "/jobs/0199c3f2-7d1a-7b52-9a41-2f4e5a6b7c8d",
    "/datasets",
    "/datasets/7",
    "/workflows",
    "/workflows/00000000000000000000000000000000",
    "/schedules",
    "/workers",
    "/keys",
    "/webhooks",
    "/users",
    "/house",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "assets"
    built.mkdir()
    (built / "index.html").write_bytes(PAGE)
    (built / "index.html.gz").write_bytes(gzip.compress(PAGE, mtime=0))
    (built / "index-abc123.js").write_bytes(SCRIPT)
    (built / "index-abc123.js.gz").write_bytes(gzip.compress(SCRIPT, mtime=0))
    (built / "index-abc123.js.br").write_bytes(b"not really brotli")
    (built / "plain-1.css").write_bytes(b"body{}")
    (built / "source.sha256").write_text("0" * 64)
    (tmp_path / "secret.js").write_text("outside")
    return built


def client_of(folder: Path) -> TestClient[Litestar]:
    @get("/v1/ping", sync_to_thread=False)
    def ping() -> dict[str, bool]:
        return {"pong": True}

    return TestClient(Litestar(route_handlers=[ping, *pages(folder)], openapi_config=None))


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient[Litestar]]:
    with client_of(folder) as client:
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_of_the_page_answers_with_the_page(client: TestClient[Litestar], address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content == PAGE
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == ASK_AGAIN


def test_the_addresses_tried_here_are_all_there_are() -> None:
    assert [re.sub(r"\{id:str\}", "x", place) for place in PLACES] == [
        re.sub(r"^(/\w+)/.+$", r"\1/x", address) for address in ADDRESSES
    ]


def test_the_script_knows_the_same_addresses() -> None:
    script = (SOURCES / "lib" / "page" / "places.ts").read_text(encoding="utf-8")
    named = re.findall(r'^  \["(/[^"]*)",', script, flags=re.MULTILINE)
    assert sorted(named) == sorted(place.replace("{id:str}", "{id}") for place in PLACES)


@pytest.mark.parametrize(
    "address", ["/v1", "/v1/nothing", "/api/requests", "/webapi/v3/jobs", "/v2/p/datasets", "/nonsense", "/jobs/a/b"]
)
def test_other_addresses_are_left_to_others(client: TestClient[Litestar], address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert PAGE not in answer.content


def test_people_who_are_lost_are_shown_the_page(folder: Path) -> None:
    with TestClient(hall(pages(folder), lost(folder))) as client:
        person = {"Accept": "text/html,*/*;q=0.8"}
        answer = client.get("/nonsense", headers=person)
        assert (answer.status_code, answer.content) == (404, PAGE)
        assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
        assert client.get("/nonsense", headers={"Accept": "*/*"}).json()["code"] == "not_found"
        assert client.post("/nonsense", headers=person).json()["code"] == "not_found"
    with TestClient(hall(pages(folder.parent), lost(folder.parent))) as client:
        assert client.get("/nonsense", headers=person).json()["code"] == "not_found"


def test_the_api_beside_it_is_not_touched(client: TestClient[Litestar]) -> None:
    assert client.get("/v1/ping").json() == {"pong": True}


@pytest.mark.parametrize("address", ["/", "/jobs/7", "/assets/index-abc123.js", "/assets/nothing.js"])
def test_every_answer_is_guarded(client: TestClient[Litestar], address: str) -> None:
    headers = client.get(address).headers
    for name, value in HEADERS.items():
        assert headers[name] == value


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline() -> None:
    assert POLICY["default-src"] == "'none'"
    assert POLICY["frame-ancestors"] == "'none'"
    assert POLICY["base-uri"] == "'none'"
    assert POLICY["require-trusted-types-for"] == "'script'"
    text = HEADERS["Content-Security-Policy"]
    for loophole in ("unsafe-inline", "unsafe-eval", "http:", "https:", "data:", "blob:", "*"):
        assert loophole not in text


def test_hashed_files_are_kept_for_ever(client: TestClient[Litestar]) -> None:
    answer = client.get("/assets/plain-1.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == FOR_EVER
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0.000", None),
        ("identity", None),
        ("", None),
        ("zstd, gzippy", None),
    ],
)
def test_the_smallest_form_that_is_taken_is_sent(
    client: TestClient[Litestar], accepted: str, encoding: str | None
) -> None:
    request = client.build_request("GET", "/assets/index-abc123.js", headers={"Accept-Encoding": accepted})
    answer = client.send(request, stream=True)
    body = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    expected = {"br": b"not really brotli", "gzip": gzip.compress(SCRIPT, mtime=0), None: SCRIPT}
    assert body == expected[encoding]


def test_a_known_page_is_not_sent_again(client: TestClient[Litestar]) -> None:
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": f'W/{first.headers["etag"]}, "other"'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


def test_each_form_has_its_own_tag(client: TestClient[Litestar]) -> None:
    tags = {
        client.get("/assets/index-abc123.js", headers={"Accept-Encoding": form}).headers["etag"]
        for form in ("gzip", "identity")
    }
    assert len(tags) == 2


def test_another_page_is_sent_whatever_was_known(client: TestClient[Litestar]) -> None:
    answer = client.get("/", headers={"If-None-Match": '"deadbeef"'})
    assert answer.status_code == 200
    assert answer.content == PAGE


@pytest.mark.parametrize("address", ["/", "/assets/plain-1.css"])
def test_head_tells_of_the_file_without_sending_it(client: TestClient[Litestar], address: str) -> None:
    answer = client.head(address)
    assert answer.status_code == 200
    assert answer.headers["etag"] == client.get(address).headers["etag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_page_takes_no_writes(client: TestClient[Litestar], method: str) -> None:
    assert client.request(method, "/").status_code == 405


OUTSIDE = [
    "../secret.js",
    "..%2fsecret.js",
    "%2e%2e%2fsecret.js",
    "%252e%252e%252fsecret.js",
    "..%5csecret.js",
    "..%c0%afsecret.js",
    "..;/secret.js",
    ";a=../../secret.js",
    "index-abc123.js%00",
    "index-abc123.js.",
    "index-abc123.js%20",
    "．．／secret.js",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:%2f%2f%2fetc%2fpasswd",
    "C:%5csecret.js",
    "%2f%2fhost%2fx",
    "index.html",
    "index-abc123.js.gz",
    "index-abc123.js.br",
    "source.sha256",
    "INDEX-ABC123.JS",
    "",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_but_built_files_can_be_asked_for(client: TestClient[Litestar], name: str) -> None:
    answer = client.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert b"outside" not in answer.content
    assert b"root:" not in answer.content


def test_without_a_built_page_the_answer_says_what_to_do(tmp_path: Path) -> None:
    with client_of(tmp_path / "missing") as client:
        answer = client.get("/jobs/7")
        assert answer.status_code == 503
        assert b"hatch_build.py" in answer.content
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
        assert client.get("/assets/index.js").status_code == 404
        assert client.get("/v1/ping").status_code == 200


def test_a_half_built_page_counts_as_missing(folder: Path) -> None:
    (folder / "index.html").unlink()
    with client_of(folder) as client:
        assert client.get("/").status_code == 503
        assert client.get("/assets/index-abc123.js").status_code == 404


def test_the_page_stands_in_no_api_document(folder: Path) -> None:
    app = Litestar(route_handlers=pages(folder))
    assert not app.openapi_schema.paths
