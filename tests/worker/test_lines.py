"""The worker's own HTTP: what it makes of good answers, bad ones and none."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

import msgspec
import pytest

from jobyard.job.desk import Ask, Beat, Claimed, Finish, Held, Settled, Wishes
from jobyard.worker.desk import Away, Barred, Declined, HttpDesk, Pauses, insist
from jobyard.worker.lines import Lines, Request

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HELLO = Request("POST", "/x", {"A": "b"}, b"hello", 5)


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    size = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
    return head, await reader.readexactly(size)


class Server:
    """Answers each request on each connection with what the test gave, in order; the last again and again."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.append(task)
        try:
            while True:
                self.requests.append(await read_request(reader))
                reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if not reply:
                    break
                writer.write(reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        await hang_up(writer)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def run(story: Awaitable[Any]) -> Any:
    async def whole() -> Any:
        async with asyncio.timeout(20):
            return await story

    return asyncio.run(whole())


def test_one_connection_carries_many_requests() -> None:
    async def story() -> None:
        async with Server(answer(200, b"one", "X-Y: z"), answer(404, b"two")) as server:
            lines = Lines(f"{server.url}/base/")
            first = await lines.ask(HELLO, 5)
            second = await lines.ask(HELLO, 5)
            lines.close()
        assert (first.status, first.body, first.headers["x-y"]) == (200, b"one", "z")
        assert (second.status, second.body) == (404, b"two")
        assert server.connections == 1
        head, body = server.requests[0]
        assert head.startswith(b"POST /base/x HTTP/1.1\r\nHost: 127.0.0.1:") and b"\r\nA: b\r\n" in head
        assert body == b"hello"

    run(story())


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (answer(200), b""),
    ],
)
def test_every_form_of_answer_is_read(reply: bytes, body: bytes) -> None:
    async def story() -> None:
        async with Server(reply) as server:
            lines = Lines(server.url)
            assert [(await lines.ask(HELLO, 5)).body for _ in range(2)] == [body, body]
            lines.close()
        assert server.connections == 1

    run(story())


def test_a_connection_that_shall_close_is_not_used_again() -> None:
    async def story() -> None:
        async with Server(answer(200, b"x", "Connection: close")) as server:
            lines = Lines(server.url)
            for _ in range(3):
                assert (await lines.ask(HELLO, 5)).body == b"x"
            assert server.connections == 3

    run(story())


def test_a_connection_that_was_closed_meanwhile_is_not_used_again() -> None:
    async def story() -> None:
        async with Server(answer(200, b"x"), b"") as server:
            lines = Lines(server.url)
            await lines.ask(HELLO, 5)
            server._writers[0].close()
            await server._writers[0].wait_closed()
            server.answers = [answer(200, b"y")]
            for _ in range(3):
                await asyncio.sleep(0)
            assert (await lines.ask(HELLO, 5)).body == b"y"
            assert server.connections == 2
            lines.close()

    run(story())


@pytest.mark.parametrize(
    "reply", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_nonsense_is_an_error_of_the_connection(reply: bytes) -> None:
    async def story() -> None:
        async with Server(reply) as server:
            with pytest.raises(OSError, match=r"closed|no HTTP"):
                await Lines(server.url).ask(HELLO, 5)

    run(story())


def test_silence_is_not_waited_for_without_end() -> None:
    async def story() -> None:
        async with Server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") as server:
            lines = Lines(server.url)
            with pytest.raises(TimeoutError):
                await lines.ask(HELLO, 0.05)
            server.answers = [answer(200, b"next")]
            assert (await lines.ask(HELLO, 5)).body == b"next"
            assert server.connections == 2
            lines.close()

    run(story())


async def pieces(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"p" * size


def test_a_long_body_is_streamed() -> None:
    async def story() -> None:
        async with Server(answer(200, b"taken")) as server:
            size = 20 * 100_000
            request = Request("PUT", "/f", {}, pieces(100_000, 20), size)
            assert (await Lines(server.url).ask(request, 5)).body == b"taken"
            assert len(server.requests[0][1]) == size

    run(story())


def test_a_body_that_is_refused_early_is_not_sent_to_its_end() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(413, b"too much"))
        await writer.drain()
        with suppress(ConnectionError):
            while await reader.read(65_536):
                pass
        await hang_up(writer)
        gone.set()

    gone = asyncio.Event()
    sent = []

    async def body() -> AsyncIterator[bytes]:
        for number in range(1_000):
            sent.append(number)
            yield b"x" * 100_000
            await asyncio.sleep(0)

    async def story() -> None:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        response = await Lines(url).ask(Request("PUT", "/f", {}, body(), 100_000_000), 5)
        assert (response.status, response.body) == (413, b"too much")
        assert len(sent) < 1_000
        await gone.wait()
        server.close()

    run(story())


def test_a_body_that_is_shorter_than_announced_is_an_error() -> None:
    async def story() -> None:
        async with Server(answer(200)) as server:
            with pytest.raises(OSError, match="10 bytes of the body are missing"):
                await Lines(server.url).ask(Request("PUT", "/f", {}, pieces(10, 1), 20), 5)

    run(story())


@pytest.mark.parametrize("url", ["ftp://house", "house:80", "", "http://"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="not an address of a house"):
        Lines(url)


# --- the desk over it

ASK = Ask(worker="w", session="s", wait=0.0)
PROBLEM = msgspec.json.encode({"title": "T", "status": 409, "detail": "It is over.", "code": "stale"})


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (answer(500), Away, "The house is out of reach: it answered 500."),
        (answer(503, PROBLEM), Away, "The house is out of reach: It is over."),
        (answer(408), Away, "it answered 408"),
        (answer(200, b"no msgpack"), Away, "makes no sense"),
        (answer(401, PROBLEM), Barred, "does not accept this worker's key: It is over."),
        (answer(403), Barred, "does not accept"),
        (answer(404, b"<html>"), Declined, "it answered 404"),
        (answer(409, PROBLEM), Declined, "It is over."),
        (answer(413, b'{"title":"Large"}'), Declined, "Large"),
        (b"", Away, "the connection was closed"),
    ],
)
def test_answers_are_sorted_into_again_and_never(reply: bytes, error: type[Exception], words: str) -> None:
    async def story() -> None:
        async with Server(reply) as server:
            desk = HttpDesk(server.url, "key")
            with pytest.raises(error) as caught:
                await desk.claim(ASK)
            assert words in str(caught.value)
            assert type(caught.value) is error
            await desk.close()

    run(story())


