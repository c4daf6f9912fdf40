"""Why a job waits, over the wire: every cause in one answer, in lists too, and nowhere else."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from jobyard.job.clock import SECOND
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Actor, Role
from jobyard.store.contract import QueueRow, WorkerRow
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio


async def hired(house: House, slots: int = 1, kinds: tuple[str, ...] = ("test.count",)) -> None:
    """Let a worker be known that takes nothing."""
    now = house.clock.now()
    row = WorkerRow(name="w", session="w", queues=("default",), kinds=kinds, slots=slots, started_at=now, seen_at=now)
    await house.engine.ledger.write(lambda transaction: transaction.put_worker(row))


async def why(client: httpx2.AsyncClient, id_: str) -> dict[str, Any]:
    shown: dict[str, Any] = (await client.get(f"/v1/jobs/{id_}")).json()["waiting"]
    return shown


async def test_each_cause_is_told_in_a_sentence(house: House) -> None:
    first = await house.submit()
    async with house.client() as client:
        assert (await why(client, first.id))["sentence"] == "No live worker serves queue default."
        await hired(house, kinds=("other",))
        assert (await why(client, first.id))["cause"] == "unable"
        await hired(house)
        told = await why(client, first.id)
        assert (told["cause"], told["ahead"]) == ("next", 0)
        external = await house.submit(external=True)
        assert (await why(client, external.id))["cause"] == "client"
        later = await house.submit(due_at=house.clock.now() + 3600 * SECOND)
        told = await why(client, later.id)
        assert told["cause"] == "due" and told["until"] == told["starts_at"]
        needing = await house.submit(after=(first.id,))
        told = await why(client, needing.id)
        assert (told["cause"], told["needs"], told["ahead"]) == ("needs", [first.id], None)
        paused = QueueRow(name="default", paused=True, paused_by="olga")
        await house.engine.ledger.write(lambda transaction: transaction.put_queue(paused))
        assert (await why(client, first.id))["sentence"] == "Queue default is paused by olga."


async def test_the_place_in_line_and_a_start_are_told(house: House) -> None:
    for _ in range(2):
        job = await house.running()
        house.clock.forward(10)
        await house.end(job)
    await hired(house)
    jobs = [await house.submit() for _ in range(4)]
    await house.claim()
    async with house.client() as client:
        told = await why(client, jobs[3].id)
        assert (told["cause"], told["ahead"], told["more"]) == ("busy", 2, False)
        assert told["sentence"] == "2 jobs are before it in line."
        assert told["starts_at"] is not None
        listed = (await client.get("/v1/jobs?state=queued&order=number")).json()["jobs"]
        assert [job["waiting"]["ahead"] for job in listed] == [0, 1, 2]


async def test_a_running_limit_is_told(house: House) -> None:
    await hired(house, slots=4)
    await house.running()
    waiting = await house.submit()
    async with house.client("olga") as operator:
        await operator.put("/v1/limits/owner/mia", json={"running": 1})
        told = await why(operator, waiting.id)
    assert (told["cause"], told["sentence"]) == ("owner_limit", "mia runs as many jobs at once as is allowed.")


async def test_only_readers_of_jobs_are_told_why(house: House) -> None:
    job = await house.submit(draft=True)
    async with house.client() as client:
        assert (await why(client, job.id)) is None, "a draft does not wait"
        released = (await client.post(f"/v1/jobs/{job.id}/release")).json()
        assert released["state"] == "queued" and released["waiting"] is None
        assert (await why(client, job.id))["cause"] == "unserved"
    member = Actor(name="mia", role=Role.MEMBER)
    assert (await house.engine.jobs.cancel(member, job.id)).state is State.CANCELLED
    async with house.client() as client:
        assert (await why(client, job.id)) is None


async def test_who_waits_for_an_end_reads_at_last_why_it_did_not_come(house: House) -> None:
    job = await house.submit()
    async with house.client() as client:
        answer = (await client.get(f"/v1/jobs/{job.id}?wait=0.05")).json()
        assert answer["waiting"]["cause"] == "unserved"
    assert (await house.engine.listing.job(HOUSE, job.id)).revision == 1
