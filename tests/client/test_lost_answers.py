"""Verbs whose answer was lost: nothing is done twice, and nothing is taken for done that is not."""

from __future__ import annotations

import httpx2
import msgspec
import pytest

from jobyard.client import Conflict, Unreachable
from tests.client.answering import Prepared, a_job, json, problem

LOST = httpx2.ReadError("lost")


def verbs(house: Prepared) -> list[str]:
    return [f"{request.method} {request.url.path.rpartition('/')[2][:8]}" for request in house.asked]


def test_a_cancel_that_happened_is_not_asked_again() -> None:
    house = Prepared(LOST, json(a_job(state="cancelled")))
    with house.client() as client:
        assert client.cancel("a").state == "cancelled"
    assert verbs(house) == ["POST cancel", "GET a"]


def test_a_wish_to_cancel_that_is_known_is_not_asked_again() -> None:
    house = Prepared(LOST, json(a_job(state="running", cancelling=True)))
    with house.client() as client:
        assert client.cancel("a").cancelling
    assert verbs(house) == ["POST cancel", "GET a"]


def test_a_cancel_that_did_not_happen_is_asked_again() -> None:
    house = Prepared(LOST, json(a_job()), json(a_job(state="cancelled")))
    with house.client() as client:
        assert client.cancel("a").state == "cancelled"
    assert verbs(house) == ["POST cancel", "GET a", "POST cancel"]


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [("retry", "failed", "queued"), ("release", "draft", "queued"), ("withdraw", "queued", "draft")],
)
def test_other_verbs_look_before_they_are_asked_again(verb: str, before: str, after: str) -> None:
    done = Prepared(LOST, json(a_job(state=after)))
    with done.client() as client:
        assert getattr(client, verb)("a").state == after
    assert len(done.asked) == 2
    undone = Prepared(LOST, json(a_job(state=before)), json(a_job(state=after)))
    with undone.client() as client:
        assert getattr(client, verb)("a").state == after
    assert len(undone.asked) == 3


def test_a_job_that_is_gone_after_a_lost_delete_was_deleted() -> None:
    house = Prepared(LOST, problem(404))
    with house.client() as client:
        client.delete("a")
    assert len(house.asked) == 2


def test_a_job_that_was_never_there_is_not_found() -> None:
    from jobyard.client import NotFound

    with Prepared(problem(404)).client() as client, pytest.raises(NotFound):
        client.delete("a")


def test_a_refusal_is_not_asked_again() -> None:
    house = Prepared(problem(409))
    with house.client() as client, pytest.raises(Conflict):
        client.cancel("a")
    assert len(house.asked) == 1


def test_a_submit_is_sent_again_under_the_same_key() -> None:
    house = Prepared(LOST, LOST, json(a_job(), 201))
    with house.client() as client:
        client.submit("command.run", {"argv": ["true"]}, name="x")
    keys = [request.headers["Idempotency-Key"] for request in house.asked]
    assert len(keys) == 3 and len(set(keys)) == 1 and len(keys[0]) == 32
    assert len({request.content for request in house.asked}) == 1


def test_two_submits_have_two_keys_unless_one_was_said() -> None:
    house = Prepared(json(a_job(), 201))
    with house.client() as client:
        for key in (None, None, "mine", "mine"):
            client.submit("command.run", key=key)
    keys = [request.headers["Idempotency-Key"] for request in house.asked]
    assert keys[0] != keys[1]
    assert keys[2:] == ["mine", "mine"]


def test_only_what_was_said_is_sent() -> None:
    house = Prepared(json(a_job(), 201))
    with house.client() as client:
        client.submit("command.run", {"argv": ["true"]}, priority=5)
    assert msgspec.json.decode(house.asked[0].content) == {
        "kind": "command.run",
        "parameters": {"argv": ["true"]},
        "priority": 5,
    }


def test_a_house_that_stays_away_is_not_taken_for_one_that_did_it() -> None:
    house = Prepared(LOST, httpx2.ConnectError("refused"))
    with house.client(patience=0.3) as client, pytest.raises(Unreachable):
        client.cancel("a")
