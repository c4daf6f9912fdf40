from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.datasets.endpoints import Endpoints, EndpointWish
from jobyard.datasets.sources import endpoint
from jobyard.datasets.sources.address import stretch
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused, SourceNotAllowed
from jobyard.people.record import KeyScope
from tests.datasets.sources.stub import Answer, Stub, serving
from tests.datasets.yard import ADA, OPERATOR, ROOT, Yard

WISH = EndpointWish(
    name="main", url="https://obs.example.org", allowed=("cats", "s3://dogs/small"), access="key", secret="hidden"
)


def put(yard: Yard, **given: Any) -> endpoint.Endpoint:
    return yard.ask(yard.endpoints.put(ROOT, replace(WISH, **given)))


def secret(yard: Yard, kept: endpoint.Endpoint) -> str:
    return yard.vault.open(kept.sealed, kept.name)


def test_an_endpoint_is_set_seen_replaced_and_dropped(yard: Yard) -> None:
    made = put(yard)
    assert (made.url, made.allowed, made.set_by) == ("https://obs.example.org", ("cats/", "dogs/small/"), "root")
    assert yard.ask(yard.endpoints.list(ROOT)) == [made]
    assert secret(yard, made) == "hidden"
    again = put(yard, allowed=("birds",), secret=None)
    assert again.allowed == ("birds/",)
    assert secret(yard, again) == "hidden"
    assert secret(yard, put(yard, secret="other")) == "other"
    assert put(yard, access="", secret=None).sealed == b""
    yard.ask(yard.endpoints.drop(ROOT, "main"))
    assert yard.ask(yard.endpoints.list(ROOT)) == []
    with pytest.raises(NotFound):
        yard.ask(yard.endpoints.drop(ROOT, "main"))


def test_a_secret_that_stays_is_never_sent_to_another_address(yard: Yard) -> None:
    put(yard)
    for given in ({"url": "https://evil.example.org"}, {"access": "other"}, {"name": "second", "allowed": ("birds",)}):
        with pytest.raises(Invalid, match="An access key needs its secret key"):
            put(yard, secret=None, **given)


@pytest.mark.parametrize(
    "actor", [ADA, OPERATOR, replace(ROOT, scope=KeyScope.READ), replace(ROOT, scope=KeyScope.DESK)]
)
def test_only_administrators_look_after_endpoints(yard: Yard, actor: Any) -> None:
    put(yard)
    asked: list[Callable[[Endpoints], Any]] = [
        lambda verbs: verbs.list(actor),
        lambda verbs: verbs.put(actor, WISH),
        lambda verbs: verbs.drop(actor, "main"),
        lambda verbs: verbs.test(actor, "main"),
    ]
    for ask in asked:
        with pytest.raises(Refused):
            yard.ask(ask(yard.endpoints))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("url", url)
            for url in (
                *("", "obs.example.org", "ftp://obs.example.org", "https://", "https://u:p@obs.example.org"),
                *("https://obs.example.org/path", "https://obs.example.org?x", "https://obs.example.org#x"),
                *(
                    "https://obs example.org",
                    "https://obs.example.org:99999",
                    "https://öbs.example.org",
                    "https://[::1",
                ),
                "file:///etc/passwd",
            )
        ),
        *(("allowed", allowed) for allowed in ((), ("",), ("a/../b",), ("cats//x",), ("c",), ("http://cats",), ("*",))),
        ("allowed", tuple(f"bucket-{number}" for number in range(101))),
        ("region", ""),
        ("region", "eu west"),
        ("access", "k\ney"),
        ("secret", ""),
        ("secret", "x" * 201),
        ("secret", "ü"),
    ],
)
def test_what_is_no_endpoint_is_refused_by_place(yard: Yard, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        put(yard, **{field: value})
    assert [fault["path"] for fault in refused.value.fields] == [field]
    assert yard.ask(yard.endpoints.list(ROOT)) == []


def test_a_secret_without_its_key_is_refused(yard: Yard) -> None:
    with pytest.raises(Invalid, match="A secret key needs its access key"):
        put(yard, access="")


@pytest.mark.parametrize("place", ["cats", "cats/small", "dogs", "dogs/small/one"])
def test_two_endpoints_never_allow_the_same_place(yard: Yard, place: str) -> None:
    put(yard)
    with pytest.raises(Invalid, match="The endpoint main allows"):
        put(yard, name="second", allowed=(place,))
    put(yard, name="second", allowed=("cats-2", "dogs/smaller"))


def test_there_is_an_end_to_endpoints(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.datasets.endpoints.MOST", 1)
    put(yard)
    put(yard)
    with pytest.raises(Conflict):
        put(yard, name="second", allowed=("birds",))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("s3://cats/", "main"),
        ("obs://cats/deep/down/", "main"),
        ("s3://dogs/small/", "main"),
        ("s3://dogs/small/x/", "main"),
        ("s3://dogs/", None),
        ("s3://dogs/smaller/", None),
        ("s3://cats-2/", None),
    ],
)
def test_a_source_finds_its_endpoint(yard: Yard, source: str, name: str | None) -> None:
    put(yard)
    wanted = stretch(source)
    assert wanted is not None
    if name is None:
        with pytest.raises(SourceNotAllowed, match=source):
            yard.write(lambda transaction: endpoint.covering(transaction, wanted))
    else:
        assert yard.write(lambda transaction: endpoint.covering(transaction, wanted)).name == name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("https://OBS.Example.org/", "https://obs.example.org"),
        ("http://[::1]:9000/", "http://[::1]:9000"),
    ],
)
def test_addresses_are_kept_in_one_form(given: str, kept: str) -> None:
    assert endpoint.checked_url(given) == kept


def test_what_was_done_is_in_the_audit_without_the_secret(yard: Yard) -> None:
    put(yard)
    yard.ask(yard.endpoints.drop(ROOT, "main"))
    bodies = yard.write(lambda transaction: [card.body for card in transaction.cards("audit", limit=9)])
    assert ["endpoint main" in body for body in bodies] == [True, True]
    assert not any("hidden" in body for body in bodies)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving([b"x/a"]) as stub:
        yield stub


def test_a_trial_tells_how_each_place_is_listed(yard: Yard, stub: Stub) -> None:
    put(yard, url=stub.url, allowed=("bucket/empty", "bucket/full", "bucket/shut"))
    stub.react = lambda query: Answer(403, "AccessDenied") if query.get("prefix") == "shut/" else None
    found = {one.place: (one.code, one.trouble) for one in yard.ask(yard.endpoints.test(ROOT, "main"))}
    assert found["bucket/empty/"] == found["bucket/full/"] == ("", "")
    assert found["bucket/shut/"][0] == "source_forbidden"
    assert "access is refused" in found["bucket/shut/"][1]
    with pytest.raises(NotFound):
        yard.ask(yard.endpoints.test(ROOT, "other"))
