"""Addresses, versions, bodies, and what wraps every answer."""

from __future__ import annotations

import json

import pytest

from jobyard.faces.clearml.paths import takes
from tests.faces.clearml.house import Caller, House

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        ("tasks.get_all", True),
        ("auth.login", True),
        ("pipelines.start", True),
        ("v2.23", True),
        ("v999.0", True),
        ("files", True),
        ("projects", True),
        ("v2", False),
        ("v1", False),
        ("v3", False),
        ("tasks", False),
        ("favicon.ico", False),
        ("vabc.d", False),
        ("", False),
    ],
)
def test_addresses_belong_to_this_face_or_to_others(first: str, taken: bool) -> None:
    assert takes(first) is taken


async def test_every_answer_is_wrapped(mia: Caller) -> None:
    answer = await mia.ask("tasks.get_types", x_clearml_trx="mine")
    meta = answer.meta
    assert meta.pop("id") == answer.headers["x-request-id"]
    assert meta == {
        "trx": "mine",
        "endpoint": {"name": "tasks.get_types", "requested_version": "2.34", "actual_version": "2.8"},
        "result_code": 200,
        "result_subcode": 0,
        "result_msg": "OK",
        "error_stack": None,
        "error_data": {},
    }
    assert answer.data == {"types": []} and answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "status", "requested"),
    [
        ("/tasks.completed", 400, "2.34"),
        ("/v2.2/tasks.completed", 400, "2.2"),
        ("/v2.1/tasks.completed", 404, "2.1"),
        ("/v999.0/tasks.get_all/", 200, "999.0"),
        ("/v2.0/tasks.get_all", 200, 2.0),
        ("/v2.0/tasks.completed", 404, 2.0),
        ("/tasks.nothing", 404, "2.34"),
        ("/v2.23/tasks", 400, "2.34"),
        ("/v2.23/tasks.get_all/more", 400, "2.34"),
    ],
)
async def test_versions_say_what_is_there(mia: Caller, path: str, status: int, requested: object) -> None:
    answer = await mia.house.ask("POST", path, b"{}", **mia.headers)
    assert (answer.status, answer.meta["result_subcode"]) == (
        status,
        {400: 12, 404: 0, 200: 0}[status],
    ) or status == 400
    if status != 400 or "completed" in path:
        assert answer.meta["endpoint"]["requested_version"] == requested


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_the_method_says_nothing(mia: Caller, method: str) -> None:
    id_ = await mia.task()
    answer = await mia.ask("tasks.get_by_id", {"task": id_, "method": "get"}, method)
    assert answer.data["task"]["id"] == id_
    assert (await mia.ask("tasks.get_all", {"id": [id_], "method": "get", "unknown": 1}, method)).data["total"] == 1


async def test_other_methods_are_refused_and_questions_answered(mia: Caller) -> None:
    assert (await mia.ask("tasks.get_all", {}, "DELETE")).status == 400
    answer = await mia.house.ask("OPTIONS", "/tasks.get_all")
    assert (answer.status, answer.body) == (200, b"")


async def test_arguments_come_in_the_address_and_as_a_form_too(mia: Caller) -> None:
    id_ = await mia.task(name="one of them", tags=["a"])
    await mia.task(name="another")
    for query in (
        f"id={id_}",
        f"id[]={id_}",
        "name=one&page=0&page_size=5",
        "tags=a&search_hidden=true",
        "x.y=1&tags=a",
    ):
        answer = await mia.house.ask("GET", f"/tasks.get_all?{query}", b"", **mia.headers)
        assert [one["id"] for one in answer.data["tasks"]] == [id_], query
    form = {**mia.headers, "content_type": "application/x-www-form-urlencoded"}
    answer = await mia.house.ask("POST", "/tasks.get_by_id", f"task={id_}".encode(), **form)
    assert answer.data["task"]["name"] == "one of them"
    answer = await mia.house.ask("POST", "/tasks.get_by_id", b'{"task": "other"}', **form | {"content-type": "text/x"})
    assert answer.code == (400, 101)
    # Some programs call every body a form.
    answer = await mia.house.ask("POST", "/tasks.get_by_id", json.dumps({"task": id_}).encode(), **form)
    assert answer.data["task"]["name"] == "one of them"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (b"{", (400, 0), "no JSON"),
        (b"[1]", (400, 12), "no JSON object"),
        (b"[" * 5000, (400, 0), "no JSON"),
        (b'"\xff"', (400, 0), "no JSON"),
        (b"", (400, 12), "field 'task'. field is required!"),
        (b'{"task": 1}', (400, 12), "field 'task'. Expected `str`, got `int`"),
        (b'{"task": null}', (400, 12), "field 'task'"),
        (b'{"task": "\\ud800"}', (400, 0), "no JSON"),
        (b'{"task": "x\\u0000y"}', (400, 101), "Invalid task id"),
    ],
)
async def test_a_wrong_body_is_told_at_once(mia: Caller, body: bytes, code: tuple[int, int], said: str) -> None:
    answer = await mia.ask("tasks.get_by_id", body)
    assert (answer.code, answer.data) == (code, {})
    assert said in answer.said


