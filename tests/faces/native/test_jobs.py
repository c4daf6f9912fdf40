"""Jobs over the wire: submit, list, look, wait, act, delete."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from jobyard.job import moves
from jobyard.job.record import Progress
from jobyard.job.states import TABLE, Arrow, State
from jobyard.people.record import HOUSE, Role
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio

STAGES = ("draft", "queued", "running", "wished", "succeeded", "failed", "cancelled")


async def test_a_job_is_shown_as_it_was_asked_for(house: House) -> None:
    project = await house.project("vision", mia=Role.MEMBER)
    wish = {
        "kind": "test.count",
        "parameters": {"upto": 7},
        "name": "Count the frames",
        "queue": "gpu",
        "priority": 5,
        "project": "vision",
        "labels": {"model": "yolo", "night": ""},
        "due_at": "2999-01-01T01:00:00+01:00",
        "tries": 4,
        "time_limit": 1.5,
        "memory_limit": 16_777_216,
    }
    async with house.client() as client:
        made = await client.post("/v1/jobs", json=wish)
        assert made.status_code == 201
        job = made.json()
        assert made.headers["location"] == f"/v1/jobs/{job['id']}"
        read = (await client.get(made.headers["location"])).json()
        assert job["waiting"] is None and read.pop("waiting")["cause"] == "due"
        assert read | {"waiting": None} == job
    shown = {name: job[name] for name in wish if name not in {"project", "due_at"}}
    assert shown == {name: value for name, value in wish.items() if name not in {"project", "due_at"}}
    assert job["project"] == {"id": project, "name": "vision"}
    assert job["due_at"] == "2999-01-01T00:00:00Z"
    assert (job["state"], job["owner"], job["face"], job["number"], job["revision"]) == (
        "queued",
        "mia",
        "native",
        1,
        1,
    )
    assert job["created_at"].endswith("Z") and job["created_at"] == job["queued_at"]
    assert job["may"] == ["withdraw", "cancel", "edit", "again"]


async def test_the_same_key_and_request_is_answered_with_the_first_job(house: House) -> None:
    async with house.client() as client, house.client("max") as other:
        wish = {"kind": "test.count", "parameters": {"upto": 2}}
        first = await client.post("/v1/jobs", json=wish, headers={"Idempotency-Key": "k"})
        again = await client.post("/v1/jobs", json=wish, headers={"Idempotency-Key": "k"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
        changed = await client.post("/v1/jobs", json={**wish, "priority": 1}, headers={"Idempotency-Key": "k"})
        assert changed.status_code == 409 and changed.json()["code"] == "key_reused"
        theirs = await other.post("/v1/jobs", json=wish, headers={"Idempotency-Key": "k"})
        assert theirs.status_code == 201 and theirs.json()["id"] != first.json()["id"]


async def test_a_key_has_a_form(house: House) -> None:
    async with house.client() as client:
        for key, status in [("x" * 200, 201), ("! ~", 201), ("x" * 201, 400), ("", 400), ("ключ".encode(), 400)]:
            headers: Any = [("Idempotency-Key", key)]
            answer = await client.post("/v1/jobs", json={"kind": "test.count"}, headers=headers)
            assert answer.status_code == status, key


@pytest.mark.parametrize("count", [4, pytest.param(200, marks=pytest.mark.storm)])
async def test_fifty_clients_with_the_same_keys_make_each_job_once(house: House, count: int) -> None:
    keys = [f"key-{number}" for number in range(count)]

    async def one() -> list[tuple[int, str]]:
        async with house.client() as client:
            answers = []
            for number, key in enumerate(keys):
                wish = {"kind": "test.count", "parameters": {"upto": number + 1}}
                answer = await client.post("/v1/jobs", json=wish, headers={"Idempotency-Key": key})
                answers.append((answer.status_code, answer.json()["id"]))
            return answers

    answers = await asyncio.gather(*(one() for _ in range(50)))
    for place in range(len(keys)):
        given = [answer[place] for answer in answers]
        assert len({id_ for _, id_ in given}) == 1
        assert Counter(status for status, _ in given) == {201: 1, 200: 49}
    async with house.client() as client:
        assert (await client.get("/v1/jobs")).json()["total"] == len(keys)


FILTERS: dict[str, set[str]] = {
    "": {"a", "b", "c"},
    "state=queued": {"a", "c"},
    "state=queued&state=cancelled": {"a", "b", "c"},
    "state=failed": set(),
    "kind=other": {"c"},
    "kind=other&kind=test.count": {"a", "b", "c"},
    "owner=mia": {"a", "b", "c"},
    "owner=max": set(),
    "project=vision": {"c"},
    "project={project}": {"c"},
    "project=nothing": set(),
    "queue=gpu": {"a"},
    "queue=gpu&queue=default": {"a", "b", "c"},
    "face=native": {"a", "b", "c"},
    "face=cvat": set(),
    "worker=w1": set(),
    "label=a": {"b", "c"},
    "label=a%3D1": {"b"},
    "label=a&label=b": {"b"},
    "label=b%3D": {"b"},
    "label=a%3D": set(),
    "resource_type=x": set(),
    "resource_id=x": set(),
    "parent={a}": {"c"},
    "created_from=2020-01-01T00:00:00Z": {"a", "b", "c"},
    "created_to=2020-01-01T00:00:00Z": set(),
    "finished_from=2020-01-01T00:00:00Z": {"b"},
    "finished_to=2020-01-01T00:00:00%2B00:00": set(),
    "text=gr%C3%B6sser": set(),
    "text=GR%C3%96%C3%9F": {"a"},
    "text=cat+of": {"a"},
    "text=NEAR(+%22*": set(),
    "text=%25_": {"a", "b", "c"},
    "text=x'+OR+1=1+--": set(),
}
"""Which of the jobs a, b and c of the test below each query finds."""


async def test_each_filter_narrows_and_several_values_mean_any(house: House) -> None:
    project = await house.project("vision", mia=Role.MEMBER, max=Role.MEMBER)
    mia = await house.engine.people.actor(house.tokens["mia"])
    async with house.client() as client:
        a = (
            await client.post("/v1/jobs", json={"kind": "test.count", "queue": "gpu", "name": "Größe of a cat"})
        ).json()
        b = (await client.post("/v1/jobs", json={"kind": "test.count", "labels": {"a": "1", "b": ""}})).json()
        wish = {"kind": "other", "external": True, "project": "vision", "labels": {"a": "2"}, "parent": a["id"]}
        c = (await client.post("/v1/jobs", json=wish)).json()
        assert mia.name == "mia"
        await client.post(f"/v1/jobs/{b['id']}/cancel")
        names = {a["id"]: "a", b["id"]: "b", c["id"]: "c"}
        for query, wanted in FILTERS.items():
            page = (await client.get("/v1/jobs?" + query.format(project=project, a=a["id"]))).json()
            assert {names[job["id"]] for job in page["jobs"]} == wanted, query
            assert (page["total"], page["total_exact"]) == (len(wanted), True)


@pytest.mark.parametrize("order", ["-number", "number", "-priority"])
async def test_pages_follow_each_other_without_loss_and_without_doubles(house: House, order: str) -> None:
    for number in range(11):
        await house.submit(priority=number % 3)
    async with house.client() as client:
        found, cursor, pages = list[dict[str, Any]](), "", 0
        while True:
            page = (await client.get(f"/v1/jobs?order={order}&limit=3{cursor}")).json()
            assert page["total"] == 11
            found, pages = found + page["jobs"], pages + 1
            if page["next"] is None:
                break
            # What comes meanwhile disturbs nobody.
            await house.submit("ada", priority=1)
            cursor = f"&cursor={page['next']}"
    numbers = [job["number"] for job in found]
    assert len(set(numbers)) == 11 and pages == 4
    if order == "-priority":
        assert numbers == [job["number"] for job in sorted(found, key=lambda job: (-job["priority"], job["number"]))]
    else:
        assert numbers == sorted(numbers, reverse=order == "-number")


async def test_a_cursor_belongs_to_its_order(house: House) -> None:
    for _ in range(3):
        await house.submit()
    async with house.client() as client:
        cursor = (await client.get("/v1/jobs?limit=1")).json()["next"]
        assert cursor.isascii() and "=" not in cursor
        answer = await client.get(f"/v1/jobs?order=number&cursor={cursor}")
        assert answer.status_code == 400 and answer.json()["code"] == "wrong_cursor"
        for wrong in [cursor + "A", cursor[:-2], "AAAA", "kq0tbnVtYmVyks8____", cursor + "%0a", "é"]:
            answer = await client.get(f"/v1/jobs?cursor={wrong}")
            assert answer.status_code == 400 and answer.json()["code"] == "wrong_cursor", wrong


async def test_the_ended_come_last_ended_first(house: House) -> None:
    first, second = await house.at("succeeded"), await house.at("failed")
    await house.submit()
    async with house.client() as client:
        page = (await client.get("/v1/jobs?order=-finished_at")).json()
    assert [job["id"] for job in page["jobs"]] == [second.id, first.id]


async def test_waiting_ends_when_the_job_does(house: House) -> None:
    job = await house.running()
    async with house.client() as client:
        waiting = asyncio.create_task(client.get(f"/v1/jobs/{job.id}?wait=15"))
        await house.tell(job, progress=Progress(done=1.0, total=2.0))
        await house.submit()
        assert not waiting.done()
        await house.end(job, result={"rows": 3})
        answer = (await waiting).json()
    assert (answer["state"], answer["result"]) == ("succeeded", {"rows": 3})
    assert answer["progress"] == {
        "done": 2.0,
        "total": 2.0,
        "share": 1.0,
        "text": "",
        "at": answer["finished_at"],
    }


async def test_waiting_ends_when_its_time_is_over_or_there_is_nothing_to_wait_for(house: House) -> None:
    job = await house.running()
    async with house.client() as client:
        assert (await client.get(f"/v1/jobs/{job.id}?wait=0.05")).json()["state"] == "running"
        await house.end(job)
        async with asyncio.timeout(5):
            assert (await client.get(f"/v1/jobs/{job.id}?wait=30")).json()["state"] == "succeeded"
        for wrong in ["31", "-1", "x", "nan", "inf"]:
            assert (await client.get(f"/v1/jobs/{job.id}?wait={wrong}")).status_code == 400, wrong
        assert (await client.get(f"/v1/jobs/{'0' * 32}?wait=30")).status_code == 404


async def test_waiting_survives_the_deletion_of_the_job(house: House) -> None:
    job = await house.submit()
    async with house.client() as client:
        waiting = asyncio.create_task(client.get(f"/v1/jobs/{job.id}?wait=15"))
        await house.engine.jobs.withdraw(HOUSE, job.id)
        await house.engine.jobs.delete(HOUSE, job.id)
        assert (await waiting).status_code == 404


async def test_waiting_for_another_revision_ends_with_any_change(house: House) -> None:
    job = await house.running()
    async with house.client() as client:
        now = (await client.get(f"/v1/jobs/{job.id}")).json()["revision"]
        for change in (
            lambda: house.tell(job, progress=Progress(done=1.0, total=2.0)),
            lambda: house.engine.jobs.cancel(HOUSE, job.id),
            lambda: house.end(job, "stop"),
            # Even what has ended may change.
            lambda: house.engine.jobs.retry(HOUSE, job.id),
        ):
            waiting = asyncio.create_task(client.get(f"/v1/jobs/{job.id}?wait=20&revision={now}"))
            await house.submit()
            assert not (await asyncio.wait([waiting], timeout=0.05))[0], "another job's news are none"
            await change()
            async with asyncio.timeout(5):
                answer = (await waiting).json()
            assert answer["revision"] > now
            now = answer["revision"]
        assert (answer["state"], answer["waiting"]["cause"]) == ("queued", "busy")


async def test_who_knows_an_older_revision_is_answered_at_once_and_who_knows_the_newest_in_time(house: House) -> None:
    job = await house.running()
    async with house.client() as client:
        async with asyncio.timeout(5):
            for query in (f"wait=30&revision={job.revision - 1}", f"revision={job.revision}", "wait=30&revision=0"):
                assert (await client.get(f"/v1/jobs/{job.id}?{query}")).json()["revision"] == job.revision
            answer = await client.get(f"/v1/jobs/{job.id}?wait=0.05&revision={job.revision}")
        assert answer.json()["revision"] == job.revision
        for wrong in ["-1", "x", "1.5", "", str(2**53)]:
            assert (await client.get(f"/v1/jobs/{job.id}?revision={wrong}")).status_code == 400, wrong


async def test_waiting_for_another_revision_notices_what_is_in_no_feed(house: House) -> None:
    job = await house.running()
    async with house.client() as client:
        waiting = asyncio.create_task(client.get(f"/v1/jobs/{job.id}?wait=20&revision={job.revision}"))
        await asyncio.wait([waiting], timeout=0.05)
        lease = int(house.settings.lease * 1_000_000)
        await house.engine.ledger.write(
            lambda transaction: transaction.apply(moves.beat(job, job.attempt, house.clock.now(), lease))
        )
        async with asyncio.timeout(5):
            assert (await waiting).json()["revision"] == job.revision + 1


VERBS: dict[str, tuple[Arrow, dict[str, Any] | None]] = {
    "release": (Arrow.RELEASE, {}),
    "withdraw": (Arrow.WITHDRAW, None),
    "cancel": (Arrow.CANCEL, None),
    "retry": (Arrow.RETRY, None),
    "keep": (Arrow.KEEP, {"always": True}),
}


@pytest.mark.parametrize("stage", STAGES)
async def test_a_verb_is_done_where_the_table_has_its_arrow_and_refused_elsewhere(house: House, stage: str) -> None:
    async with house.client() as client:
        for verb, (arrow, body) in VERBS.items():
            job = await house.at(stage)
            shown = (await client.get(f"/v1/jobs/{job.id}")).json()
            answer = await client.post(f"/v1/jobs/{job.id}/{verb}", json=body)
            target = TABLE.get((job.state, arrow))
            if target is None:
                assert answer.status_code == 409 and answer.json()["code"] == "wrong_state", verb
                assert job.state.value in answer.json()["detail"]
                assert verb not in shown["may"]
            else:
                assert answer.status_code == 200 and answer.json()["state"] == target.value, verb
                assert (verb in shown["may"]) or (stage, verb) == ("wished", "cancel")
            if job.state is State.QUEUED:
                await house.engine.jobs.cancel(HOUSE, job.id) if answer.json().get("state") != "cancelled" else None


@pytest.mark.parametrize("stage", STAGES)
async def test_only_what_is_not_live_can_be_deleted(house: House, stage: str) -> None:
    job = await house.at(stage)
    removable = stage in {"draft", "succeeded", "failed", "cancelled"}
    async with house.client() as client:
        assert ("delete" in (await client.get(f"/v1/jobs/{job.id}")).json()["may"]) is removable
        answer = await client.delete(f"/v1/jobs/{job.id}")
        assert answer.status_code == (204 if removable else 409)
        assert (await client.get(f"/v1/jobs/{job.id}")).status_code == (404 if removable else 200)
        assert answer.content == b"" or not removable


async def test_a_running_job_shows_the_wish_to_stop(house: House) -> None:
    job = await house.running()
    async with house.client() as client:
        wished = (await client.post(f"/v1/jobs/{job.id}/cancel")).json()
        assert wished["state"] == "running" and wished["cancelling"] is True
        assert wished["cancel_asked_by"] == "mia" and wished["cancel_asked_at"]
        assert wished["worker"] == "w1" and wished["attempt"] == 1


async def test_a_draft_is_released_for_a_later_time(house: House) -> None:
    job = await house.at("draft")
    async with house.client() as client:
        released = await client.post(f"/v1/jobs/{job.id}/release", json={"due_at": "2999-01-01T00:00:00Z"})
        assert released.json()["due_at"] == "2999-01-01T00:00:00Z"
        wrong = await client.post(f"/v1/jobs/{job.id}/release", json={"due": "2999-01-01T00:00:00Z"})
        assert wrong.status_code == 400


async def test_a_verb_without_a_body_needs_none_and_ignores_no_wrong_one(house: House) -> None:
    job = await house.at("draft")
    async with house.client() as client:
        assert (await client.post(f"/v1/jobs/{job.id}/release")).json()["state"] == "queued"
        missing = await client.post(f"/v1/jobs/{job.id}/keep")
        assert missing.status_code == 400 and missing.json()["code"] == "invalid"
        null = await client.post(
            f"/v1/jobs/{job.id}/keep", json=None, content=b"null", headers={"Content-Type": "application/json"}
        )
        assert null.status_code == 400


async def test_results_are_kept_until_a_time(house: House) -> None:
    job = await house.running()
    await house.end(job, files={"a.bin": b"a"})
    async with house.client() as client:
        over = await client.post(f"/v1/jobs/{job.id}/keep", json={"until": "1999-01-01T00:00:00Z"})
        assert over.status_code == 400
        kept = (await client.post(f"/v1/jobs/{job.id}/keep", json={"until": "2999-01-01T00:00:00Z"})).json()
        assert (kept["results_until"], kept["kept"]) == ("2999-01-01T00:00:00Z", False)
        kept = (await client.post(f"/v1/jobs/{job.id}/keep", json={"always": True})).json()
        assert (kept["results_until"], kept["kept"]) == (None, True)


async def test_a_failure_is_told_with_its_reason(house: House) -> None:
    job = await house.at("failed")
    async with house.client() as client:
        shown = (await client.get(f"/v1/jobs/{job.id}")).json()
    assert shown["failure"] == {"reason": "unreadable", "message": "it broke", "detail": "", "code": ""}
