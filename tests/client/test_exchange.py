"""Asking a house: what is asked again, what is not, and how a refusal reads."""

from __future__ import annotations

import time

import httpx2
import pytest

from jobyard.client import (
    Broken,
    Conflict,
    Forbidden,
    Invalid,
    Jobyard,
    NotFound,
    NotJobyard,
    Refusal,
    TooLarge,
    TooMuch,
    Unauthenticated,
    Unavailable,
    Unreachable,
)
from jobyard.client.exchange import segment
from tests.client.answering import URL, Prepared, a_job, json, problem

LOST = httpx2.ReadError("lost")
REFUSED = httpx2.ConnectError("refused")


@pytest.mark.parametrize(
    ("status", "family"),
    [
        (400, Invalid),
        (401, Unauthenticated),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (410, NotFound),
        (413, TooLarge),
        (418, Invalid),
        (422, Invalid),
        (429, TooMuch),
        (500, Broken),
        (507, Unavailable),
        (599, Broken),
    ],
)
def test_a_refusal_is_of_its_family_and_says_what_the_house_said(status: int, family: type[Refusal]) -> None:
    places = [{"path": "$.kind", "message": "too short"}]
    house = Prepared(problem(status, "too_short", "That is too short.", errors=places))
    with house.client(patience=0) as client, pytest.raises(Refusal) as caught:
        client.session()
    error = caught.value
    assert type(error) is family
    assert (error.status, error.code, error.detail) == (status, "too_short", "That is too short.")
    assert str(error) == "That is too short."
    assert [(place.path, place.message) for place in error.errors] == [("$.kind", "too short")]


def test_a_refusal_says_when_to_ask_again() -> None:
    house = Prepared(problem(429, headers={"Retry-After": "17"}))
    with house.client() as client, pytest.raises(TooMuch) as caught:
        client.session()
    assert caught.value.retry_after == 17.0


@pytest.mark.parametrize("error", [LOST, REFUSED, httpx2.RemoteProtocolError("gone"), httpx2.ReadTimeout("late")])
def test_a_question_is_asked_again_after_a_lost_connection(error: Exception) -> None:
    house = Prepared(error, error, json([]))
    with house.client() as client:
        assert client.queues() == []
    assert len(house.asked) == 3


def test_a_house_that_is_not_ready_is_asked_again_when_it_said() -> None:
    house = Prepared(problem(503, headers={"Retry-After": "1"}), json([]))
    began = time.monotonic()
    with house.client() as client:
        assert client.queues() == []
    assert time.monotonic() - began >= 1.0


def test_a_full_disk_does_not_get_better_by_asking() -> None:
    house = Prepared(problem(507))
    with house.client() as client, pytest.raises(Unavailable):
        client.queues()
    assert len(house.asked) == 1


def test_what_cannot_be_asked_twice_is_not() -> None:
    house = Prepared(LOST, json({}))
    with house.client() as client, pytest.raises(Unreachable, match="its answer was lost"):
        client.projects.create("p")
    assert len(house.asked) == 1


def test_what_was_never_sent_is_sent_again_whatever_it_is() -> None:
    project = {"id": "a", "name": "p", "owner": "o", "created_at": "2026-01-01T00:00:00Z", "members": []}
    house = Prepared(REFUSED, json(project))
    with house.client() as client:
        assert client.projects.create("p").name == "p"
    assert len(house.asked) == 2


def test_patience_ends_and_says_who_did_not_answer() -> None:
    house = Prepared(REFUSED)
    began = time.monotonic()
    with house.client(patience=0.6) as client, pytest.raises(Unreachable, match=URL):
        client.session()
    assert time.monotonic() - began < 3.0
    assert len(house.asked) > 1


def test_without_patience_there_is_one_try() -> None:
    house = Prepared(REFUSED)
    with house.client(patience=0) as client, pytest.raises(Unreachable):
        client.session()
    assert len(house.asked) == 1


def test_unreachable_is_a_connection_error_to_those_who_do_not_know_us() -> None:
    assert issubclass(Unreachable, ConnectionError)


@pytest.mark.parametrize("answer", [httpx2.Response(200, content=b"<html>"), json({"user": 1}), json([])])
def test_another_service_at_the_address_is_known_for_one(answer: httpx2.Response) -> None:
    with Prepared(answer).client() as client, pytest.raises(NotJobyard, match=URL):
        client.session()


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_refusal_that_is_not_ours_is_told_by_its_status(status: int) -> None:
    answer = httpx2.Response(status, content=b"<h1>nginx</h1>", headers={"Location": "http://elsewhere.example/"})
    house = Prepared(answer)
    with house.client() as client, pytest.raises(NotJobyard, match=str(status)):
        client.session()
    assert len(house.asked) == 1


def test_a_gateway_without_a_house_behind_it_is_waited_for() -> None:
    house = Prepared(httpx2.Response(502, content=b"<h1>Bad gateway</h1>"), json([]))
    with house.client() as client:
        assert client.queues() == []


def test_the_token_goes_along_and_shows_nowhere_else() -> None:
    house = Prepared(problem(401))
    with house.client() as client:
        with pytest.raises(Unauthenticated) as caught:
            client.session()
        assert "jy_secret" not in repr(client) + str(caught.value) + repr(caught.value.args)
    assert house.asked[0].headers["Authorization"] == "Bearer jy_secret"


@pytest.mark.parametrize("url", ["house", "ftp://house", "", "http://", "//house:1", "file:///etc/passwd"])
def test_what_is_no_address_is_said_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Jobyard(url, "t")


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "ä", "a\x00"])
def test_a_token_cannot_bring_a_header_of_its_own(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        Jobyard(URL, token)


@pytest.mark.parametrize("id_", ["../users", "a/b", "..", ".", "a?b=c", "a#b", "%2e%2e", "a\\b", "é\n"])
def test_an_id_stays_one_segment_of_the_path(id_: str) -> None:
    house = Prepared(json(a_job()))
    with house.client() as client:
        client.job(id_)
    path = house.asked[0].url.raw_path.decode("ascii").partition("?")[0]
    assert path == f"/v1/jobs/{segment(id_)}"
    assert path.count("/") == 3
    assert not {"?", "#", "\\"} & set(segment(id_))


def test_a_slash_at_the_addresss_end_does_no_harm() -> None:
    house = Prepared(json([]))
    with Jobyard(f"{URL}/", "t", transport=house) as client:
        client.queues()
        assert client.url == URL
    assert house.asked[0].url.path == "/v1/queues"


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Jobyard("http://127.0.0.1:9", "t") as local, Jobyard(URL, "t") as far:
        assert not local._exchange._http.trust_env
        assert far._exchange._http.trust_env
