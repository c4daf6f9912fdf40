"""What the server logs: one line an entry, with its request and its job, and no secret and no foreign text in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec
import pytest

from jobyard.cli import logs
from jobyard.web.passing import REQUEST
from tests.cli.running import RunningHouse, eventually, running

FORMS = [logs.ConsoleLines(), logs.JsonLines()]


def record(message: str, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("jobyard.x", logging.INFO, "f", 1, message, (), None)
    made.__dict__.update(fields)
    return made


def test_an_entry_carries_its_fields_and_what_the_request_is() -> None:
    token = REQUEST.set("r1")
    try:
        line = logs.ConsoleLines().format(record("claimed", job="j1", attempt=2, empty="", text='a "b"'))
        entry = msgspec.json.decode(logs.JsonLines().format(record("claimed", job="j1", attempt=2)))
    finally:
        REQUEST.reset(token)
    assert line.endswith('claimed request=r1 job=j1 attempt=2 empty="" text="a "b""')
    assert {name: entry[name] for name in ("message", "request", "job", "attempt")} == {
        "message": "claimed",
        "request": "r1",
        "job": "j1",
        "attempt": 2,
    }
    assert entry["at"].endswith("+00:00") and list(entry)[:4] == ["at", "level", "logger", "message"]
    assert "request" not in msgspec.json.decode(logs.JsonLines().format(record("later")))


@pytest.mark.parametrize("form", FORMS)
def test_no_field_begins_a_line_paints_or_goes_on_for_ever(form: logging.Formatter) -> None:
    text = form.format(record("a\r\nFAKE", kind="k\nFAKE\x1b[2J", size="x" * 1_000_000, odd=object()))
    assert "\n" not in text and "\r" not in text and "\x1b" not in text
    assert len(text) < 5_000 and "1000000 characters" in text


def test_less_is_logged_where_less_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        logs.configure("json", "warning")
        logging.getLogger("jobyard.x").info("small talk")
        logging.getLogger("jobyard.x").warning("fire")
        logging.getLogger("uvicorn").info("small talk")
    finally:
        root.handlers, root.level = before, level
    assert [msgspec.json.decode(line)["message"] for line in capsys.readouterr().err.splitlines()] == ["fire"]


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    folder = tmp_path_factory.mktemp("talkative")
    with running(folder, JOBYARD_LOG_FORM="json", JOBYARD_LOG_LEVEL="debug") as house:
        yield house


def entries(house: RunningHouse) -> list[dict[str, Any]]:
    """Return what the server and its worker have logged; every line is one JSON object."""
    whole = house.errors.read_text().rpartition("\n")[0]
    return [msgspec.json.decode(line) for line in whole.splitlines()]


def of(house: RunningHouse, request: str) -> list[dict[str, Any]]:
    return [entry for entry in entries(house) if entry.get("request") == request]


def test_a_request_and_what_it_did_share_an_id(talkative: RunningHouse) -> None:
    headers = {"Authorization": f"Bearer {talkative.plate.token}"}
    body = {"kind": "command.run", "parameters": {"argv": ["echo", "secret word"]}, "name": "a\r\nFAKE\x1b[2J"}
    answer = httpx2.post(f"{talkative.url}/v1/jobs", json=body, headers=headers, trust_env=False)
    id_, job = answer.headers["x-request-id"], answer.json()["id"]
    eventually(lambda: len(of(talkative, id_)) == 2)
    told = {entry["message"]: entry for entry in of(talkative, id_)}
    assert told["submitted"]["job"] == job and told["submitted"]["actor"] == "admin"
    assert told["POST /v1/jobs"]["status"] == 201 and told["POST /v1/jobs"]["user"] == "admin"
    words = {"submitted", "claimed", "begun", "finished"}
    eventually(lambda: words <= {one["message"] for one in entries(talkative) if one.get("job") == job})
    finished = next(one for one in entries(talkative) if one["message"] == "finished" and one["job"] == job)
    assert finished["actor"].startswith("worker:") and finished["kind"] == "command.run" and "request" in finished


def test_no_secret_and_no_foreign_text_gets_into_the_log(talkative: RunningHouse) -> None:
    token = talkative.plate.token
    with httpx2.Client(base_url=talkative.url, trust_env=False) as client:
        asked = [
            client.get("/v1/jobs", params={"token": token, "text": "a\r\nFAKE"}),
            client.get("/v1/jobs/a%0d%0aFAKE%1b%5b2J", headers={"Authorization": f"Bearer {token}"}),
            client.get(f"/{'x' * 20_000}FAKE"),
            client.post("/v1/session", json={"user": "admin", "password": "wrong FAKE password"}),
            client.get("/metrics", headers={"X-Forwarded-For": "1.1.1.1\tFAKE"}),
        ]
    ids = [answer.headers["x-request-id"] for answer in asked if "x-request-id" in answer.headers]
    assert len(ids) >= 4
    eventually(lambda: all(of(talkative, id_) for id_ in ids))
    assert [len([one for one in of(talkative, id_) if "status" in one]) for id_ in ids] == [1] * len(ids)
    written = talkative.errors.read_text()
    assert token not in written and "FAKE" not in written and "wrong" not in written and "secret word" not in written
    assert max(len(line) for line in written.splitlines()) < 3_000
    # Every line is an entry of its own.
    assert all({"at", "level", "message"} <= entry.keys() for entry in entries(talkative))


def test_requests_are_counted_by_the_pattern_of_their_address(talkative: RunningHouse) -> None:
    with httpx2.Client(base_url=talkative.url, trust_env=False) as client:
        client.get("/v1/jobs/" + "0" * 32, headers={"Authorization": f"Bearer {talkative.plate.token}"})
        client.get("/nowhere")
        text = client.get("/metrics").text
    assert 'jobyard_http_requests_total{method="GET",route="/v1/jobs/{job_id}",status="404"}' in text
    assert 'jobyard_http_requests_total{method="GET",route="none",status="404"}' in text
    assert 'jobyard_http_answer_seconds_count{route="/v1/desk/claim"}' in text
    assert 'jobyard_workers{state="alive"} 1.0' in text
