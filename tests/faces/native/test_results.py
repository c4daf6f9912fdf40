"""Result files on their way out."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.exceptions import HTTPException

from jobyard.faces.native import download
from jobyard.faces.native.download import Wanted
from jobyard.job.record import Job
from tests.faces.native.house import House

CONTENT = bytes(range(256)) * 8
SHA256 = hashlib.sha256(CONTENT).hexdigest()
DIGEST = f"sha-256=:{b64encode(hashlib.sha256(CONTENT).digest()).decode()}:"
ETAG = f'"{SHA256}"'


async def with_files(house: House, **files: bytes) -> Job:
    job = await house.running()
    await house.end(job, files=files)
    return job


@pytest.mark.anyio
async def test_results_are_listed_and_fetched_whole(house: House) -> None:
    job = await with_files(house, **{"model.bin": CONTENT, "empty": b""})
    async with house.client() as client:
        empty, model = (await client.get(f"/v1/jobs/{job.id}/results")).json()
        assert model == {
            "name": "model.bin",
            "size": len(CONTENT),
            "sha256": SHA256,
            "media_type": "application/x-test",
            "attempt": 1,
            "url": f"/v1/jobs/{job.id}/results/model.bin?attempt=1",
        }
        answer = await client.get(model["url"])
        assert (answer.status_code, answer.content) == (200, CONTENT)
        assert answer.headers["content-length"] == str(len(CONTENT))
        assert answer.headers["etag"] == ETAG
        assert answer.headers["repr-digest"] == answer.headers["content-digest"] == DIGEST
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["content-type"] == "application/x-test"
        nothing = await client.get(empty["url"])
        assert (nothing.status_code, nothing.content, nothing.headers["content-length"]) == (200, b"", "0")


@pytest.mark.anyio
async def test_a_look_ahead_says_what_the_file_is(house: House) -> None:
    job = await with_files(house, **{"model.bin": CONTENT})
    async with house.client() as client:
        path = f"/v1/jobs/{job.id}/results/model.bin"
        looked, fetched = await client.head(path), await client.get(path)
        assert looked.status_code == 200 and looked.content == b""
        for name in ["content-length", "etag", "repr-digest", "content-type", "content-disposition", "accept-ranges"]:
            assert looked.headers[name] == fetched.headers[name], name
        assert (await client.head(path + "x")).status_code == 404


@pytest.mark.anyio
async def test_a_piece_is_fetched_and_the_rest_later(house: House) -> None:
    job = await with_files(house, **{"model.bin": CONTENT})
    size = len(CONTENT)
    async with house.client() as client:
        path = f"/v1/jobs/{job.id}/results/model.bin"
        for asked, first, end in [
            ("bytes=0-0", 0, 1),
            ("bytes=0-99", 0, 100),
            ("bytes=100-", 100, size),
            ("bytes=-100", size - 100, size),
            (f"bytes=-{size * 2}", 0, size),
            (f"bytes=5-{size * 9}", 5, size),
            ("bytes = 5-6", 5, 7),
            ("BYTES=5-6", 5, 7),
        ]:
            answer = await client.get(path, headers={"Range": asked})
            assert answer.status_code == 206, asked
            assert answer.content == CONTENT[first:end]
            assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{size}"
            assert answer.headers["content-length"] == str(end - first)
            assert answer.headers["repr-digest"] == DIGEST and "content-digest" not in answer.headers
        for asked in [
            f"bytes={size}-",
            "bytes=-0",
            "bytes=0-,0-",
            "bytes=" + ",".join(["0-"] * 10_000),
            f"bytes={10**17}-",
        ]:
            answer = await client.get(path, headers={"Range": asked})
            assert answer.status_code == 416, asked[:50]
            assert answer.headers["content-range"] == f"bytes */{size}"
            assert answer.headers["content-type"] == "application/problem+json"
        for asked in ["bytes=9-1", "bytes=", "bytes=-", "bytes=x-", "bytes=1", "lines=1-2", "bytes=+1-2", "bytes=1--2"]:
            answer = await client.get(path, headers={"Range": asked})
            assert (answer.status_code, answer.content) == (200, CONTENT), asked


@pytest.mark.anyio
async def test_a_piece_is_only_given_of_the_same_file(house: House) -> None:
    job = await with_files(house, **{"model.bin": CONTENT})
    async with house.client() as client:
        path = f"/v1/jobs/{job.id}/results/model.bin"
        same = await client.get(path, headers={"Range": "bytes=1-2", "If-Range": ETAG})
        assert same.status_code == 206
        for other in ['"other"', "W/" + ETAG, "Wed, 21 Oct 2015 07:28:00 GMT"]:
            answer = await client.get(path, headers={"Range": "bytes=1-2", "If-Range": other})
            assert (answer.status_code, answer.content) == (200, CONTENT), other
        for known in [ETAG, "W/" + ETAG, f'"x", {ETAG}', "*"]:
            answer = await client.get(path, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", ETAG), known
        assert (await client.get(path, headers={"If-None-Match": '"x"'})).status_code == 200


@pytest.mark.anyio
async def test_what_a_browser_could_run_is_only_ever_saved(house: House) -> None:
    job = await with_files(house, **{"page.html": b"<script>alert(1)</script>"})
    async with house.client() as client:
        for headers in [{}, {"Range": "bytes=0-3"}]:
            answer = await client.get(f"/v1/jobs/{job.id}/results/page.html", headers=headers)
            assert answer.headers["content-type"] == "text/html"
            assert answer.headers["content-disposition"].startswith("attachment;")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in answer.headers["content-security-policy"]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name",
    [
        'a";filename="b.html',
        "größe – 画像.png",
        "gpj.\u202eexe",
        "a b;c'd%20e",
        "CON",
        "..hidden",
        "🦀" * 100,
        "%00",
        "{name}",
        "a?b#c&d=e",
    ],
)
async def test_a_file_of_any_name_is_found_and_its_name_breaks_no_header(house: House, name: str) -> None:
    job = await with_files(house, **{name: CONTENT})
    async with house.client() as client:
        [listed] = (await client.get(f"/v1/jobs/{job.id}/results")).json()
        assert listed["name"] == name
        answer = await client.get(f"/v1/jobs/{job.id}/results/{quote(name, safe='')}")
        assert answer.status_code == 200 and answer.content == CONTENT, answer.text
        assert (await client.get(listed["url"])).content == CONTENT
        disposition = answer.headers["content-disposition"]
        assert disposition.count("filename=") == disposition.count("filename*=") == 1 or '";filename="' in name
        plain = disposition.split('filename="')[1].split('"')[0]
        assert plain.isascii() and not set(plain) & set('"\\;%')
        said = unquote(disposition.rpartition("UTF-8''")[2])
        assert said == name.replace("\u202e", "")


@pytest.mark.anyio
async def test_each_attempts_files_are_kept_apart_and_the_newest_is_meant(house: House) -> None:
    job = await with_files(house, x=b"old")
    async with house.client() as client:
        await client.post(f"/v1/jobs/{job.id}/retry")
        await house.end((await house.claim()).job, files={"x": b"new"})
        path = f"/v1/jobs/{job.id}/results/x"
        assert (await client.get(path)).content == b"new"
        assert (await client.get(path + "?attempt=1")).content == b"old"
        assert (await client.get(path + "?attempt=2")).content == b"new"
        assert (await client.get(path + "?attempt=3")).status_code == 404
        assert (await client.get(path + "?attempt=x")).status_code == 400
        listed = (await client.get(f"/v1/jobs/{job.id}/results")).json()
        assert [file["attempt"] for file in listed] == [2, 1]


@pytest.mark.anyio
async def test_what_has_expired_is_gone_and_says_so(house: House) -> None:
    job = await with_files(house, x=CONTENT)
    house.clock.forward(31 * 86_400)
    await house.engine.keeper.expire_results()
    async with house.client() as client:
        gone = await client.get(f"/v1/jobs/{job.id}/results/x")
        assert gone.status_code == 410 and gone.json()["code"] == "result_gone"
        shown = (await client.get(f"/v1/jobs/{job.id}")).json()
        assert shown["results_expired"] is True and shown["results_until"] is None
        assert (await client.get(f"/v1/jobs/{job.id}/results")).json() == []


@pytest.mark.anyio
async def test_names_lead_nowhere_else(house: House) -> None:
    job = await with_files(house, x=CONTENT)
    async with house.client() as client:
        for name in [
            "%2e%2e%2fx",
            "..%5cx",
            "%2fetc%2fpasswd",
            "x%00",
            "x%0d%0aSet-Cookie:a=b",
            "X",
            "x.json",
            "%252e",
        ]:
            answer = await client.get(f"/v1/jobs/{job.id}/results/{name}")
            assert answer.status_code == 404, name
            assert "set-cookie" not in answer.headers


@pytest.mark.anyio
async def test_a_link_in_the_place_of_a_blob_is_not_followed(house: House) -> None:
    job = await with_files(house, x=CONTENT)
    [file] = await house.engine.results.files(house.worker.__class__(name="ada", role=house.worker.role), job.id)
    path = house.blobs.path(file.blob)
    target = path.with_name("elsewhere")
    path.rename(target)
    path.symlink_to(target)
    async with house.client() as client:
        assert (await client.get(f"/v1/jobs/{job.id}/results/x")).status_code == 404


@pytest.mark.property
@given(size=st.integers(0, 50), text=st.from_regex(r"\Abytes=[0-9]{0,2}-[0-9]{0,2}\Z"))
def test_a_range_is_a_slice_or_nothing(size: int, text: str) -> None:
    content = bytes(range(size))
    first, _, last = text.removeprefix("bytes=").partition("-")
    try:
        span = download.one_range(Wanted(range=text), ETAG, size)
    except HTTPException as error:
        assert error.status_code == 416
        assert (first and int(first) >= size) or (not first and int(last or 0) == 0) or size == 0
        return
    if span is None:
        assert (first, last) == ("", "") or (first and last and int(last) < int(first))
        return
    wanted = content[int(first) : int(last) + 1 if last else None] if first else content[-int(last) :]
    assert content[span.first : span.first + span.length] == wanted and span.length == len(wanted) > 0


@pytest.mark.property
@given(st.text())
def test_no_name_escapes_from_its_header(name: str) -> None:
    headers = download.attachment(name)
    said = headers["Content-Disposition"]
    assert said.isascii() and said.isprintable()
    assert said.count('"') == 2 and said.startswith('attachment; filename="')
    assert len(said) < 4000


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("text/csv", "text/csv"),
        ("application/vnd.a+json", "application/vnd.a+json"),
        ("text/html; charset=utf-8", "application/octet-stream"),
        ("text/html\r\nSet-Cookie: a=b", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("/", "application/octet-stream"),
        ("text", "application/octet-stream"),
        ("text/é", "application/octet-stream"),
        ("a/" + "b" * 200, "application/octet-stream"),
    ],
)
def test_only_plain_media_types_are_said(declared: str, said: str) -> None:
    assert download.media_type(declared) == said
