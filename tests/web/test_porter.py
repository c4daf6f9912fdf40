"""The porter: each request is counted and has one line, in which nothing stands that a stranger wrote."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from jobyard.job.ids import is_id, new_id
from jobyard.web.passing import REQUEST
from jobyard.web.porter import GONE, Porter

pytestmark = pytest.mark.anyio
SECRET = "jy_secret"
NASTY = "/v1/jobs/a\r\nFAKE 200\x1b[2J?token=" + SECRET


class Counted(list[tuple[str, str, int]]):
    """Whatever the porter counted."""

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        assert seconds >= 0
        self.append((method, route, status))


class Actor:
    name = "ada"


def scope(method: str = "GET", path: str = "/", **fields: Any) -> dict[str, Any]:
    headers = [(b"authorization", f"Bearer {SECRET}".encode()), (b"x-evil", b"a\r\nb")]
    told = {"type": "http", "method": method, "path": path, "query_string": b"token=jy_secret", "headers": headers}
    return told | {"client": ("10.0.0.9", 1)} | fields


def app(status: int = 200, template: str = "/v1/jobs", **fields: Any) -> Any:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        scope["path_template"] = template
        scope.update(fields)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return answer


async def passed(porter: Porter, asked: dict[str, Any]) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError

    await porter(asked, receive, send)
    return sent


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "jobyard.requests")
    return caplog


def told(lines: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in lines.records if record.name == "jobyard.requests"]


async def test_a_request_passes_and_has_one_line(lines: pytest.LogCaptureFixture) -> None:
    counted, job = Counted(), new_id()
    template = "/v1/jobs/{job_id}/cancel"
    answering = app(409, template, path_params={"job_id": job}, user=Actor())
    sent = await passed(Porter(answering, counted.note), scope("POST", f"/v1/jobs/{job}/cancel"))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert counted == [("POST", template, 409)]
    [line] = told(lines)
    assert (line.levelname, line.getMessage()) == ("INFO", f"POST {template}")
    fields = line.__dict__
    assert (fields["status"], fields["user"], fields["address"], fields["job"]) == (409, "ada", "10.0.0.9", job)
    assert fields["ms"] >= 0


async def test_nothing_a_stranger_wrote_is_in_the_line(lines: pytest.LogCaptureFixture) -> None:
    counted = Counted()
    answering = app(404, "", path_params={"job_id": NASTY})
    await passed(Porter(answering, counted.note), scope("GET\r\nFAKE", NASTY))
    [line] = told(lines)
    assert line.getMessage() == "? no such address"
    assert counted[0][1] == ""
    written = str(line.__dict__)
    for part in ("FAKE", "\\x1b", SECRET, "x-evil"):
        assert part not in written


@pytest.mark.parametrize(
    ("method", "template", "status", "level"),
    [
        ("GET", "/v1/jobs", 200, "DEBUG"),
        ("POST", "/v1/jobs", 201, "DEBUG"),
        ("POST", "/v1/jobs", 400, "INFO"),
        ("POST", "/v1/jobs/{job_id}/cancel", 200, "INFO"),
        ("DELETE", "/v1/jobs/{job_id}", 204, "INFO"),
        ("GET", "/v1/jobs/{job_id}", 404, "INFO"),
        ("POST", "/v1/desk/claim", 200, "DEBUG"),
        ("POST", "/v1/desk/claim", 401, "DEBUG"),
        ("GET", "/healthz", 200, "DEBUG"),
        ("GET", "/metrics", 403, "DEBUG"),
        ("POST", "/v1/desk/finish", 500, "ERROR"),
        ("GET", "/v1/jobs", 503, "ERROR"),
    ],
)
async def test_what_is_worth_a_line_in_a_busy_house(
    lines: pytest.LogCaptureFixture, method: str, template: str, status: int, level: str
) -> None:
    await passed(Porter(app(status, template), Counted().note), scope(method))
    assert [line.levelname for line in told(lines)] == [level]


async def test_the_request_s_id_is_known_to_all_that_is_logged_meanwhile() -> None:
    seen: list[Any] = []

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["state"]["request_id"], REQUEST.get()))

    porter = Porter(answer, Counted().note)
    await passed(porter, scope())
    await passed(porter, scope(state={"kept": 1}))
    assert [first == second and is_id(first) for first, second in seen] == [True, True]
    assert seen[0] != seen[1]
    assert not REQUEST.get()


async def test_a_request_that_breaks_or_is_left_is_counted_too(lines: pytest.LogCaptureFixture) -> None:
    counted = Counted()

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await passed(Porter(broken, counted.note), scope())
    assert counted == [("GET", "", GONE)]
    assert len(told(lines)) == 1


async def test_what_is_no_request_passes_unseen(lines: pytest.LogCaptureFixture) -> None:
    counted, seen = Counted(), []

    async def lifespan(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    await passed(Porter(lifespan, counted.note), {"type": "lifespan"})
    assert seen == [{"type": "lifespan"}] and counted == [] and told(lines) == []
