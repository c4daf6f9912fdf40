"""The signature: what was signed is rebuilt to the byte, and nothing else passes for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.faces.modelarts.signature import (
    ALGORITHM,
    SKEW,
    Asked,
    BadSignature,
    canonical,
    check_fresh,
    fits,
    parsed,
    sign,
    signed_at,
)
from tests.faces.modelarts.signing import signed

PAIR = ("JYAKKEY", "very-secret")
DATE = "20260131T235959Z"
HEADERS = {"host": "h:80", "content-type": "application/json", "x-project-id": "p"}
SEGMENTS = st.text(st.characters(codec="utf-8", exclude_characters="/%?#\\", exclude_categories=["Cc"]), max_size=6)


def asked(
    headers: dict[str, str], method: str = "GET", path: str = "/v2/p", query: str = "", body: bytes = b""
) -> Asked:
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return Asked(method, path.encode(), query.encode(), pairs, body)


def told(method: str = "GET", path: str = "/v2/p", query: str = "", body: bytes = b"", **more: Any) -> dict[str, str]:
    return signed(method, path, query, HEADERS, body, PAIR, DATE, **more)


def passes(headers: dict[str, str], secret: str = PAIR[1], **request: Any) -> bool:
    return fits(parsed(headers["authorization"]), asked(headers, **request), secret)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"method": "POST", "body": b'{"a": 1}'},
        {"path": "/v2/p/"},
        {"path": "/v2/p/datasets/a%2Fb"},
        {"path": "/v2/p/datasets/a%20b~c_-."},
        {"path": "/v2/p/caf%C3%A9"},
        {"query": "offset=1&limit=100"},
        {"query": "b=2&a=1&b=1&B=3"},
        {"query": "name=a%20b%7Ec~d"},
        {"query": "name=1%2B1"},
        {"query": "flag&empty="},
        {"body": b"", "hash_said": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    ],
)
def test_what_was_signed_fits_and_with_another_key_it_does_not(request_: dict[str, Any]) -> None:
    headers = told(**request_)
    request_.pop("hash_said", None)
    assert passes(headers, **request_)
    assert not passes(headers, "very-secrets", **request_)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"method": "HEAD"}),
        ({}, {"path": "/v2/q"}),
        ({}, {"query": "a=1"}),
        ({"query": "a=1"}, {"query": "a=2"}),
        ({"query": "a=1&b=2"}, {"query": "a=1%26b=2"}),
        ({"query": "a=1"}, {"query": "a=1&a=1"}),
        ({"method": "POST", "body": b"{}"}, {"method": "POST", "body": b"{} "}),
        ({"method": "POST", "body": b"{}"}, {"method": "POST", "body": b""}),
    ],
)
def test_a_changed_request_does_not_fit(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert passes(told(**before), **before)
    assert not passes(told(**before), **after)


@pytest.mark.parametrize("name", ["host", "content-type", "x-project-id"])
def test_a_changed_header_does_not_fit_and_a_missing_or_doubled_one_is_refused(name: str) -> None:
    headers = told()
    assert passes({**headers, name: f"  {headers[name]} "})
    assert not passes({**headers, name: headers[name] + "x"})
    with pytest.raises(BadSignature, match=name):
        passes({key: value for key, value in headers.items() if key != name})
    doubled = asked(headers)
    twice = Asked("GET", b"/v2/p", b"", [*doubled.headers, (name.encode(), b"other")], b"")
    with pytest.raises(BadSignature, match=name):
        fits(parsed(headers["authorization"]), twice, PAIR[1])


def test_values_of_one_name_may_be_signed_as_they_came_but_not_mixed_with_others() -> None:
    headers = told(query="a=10&a=2&b=1")
    assert passes(headers, query="a=10&a=2&b=1") and passes(headers, query="b=1&a=2&a=10")
    lines = canonical(parsed(headers["authorization"]), asked(headers), b"a=2&a=10&b=1")
    numbers = headers["authorization"][:-64] + sign(lines, DATE.encode(), PAIR[1])
    as_numbers = {**headers, "authorization": numbers}
    assert passes(as_numbers, query="a=2&a=10&b=1") and passes(as_numbers, query="b=1&a=2&a=10")
    assert not passes(as_numbers, query="a=10&a=2&b=1")


def test_the_time_is_signed_too() -> None:
    headers = told()
    assert not passes({**headers, "x-sdk-date": "20260131T235958Z"})


def test_a_hash_that_comes_along_is_the_body_s_and_an_unsigned_body_is_refused() -> None:
    right = told(method="POST", body=b"{}", hash_said="0" * 64)
    with pytest.raises(BadSignature, match="not the one"):
        passes(right, method="POST", body=b"{}")
    assert not passes(right, method="POST", body=b"")
    with pytest.raises(BadSignature, match="body must be signed"):
        passes(told(method="POST", body=b"{}", hash_said="UNSIGNED-PAYLOAD"), method="POST", body=b"{}")


GOOD = told()["authorization"]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Bearer jy_x",
        "SDK-HMAC-SHA256",
        GOOD.replace(ALGORITHM, "SDK-HMAC-SM3"),
        GOOD.replace(ALGORITHM, "V11-HMAC-SHA256"),
        GOOD.replace("Access=JYAKKEY, ", ""),
        GOOD.replace("Access=JYAKKEY", "Access="),
        GOOD.replace("Access=JYAKKEY", "Access=" + "A" * 129),
        GOOD + ", More=1",
        GOOD.replace("host;", ""),
        GOOD.replace(";x-sdk-date", ""),
        GOOD.replace("host", "Host"),
        GOOD.replace("host", "host;host"),
        GOOD.replace("content-type;", ";"),
        GOOD[:-1],
        GOOD[:-1] + "G",
        GOOD[:-64] + GOOD[-64:].upper(),
        GOOD.replace("Access=JYAKKEY", "Access=" + "A" * 9_000),
    ],
)
def test_a_header_of_another_form_is_refused(said: str) -> None:
    assert parsed(GOOD).access == "JYAKKEY"
    with pytest.raises(BadSignature):
        parsed(said)


@pytest.mark.parametrize(
    "date",
    ["", "20260131", "20260231T000000Z", "2026-01-31T23:59:59Z", "20260131T235959", " 0260131T235959Z", "x" * 16],
)
def test_a_time_that_is_none_is_refused(date: str) -> None:
    assert signed_at([(b"x-sdk-date", DATE.encode())]) == 1769903999 * 1_000_000
    with pytest.raises(BadSignature):
        signed_at([(b"x-sdk-date", date.encode())])


@pytest.mark.parametrize("way", [-1, 1])
def test_clocks_may_differ_by_a_quarter_of_an_hour(way: int) -> None:
    check_fresh(10**15, 10**15 + way * SKEW)
    with pytest.raises(BadSignature, match="15 minutes"):
        check_fresh(10**15, 10**15 + way * (SKEW + 1))


@pytest.mark.property
@given(
    path=st.lists(SEGMENTS, max_size=4),
    pairs=st.lists(st.tuples(SEGMENTS.filter(bool), SEGMENTS), max_size=5),
    body=st.binary(max_size=20),
    other=st.binary(max_size=20),
)
def test_any_request_fits_what_its_sender_signed(
    path: list[str], pairs: list[tuple[str, str]], body: bytes, other: bytes
) -> None:
    from urllib.parse import quote, urlencode

    raw = "/" + "/".join(quote(part, safe="") for part in path)
    query = urlencode(pairs, quote_via=quote)
    headers = told(method="POST", path=raw, query=query, body=body)
    assert passes(headers, method="POST", path=raw, query=query, body=body)
    assert passes(headers, method="POST", path=raw, query=query, body=other) == (body == other)
