"""Changing jobs over the wire: edits, running again, bulk verbs; what a job waits for and what it shares a key with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from jobyard.job.states import State
from jobyard.people.record import HOUSE, KeyScope, Role
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio
STAGES = ("draft", "queued", "running", "wished", "succeeded", "failed", "cancelled")


async def state(house: House, id_: str) -> State:
    return (await house.engine.listing.job(HOUSE, id_)).state


@pytest.mark.parametrize("stage", STAGES)
async def test_only_what_waits_can_be_edited(house: House, stage: str) -> None:
    job = await house.at(stage)
    async with house.client() as client:
        may = (await client.get(f"/v1/jobs/{job.id}")).json()["may"]
        answer = await client.patch(f"/v1/jobs/{job.id}", json={"priority": 7})
        assert ("edit" in may) is (stage in {"draft", "queued"})
        if stage in {"draft", "queued"}:
            assert answer.status_code == 200 and answer.json()["priority"] == 7
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_an_edit_changes_what_it_says_and_leaves_the_rest(house: House) -> None:
    job = await house.submit(name="Old", labels={"a": "1", "b": ""}, priority=3)
    async with house.client() as client:
        wish = {"name": "New", "queue": "gpu", "labels": {"c": "2"}, "due_at": "2999-01-01T01:00:00+01:00"}
        edited = (await client.patch(f"/v1/jobs/{job.id}", json=wish)).json()
        assert (edited["name"], edited["queue"], edited["priority"]) == ("New", "gpu", 3)
        assert (edited["labels"], edited["due_at"]) == ({"c": "2"}, "2999-01-01T00:00:00Z")
        [event] = (await client.get(f"/v1/jobs/{job.id}/events")).json()["events"][1:]
        assert (event["type"], event["actor"], event["data"]["queue"]) == ("edited", "mia", ["default", "gpu"])
        cleared = (await client.patch(f"/v1/jobs/{job.id}", json={"due_at": None})).json()
        assert (cleared["due_at"], cleared["name"]) == (None, "New")
        same = await client.patch(f"/v1/jobs/{job.id}", json={"name": "New"})
        assert same.status_code == 200
        assert len((await client.get(f"/v1/jobs/{job.id}/events")).json()["events"]) == 3, "nothing was different"


async def test_a_draft_keeps_the_time_that_an_edit_gave_it(house: House) -> None:
    job = await house.at("draft")
    async with house.client() as client:
        await client.patch(f"/v1/jobs/{job.id}", json={"due_at": "2999-01-01T00:00:00Z"})
        assert (await client.post(f"/v1/jobs/{job.id}/release")).json()["due_at"] == "2999-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ({}, ""),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"queue": "a b"}, "queue"),
        ({"priority": 1001}, "priority"),
        ({"priority": "1"}, "priority"),
        ({"labels": {"a": 1}}, "labels[...]"),
        ({"due_at": "tomorrow"}, "due_at"),
        ({"due_at": "1960-01-01T00:00:00Z"}, "due_at"),
        ({"parameters": {}}, "parameters"),
    ],
)
async def test_an_edit_that_does_not_fit_is_refused_with_its_place(
    house: House, wish: dict[str, Any], path: str
) -> None:
    job = await house.submit()
    async with house.client() as client:
        answer = await client.patch(f"/v1/jobs/{job.id}", json=wish)
    assert answer.status_code == 400
    assert [one["path"] for one in answer.json().get("errors", [{"path": ""}])] == [path]
    assert (await house.engine.listing.job(HOUSE, job.id)).revision == 1


async def test_a_job_is_run_again_with_changes_and_stays_as_it_was(house: House) -> None:
    project = await house.project("vision", mia=Role.MEMBER)
    mia = await house.engine.people.actor(house.tokens["mia"])
    from jobyard.engine.submission import Submission

    wish = Submission(kind="test.count", parameters={"upto": 7}, project=project, labels={"a": ""}, priority=2)
    old, _ = await house.engine.jobs.submit(mia, wish)
    async with house.client() as client:
        answer = await client.post(f"/v1/jobs/{old.id}/again", json={"parameters": {"upto": 9}, "name": "Once more"})
        assert answer.status_code == 201
        new = answer.json()
        assert answer.headers["location"] == f"/v1/jobs/{new['id']}" and new["id"] != old.id
        assert (new["origin"], new["parameters"]["upto"], new["name"]) == (old.id, 9, "Once more")
        assert (new["project"]["id"], new["labels"], new["priority"]) == (project, {"a": ""}, 2)
        bare = (await client.post(f"/v1/jobs/{old.id}/again")).json()
        assert bare["parameters"]["upto"] == 7 and bare["state"] == "queued"
        shown = (await client.get(f"/v1/jobs/{old.id}")).json()
        assert (shown["revision"], shown["parameters"]["upto"], shown["origin"]) == (1, 7, None)


async def test_a_lost_answer_makes_no_second_job_when_it_is_run_again(house: House) -> None:
    job = await house.at("failed")
    async with house.client() as client:
        headers = {"Idempotency-Key": "k"}
        first = await client.post(f"/v1/jobs/{job.id}/again", headers=headers)
        second = await client.post(f"/v1/jobs/{job.id}/again", headers=headers)
        assert first.json()["id"] == second.json()["id"]
        other = await client.post(f"/v1/jobs/{job.id}/again", json={"priority": 1}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
        assert other.json()["job"] == first.json()["id"]


async def test_what_cannot_be_run_again_says_so(house: House) -> None:
    external = await house.submit(external=True)
    job = await house.submit()
    async with house.client() as client:
        answer = await client.post(f"/v1/jobs/{external.id}/again")
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
        assert "again" not in (await client.get(f"/v1/jobs/{external.id}")).json()["may"]
        wrong = await client.post(f"/v1/jobs/{job.id}/again", json={"parameters": {"upto": 0}})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_parameters")
        assert (await client.post(f"/v1/jobs/{job.id}/again", json={"kind": "x"})).status_code == 400
        assert (await client.get("/v1/jobs")).json()["total"] == 2


async def test_another_waits_for_a_job_and_begins_after_it(house: House) -> None:
    first = await house.submit()
    async with house.client() as client:
        wish = {"kind": "test.count", "after": [first.id], "on_failure": "wait"}
        made = (await client.post("/v1/jobs", json=wish)).json()
        assert (made["after"], made["on_failure"], made["waits"]) == ([first.id], "wait", 1)
        claimed = await house.claim()
        assert claimed.job.id == first.id
        await house.end(claimed.job)
        shown = (await client.get(f"/v1/jobs/{made['id']}")).json()
        assert (shown["waits"], shown["waiting"]["cause"]) == (0, "next")
        assert (await house.claim()).job.id == made["id"]


async def test_what_waits_for_a_failed_job_is_refused_or_cancelled(house: House) -> None:
    failed = await house.at("failed")
    async with house.client() as client, house.client("max") as stranger:
        wish: dict[str, Any] = {"kind": "test.count", "after": [failed.id]}
        answer = await client.post("/v1/jobs", json=wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "needed_failed")
        run = await client.post("/v1/jobs", json={**wish, "on_failure": "run"})
        assert (run.status_code, run.json()["waits"]) == (201, 0)
        assert (await stranger.post("/v1/jobs", json=wish)).status_code == 404
        many = await client.post("/v1/jobs", json={**wish, "after": [f"{n:032x}" for n in range(101)]})
        assert many.status_code == 400 and many.json()["errors"][0]["path"] == "after"
        odd = await client.post("/v1/jobs", json={**wish, "on_failure": "shrug"})
        assert odd.status_code == 400
        first = (await client.post("/v1/jobs", json={"kind": "test.count"})).json()
        second = (await client.post("/v1/jobs", json={"kind": "test.count", "after": [first["id"]]})).json()
        await client.post(f"/v1/jobs/{first['id']}/cancel")
        ended = (await client.get(f"/v1/jobs/{second['id']}")).json()
    assert (ended["state"], ended["failure"]["reason"]) == ("cancelled", "needed")
    assert str(first["number"]) in ended["failure"]["message"]


async def test_deleting_what_ended_well_cancels_nobody_who_waits_for_others_too(house: House) -> None:
    done, failed, pending = await house.at("succeeded"), await house.at("failed"), await house.submit()
    async with house.client() as client:
        ids = []
        for after, on_failure in [([done.id, pending.id], "cancel"), ([failed.id, pending.id], "run")]:
            wish = {"kind": "test.count", "after": after, "on_failure": on_failure}
            ids.append((await client.post("/v1/jobs", json=wish)).json()["id"])
        draft = (await client.post("/v1/jobs", json={"kind": "test.count", "draft": True})).json()
        wish = {"kind": "test.count", "after": [draft["id"], pending.id], "on_failure": "run"}
        lost = (await client.post("/v1/jobs", json=wish)).json()["id"]
        for gone in (done.id, failed.id, draft["id"]):
            assert (await client.delete(f"/v1/jobs/{gone}")).status_code == 204
        assert [(await client.get(f"/v1/jobs/{id_}")).json()["state"] for id_ in ids] == ["queued", "queued"]
        ended = (await client.get(f"/v1/jobs/{lost}")).json()
    assert ended["state"] == "cancelled" and "was deleted" in ended["failure"]["message"]


async def test_a_taken_unique_key_names_the_job_that_has_it(house: House) -> None:
    async with house.client() as client, house.client("max") as other:
        wish = {"kind": "test.count", "unique": "nightly/eu"}
        first = await client.post("/v1/jobs", json=wish)
        assert (first.status_code, first.json()["unique"]) == (201, "nightly/eu")
        second = await client.post("/v1/jobs", json=wish)
        assert (second.status_code, second.json()["code"]) == (409, "unique_taken")
        assert second.json()["job"] == first.json()["id"]
        assert "owner:" not in second.text, "how the house writes it down is its own affair"
        theirs = await other.post("/v1/jobs", json=wish)
        assert theirs.status_code == 201
        await client.post(f"/v1/jobs/{first.json()['id']}/cancel")
        assert (await client.post("/v1/jobs", json=wish)).status_code == 201
        for wrong in ["", "x" * 201, 7]:
            assert (await client.post("/v1/jobs", json={**wish, "unique": wrong})).status_code == 400


async def test_fifty_at_once_make_one_job_with_a_unique_key(house: House) -> None:
    async with house.client() as client:
        wish = {"kind": "test.count", "unique": "one"}
        answers = await asyncio.gather(*(client.post("/v1/jobs", json=wish) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49


async def bulk(client: httpx2.AsyncClient, verb: str, **rest: Any) -> dict[str, Any]:
    answer = await client.post("/v1/jobs/bulk", json={"verb": verb, "filter": {}, **rest})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_dry_run_counts_and_changes_nothing(house: House) -> None:
    await house.at("cancelled", labels={"night": ""})
    jobs = [await house.submit(labels={"night": ""}) for _ in range(3)]
    await house.submit("ada", labels={"night": ""})
    async with house.client() as client:
        told = await bulk(client, "cancel", filter={"label": ["night"]}, dry_run=True)
        assert told == {
            "matched": 3,
            "matched_exact": True,
            "looked_at": 0,
            "done": 0,
            "refused": [],
            "next": None,
        }
    assert [(await house.engine.listing.job(HOUSE, job.id)).revision for job in jobs] == [1, 1, 1]


async def test_one_verb_for_all_that_a_filter_means_call_after_call(house: House) -> None:
    jobs = [await house.submit(queue="gpu" if number % 2 else "default") for number in range(11)]
    async with house.client() as client:
        told = [await bulk(client, "cancel", filter={"queue": ["gpu"]}, limit=2)]
        while told[-1]["next"] is not None:
            more = {"filter": {"queue": ["gpu"]}, "limit": 2, "cursor": told[-1]["next"]}
            told.append(await bulk(client, "cancel", **more))
    assert [one["matched"] for one in told] == [5] + [None] * (len(told) - 1)
    assert sum(one["done"] for one in told) == sum(one["looked_at"] for one in told) == 5
    assert len(told) >= 3
    states = [await state(house, job.id) for job in jobs]
    assert states == [State.CANCELLED if number % 2 else State.QUEUED for number in range(11)]


async def test_many_are_edited_and_retried_and_deleted(house: House) -> None:
    jobs = [await house.submit() for _ in range(3)]
    ids = [job.id for job in jobs]
    async with house.client() as client:
        edited = await bulk(client, "edit", filter={"ids": ids[:2]}, edits={"priority": 9, "due_at": None})
        assert (edited["matched"], edited["done"]) == (2, 2)
        assert [(await house.engine.listing.job(HOUSE, id_)).priority for id_ in ids] == [9, 9, 0]
        assert (await bulk(client, "cancel", filter={"state": ["queued"]}))["done"] == 3
        assert (await bulk(client, "retry", filter={"ids": ids[:1]}))["done"] == 1
        assert (await bulk(client, "delete"))["done"] == 2
        assert [job["id"] for job in (await client.get("/v1/jobs")).json()["jobs"]] == [ids[0]]


async def test_what_was_cancelled_along_with_another_is_no_refusal(house: House) -> None:
    first = await house.submit()
    second = await house.submit(after=(first.id,))
    await house.submit(after=(second.id,))
    async with house.client() as client:
        told = await bulk(client, "cancel")
        assert (told["matched"], told["looked_at"], told["done"], told["refused"]) == (3, 3, 3, [])


async def test_what_refuses_is_counted_with_its_reason_and_harms_no_other(house: House) -> None:
    project = await house.project("shared", mia=Role.MEMBER, max=Role.MEMBER)
    mia = await house.engine.people.actor(house.tokens["mia"])
    from jobyard.engine.submission import Submission

    wish = Submission(kind="test.count", project=project, draft=True)
    shared = [(await house.engine.jobs.submit(mia, wish))[0].id for _ in range(2)]
    own = await house.at("draft", user="max")
    async with house.client("max") as client:
        told = await bulk(client, "delete")
        assert (told["matched"], told["looked_at"], told["done"]) == (3, 3, 1)
        assert told["refused"] == [{"reason": "You are not allowed to delete.", "count": 2}]
    assert [await state(house, id_) for id_ in shared] == [State.DRAFT] * 2
    async with house.client("max") as client:
        assert (await client.get(f"/v1/jobs/{own.id}")).status_code == 404


async def test_nobody_reaches_a_strangers_jobs_in_bulk(house: House) -> None:
    job = await house.submit("mia")
    async with house.client("max") as client:
        for meant in [{}, {"ids": [job.id]}, {"owner": ["mia"]}]:
            assert (await bulk(client, "cancel", filter=meant))["matched"] == 0
    assert await state(house, job.id) is State.QUEUED
    async with house.client("olga") as operator:
        assert (await bulk(operator, "cancel", filter={"owner": ["mia"]}))["done"] == 1


async def test_who_may_change_nothing_asks_nothing_of_many(house: House) -> None:
    await house.submit()
    reader = house.client(token=await house.token("mia", KeyScope.READ))
    async with reader, house.client("vera") as viewer:
        for client in (reader, viewer):
            for dry_run in (True, False):
                wish: dict[str, Any] = {"verb": "cancel", "filter": {}, "dry_run": dry_run}
                assert (await client.post("/v1/jobs/bulk", json=wish)).status_code == 403


@pytest.mark.parametrize(
    "wish",
    [
        {"verb": "cancel"},
        {"verb": "explode", "filter": {}},
        {"verb": "cancel", "filter": {"stat": ["queued"]}},
        {"verb": "cancel", "filter": {"order": "number"}},
        {"verb": "cancel", "filter": {"ids": ["x"]}},
        {"verb": "cancel", "filter": {"created_from": "1960-01-01T00:00:00Z"}},
        {"verb": "cancel", "filter": {}, "edits": {"priority": 1}},
        {"verb": "edit", "filter": {}},
        {"verb": "edit", "filter": {}, "edits": {}},
        {"verb": "edit", "filter": {}, "edits": {"due_at": "1960-01-01T00:00:00Z"}},
        {"verb": "cancel", "filter": {}, "limit": 0},
        {"verb": "cancel", "filter": {}, "limit": 2001},
        {"verb": "cancel", "filter": {}, "cursor": "AAAA"},
        {"verb": "cancel", "filter": {}, "cursor": "lists"},
    ],
)
async def test_a_wrong_wish_for_many_changes_nothing(house: House, wish: dict[str, Any]) -> None:
    jobs = [await house.submit() for _ in range(2)]
    async with house.client() as client:
        if wish.get("cursor") == "lists":
            page = (await client.get("/v1/jobs?limit=1&order=number")).json()
            wish = {**wish, "cursor": page["next"]}
        answer = await client.post("/v1/jobs/bulk", json=wish)
        assert answer.status_code == 400, answer.text
    assert [await state(house, job.id) for job in jobs] == [State.QUEUED] * 2


Wish = Callable[[str], tuple[str, str, dict[str, Any]]]


@pytest.mark.parametrize(
    "wish",
    [
        lambda id_: ("PATCH", f"/v1/jobs/{id_}", {"priority": 1}),
        lambda id_: ("POST", f"/v1/jobs/{id_}/again", {}),
    ],
)
async def test_others_learn_nothing_and_readers_change_nothing(house: House, wish: Wish) -> None:
    project = await house.project("shared", mia=Role.MEMBER, vera=Role.VIEWER, max=Role.VIEWER)
    mia = await house.engine.people.actor(house.tokens["mia"])
    from jobyard.engine.submission import Submission

    shared, _ = await house.engine.jobs.submit(mia, Submission(kind="test.count", project=project))
    private = await house.submit()
    token = await house.token("mia", KeyScope.READ)
    asked = [("vera", shared.id, 403), ("max", shared.id, 403), ("max", private.id, 404), ("vera", private.id, 404)]
    for user, id_, status in asked:
        async with house.client(user) as client:
            method, path, body = wish(id_)
            assert (await client.request(method, path, json=body)).status_code == status, user
    async with house.client(token=token) as reader:
        method, path, body = wish(private.id)
        assert (await reader.request(method, path, json=body)).status_code == 403
    async with house.client("olga") as operator:
        assert (await operator.get("/v1/jobs")).json()["total"] == 2
