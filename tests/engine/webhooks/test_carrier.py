"""How one letter is carried: to the checked address, without detours, and not for ever (S-37 at sending, S-38)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from jobyard.engine.webhooks import carrier as module
from jobyard.engine.webhooks.carrier import MOST, SHOWN, Carrier, Letter
from jobyard.engine.webhooks.record import Tried
from jobyard.engine.webhooks.targets import Targets
from tests.engine.webhooks.certificates import certified
from tests.engine.webhooks.receiver import Receiver, receiving
from tests.engine.yard import TurnedClock

pytestmark = pytest.mark.anyio

HERE = ("127.0.0.0/8",)


def carrier(*allowed: str, **more: Any) -> Carrier:
    return Carrier(TurnedClock(), Targets(allowed or HERE, more.pop("resolve", None)), **more)


def letter(url: str, body: bytes = b'{"a": 1}') -> Letter:
    return Letter(url=url, headers={"webhook-id": "x"}, body=body)


async def carried(url: str, body: bytes = b'{"a": 1}', **more: Any) -> Tried:
    return await carrier(**more).carry(letter(url, body))


def answering(text: bytes) -> Any:
    async def answer(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return answer


async def test_a_letter_arrives_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with receiving() as receiver:
        tried = await carried(receiver.url, b'{"text": "\xc3\xa4"}')
        [got] = receiver.got
    assert (tried.status, tried.error) == (204, "") and 0 < tried.seconds < 5
    assert got.line == "POST /hook?a=b HTTP/1.1" and got.body == b'{"text": "\xc3\xa4"}'
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}" and got.headers["webhook-id"] == "x"
    assert got.headers["content-type"] == "application/json" and got.headers["accept-encoding"] == "identity"
    assert got.headers["user-agent"].startswith("jobyard-webhook/") and "cookie" not in got.headers


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_answer_of_two_hundred_is_good(status: int) -> None:
    async with receiving() as receiver:
        receiver.status = status
        assert (await carried(receiver.url)).error == ""


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 400, 401, 404, 410, 429, 500, 503])
async def test_any_other_answer_is_none(status: int) -> None:
    async with receiving() as receiver:
        receiver.status = status
        tried = await carried(receiver.url)
    assert tried.status == status and f"answered {status}" in tried.error


async def test_a_redirect_is_not_followed() -> None:
    async with receiving() as inside, receiving() as receiver:
        text = f"HTTP/1.1 302 Found\r\nLocation: {inside.url}\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        receiver.answer = answering(text.encode())
        for _ in range(2):
            tried = await carried(receiver.url)
            assert tried.status == 302 and "redirects are not followed" in tried.error
        assert not inside.got and "cookie" not in receiver.got[1].headers


async def test_what_the_receiver_says_is_kept_short_and_harmless() -> None:
    async with receiving() as receiver:
        said = b"ok \xff \x00\x1b[2J " + b"x" * 10_000
        receiver.answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said))
        tried = await carried(receiver.url)
    assert tried.error == "" and len(tried.answer) == SHOWN
    assert tried.answer.startswith("ok � ��[2J xxx")


async def test_of_an_answer_without_end_little_is_read() -> None:
    async with receiving() as receiver:

        async def answer(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n")
            while True:
                writer.write(b"x" * 65_536)
                receiver.sent += 65_536
                await writer.drain()

        receiver.answer = answer
        began = time.monotonic()
        tried = await carried(receiver.url)
        assert tried.status == 200 and tried.error == "" and len(tried.answer) == SHOWN
        assert time.monotonic() - began < 5
        # What the two sockets hold on top is the kernel's.
        assert MOST <= receiver.sent < 16 * 1024 * 1024


async def test_a_packed_answer_is_not_unpacked() -> None:
    async with receiving() as receiver:
        receiver.answer = answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")
        assert (await carried(receiver.url)).answer == "abcd"


async def hang(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def trickle(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def trickle_headers(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        writer.write(b"X-%d: a\r\n" % number)
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("answer", [hang, trickle, trickle_headers])
async def test_a_receiver_that_hangs_is_left(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.WITHIN == 10
    monkeypatch.setattr(module, "WITHIN", 0.2)
    async with receiving() as receiver:
        receiver.answer = answer
        began = time.monotonic()
        tried = await carried(receiver.url)
    assert time.monotonic() - began < 3
    assert tried.status is None and tried.error == "No answer came within 0.2 seconds." and tried.seconds >= 0.2


async def test_an_answer_that_hangs_in_its_middle_counts_as_what_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WITHIN", 0.2)

    async def answer(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun")
        await hang(receiver, writer)

    async with receiving() as receiver:
        receiver.answer = answer
        tried = await carried(receiver.url)
    assert (tried.status, tried.error, tried.answer) == (200, "", "begun")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "The connection broke before an answer came."),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "The connection broke before an answer came."),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000, "The connection broke before an answer came."),
    ],
)
async def test_what_is_no_answer_is_told(text: bytes, sentence: str) -> None:
    async with receiving() as receiver:
        receiver.answer = answering(text)
        tried = await carried(receiver.url)
    assert tried.status is None and tried.error == sentence


async def test_nobody_at_home_is_told() -> None:
    async with receiving() as receiver:
        url = receiver.url
    tried = await carried(url)
    assert tried.status is None and tried.error == "No connection could be made."


async def test_an_address_that_may_not_be_sent_to_any_more_is_refused_at_sending() -> None:
    async with receiving() as receiver:
        tried = await Carrier(TurnedClock(), Targets()).carry(letter(receiver.url))
        assert tried.status is None and tried.error.startswith("A webhook cannot be sent there: ")
        assert not receiver.got


async def test_a_name_that_changes_its_address_leads_nowhere() -> None:
    told = ["127.0.0.2", "127.0.0.1"]

    async def resolve(host: str, port: int) -> list[str]:
        return [told[0]] if len(told) == 1 else [told.pop(0)]

    async with receiving() as receiver:
        url = f"http://rebind.example:{receiver.port}/"
        only_the_other = carrier("127.0.0.2", resolve=resolve)
        # The first time the name is asked it leads to an allowed address, where nobody listens; from then on inside.
        assert (await only_the_other.carry(letter(url))).error == "No connection could be made."
        assert (await only_the_other.carry(letter(url))).error.startswith("A webhook cannot be sent there")
        assert not receiver.got


async def test_the_name_is_asked_once_and_its_address_connected_to() -> None:
    asked = list[str]()

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with receiving() as receiver:
        tried = await carried(f"http://no.such.name.example:{receiver.port}/", resolve=resolve)
        [got] = receiver.got
    assert tried.error == "" and asked == ["no.such.name.example"]
    assert got.headers["host"] == f"no.such.name.example:{receiver.port}"


async def test_further_addresses_of_a_name_are_tried_when_one_does_not_answer() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.3", "127.0.0.1"]

    async with receiving() as receiver:
        assert (await carried(f"http://two.example:{receiver.port}/", resolve=resolve)).error == ""


async def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_tls_is_spoken_with_the_name_and_not_with_the_address(tmp_path: Path) -> None:
    server, trust = certified("hook.example", tmp_path)
    async with receiving(server) as receiver:
        right = await carried(f"https://hook.example:{receiver.port}/", resolve=here, trust=trust)
        assert (right.status, right.error) == (204, "")
        for url in (f"https://other.example:{receiver.port}/", f"https://127.0.0.1:{receiver.port}/"):
            wrong = await carried(url, resolve=here, trust=trust)
            assert wrong.status is None and "certificate" in wrong.error
        stranger = await carried(f"https://hook.example:{receiver.port}/", resolve=here)
        assert "certificate" in stranger.error
        assert len(receiver.got) == 1


async def test_a_receiver_that_speaks_no_tls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WITHIN", 2.0)
    async with receiving() as receiver:
        tried = await carried(f"https://hook.example:{receiver.port}/", resolve=here)
    assert tried.status is None and tried.error
