from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from jobyard.datasets.sources.bucket import Bucket, Patience
from jobyard.job.clock import SystemClock
from jobyard.job.errors import (
    BucketMissing,
    SourceForbidden,
    SourceMissing,
    SourceUnreachable,
    SourceUnreadable,
)
from tests.datasets.sources.stub import Answer, Stub, serving

HASTE = Patience(connect=1.0, answer=0.5, tries=3, pause=0.01)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving([b"a", b"b"]) as stub:
        yield stub


def ask(stub: Stub, after: bytes = b"", *, patience: Patience = HASTE, **more: Any) -> list[bytes]:
    with Bucket(stub.reach(**more), SystemClock(), patience=patience) as bucket:
        return [one.key for one in bucket.page(after).objects]


def test_a_page_is_asked_for_behind_a_key_and_signed(stub: Stub) -> None:
    assert ask(stub, b"a") == [b"b"]
    assert stub.asked == [{"encoding-type": "url", "list-type": "2", "max-keys": "1000", "start-after": "a"}]
    assert stub.paths == ["/bucket"]
    assert stub.heads[0]["authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
    assert "hidden" not in str(stub.heads)


def test_who_has_no_key_asks_without_a_signature(stub: Stub) -> None:
    assert ask(stub, access="") == [b"a", b"b"]
    assert "authorization" not in stub.heads[0]


def test_the_environment_does_not_choose_the_key_or_the_endpoint(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "http://elsewhere.invalid")
    assert ask(stub) == [b"a", b"b"]
    assert "Credential=key/" in stub.heads[0]["authorization"]
    assert "x-amz-security-token" not in stub.heads[0]


def test_a_bucket_may_be_named_in_the_host(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **how: known("127.0.0.1", *more, **how))
    port = stub.url.rpartition(":")[2]
    stub.url = f"http://obs.example:{port}"
    assert ask(stub, host_style=True) == [b"a", b"b"]
    assert (stub.paths, stub.heads[0]["host"]) == (["/"], f"bucket.obs.example:{port}")


def test_an_endpoint_of_the_first_version_is_asked_with_its_words(stub: Stub) -> None:
    stub.old = True
    assert ask(stub, b"a") == [b"b"]
    assert [set(query) & {"list-type", "start-after", "marker"} for query in stub.asked] == [
        {"list-type", "start-after"},
        {"marker"},
    ]


@pytest.mark.parametrize(
    ("answer", "fault", "words"),
    [
        (Answer(404, "NoSuchBucket"), BucketMissing, r"no bucket bucket at 127\.0\.0\.1:\d+, so s3://bucket/ cannot"),
        (Answer(404, "NoSuchKey"), SourceMissing, "NoSuchKey"),
        (Answer(403, "AccessDenied"), SourceForbidden, "access is refused"),
        (Answer(403, "InvalidAccessKeyId"), SourceForbidden, "does not know the access key"),
        (Answer(403, "SignatureDoesNotMatch"), SourceForbidden, "the secret key is not that of the access key"),
        (Answer(403, "RequestTimeTooSkewed"), SourceForbidden, "the clock of this machine"),
        (Answer(403, body=b"<html>canary</html>"), SourceForbidden, "answers 403"),
        (Answer(401, "Odd"), SourceForbidden, "answers Odd"),
        (Answer(301, "PermanentRedirect", headers=(("location", "http://127.0.0.1:1/"),)), SourceUnreadable, "region"),
        (Answer(400, "InvalidArgument"), SourceUnreadable, "answers InvalidArgument"),
        (Answer(200, body=b"<html>canary</html>"), SourceUnreadable, "it is no listing"),
        (Answer(200, body=b"canary"), SourceUnreadable, "not well formed"),
    ],
)
def test_what_is_final_is_told_at_once(stub: Stub, answer: Answer, fault: type[SourceUnreadable], words: str) -> None:
    stub.react = lambda query: answer
    with pytest.raises(SourceUnreadable, match=words) as told:
        ask(stub)
    assert type(told.value) is fault
    assert len(stub.asked) == 1
    assert not any(secret in told.value.sentence for secret in ("canary", "hidden", "key="))
    assert told.value.__cause__ is None


@pytest.mark.parametrize("answer", [Answer(503, "SlowDown"), Answer(500), Answer(429), Answer(400, "RequestTimeout")])
def test_what_may_pass_is_asked_again(stub: Stub, answer: Answer) -> None:
    answers = iter([answer, answer, None])
    stub.react = lambda query: next(answers)
    assert ask(stub) == [b"a", b"b"]
    assert len(stub.asked) == 3
    stub.react = lambda query: answer
    with pytest.raises(SourceUnreachable, match="s3://bucket/ cannot be reached"):
        ask(stub)
    assert len(stub.asked) == 6


def test_silence_is_no_answer(stub: Stub) -> None:
    stop = threading.Event()

    def hush(query: dict[str, str]) -> None:
        stop.wait(5)

    stub.react = hush
    with pytest.raises(SourceUnreachable, match="does not answer in time"):
        ask(stub, patience=Patience(connect=1.0, answer=0.05, tries=2, pause=0.01))
    stop.set()


def test_a_closed_port_is_named_with_its_cause() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        stub = Stub([])
        stub.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SourceUnreachable, match=r"no connection to 127\.0\.0\.1:\d+ \(.*refused"):
            ask(stub)


def test_a_wish_to_stop_is_heard_while_it_waits_for_another_try(stub: Stub) -> None:
    stub.react = lambda query: Answer(503, "SlowDown")
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        if looks > 3:
            raise KeyboardInterrupt

    begun = time.monotonic()
    patience = Patience(pause=60.0)
    with Bucket(stub.reach(), SystemClock(), look=look, patience=patience) as bucket, pytest.raises(KeyboardInterrupt):
        bucket.page(b"")
    assert time.monotonic() - begun < 30


def test_an_endless_answer_is_cut(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.datasets.sources.bucket.PAGE_BYTES", 100_000)
    stub.react = lambda query: Answer(200, body=b"<ListBucketResult>" + b" " * 1_000_000)
    with pytest.raises(SourceUnreadable, match="not well formed"):
        ask(stub)


def test_a_secret_is_not_part_of_how_a_reach_is_shown(stub: Stub) -> None:
    assert "hidden" not in repr(stub.reach())
