"""The doors: each address has its room, and every room gets the same care."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from litestar import Litestar, Request, get, post
from litestar.exceptions import HTTPException

from jobyard.job.ids import is_id
from jobyard.settings import Settings
from jobyard.web import patience, problems
from jobyard.web.doorplate import Doorplate
from jobyard.web.doors import Doors, Room, named
from jobyard.web.hall import hall

pytestmark = pytest.mark.anyio
Message = dict[str, Any]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Answer:
    """What came back."""

    def __init__(self, sent: list[Message]) -> None:
        start, *bodies = sent
        self.status: int = start["status"]
        self.headers = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
        self.body = b"".join(message.get("body", b"") for message in bodies)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


class Place:
    """A room that tells its name and reads what it is sent, counting on the door."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.read = b""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            more = True
            while more:
                message = await receive()
                self.read += message.get("body", b"")
                more = message.get("more_body", False)
            status, body = 200, self.name.encode()
        except HTTPException as error:
            status, body = error.status_code, f"{self.name} says {error.status_code}".encode()
        headers = [(b"Cache-Control", b"private")] if self.name == "own" else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def room(app: Any, *names: str, limit: int = 100, **more: tuple[str, ...]) -> Room:
    def refusal(status: int, detail: str) -> tuple[str, bytes]:
        return "text/x-room", f"{names} {status} {detail}".encode()

    return Room(app=app, takes=named(*names), refusal=refusal, body_limit=limit, **more)


def doors(*rooms: Room, living: Any = None, **settings: Any) -> Doors:
    @asynccontextmanager
    async def idle() -> AsyncIterator[None]:
        yield

    return Doors(rooms, room(Place("hall"), "hall"), Doorplate(Settings(**settings)), living or idle)


async def asked(door: Doors, path: str, *pieces: bytes, host: str = "localhost", **fields: Any) -> Answer:
    headers = [(b"host", host.encode()), *fields.pop("headers", [])]
    told = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": headers}
    scope = told | {"query_string": b"", "root_path": "", "scheme": "http", "client": None} | fields
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": at < len(pieces)} for at, piece in enumerate(pieces, 1)
    ] or [{"type": "http.request", "body": b"", "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await door(scope, receive, send)
    return Answer(sent)


async def test_every_address_has_one_room_by_its_first_part() -> None:
    door = doors(room(Place("one"), "v1", "metrics"), room(Place("two"), "v2"))
    for path, name in {
        "/v1/jobs": "one",
        "/v1": "one",
        "//v1//jobs": "one",
        "/metrics": "one",
        "/v2/p/datasets": "two",
        "/v2.30/tasks.get_all": "hall",
        "/v11": "hall",
        "/V1/jobs": "hall",
        "/": "hall",
        "/jobs/v1": "hall",
        "/metrics.json": "hall",
    }.items():
        assert (await asked(door, path)).body == name.encode(), path


async def test_a_room_also_has_what_lies_below_a_longer_beginning() -> None:
    door = doors(room(Place("one"), "v1"), room(Place("two"), "v2", below=("/things/odd/",)))
    for path, name in {
        "/things/odd/1": "two",
        "//things/odd/1": "two",
        "/things/odd": "hall",
        "/things/1": "hall",
    }.items():
        assert (await asked(door, path)).body == name.encode(), path


async def test_an_answer_carries_an_id_and_is_neither_kept_nor_sniffed_unless_its_room_says_so() -> None:
    door = doors(room(Place("own"), "own"))
    first, second = [await asked(door, "/own"), await asked(door, "/elsewhere")]
    assert (first.all("cache-control"), second.all("cache-control")) == (["private"], ["no-store"])
    for answer in (first, second):
        assert answer.all("x-content-type-options") == ["nosniff"]
        assert is_id(*answer.all("x-request-id"))
    known = await asked(door, "/own", state={"request_id": "a" * 32})
    assert known.all("x-request-id") == ["a" * 32]


async def test_who_is_turned_away_hears_it_in_the_words_of_the_room() -> None:
    door = doors(room(Place("one"), "v1"))
    stranger = await asked(door, "/v1/jobs", host="evil.example")
    assert (stranger.status, stranger.all("content-type")) == (421, ["text/x-room"])
    assert stranger.body == b"('v1',) 421 This server is not known by that name."
    assert is_id(*stranger.all("x-request-id"))
    disguised = await asked(door, "/x/jobs", raw_path=b"/x%2Fjobs")
    assert (disguised.status, disguised.body) == (404, b"('hall',) 404 There is no page at this address.")
    assert (await asked(door, "/v1", headers=[(b"host", b"localhost")])).status == 421
    known = doors(public_url="https://jobs.example:8443/", host="::1")
    for host, status in {"jobs.example": 200, "[::1]:80": 200, "127.0.0.1:9": 200, "other.example": 421}.items():
        assert (await asked(known, "/", host=host)).status == status, host
    assert (await asked(doors(expose=True), "/", host="any.example")).status == 200


async def test_a_body_is_bounded_where_the_room_does_not_count_itself() -> None:
    place = Place("one")
    door = doors(room(place, "v1", limit=10, counts_itself=("/v1/desk/",)))
    assert (await asked(door, "/v1/jobs", b"12345", b"67890")).body == b"one"
    assert place.read == b"1234567890"
    assert (await asked(door, "/v1/jobs", b"12345", b"678901")).body == b"one says 413"
    place.read = b""
    announced = await asked(door, "/v1/jobs", b"12345", headers=[(b"content-length", b"11")])
    assert (announced.status, place.read) == (413, b"")
    assert (await asked(door, "/v1/desk/call", b"x" * 1_000)).status == 200


async def test_a_body_that_stands_still_or_is_cut_off_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "STALL", 0.05)
    waiting: list[Message] = [{"type": "http.request", "body": b"1", "more_body": True}]

    async def never() -> Message:
        return waiting.pop(0) if waiting else await asyncio.Event().wait()  # type: ignore[return-value]

    receive = patience.patient_receive(never, [], None)
    assert (await receive())["body"] == b"1"
    with pytest.raises(HTTPException) as late:
        await receive()
    assert late.value.status_code == 408

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(HTTPException) as cut:
        await patience.patient_receive(gone, [], None)()
    assert cut.value.status_code == 400


async def test_once_a_body_is_whole_only_the_end_of_the_connection_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "STALL", 0.01)
    coming = asyncio.Event()
    first = True

    async def slow() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await coming.wait()
        return {"type": "http.disconnect"}

    receive = patience.patient_receive(slow, [], 0)
    await receive()
    waiting = asyncio.ensure_future(receive())
    await asyncio.wait([waiting], timeout=0.1)
    assert not waiting.done()
    coming.set()
    assert (await waiting)["type"] == "http.disconnect"


