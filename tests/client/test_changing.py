"""The client's ways to change jobs: edits, running again, one verb for many; and the limits of a house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import msgspec
import pytest

from jobyard.client import Bulk, Conflict, Forbidden, Invalid, Job, Jobyard, NotFound, TooMuch, Unreachable
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse
from tests.client.answering import Prepared, a_job, json, problem

LATER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


@pytest.fixture
def label() -> str:
    return f"changing-{new_id()[:12]}"


def waiting(client: Jobyard, label: str = "x", **wishes: Any) -> Job:
    return client.submit("command.run", {"argv": ["echo"]}, queue="nobody", labels={label: ""}, **wishes)


def test_a_job_tells_what_it_waits_for(client: Jobyard, label: str) -> None:
    first = waiting(client, label)
    assert first.waiting is None, "an answer to a verb goes without"
    second = client.job(waiting(client, label, after=[first.id], on_failure="run", unique=label).id)
    assert second.waiting is not None and second.waiting.cause == "needs"
    assert (second.after, second.on_failure, second.waits, second.unique) == ([first.id], "run", 1, label)
    listed = {job.id: job.waiting.cause for job in client.jobs(label=label) if job.waiting}
    assert listed == {first.id: "unserved", second.id: "needs"}
    client.cancel(first.id)
    after = client.job(second.id)
    assert after.waits == 0 and after.waiting is not None and after.waiting.cause == "unserved"
    client.cancel(second.id)


def test_an_edit_says_only_what_shall_be_different(client: Jobyard, label: str) -> None:
    job = waiting(client, label, priority=3)
    edited = client.edit(job.id, name="Other", due_at=LATER)
    assert (edited.name, edited.due_at, edited.priority, edited.labels) == ("Other", LATER, 3, {label: ""})
    assert client.edit(job.id, due_at=None, labels={}).due_at is None
    with pytest.raises(Invalid):
        client.edit(job.id)
    client.cancel(job.id)
    with pytest.raises(Conflict) as caught:
        client.edit(job.id, priority=1)
    assert caught.value.code == "wrong_state"


def test_a_job_is_run_again(client: Jobyard) -> None:
    old = client.wait(client.submit("command.run", {"argv": ["echo", "1"]}).id, timeout=60)
    assert "again" in old.may and "edit" not in old.may
    new = client.again(old.id, {"argv": ["echo", "2"]}, name="Again", queue="nobody")
    assert (new.origin, new.parameters["argv"][1], new.name) == (old.id, "2", "Again")
    same = client.again(old.id, key=new_id(), queue="nobody")
    assert same.parameters == old.parameters and same.id != new.id
    with pytest.raises(NotFound):
        client.again("0" * 32)
    for job in (new, same):
        client.cancel(job.id)


def test_a_taken_key_names_the_job_that_has_it(client: Jobyard, label: str) -> None:
    job = waiting(client, label, unique=label)
    with pytest.raises(Conflict) as caught:
        waiting(client, label, unique=label)
    assert (caught.value.code, caught.value.job) == ("unique_taken", job.id)
    client.cancel(job.id)


def test_many_are_counted_asked_and_told_of(client: Jobyard, label: str) -> None:
    jobs = [waiting(client, label) for _ in range(3)]
    counted = client.bulk("cancel", label=label, dry_run=True)
    assert (counted.matched, counted.matched_exact, counted.done) == (3, True, 0)
    assert client.bulk("edit", edits={"priority": 5}, ids=[job.id for job in jobs[:2]]).done == 2
    assert sorted(job.priority for job in client.jobs(label=label)) == [0, 5, 5]
    heard = list[Bulk]()
    done = client.bulk("cancel", label=[label], state=["queued", "running"], on_news=heard.append)
    assert heard[-1] == done and (done.done, done.refused, done.next) == (3, [], None)
    with pytest.raises(Invalid):
        client.bulk("cancel", state="bogus")
    with pytest.raises(Invalid):
        client.bulk("edit", label=label)


def test_limits_are_set_met_and_dropped(house: RunningHouse, client: Jobyard) -> None:
    name = f"user-{new_id()[:8]}"
    client.users.add(name)
    made = client.limits.set("owner", name, queued=1, stored=1000)
    assert (made.queued, made.running, made.stored) == (1, None, 1000)
    assert made in client.limits.all()
    with house.client(client.keys.create(user=name).secret) as own:
        job = own.submit("command.run", {"argv": ["echo"]}, queue="nobody")
        [use] = own.limits.mine()
        assert use.queued is not None and (use.queued.used, use.queued.limit, use.running) == (1, 1, None)
        with pytest.raises(TooMuch) as caught:
            own.submit("command.run", {"argv": ["echo"]}, queue="nobody")
        assert caught.value.code == "limit_reached" and (caught.value.retry_after or 0) >= 1
        with pytest.raises(Forbidden):
            own.limits.set("owner", name, queued=100)
        own.cancel(job.id)
    client.limits.drop("owner", name)
    with pytest.raises(NotFound):
        client.limits.drop("owner", name)
    with pytest.raises(Invalid):
        client.limits.set("queue", "gpu")


def part(**fields: Any) -> Any:
    plain: dict[str, Any] = {"matched": None, "matched_exact": False, "looked_at": 0, "done": 0, "refused": []}
    return json(plain | {"next": None} | fields)


def test_call_after_call_is_one_answer() -> None:
    why = {"reason": "You are not allowed to cancel.", "count": 2}
    house = Prepared(
        part(matched=5, matched_exact=True, looked_at=2, done=0, refused=[why], next="a"),
        part(looked_at=2, done=1, refused=[{**why, "count": 1}], next="b"),
        part(looked_at=1, done=1),
    )
    heard = list[Bulk]()
    with house.client() as client:
        found = client.bulk("cancel", queue="gpu", on_news=heard.append)
    assert (found.matched, found.matched_exact, found.looked_at, found.done) == (5, True, 5, 2)
    assert [(one.reason, one.count) for one in found.refused] == [(why["reason"], 3)]
    assert [one.looked_at for one in heard] == [2, 4, 5]
    bodies = [msgspec.json.decode(request.content) for request in house.asked]
    assert [body.get("cursor") for body in bodies] == [None, "a", "b"]
    assert all(body["filter"] == {"queue": ["gpu"]} for body in bodies)


@pytest.mark.parametrize(("verb", "asked"), [("retry", 1), ("cancel", 2)])
def test_only_what_does_no_more_is_asked_of_many_a_second_time(verb: Any, asked: int) -> None:
    house = Prepared(httpx2.ReadError("cut"), part())
    with house.client() as client:
        if asked == 1:
            with pytest.raises(Unreachable):
                client.bulk(verb)
        else:
            client.bulk(verb)
    assert len(house.asked) == asked


def test_running_again_under_one_key_outlives_a_lost_answer() -> None:
    house = Prepared(httpx2.ReadError("cut"), json(a_job(origin="b" * 32), 201))
    with house.client() as client:
        assert client.again("b" * 32).origin == "b" * 32
    keys = {request.headers["Idempotency-Key"] for request in house.asked}
    assert len(house.asked) == 2 and len(keys) == 1
    assert msgspec.json.decode(house.asked[0].content) == {}


def test_a_refusal_names_the_job_in_the_way() -> None:
    house = Prepared(problem(409, "unique_taken", job="c" * 32))
    with house.client() as client, pytest.raises(Conflict) as caught:
        client.submit("k", unique="u")
    assert caught.value.job == "c" * 32


def test_a_ground_truth_is_drawn_by_what_was_said_and_nothing_else() -> None:
    whose = {"assignee": None, "stage": "annotation", "state": "new"}
    where = {"number": 7, "kind": "ground_truth", "parent": None, "layer": 7, "first": 0, "last": 9, "frames": 2}
    part = where | whose
    house = Prepared(json(part, 201), httpx2.ReadError("cut"))
    with house.client() as client:
        assert client.datasets.draw_ground_truth("a" * 32, share=0.2, seed=0).frames == 2
        with pytest.raises(Unreachable):
            client.datasets.draw_ground_truth("a" * 32, count=2)
    assert [msgspec.json.decode(request.content) for request in house.asked] == [
        {"share": 0.2, "seed": 0},
        {"count": 2},
    ]
    assert house.asked[0].url.path.endswith(f"/datasets/{'a' * 32}/ground-truth")
