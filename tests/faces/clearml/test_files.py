"""The server of files."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from jobyard.people.record import Role
from tests.faces.clearml.house import Answer, Caller, House

pytestmark = pytest.mark.anyio

BOUNDARY = "a-boundary"


def multipart(*parts: tuple[str, bytes]) -> bytes:
    body = b""
    for name, content in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        body += head.encode() + b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


async def put(caller: Caller, *parts: tuple[str, bytes], body: bytes | None = None, kind: str = "") -> Answer:
    kind = kind or f"multipart/form-data; boundary={BOUNDARY}"
    content = multipart(*parts) if body is None else body
    return await caller.house.ask("POST", "/files", content, **caller.headers, content_type=kind)


async def get(caller: Caller, path: str, method: str = "GET") -> Answer:
    return await caller.house.ask(method, f"/files/{quote(path)}", b"", **caller.headers)


@pytest.mark.parametrize("name", ["/Project/task.x/artifacts/a/data.csv.gz", "ä ö/50%+1/#?.txt", "%C3%A4/plus+plus"])
async def test_a_file_comes_back_as_it_was_put(mia: Caller, name: str) -> None:
    content = bytes(range(256)) * 2_000
    answer = await put(mia, (name, content))
    assert (answer.status, json.loads(answer.body)) == (200, [name])
    fetched = await get(mia, name)
    assert (fetched.status, fetched.body) == (200, content)
    assert fetched.headers["content-type"] == "application/octet-stream"
    assert "content-encoding" not in fetched.headers and fetched.headers["content-length"] == str(len(content))
    head = await get(mia, name, "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(content)))
    await put(mia, (name, b"other"))
    assert (await get(mia, name)).body == b"other"
    assert (await get(mia, name, "DELETE")).status == 200
    assert (await get(mia, name)).status == (await get(mia, name, "DELETE")).status == 404


async def test_several_files_come_in_one_body_and_empty_ones_too(mia: Caller) -> None:
    assert json.loads((await put(mia, ("a/1", b"x"), ("a/2", b""), ("a/3", b"\r\n--a-bound"))).body) == [
        "a/1",
        "a/2",
        "a/3",
    ]
    assert [(await get(mia, f"a/{number}")).body for number in (1, 2, 3)] == [b"x", b"", b"\r\n--a-bound"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "a//b", ".", "", "a\x01b", "x" * 5_000])
async def test_paths_that_lead_elsewhere_are_refused(mia: Caller, name: str) -> None:
    answer = await put(mia, (name, b"x"))
    assert answer.status == 400 and answer.json["meta"]["result_code"] == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""),
        (b"nonsense", ""),
        (multipart(("a", b"x"))[:-20], ""),
        (multipart(("a", b"x"))[:40], ""),
        (b"x", "text/plain"),
        (b"x", "multipart/form-data"),
        (multipart(("a", b"x")), "multipart/form-data; boundary=other"),
    ],
)
async def test_bodies_that_are_no_files_are_refused_and_leave_nothing(mia: Caller, body: bytes, kind: str) -> None:
    assert (await put(mia, body=body, kind=kind)).status == 400
    assert (await get(mia, "a")).status == 404
    assert mia.house.experiments.shelf._blobs.usage() == (0, 0)


async def test_a_file_has_a_limit(mia: Caller) -> None:
    mia.house.experiments.shelf._limit = 100_000
    assert (await put(mia, ("a", b"x" * 100_001))).status == 413
    assert mia.house.experiments.shelf._blobs.usage() == (0, 0)
    assert (await put(mia, ("a", b"x" * 100_000))).status == 200


async def test_what_is_below_a_task_is_read_by_whoever_sees_the_task(house: House) -> None:
    project = await house.project("team", mia=Role.MEMBER, max=Role.MEMBER, vera=Role.VIEWER)
    mia, max_, vera = (house.caller(name) for name in ("mia", "max", "vera"))
    folder = (await mia("projects.create", name="team/vision"))["id"]
    shared, own = await mia.task(project=folder), await mia.task()
    assert (await house.job(shared)).project == project
    for id_ in (shared, own):
        assert (await put(mia, (f"/x/a task.{id_}/artifacts/a", id_.encode()))).status == 200
    for caller in (max_, vera):
        assert (await get(caller, f"x/a task.{shared}/artifacts/a")).body == shared.encode()
        assert (await get(caller, f"x/a task.{own}/artifacts/a")).status == 404
        assert (await put(caller, (f"x/a task.{shared}/artifacts/a", b"changed"))).status == 403
    assert (await get(max_, f"x/a task.{shared}/artifacts/a", "DELETE")).status == 403
    assert (await get(mia, f"x/a task.{shared}/artifacts/a")).body == shared.encode()
    assert (await get(house.caller("olga"), f"x/a task.{own}/artifacts/a")).body == own.encode()
    assert (await put(max_, (f"x/a task.{own}/artifacts/a", b"of max"))).status == 200
    assert (await get(mia, f"x/a task.{own}/artifacts/a")).body == own.encode()
    assert (await get(max_, f"x/a task.{own}/artifacts/a")).body == b"of max"


async def test_strangers_get_nothing(house: House, mia: Caller) -> None:
    await put(mia, ("a", b"x"))
    nobody = Caller(house, None, "", "")
    assert (await get(nobody, "a")).status == 401
    assert (await put(nobody, ("b", b"x"))).status == 401
    assert (await put(house.caller("vera"), ("b", b"x"))).status == 403
    answer = await house.ask("GET", "/files/")
    assert (answer.status, answer.body) == (200, b"OK")
    assert (await house.ask("PATCH", "/files/a", b"", **mia.headers)).status == 405


async def test_many_files_are_deleted_by_their_quoted_paths(house: House, mia: Caller) -> None:
    await put(mia, ("a b", b"x"), ("c", b"x"))
    asked = json.dumps({"files": ["a%20b", "c", "absent"]}).encode()
    told = await house.ask("POST", "/files/delete_many", asked, **mia.headers)
    assert told.json["deleted"] == {"a%20b": "a b", "c": "c"}
    assert list(told.json["errors"].values()) == [["absent"]]
    assert (await house.ask("POST", "/files/delete_many", b"{", **mia.headers)).status == 400
    assert mia.house.experiments.shelf._blobs.usage() == (0, 0)


async def test_bytes_that_no_file_knows_are_swept_after_a_day(house: House, mia: Caller) -> None:
    await put(mia, ("a", b"x"))
    writer = house.experiments.shelf._blobs.writer()
    writer.write(b"orphan")
    writer.commit()
    assert await house.experiments.shelf.sweep() == 0
    house.clock.forward(2 * 86_400)
    assert await house.experiments.shelf.sweep() == 1
    assert (await get(mia, "a")).body == b"x"