def test_a_house_that_is_not_there_is_away() -> None:
    async def story() -> None:
        async with Server(b"") as server:
            url = server.url
        with pytest.raises(Away):
            await HttpDesk(url, "key").beat(Beat(worker="w", session="s"), 1.0)

    run(story())


def test_a_busy_house_says_how_long() -> None:
    async def story() -> None:
        async with Server(answer(429, b"", "Retry-After: 7"), answer(503, b"", "Retry-After: soon")) as server:
            desk = HttpDesk(server.url, "key")
            pauses = []
            for _ in range(2):
                with pytest.raises(Away) as caught:
                    await desk.claim(ASK)
                pauses.append(caught.value.pause)
            assert pauses == [7.0, 0.0]

    run(story())


def test_verbs_go_where_they_belong_with_the_key() -> None:
    async def story() -> None:
        async with Server(answer(200, msgspec.msgpack.encode(Claimed()))) as server:
            desk = HttpDesk(f"{server.url}/", "key")
            assert await desk.claim(ASK) == Claimed()
            server.answers = [answer(200, msgspec.msgpack.encode(Wishes()))]
            assert await desk.beat(Beat(worker="w", session="s"), 1.0) == Wishes()
            head, body = server.requests[0]
            assert head.startswith(b"POST /v1/desk/claim HTTP/1.1\r\n")
            assert b"Authorization: Bearer key\r\n" in head and b"Content-Type: application/msgpack\r\n" in head
            assert msgspec.msgpack.decode(body, type=Ask) == ASK
            assert server.requests[1][0].startswith(b"POST /v1/desk/beat ")

    run(story())


def test_an_upload_is_checked_byte_by_byte() -> None:
    data = b"d" * 2_500_000
    good = {"blob": "b1", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    async def story() -> None:
        bad = answer(200, msgspec.msgpack.encode({**good, "sha256": "0" * 64}))
        async with Server(bad, answer(200, msgspec.msgpack.encode(good))) as server:
            desk = HttpDesk(server.url, "key")
            held = Held(job="j", attempt=2)
            with pytest.raises(Away, match="other bytes"):
                await desk.upload(held, "ä b", io.BytesIO(data), len(data))
            taken = await desk.upload(held, "ä b", io.BytesIO(data), len(data))
            assert taken.blob == "b1" and server.requests[1][1] == data
            assert server.requests[1][0].startswith(b"PUT /v1/desk/files/j/2/%C3%A4%20b HTTP/1.1")

    run(story())


def test_insisting_ends_with_an_answer_or_a_refusal() -> None:
    async def story() -> None:
        replies = [answer(503), answer(502), answer(200, msgspec.msgpack.encode(Settled(states=("succeeded",))))]
        async with Server(*replies) as server:
            desk = HttpDesk(server.url, "key")
            settled = await insist(lambda: desk.finish(Finish(worker="w", outcomes=())))
            assert settled.states == ("succeeded",) and len(server.requests) == 3
            server.answers = [answer(500), answer(404)]
            with pytest.raises(Declined):
                await insist(lambda: desk.claim(ASK))

    run(story())


def test_pauses_grow_to_a_bound_and_never_shrink_below_what_was_asked() -> None:
    pauses = Pauses(0.1, 1.0)
    taken = [pauses.after(Away(reason="x")) for _ in range(8)]
    assert 0.05 <= taken[0] <= 0.1 and all(0.5 <= pause <= 1.0 for pause in taken[5:])
    assert pauses.after(Away(reason="x", pause=30)) == 30
    pauses.reset()
    assert pauses.after(Away(reason="x")) <= 0.1
    assert len({Pauses().after(Away(reason="x")) for _ in range(20)}) > 1
