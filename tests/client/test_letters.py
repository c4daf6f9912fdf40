"""Letters to receivers of webhooks: what is genuine is taken, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from email.message import Message

import httpx2
import msgspec
import pytest

from jobyard.access.signing import new_signing_secret, signature
from jobyard.client import JobLetter, NotGenuine, PingLetter, verify
from jobyard.faces.native.words import job_out
from jobyard.people.record import HOUSE
from tests.job.making import at

# A secret, an id, a time, a body and their signature, made with OpenSSL:
# printf %s "$id.$time.$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f -binary | base64
SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
ID, TIME, BODY = "msg-1", 1_700_000_000, b'{"test": 2432232314}'
SIGNED = "v1,O7sL9uMzfLFKvl+qZNPjEfnf+8Js5JK10d62B0E42gs="


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def letter(body: bytes, secret: str = SECRET, time: int | None = None, id_: str = ID) -> dict[str, str]:
    """Return the headers of a letter, signed by hand."""
    stamp = str(now() if time is None else time)
    content = f"{id_}.{stamp}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    told = b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": f"v1,{told}"}


def ping() -> bytes:
    return msgspec.json.encode({"type": "ping", "timestamp": "2026-01-01T00:00:00Z", "data": {"webhook": "w"}})


def test_signatures_are_those_of_the_standard() -> None:
    assert signature(SECRET, ID, TIME, BODY) == SIGNED
    assert letter(BODY, time=TIME)["webhook-signature"] == SIGNED


def test_secrets_are_32_bytes_and_never_the_same() -> None:
    secrets = {new_signing_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(b64decode(one.removeprefix("whsec_"), validate=True)) for one in secrets} == {32}


def test_a_genuine_ping_is_taken_from_any_sort_of_headers() -> None:
    body = ping()
    headers = letter(body)
    message = Message()
    for name, value in headers.items():
        message[name.title()] = value
    for given in (headers, {name.upper(): value for name, value in headers.items()}, httpx2.Headers(headers), message):
        told = verify(SECRET, given, body)
        assert isinstance(told, PingLetter) and told.data == {"webhook": "w"}


def test_one_of_several_signatures_is_enough() -> None:
    body, other = ping(), new_signing_secret()
    headers = letter(body)
    both = letter(body, other, int(headers["webhook-timestamp"]))["webhook-signature"]
    for said in (f"{both} {headers['webhook-signature']}", f"v2,abc {headers['webhook-signature']} v1,"):
        assert verify(SECRET, {**headers, "webhook-signature": said}, body).type == "ping"


def test_what_was_changed_on_the_way_is_not_taken() -> None:
    body = ping()
    good = letter(body)
    bad: list[tuple[dict[str, str], bytes]] = [
        (good, body + b" "),
        (good, b""),
        ({**good, "webhook-id": "msg-2"}, body),
        ({**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)}, body),
        (letter(body, new_signing_secret()), body),
    ]
    bad += [({**good, "webhook-signature": said}, body) for said in ("", "v1,", "v1a,x", SIGNED, "ü", "\udc80", "v1")]
    bad += [({**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}, body)]
    for headers, content in bad:
        with pytest.raises(NotGenuine, match="not signed"):
            verify(SECRET, headers, content)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_what_does_not_say_who_and_when_is_not_taken(name: str) -> None:
    body = ping()
    headers = letter(body)
    del headers[name]
    with pytest.raises(NotGenuine):
        verify(SECRET, headers, body)


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1.5", "9" * 30, "١٢٣", " 1"])
def test_a_time_that_is_none_is_not_taken(stamp: str) -> None:
    body = ping()
    with pytest.raises(NotGenuine):
        verify(SECRET, {**letter(body), "webhook-timestamp": stamp}, body)


@pytest.mark.parametrize("shift", [-400, 400])
def test_old_letters_and_those_of_tomorrow_are_not_taken(shift: int) -> None:
    body = ping()
    headers = letter(body, time=now() + shift)
    with pytest.raises(NotGenuine, match="old"):
        verify(SECRET, headers, body)
    assert verify(SECRET, headers, body, tolerance=500).type == "ping"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type": 5}', b'{"type": "job.finished"}', b'{"type": "ping"}'])
def test_what_is_signed_and_no_letter_is_told_so(body: bytes) -> None:
    with pytest.raises(NotGenuine, match="signed, but"):
        verify(SECRET, letter(body), body)


@pytest.mark.parametrize("secret", ["whsec_???", "whsec_abc"])
def test_a_secret_that_is_none_is_the_callers_mistake(secret: str) -> None:
    body = ping()
    with pytest.raises(ValueError, match="whsec_"):
        verify(secret, letter(body), body)


def test_what_a_newer_house_adds_is_ignored() -> None:
    job = {**msgspec.to_builtins(job_out(at("succeeded"), HOUSE, {})), "weight": 2}
    event = {"number": 5, "job": job["id"], "type": "polished", "at": job["created_at"], "actor": "mia"}
    event |= {"state": "succeeded", "attempt": 1, "data": {}, "weight": 3}
    told = {"type": "job.polished", "timestamp": job["created_at"], "data": {"event": event, "job": job}, "new": 1}
    body = msgspec.json.encode(told)
    read = verify(SECRET, letter(body), body)
    assert isinstance(read, JobLetter) and read.data.job is not None
    assert (read.type, read.data.event.type, read.data.job.id) == ("job.polished", "polished", job["id"])