async def test_compressed_bodies_and_huge_ones_are_refused(house: House, mia: Caller) -> None:
    answer = await mia.ask("tasks.get_all", {}, content_encoding="gzip")
    assert (answer.status, answer.headers["content-type"]) == (415, "text/plain; charset=utf-8")
    answer = await house.ask("POST", "/tasks.get_all", b"{}", **mia.headers, **{"content-length": str(2**40)})
    assert answer.code == (413, 0)


async def test_a_batch_is_an_object_a_line(mia: Caller) -> None:
    ids = [await mia.task(name=f"task {number}") for number in range(3)]
    lines = [{"task": id_, "name": f"new {at}"} for at, id_ in enumerate(ids)]
    assert (await mia.lines("tasks.update_batch", *lines, {"task": ids[0], "comment": "later"})).data == {"updated": 3}
    assert [(await mia.get(id_))["name"] for id_ in ids] == ["new 0", "new 1", "new 2"]
    assert (await mia.get(ids[0]))["comment"] == "later"
    assert (await mia.ask("tasks.update_batch", b"")).data == {"updated": 0}
    assert (await mia.ask("tasks.update_batch", json.dumps(lines[0], indent=1).encode())).data == {"updated": 1}
    for body, code in [
        (b'{"name": "abc"}', (400, 12)),
        (b"[1]", (400, 0)),
        (b'{"task": "x"}\n{', (400, 0)),
        (json.dumps({"task": "0" * 32, "name": "abc"}).encode(), (400, 101)),
    ]:
        assert (await mia.ask("tasks.update_batch", body, content_type="application/json-lines")).code == code, body
    wrong = [{"task": ids[0], "name": "changed"}, {"task": "0" * 32, "name": "abc"}]
    assert (await mia.lines("tasks.update_batch", *wrong)).code == (400, 101)
    assert (await mia.get(ids[0]))["name"] == "new 0"


async def test_what_breaks_is_logged_and_told_under_its_id(
    mia: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(mia.house.experiments.tasks, "get", broken)
    answer = await mia.ask("tasks.get_by_id", {"task": "0" * 32})
    assert answer.code == (500, 0) and answer.meta["id"] in answer.said
    assert "ZeroDivisionError" not in answer.body.decode() and "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("printed", "page"),
    [
        ("/projects/0a/tasks/0b/output/log", "/jobs/0b"),
        ("/projects/*/experiments/0b/output/log", "/jobs/0b"),
        ("/pipelines/0a/experiments/0b", "/jobs/0b"),
        ("/datasets/simple/0a/experiments/0b", "/jobs/0b"),
        ("/datasets/simple/0a", None),
        ("/projects/0a/tasks//evil", None),
        ("/projects/0a/tasks", None),
        ("/projects/0a/models/0b/general", None),
    ],
)
async def test_the_link_that_a_script_prints_leads_to_the_page(house: House, printed: str, page: str | None) -> None:
    answer = await house.ask("GET", printed)
    assert (answer.status, answer.headers.get("location")) == ((302, page) if page else (400, None))


async def test_a_link_leads_nowhere_but_to_this_house(house: House) -> None:
    answer = await house.ask("GET", "/projects/0a/tasks/\\evil.example")
    assert answer.headers["location"] == "/jobs/%5Cevil.example"
    assert (await house.ask("POST", "/projects/0a/tasks/0b/output/log")).status == 400
