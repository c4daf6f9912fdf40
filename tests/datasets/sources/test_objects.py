from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.messages import Entry
from jobyard.datasets.sources.bucket import Bucket, Patience
from jobyard.datasets.sources.objects import Objects
from jobyard.job.clock import SystemClock
from jobyard.job.errors import SourceMissing, SourceUnreadable
from tests.datasets.sources.stub import PAGE, Answer, Numbered, Stub, serving


@pytest.fixture(scope="module")
def house() -> Iterator[Stub]:
    with serving([]) as stub:
        yield stub


@pytest.fixture
def stub(house: Stub) -> Stub:
    house.keys, house.react, house.old, house.encodes = [], lambda query: None, False, True
    house.asked.clear()
    return house


def listed(
    stub: Stub, prefix: str = "", start: bytes = b"", skipped: list[tuple[bytes, str]] | None = None
) -> list[Entry]:
    def skip(path: bytes, reason: str) -> None:
        if skipped is not None:
            skipped.append((path, reason))

    with Bucket(stub.reach(prefix), SystemClock(), patience=Patience(tries=2, pause=0.01)) as bucket:
        return list(Objects(bucket, prefix.encode(), start=start, skip=skip))


def paths(stub: Stub, prefix: str = "", start: bytes = b"") -> list[bytes]:
    return [path for path, *_ in listed(stub, prefix, start)]


def test_pages_follow_each_other_behind_their_last_key(stub: Stub) -> None:
    stub.keys = Numbered(2 * PAGE + 5)
    assert paths(stub, "images/") == [b"%08d.jpg" % number for number in range(2 * PAGE + 5)]
    assert [query.get("start-after") for query in stub.asked] == [None, "images/00000999.jpg", "images/00001999.jpg"]
    assert paths(stub, "images/", b"%08d.jpg" % (2 * PAGE)) == [b"%08d.jpg" % (2 * PAGE + more) for more in range(1, 5)]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("encodes", [False, True])
def test_hostile_keys_are_kept_as_they_are(stub: Stub, old: bool, encodes: bool) -> None:
    stub.old, stub.encodes = old, encodes
    names = [
        "a b",
        "a+b",
        "a%2Fb",
        "é",
        "e\u0301",
        "\u202egpj",
        "x" * 1000,
        "~",
        "*",
        "&<>\"'",
        "😀",
        "..a",
        "a..",
        "...",
        "a/.b",
    ]
    keys = [name.encode() for name in names]
    keys += [b"a\nb", b"a\x01b", b"a\xffb"] if encodes else []
    stub.keys = sorted(keys)
    assert paths(stub) == sorted(keys)
    for start in keys:
        assert paths(stub, start=start) == [key for key in sorted(keys) if key > start]


def test_marks_of_folders_are_no_samples_and_paths_that_lead_elsewhere_are_skipped(stub: Stub) -> None:
    stub.keys = sorted([b"p/", b"p/d/", b"p/d/x", b"p/d-x", b"p//x", b"p/../x", b"p/a/./x", b"p/a//x", b"p/..", b"q"])
    skipped = list[tuple[bytes, str]]()
    assert [path for path, *_ in listed(stub, "p/", skipped=skipped)] == [b"d-x", b"d/x"]
    assert [path for path, _ in skipped] == [b"..", b"../x", b"/x", b"a/./x", b"a//x"]
    assert {reason for _, reason in skipped} == {"its path would lead elsewhere as that of a file"}


def test_what_an_object_says_of_itself_is_taken(stub: Stub) -> None:
    stub.keys = [b"abc"]
    assert listed(stub) == [(b"abc", 3, 1_704_164_645_678_000_000, f"{3:032x}")]


def test_a_prefix_that_nothing_begins_with_is_missing(stub: Stub) -> None:
    stub.keys = [b"a/x"]
    with pytest.raises(SourceMissing, match="s3://bucket/b/ is not there: no key in the bucket begins so"):
        paths(stub, "b/")
    stub.keys = [b"b/"]
    assert paths(stub, "b/") == []
    stub.keys = []
    assert paths(stub) == []
    with Bucket(stub.reach("b/"), SystemClock()) as bucket:
        assert list(Objects(bucket, b"b/", may_be_missing=True)) == []
        assert list(Objects(bucket, b"b/", start=b"x")) == []


@pytest.mark.parametrize("keys", [[b"b", b"a"], [b"a", b"a"]])
def test_a_listing_that_is_not_in_order_is_an_error(stub: Stub, keys: Sequence[bytes]) -> None:
    stub.keys = keys
    with pytest.raises(SourceUnreadable, match="its objects do not come in order"):
        paths(stub)


def test_an_endpoint_that_does_not_heed_where_to_begin_is_an_error(stub: Stub) -> None:
    stub.keys = Numbered(2 * PAGE)
    whole = stub.page({})
    stub.react = lambda query: Answer(200, body=whole)
    with pytest.raises(SourceUnreadable, match="its objects do not come in order"):
        paths(stub)


def test_a_listing_that_breaks_off_is_an_error(stub: Stub) -> None:
    body = b"<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated></ListBucketResult>"
    stub.react = lambda query: Answer(200, body=body)
    with pytest.raises(SourceUnreadable, match="the listing breaks off"):
        paths(stub)


def test_an_empty_page_is_followed_by_its_token(stub: Stub) -> None:
    stub.keys = [b"a"]
    empty = b"<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>"
    empty += b"<NextContinuationToken>t/1+</NextContinuationToken></ListBucketResult>"
    stub.react = lambda query: None if "continuation-token" in query else Answer(200, body=empty)
    assert paths(stub) == [b"a"]
    assert stub.asked[-1]["continuation-token"] == "t/1+"


def test_a_page_that_fails_half_way_ends_it_without_the_rest(stub: Stub) -> None:
    stub.keys = Numbered(3 * PAGE)
    stub.react = lambda query: (
        Answer(403, "AccessDenied") if query.get("start-after", "").endswith("1999.jpg") else None
    )
    seen = list[bytes]()
    with Bucket(stub.reach(), SystemClock()) as bucket, pytest.raises(SourceUnreadable):
        seen.extend(entry[0] for entry in Objects(bucket, b""))
    assert len(seen) <= 2 * PAGE


KEY = st.lists(st.sampled_from([b"a", b"b-", b"/", b"0", b"\xff", b"\n", b" ", b"."]), min_size=1, max_size=5).map(
    b"".join
)


@given(st.sets(KEY, max_size=12), KEY)
def test_any_keys_are_listed_in_order_from_anywhere(house: Stub, keys: set[bytes], start: bytes) -> None:
    house.keys, house.react, house.old, house.encodes = sorted(keys), lambda query: None, False, True
    whole = paths(house)
    assert whole == sorted(whole)
    assert set(whole) <= keys
    assert paths(house, start=start) == [path for path in whole if path > start]


def test_a_listing_holds_one_page_at_a_time(stub: Stub) -> None:
    stub.keys = Numbered(30 * PAGE)
    with Bucket(stub.reach(), SystemClock()) as bucket:
        entries = iter(Objects(bucket, b""))
        for _ in range(2 * PAGE):
            next(entries)
        tracemalloc.start()
        try:
            for _ in entries:
                pass
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # The stub runs in this process too and holds the page that it answers.
    assert peak < 8 * 1024 * 1024
