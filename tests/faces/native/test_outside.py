"""External jobs: their own client says that they run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobyard.faces.native.routes import verbs
from jobyard.people.record import HOUSE
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio


async def started(house: House) -> str:
    async with house.client() as client:
        made = await client.post("/v1/jobs", json={"kind": "notebook", "external": True, "parameters": {"lr": 0.1}})
        id_ = made.json()["id"]
        assert made.json()["may"] == ["withdraw", "cancel", "edit", "start"]
        job = (await client.post(f"/v1/jobs/{id_}/start")).json()
    assert (job["state"], job["attempt"], job["worker"]) == ("running", 1, "mia")
    assert job["may"] == ["cancel", "beat", "report", "finish", "fail"]
    return str(id_)


async def test_a_notebook_reports_and_finishes(house: House) -> None:
    id_ = await started(house)
    async with house.client() as client:
        assert (await client.post(f"/v1/jobs/{id_}/beat", json={"attempt": 1})).status_code == 200
        told = {"attempt": 1, "done": 3, "total": 4, "text": "epoch 3", "lines": ["loss 0.5", "loss 0.4"]}
        job = (await client.post(f"/v1/jobs/{id_}/report", json=told)).json()
        progress = job["progress"]
        assert (progress["done"], progress["total"], progress["share"], progress["text"]) == (3.0, 4.0, 0.75, "epoch 3")
        job = (await client.post(f"/v1/jobs/{id_}/report", json={"attempt": 1, "lines": ["more"]})).json()
        assert job["progress"]["done"] == 3.0
        log = (await client.get(f"/v1/jobs/{id_}/log")).json()
        assert [(line["number"], line["stream"], line["text"]) for line in log["lines"]] == [
            (1, "log", "loss 0.5"),
            (2, "log", "loss 0.4"),
            (3, "log", "more"),
        ]
        assert log["complete"] is False and log["next"] is None
        job = (await client.post(f"/v1/jobs/{id_}/finish", json={"attempt": 1, "result": [1, {"a": None}]})).json()
        assert (job["state"], job["result"], job["progress"]["share"]) == ("succeeded", [1, {"a": None}], 1.0)
        assert job["may"] == ["keep", "start", "delete"]


async def test_a_notebook_fails_and_runs_again(house: House) -> None:
    id_ = await started(house)
    async with house.client() as client:
        told = {"attempt": 1, "message": "CUDA out of memory", "detail": "Traceback ..."}
        job = (await client.post(f"/v1/jobs/{id_}/fail", json=told)).json()
        assert job["state"] == "failed"
        assert job["failure"] == {
            "reason": "error", "message": "CUDA out of memory", "detail": "Traceback ...", "code": "",
        }  # fmt: skip
        assert (await client.post(f"/v1/jobs/{id_}/start")).json()["attempt"] == 2


async def test_a_notebook_stops_as_was_wished(house: House) -> None:
    id_ = await started(house)
    async with house.client() as client:
        early = await client.post(f"/v1/jobs/{id_}/stop", json={"attempt": 1})
        assert early.status_code == 409
        await house.engine.jobs.cancel(HOUSE, id_)
        beat = (await client.post(f"/v1/jobs/{id_}/beat", json={"attempt": 1})).json()
        assert beat["cancelling"] is True and "stop" in beat["may"] and "cancel" not in beat["may"]
        assert (await client.post(f"/v1/jobs/{id_}/stop", json={"attempt": 1})).json()["state"] == "cancelled"


async def test_a_late_word_of_an_old_attempt_changes_nothing(house: House) -> None:
    id_ = await started(house)
    async with house.client() as client:
        await client.post(f"/v1/jobs/{id_}/fail", json={"attempt": 1, "message": "x"})
        await client.post(f"/v1/jobs/{id_}/start")
        words: list[tuple[str, dict[str, Any]]] = [
            ("beat", {}),
            ("report", {"done": 9}),
            ("finish", {}),
            ("fail", {"message": "late"}),
            ("stop", {}),
        ]
        for verb, body in words:
            late = await client.post(f"/v1/jobs/{id_}/{verb}", json={"attempt": 1, **body})
            assert late.status_code == 409 and late.json()["code"] == "stale_attempt", verb
        job = (await client.get(f"/v1/jobs/{id_}")).json()
    assert (job["state"], job["attempt"], job["progress"]) == ("running", 2, None)


async def test_what_our_workers_run_is_not_reported_from_outside(house: House) -> None:
    job = await house.running()
    async with house.client() as client:
        for verb, body in [("start", None), ("beat", {"attempt": 1}), ("finish", {"attempt": 1})]:
            answer = await client.post(f"/v1/jobs/{job.id}/{verb}", json=body)
            assert answer.status_code == 409, verb
        assert (await client.get(f"/v1/jobs/{job.id}")).json()["may"] == ["cancel", "again"]


async def test_a_result_is_small(house: House) -> None:
    id_ = await started(house)
    async with house.client() as client:
        large = "x" * verbs._RESULT_LIMIT
        answer = await client.post(f"/v1/jobs/{id_}/finish", json={"attempt": 1, "result": large})
        assert answer.status_code == 413 and answer.json()["code"] == "too_large"
        fits = "x" * (verbs._RESULT_LIMIT - 2)
        answer = await client.post(f"/v1/jobs/{id_}/finish", json={"attempt": 1, "result": fits})
        assert answer.status_code == 200 and len(json.dumps(answer.json()["result"])) == verbs._RESULT_LIMIT


@pytest.mark.parametrize("wrong", [{"attempt": 0}, {"attempt": -1}, {"attempt": 2**31}, {}, {"attempt": 1, "done": -1}])
async def test_numbers_have_bounds(house: House, wrong: dict[str, float]) -> None:
    async with house.client() as client:
        answer = await client.post(f"/v1/jobs/{'0' * 32}/report", json=wrong)
    assert answer.status_code == 400
