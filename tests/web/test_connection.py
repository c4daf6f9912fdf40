"""What a connection takes before anybody knows what is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn

from jobyard.web import connection
from jobyard.web.connection import HEAD_LIMIT, Connection, Together
from tests.serving import Serving, listening

pytestmark = pytest.mark.anyio
Message = dict[str, Any]
GET = b"GET /here?a=1 HTTP/1.1\r\nHost: h\r\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Place:
    """A server that says what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[Message] = []
        self.left = asyncio.Event()

    async def app(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        self.asked.append(scope)
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.set()
                return
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def say(self, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send pieces one by one and return the last answer once the server has closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            async with asyncio.timeout(10):
                answer = await reader.read()
        finally:
            writer.close()
        head, _, body = answer[answer.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
        first, *rest = head.decode("ascii").split("\r\n")
        return int(first.split()[1]), dict(line.split(": ", 1) for line in rest), body


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    with listening() as at:
        made = Place(at.getsockname()[1])
        config = uvicorn.Config(
            made.app,
            http=Connection,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        server = Serving(config)
        task = asyncio.create_task(server._serve(sockets=[at]))
        while not server.started:
            await asyncio.sleep(0.001)
            assert not task.done(), "the server did not start"
        yield made
        server.leave()
        await task


async def test_a_usual_request_is_let_in(place: Place) -> None:
    status, _, body = await place.say(GET + b"Connection: close\r\n\r\n")
    assert (status, body) == (200, b"ok")
    assert (place.asked[0]["path"], place.asked[0]["query_string"]) == ("/here", b"a=1")


async def test_a_head_as_large_as_the_limit_is_let_in_and_requests_follow_each_other(place: Place) -> None:
    large = b"X-Large: " + b"x" * (HEAD_LIMIT - 200) + b"\r\n"
    status, _, _ = await place.say(
        GET + large + b"Content-Length: 3\r\n\r\nabc", GET + large + b"\r\n", GET + b"Connection: close\r\n\r\n"
    )
    assert status == 200 and len(place.asked) == 3


@pytest.mark.parametrize(
    "pieces",
    [
        [GET + b"X-Large: " + b"x" * 1_000_000 + b"\r\n\r\n"],
        [GET + b"X-Large: ", *[b"x" * 1_000] * 200],
        [GET, *[b"X-Many: " + b"x" * 100 + b"\r\n"] * 2_000],
        [b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n"],
        [b"GET /", *[b"x" * 1_000] * 200],
        [GET + b"Content-Length: 3\r\n\r\nabc" + GET, *[b"X: " + b"x" * 1_000 + b"\r\n"] * 200],
    ],
    ids=["one header", "endless header", "many headers", "target", "endless target", "second request"],
)
async def test_a_head_that_is_too_large_is_refused_and_the_connection_closed(place: Place, pieces: list[bytes]) -> None:
    status, headers, body = await place.say(*pieces)
    assert (status, headers["connection"], headers["content-type"]) == (431, "close", "application/problem+json")
    assert json.loads(body)["code"] == "request_header_fields_too_large"
    assert all(scope["path"] == "/here" and len(scope["headers"]) == 2 for scope in place.asked)


async def test_an_endless_trailer_is_cut_and_whoever_reads_learns_of_it(place: Place) -> None:
    chunked = GET + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: "
    status, _, _ = await place.say(chunked, *[b"x" * 1_000] * 200)
    assert status == 431
    await asyncio.wait_for(place.left.wait(), 5)


async def test_a_body_may_be_larger_than_a_head(place: Place) -> None:
    body = b"x" * (HEAD_LIMIT * 5)
    status, _, _ = await place.say(GET + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert status == 200
    small = b"".join(b"1\r\nx\r\n" for _ in range(30_000)) + b"0\r\n\r\n"
    status, _, _ = await place.say(GET + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + small)
    assert status == 200


@pytest.mark.parametrize(
    "request_",
    [
        GET + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        GET + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        GET + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        GET + b"Content-Length: -1\r\n\r\n",
        GET + b"Content-Length: 1e1\r\n\r\n",
        GET + b" folded: x\r\n\r\n",
        GET + b"X: a\r\n folded\r\n\r\n",
        GET + b"X : a\r\n\r\n",
        GET + b"X: a\nY: b\r\n\r\n",
        b"GET /here HTTP/1.1\nHost: h\n\n",
        b"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: h\r\n\r\n",
        b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"hello\r\n\r\n",
    ],
)
async def test_what_can_be_read_in_two_ways_is_refused_and_the_connection_closed(place: Place, request_: bytes) -> None:
    status, headers, body = await place.say(request_ + b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (status, headers["connection"], json.loads(body)["code"]) == (400, "close", "bad_request")
    assert not [scope for scope in place.asked if scope["path"] == "/smuggled"]


@pytest.mark.parametrize("begun", [b"", GET, b"GET /he"])
async def test_a_head_that_does_not_come_is_not_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connection, "HEAD_WITHIN", 0.2)
    status, headers, _ = await place.say(begun)
    assert (status, headers["connection"]) == (408, "close")


async def test_a_slow_answer_is_no_late_request(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_WITHIN", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    writer.write(GET + b"Connection: close\r\nContent-Length: 3\r\n\r\n")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.5)  # the body is the application's to wait for
    writer.write(b"abc")
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 200")
    writer.close()


class Wire(asyncio.Transport):
    """What was sent, packet by packet."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.packets.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def write_eof(self) -> None:
        self.packets.append(b"")


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


async def test_a_head_leaves_with_its_body_and_what_follows_at_once() -> None:
    wire = Wire()
    together = Together(wire, asyncio.get_running_loop())
    together.write(HEAD)
    assert not wire.packets
    together.write(b"ok")
    assert wire.packets == [HEAD + b"ok"]
    together.write(b"more")
    assert wire.packets[1:] == [b"more"]
    await asyncio.sleep(0)
    assert len(wire.packets) == 2, "the head was sent again"


async def test_a_head_whose_body_takes_its_time_does_not_wait_for_it() -> None:
    wire = Wire()
    together = Together(wire, asyncio.get_running_loop())
    together.write(HEAD)
    await asyncio.sleep(0)
    assert wire.packets == [HEAD]
    together.write(b"ok")
    assert wire.packets == [HEAD, b"ok"]


async def test_no_head_is_lost_where_its_connection_ends() -> None:
    for end, told in ((Together.close, [HEAD]), (Together.write_eof, [HEAD, b""])):
        wire = Wire()
        together = Together(wire, asyncio.get_running_loop())
        together.write(HEAD)
        end(together)
        await asyncio.sleep(0)
        assert wire.packets == told


async def test_two_heads_in_one_turn_keep_their_order() -> None:
    wire = Wire()
    together = Together(wire, asyncio.get_running_loop())
    together.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    together.write(HEAD)
    together.write(b"ok")
    assert b"".join(wire.packets) == b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"ok"
