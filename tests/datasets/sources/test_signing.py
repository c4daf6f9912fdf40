from __future__ import annotations

from datetime import UTC, datetime

from jobyard.datasets.sources import signing

DAY = int(datetime(2013, 5, 24, tzinfo=UTC).timestamp()) * 1_000_000


def signature(host: str, path: str, query: str, *, secret: str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") -> str:
    told = signing.signed(
        "GET", host, path, query, region="us-east-1", access="AKIAIOSFODNN7EXAMPLE", secret=secret, now=DAY
    )
    return told["authorization"].rpartition("=")[2]


def test_it_signs_as_the_published_example_does() -> None:
    query = signing.query_string({"prefix": "J", "max-keys": "2"})
    found = signature("examplebucket.s3.amazonaws.com", "/", query)
    assert found == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    assert signature("examplebucket.s3.amazonaws.com", "/", query, secret="another") != found


def test_everything_but_letters_digits_and_four_marks_is_encoded() -> None:
    assert signing.query_string({"b": "ü /~", "a": b"\xff\n+"}) == "a=%FF%0A%2B&b=%C3%BC%20%2F~"
    assert signing.key_path("a b/ü+~\n".encode()) == "a%20b/%C3%BC%2B~%0A"
