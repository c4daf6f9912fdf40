from __future__ import annotations

import pytest

from jobyard.datasets.sources import listing
from jobyard.datasets.sources.listing import Listed, NoListing

OBJECT = "<Contents><Key>{key}</Key><LastModified>{at}</LastModified><ETag>{etag}</ETag><Size>{size}</Size></Contents>"


def page(inside: str, head: str = "<KeyCount>1</KeyCount>") -> listing.ListingPage:
    told = f"{head}{inside}<IsTruncated>false</IsTruncated>"
    return listing.page(f"<ListBucketResult>{told}</ListBucketResult>".encode())


def one(**said: str) -> str:
    return OBJECT.format(**{"key": "a", "at": "2024-01-01T00:00:00Z", "etag": '"x"', "size": "3", **said})


def test_an_object_is_read_to_the_microsecond() -> None:
    found = page(one(key="a/b.jpg", at="2024-01-01T00:00:00.123456+00:00"))
    assert found.objects == [Listed(b"a/b.jpg", 3, 1_704_067_200_123_456_000, "x")]
    assert not (found.more or found.old or found.token)


def test_namespaces_do_not_matter() -> None:
    body = (
        f'<ListBucketResult xmlns="http://obs.example/doc/">{one()}<IsTruncated>true</IsTruncated></ListBucketResult>'
    )
    found = listing.page(body.encode())
    assert found.more
    assert found.objects[0].key == b"a"


def test_encoded_keys_are_decoded_to_their_bytes() -> None:
    head = "<EncodingType>url</EncodingType>"
    assert page(one(key="a+b%2Bc%0Ad%FF%2F%25"), head).objects[0].key == b"a b+c\nd\xff/%"
    assert page(one(key="a+b%2B")).objects[0].key == b"a+b%2B"


def test_the_first_version_of_the_protocol_is_noticed() -> None:
    assert page("", "<Marker></Marker>").old
    assert not page("", "<Marker></Marker><KeyCount>0</KeyCount>").old


@pytest.mark.parametrize("etag", ["", '"' + "x" * 201 + '"', '"a\nb"'])
def test_an_etag_that_nobody_can_keep_is_none(etag: str) -> None:
    assert page(one(etag=etag)).objects[0].etag == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"{}",
        b"<ListBucketResult>",
        b"<Error><Code>NoSuchBucket</Code></Error>",
        b"<!DOCTYPE x [<!ENTITY a 'aa'>]><ListBucketResult>&a;</ListBucketResult>",
        "<?xml version='1.0' encoding='utf-16'?><ListBucketResult/>".encode("utf-16"),
        b"<ListBucketResult>\xff</ListBucketResult>",
        *(
            f"<ListBucketResult>{wrong}<IsTruncated>false</IsTruncated></ListBucketResult>".encode()
            for wrong in (
                one(size="-1"),
                one(size="many"),
                one(size=str(2**63)),
                one(at="yesterday"),
                one(at="2024-01-01T00:00:00"),
                "<Contents><Key>a</Key></Contents>",
                "<Contents/>",
            )
        ),
    ],
)
def test_what_is_no_listing_is_refused(body: bytes) -> None:
    with pytest.raises(NoListing):
        listing.page(body)


@pytest.mark.parametrize("said", ["", "<IsTruncated/>", "<IsTruncated>maybe</IsTruncated>"])
def test_a_page_that_does_not_say_whether_there_is_more_is_not_the_last_one(said: str) -> None:
    with pytest.raises(NoListing, match="it does not say whether there is more"):
        listing.page(f"<ListBucketResult><KeyCount>1</KeyCount>{said}{one()}</ListBucketResult>".encode())


def test_only_the_code_of_an_error_is_taken() -> None:
    assert (
        listing.code_of(b"<Error><Code>AccessDenied</Code><AWSAccessKeyId>key</AWSAccessKeyId></Error>")
        == "AccessDenied"
    )
    assert listing.code_of(b'<Error xmlns="x"><Code> SlowDown </Code></Error>') == "SlowDown"
    for body in (
        b"",
        b"<Error/>",
        b"<Error><Code>a b</Code></Error>",
        b"<Error><Code>" + b"x" * 65 + b"</Code></Error>",
    ):
        assert listing.code_of(body) == ""
