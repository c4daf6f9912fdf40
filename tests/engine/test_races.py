"""What happens at the same moment: of two words about one attempt exactly one counts, whatever the store."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from jobyard.engine.submission import Submission
from jobyard.job import moves
from jobyard.job.errors import Fault
from jobyard.job.record import Job
from jobyard.job.states import FINAL, Arrow, State, after
from jobyard.people.record import HOUSE, Actor
from jobyard.store.contract import Store
from tests.engine.yard import Yard

pytestmark = pytest.mark.anyio
ENDS = {"finished", "failed", "cancelled"}


@pytest.fixture
def yard(store: Store, tmp_path: Path) -> Yard:
    """On PostgreSQL too, where two words about one job really are said at once."""
    return Yard(store, tmp_path)


async def test_one_key_from_many_clients_at_once_is_one_job(yard: Yard) -> None:
    """T-14, small: 50 clients send each of 20 keys at the same time."""
    assert await same_keys(yard, 20) == (20, 20)


@pytest.mark.storm
async def test_two_hundred_keys_from_many_clients_at_once(yard: Yard) -> None:
    """T-14: 50 clients send each of 200 keys at the same time."""
    assert await same_keys(yard, 200) == (200, 200)


async def test_the_race_for_keys_is_lost_where_a_key_is_written_down_apart(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test of the test: with the look at the key in a transaction of its own, it comes too early for some."""
    put = yard.jobs.submit

    async def apart(actor: Actor, wish: Submission, key: str | None = None) -> tuple[Job, bool]:
        known = await yard.engine.ledger.read(lambda view: view.reused(actor.name, str(key)))
        if known is not None:
            return await yard.job(known.job), False
        return await put(actor, wish, None)

    monkeypatch.setattr(yard.jobs, "submit", apart)
    fresh, _ = await same_keys(yard, 2)
    assert fresh > 2


async def same_keys(yard: Yard, keys: int) -> tuple[int, int]:
    """Let 50 clients send each of so many keys at the same time; return how many jobs were made and told of."""
    wish = Submission(kind="test.count")

    async def client(key: int) -> tuple[str, bool]:
        job, fresh = await yard.jobs.submit(HOUSE, wish, f"key {key}")
        return job.id, fresh

    answers = await asyncio.gather(*(client(key) for _ in range(50) for key in range(keys)))
    return sum(fresh for _, fresh in answers), len({job for job, _ in answers})


@pytest.mark.parametrize("seed", range(3))
async def test_cancel_against_claim_and_finish_leaves_one_end(yard: Yard, seed: int) -> None:
    """T-15, small: cancel, finish, fail and the keeper meet on the same jobs; one final event each."""
    await assert_one_end_each(yard, await cancelled_and_finished(yard, seed, 60))


@pytest.mark.storm
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10))
async def test_five_thousand_cancels_against_claims_and_finishes(yard: Yard, seed: int) -> None:
    """T-15: 5,000 races on each store."""
    await assert_one_end_each(yard, await cancelled_and_finished(yard, 100 + seed, 500))


async def test_the_race_of_ends_is_lost_where_final_is_not_final(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: with an end that may follow an end, some jobs have two."""

    def reckless(state: State, arrow: Arrow) -> State | None:
        return State.CANCELLED if state in FINAL and arrow is Arrow.CANCEL else after(state, arrow)

    monkeypatch.setattr(moves, "after", reckless)
    jobs = await cancelled_and_finished(yard, 1, 30)
    with pytest.raises(AssertionError, match="'cancelled': 1"):
        await assert_one_end_each(yard, jobs)


async def cancelled_and_finished(yard: Yard, seed: int, count: int) -> list[Job]:
    """Let workers claim and end so many jobs while somebody cancels all of them."""
    print(f"seed {seed}")
    chance = random.Random(seed)
    jobs = [await yard.submit(tries=1) for _ in range(count)]

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
    return jobs


async def assert_one_end_each(yard: Yard, jobs: list[Job]) -> None:
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


async def test_a_first_claim_that_is_said_twice_at_once_comes_from_one_worker(yard: Yard) -> None:
    await yard.submit()
    claims = await asyncio.gather(*(yard.claim() for _ in range(4)))
    assert sorted(map(len, claims)) == [0, 0, 0, 1]


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
