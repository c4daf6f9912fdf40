"""What happens at the same moment: of two words about one attempt exactly one counts, whatever the store."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from jobyard.engine.submission import Submission
from jobyard.job.errors import Fault
from jobyard.job.record import Job
from jobyard.job.states import FINAL
from jobyard.people.record import HOUSE
from tests.engine.yard import Yard

pytestmark = pytest.mark.anyio
ENDS = {"finished", "failed", "cancelled"}


async def test_one_key_from_many_clients_at_once_is_one_job(yard: Yard) -> None:
    """T-14: 50 clients send each of 20 keys at the same time."""
    wish = Submission(kind="test.count")

    async def client(key: int) -> tuple[str, bool]:
        job, fresh = await yard.jobs.submit(HOUSE, wish, f"key {key}")
        return job.id, fresh

    answers = await asyncio.gather(*(client(key) for _ in range(50) for key in range(20)))
    assert sum(fresh for _, fresh in answers) == 20
    assert len({job for job, _ in answers}) == 20


@pytest.mark.parametrize("seed", range(3))
async def test_cancel_against_claim_and_finish_leaves_one_end(yard: Yard, seed: int) -> None:
    """T-15, small: cancel, finish, fail and the keeper meet on the same jobs; one final event each."""
    print(f"seed {seed}")
    chance = random.Random(seed)
    jobs = [await yard.submit(tries=1) for _ in range(60)]

    async def quietly(verb: object) -> None:
        try:
            await verb  # type: ignore[misc]
        except Fault:
            return

    async def worker() -> None:
        while claimed := await yard.claim(limit=chance.randint(1, 4)):
            for assignment in claimed:
                await quietly(yard.finish(assignment.job, chance.choice(["finish", "fail", "stop"])))

    async def canceller() -> None:
        for job in chance.sample(jobs, len(jobs)):
            await quietly(yard.jobs.cancel(HOUSE, job.id))
            if chance.random() < 0.3:
                await asyncio.sleep(0)

    await asyncio.gather(*(worker() for _ in range(4)), canceller())
    for job in jobs:
        await assert_one_end(yard, job)


async def assert_one_end(yard: Yard, job: Job) -> None:
    stored = await yard.job(job)
    assert stored.state in FINAL
    events = await yard.listing.history(HOUSE, job.id)
    kinds = Counter(event.type.value for event in events)
    assert sum(kinds[end] for end in ENDS) == 1, kinds
    states = [event for event in events if event.type.value != "refused"]
    assert states[-1].type.value in ENDS
    assert [event.revision for event in states] == sorted({event.revision for event in states})


async def test_each_attempt_is_claimed_once(yard: Yard) -> None:
    for _ in range(120):
        await yard.submit()

    async def worker(name: str) -> list[str]:
        mine = list[str]()
        while claimed := await yard.claim(limit=3, worker=name):
            mine += [assignment.job.id for assignment in claimed]
        return mine

    claims = await asyncio.gather(*(worker(f"w{number}") for number in range(8)))
    flat = [job for mine in claims for job in mine]
    assert len(flat) == len(set(flat)) == 120