async def lifetime(door: Doors) -> list[Message]:
    told: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Message] = []

    async def receive() -> Message:
        return told.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await door({"type": "lifespan"}, receive, send)
    except RuntimeError as error:
        sent.append({"raised": str(error)})
    return sent


async def test_the_house_lives_as_long_as_it_is_served() -> None:
    seen = list[str]()

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        seen.append("up")
        yield
        seen.append("down")

    assert [one["type"] for one in await lifetime(doors(living=living))] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert seen == ["up", "down"]


@pytest.mark.parametrize("when", ["startup", "shutdown"])
async def test_what_keeps_the_house_from_living_is_told_and_raised(when: str) -> None:
    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        if when == "startup":
            raise RuntimeError("no room")
        yield
        raise RuntimeError("no room")

    *_, failed, raised = await lifetime(doors(living=living))
    assert failed == {"type": f"lifespan.{when}.failed", "message": "no room"}
    assert raised == {"raised": "no room"}


async def test_a_server_that_leaves_at_once_finds_the_house_left_in_order() -> None:
    seen, said, up = list[str](), list[Message](), asyncio.Event()
    told: list[Message] = [{"type": "lifespan.startup"}]

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        up.set()
        yield
        seen.append("down")

    async def receive() -> Message:
        return told.pop() if told else await asyncio.Future[Message]()

    async def send(message: Any) -> None:
        said.append(message)

    serving = asyncio.ensure_future(doors(living=living)({"type": "lifespan"}, receive, send))
    await up.wait()
    await asyncio.sleep(0)
    serving.cancel()
    await serving
    assert seen == ["down"]
    assert [one["type"] for one in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_the_hall_says_what_is_wrong_as_the_house_does(caplog: pytest.LogCaptureFixture) -> None:
    @get("/here", sync_to_thread=False)
    def here() -> str:
        raise ZeroDivisionError

    @post("/there")
    async def there(request: Request[Any, Any, Any]) -> bytes:
        return await request.body()

    app: Litestar = hall([here, there])
    door = Doors([], Room(app=app, takes=named(), refusal=problems.refusal, body_limit=4), _any(), _no_life)
    for method, path, status, code in [
        ("GET", "/nowhere", 404, "not_found"),
        ("PUT", "/here", 405, "method_not_allowed"),
        ("GET", "/here", 500, "internal_server_error"),
    ]:
        answer = await asked(door, path, method=method)
        assert (answer.status, answer.all("content-type")) == (status, ["application/problem+json"]), path
        assert f'"code":"{code}"'.encode() in answer.body
        assert b"Zero" not in answer.body
    assert (await asked(door, "/there", b"12345", method="POST")).status == 413
    [record] = [record for record in caplog.records if record.name == "jobyard.web"]
    assert record.exc_info


def _any() -> Doorplate:
    return Doorplate(Settings(expose=True))


@asynccontextmanager
async def _no_life() -> AsyncIterator[None]:
    yield
