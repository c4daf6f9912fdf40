"""Datasets over buckets: what is synchronized, what is never mistaken for a deleted object, and where the key goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from jobyard.datasets.endpoints import EndpointWish
from jobyard.datasets.messages import Opened, unpacked
from jobyard.datasets.sources import bucket
from jobyard.datasets.sources.bucket import Patience
from jobyard.datasets.work.tasks import Tasks
from jobyard.job.errors import (
    BucketMissing,
    Invalid,
    NotFound,
    SourceEmptied,
    SourceForbidden,
    SourceMissing,
    SourceNotAllowed,
    SourceUnreachable,
    SourceUnreadable,
)
from jobyard.kinds import Declined
from tests.datasets.sources.stub import Answer, Numbered, Stub, serving
from tests.datasets.yard import ROOT, Killed, Yard, counts

pytestmark = pytest.mark.usefixtures("small_batches")
SECRET = "hidden-in-the-vault"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setattr(bucket, "Patience", lambda: Patience(connect=1.0, answer=2.0, tries=2, pause=0.01))
    with serving([]) as stub:
        yield stub


def allow(yard: Yard, stub: Stub, *allowed: str, **given: Any) -> None:
    told: dict[str, Any] = {"name": "here", "url": stub.url, "access": "key", "secret": SECRET, **given}
    yard.ask(yard.endpoints.put(ROOT, EndpointWish(allowed=allowed or ("bucket/cats",), **told)))


@pytest.fixture
def cats(yard: Yard, stub: Stub) -> Yard:
    """A dataset over `s3://bucket/cats/`."""
    allow(yard, stub)
    yard.create(source="s3://bucket/cats")
    return yard


def stored(yard: Yard) -> list[bytes]:
    return [path for path, *_ in yard.stored()]


def test_a_bucket_is_synchronized_like_a_folder(cats: Yard, stub: Stub) -> None:
    assert cats.get().source == "s3://bucket/cats/"
    stub.keys = sorted([b"cats/", *(b"cats/%d/%05d.jpg" % (number % 7, number) for number in range(95)), b"dogs/x"])
    assert counts(cats.synchronize()) == (95, 0, 0, 0)
    assert stored(cats) == [key[5:] for key in stub.keys if key.startswith(b"cats/") and len(key) > 5]
    cats.check_counters()
    assert counts(cats.synchronize()) == (0, 0, 0, 95)
    stub.keys = [key for key in stub.keys if key != b"cats/3/00003.jpg"] + [b"dogs/y"]
    assert counts(cats.synchronize()) == (0, 0, 1, 94)


def test_an_object_that_is_written_again_is_the_same_by_its_etag(cats: Yard, stub: Stub) -> None:
    stub.keys = [b"cats/a", b"cats/b"]
    cats.synchronize()
    page = stub.page({"prefix": "cats/"})
    stub.react = lambda query: Answer(200, body=page.replace(b"2024-01-02", b"2025-01-02"))
    assert counts(cats.synchronize()) == (0, 0, 0, 2)
    stub.react = lambda query: Answer(200, body=page.replace(f"{6:032x}".encode(), b"other", 1))
    assert counts(cats.synchronize()) == (0, 1, 0, 1)
    stub.react = lambda query: None


@pytest.mark.parametrize("survived", [1, 2, 4, 7])
def test_a_killed_attempt_goes_on_behind_its_last_key(cats: Yard, stub: Stub, survived: int) -> None:
    stub.keys = Numbered(55, b"cats/%05d")
    job = cats.claim(cats.submit())
    with pytest.raises(Killed):
        cats.run(cats.rehearse(job, calls=survived))
    job = cats.claim(cats.lose(job))
    stub.asked.clear()
    assert counts(cats.run(cats.rehearse(job))) == (55, 0, 0, 0)
    cats.check_counters()
    if 1 < survived < 7:
        assert stub.asked[-1]["start-after"] == f"cats/{(survived - 1) * 10 - 1:05d}"


@pytest.mark.parametrize(
    ("answer", "fault", "code"),
    [
        (Answer(404, "NoSuchBucket"), BucketMissing, "bucket_missing"),
        (Answer(403, "AccessDenied"), SourceForbidden, "source_forbidden"),
        (Answer(503, "SlowDown"), SourceUnreachable, "source_unreachable"),
        (
            Answer(200, body=b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"),
            SourceMissing,
            "source_missing",
        ),
    ],
)
def test_a_bucket_that_cannot_be_listed_deletes_nothing(
    cats: Yard, stub: Stub, answer: Answer, fault: type[Exception], code: str
) -> None:
    stub.keys = Numbered(25, b"cats/%05d")
    cats.synchronize()
    stub.react = lambda query: answer
    with pytest.raises(fault, match="s3://bucket/cats/") as failed:
        cats.synchronize()
    assert failed.value.code == code  # type: ignore[attr-defined]
    assert SECRET not in str(failed.value)
    assert len(stored(cats)) == 25


def test_a_listing_that_breaks_in_the_middle_deletes_nothing_behind_it(cats: Yard, stub: Stub) -> None:
    stub.keys = Numbered(2500, b"cats/%05d")
    cats.synchronize()
    stub.keys = [b"cats/00000", b"cats/02400"]
    half = b"<ListBucketResult><KeyCount>1</KeyCount><IsTruncated>true</IsTruncated>"
    half += stub._content(b"cats/00000").encode() + b"</ListBucketResult>"
    answers = iter([Answer(200, body=half), Answer(403, "AccessDenied")])
    stub.react = lambda query: next(answers)
    with pytest.raises(SourceForbidden):
        cats.synchronize()
    assert len(stored(cats)) == 2500


def test_a_prefix_that_became_empty_is_not_believed_unless_said_so(cats: Yard, stub: Stub) -> None:
    stub.keys = [b"cats/a", b"cats/b"]
    cats.synchronize()
    stub.keys = []
    with pytest.raises(SourceMissing):
        cats.synchronize()
    stub.keys = [b"cats/"]
    with pytest.raises(Declined, match="No file was found in s3://bucket/cats/, but the dataset holds 2") as refused:
        cats.synchronize()
    assert refused.value.code == "source_emptied"
    stub.keys = []
    assert counts(cats.synchronize(allow_empty=True)) == (0, 0, 2, 0)


def test_only_what_an_endpoint_allows_may_be_a_source(yard: Yard, stub: Stub) -> None:
    allow(yard, stub, "bucket/cats", "other")
    for source in (
        "s3://bucket/",
        "s3://bucket/cat/",
        "s3://bucket/cats-2/",
        "obs://elsewhere/cats/",
        "s3://bucket/dogs",
    ):
        with pytest.raises(SourceNotAllowed):
            yard.create(source=source)
    for source in ("s3://bucket/../cats", "s3://b", "s3://", "obs://bucket//cats/"):
        with pytest.raises(Invalid):
            yard.create(source=source)
    assert yard.create("a", source="obs://bucket/cats/small").source == "obs://bucket/cats/small/"
    assert yard.create("b", source="s3://other").source == "s3://other/"


def test_an_endpoint_that_was_dropped_takes_its_sources_with_it(cats: Yard, stub: Stub) -> None:
    stub.keys = [b"cats/a"]
    cats.synchronize()
    cats.ask(cats.endpoints.drop(ROOT, "here"))
    with pytest.raises(Declined, match="s3://bucket/cats/ is not inside") as refused:
        cats.synchronize()
    assert refused.value.code == "source_not_allowed"
    assert stored(cats) == [b"a"]


def test_the_key_travels_in_the_answer_to_open_and_nowhere_else(cats: Yard, stub: Stub) -> None:
    stub.keys = Numbered(25, b"cats/%05d")
    job = cats.claim(cats.submit())
    opened = unpacked(cats.call(job, "datasets.open"), Opened)
    assert opened.reach is not None
    assert (opened.reach.access, opened.reach.secret) == ("key", SECRET)
    rehearsal = cats.rehearse(job)
    result = cats.run(rehearsal)
    seen = [json.dumps(result), str(rehearsal.lines), str(rehearsal.calls), str(rehearsal.told), str(stub.heads)]
    seen.append(msgspec.json.encode(cats.write(lambda transaction: transaction.job(job.id))).decode())
    assert not any(SECRET in one for one in seen)
    kept = cats.write(lambda transaction: [card.body for card in transaction.cards("endpoint", limit=9)])
    assert kept
    assert not any(SECRET in body for body in kept)


def test_only_a_synchronization_is_told_the_key(cats: Yard) -> None:
    job = cats.claim(cats.submit())
    with pytest.raises(Exception, match=r"There is no verb datasets\.open for command\.run"):
        cats.call(msgspec.structs.replace(job, kind="command.run"), "datasets.open")


def test_a_key_that_another_house_sealed_is_told_of(cats: Yard) -> None:
    cats.capability._vault = type(cats.vault)(b"x" * 32)
    with pytest.raises(Declined, match="The secret key of the endpoint here was sealed by another house"):
        cats.synchronize()


def test_no_more_is_deleted_than_was_said(cats: Yard, stub: Stub) -> None:
    stub.keys = Numbered(60, b"cats/%05d")
    cats.synchronize()
    stub.keys = [key for number, key in enumerate(stub.keys) if number % 2]
    with pytest.raises(Declined, match="More than 12 of 60 samples are gone") as refused:
        cats.synchronize(delete_limit=12)
    assert refused.value.code == "too_many_gone"
    assert 48 <= len(stored(cats)) < 60
    assert cats.synchronize(delete_limit=30)["samples"] == 30


def test_a_picture_in_a_bucket_is_looked_at_by_itself(cats: Yard, stub: Stub) -> None:
    stub.keys = [b"cats/a.png", b"cats/b.png"]
    cats.synchronize()
    tasks = Tasks(cats.store, cats.clock, [cats.root], cats.root, cats.vault)
    stub.react = lambda query: Answer(200, body=b"the picture")
    name, file = cats.ask(tasks.picture(ROOT, cats.get(), 1))
    assert (name, file.read()) == ("b.png", b"the picture")
    stub.react = lambda query: Answer(404, "NoSuchKey")
    with pytest.raises(SourceMissing, match=r"b\.png"):
        cats.ask(tasks.picture(ROOT, cats.get(), 1))
    with pytest.raises(NotFound):
        cats.ask(tasks.picture(ROOT, cats.get(), 9))


def test_a_picture_in_a_bucket_has_its_bounds(cats: Yard, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    stub.keys = [b"cats/a.png"]
    cats.synchronize()
    tasks = Tasks(cats.store, cats.clock, [cats.root], cats.root, cats.vault)
    monkeypatch.setattr("jobyard.datasets.work.tasks._LARGEST_OBJECT", 4)
    stub.react = lambda query: Answer(200, body=b"more than that")
    with pytest.raises(SourceUnreadable, match="more than 4 bytes"):
        cats.ask(tasks.picture(ROOT, cats.get(), 0))


def test_a_bucket_that_was_emptied_between_two_attempts_deletes_nothing(cats: Yard, stub: Stub) -> None:
    stub.keys = Numbered(55, b"cats/%05d")
    cats.synchronize()
    job = cats.claim(cats.submit())
    with pytest.raises(Killed):
        cats.run(cats.rehearse(job, calls=3))
    job = cats.claim(cats.lose(job))
    stub.keys = [b"cats/"]
    with pytest.raises(SourceEmptied, match="No file was found in s3://bucket/cats/, but the dataset holds 55"):
        cats.run(cats.rehearse(job))
    assert len(stored(cats)) == 55
