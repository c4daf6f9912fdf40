"""Why a job waits: the cause, the place in line, and the estimate."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.engine.limits import Limit, Subject
from jobyard.engine.submission import Edits
from jobyard.job.clock import SECOND
from jobyard.job.errors import JobNotFound
from jobyard.job.filters import Query
from jobyard.job.record import Job, OnFailure
from jobyard.job.waiting import Cause, Waiting
from jobyard.people.record import HOUSE
from jobyard.store.contract import QueueRow
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
ADA, BOB = user("ada"), user("bob")


async def why(yard: Yard, job: Job) -> Waiting:
    _, waiting = await yard.listing.waiting(HOUSE, job.id)
    assert waiting is not None
    return waiting


async def served(yard: Yard, slots: int = 1, queue: str = "default") -> None:
    """Let a worker introduce itself without giving it anything."""
    await yard.claim(queues=(queue, "no-such-queue"), slots=slots)


async def ran(yard: Yard, seconds: float, count: int = 1) -> None:
    for _ in range(count):
        job = await yard.claimed()
        await yard.report(job, begun=True)
        yard.clock.forward(seconds)
        await yard.finish(job)


async def test_nobody_serves_the_queue(yard: Yard) -> None:
    job = await yard.submit(ADA)
    found = await why(yard, job)
    assert (found.cause, found.sentence) == (Cause.UNSERVED, "No live worker serves queue default.")
    assert (found.ahead, found.starts_at) == (None, None)


async def test_no_worker_of_the_queue_can_do_it(yard: Yard) -> None:
    await served(yard)
    outside = await yard.submit(ADA, external=True, kind="their.own")
    assert (await why(yard, outside)).cause is Cause.CLIENT
    yard.store.write(
        lambda transaction: transaction.put_worker(replace(transaction.workers()[0], kinds=("other",)))
    ).result(9)
    found = await why(yard, await yard.submit(ADA))
    assert (found.cause, found.sentence) == (Cause.UNABLE, "No live worker of queue default can do test.count.")


async def test_a_worker_that_is_silent_or_drains_serves_nothing(yard: Yard) -> None:
    await served(yard)
    job = await yard.submit(ADA)
    assert (await why(yard, job)).cause is Cause.NEXT
    yard.store.write(lambda transaction: transaction.drain("w1", draining=True)).result(9)
    assert (await why(yard, job)).cause is Cause.UNSERVED
    yard.store.write(lambda transaction: transaction.drain("w1", draining=False)).result(9)
    yard.clock.forward(21)
    assert (await why(yard, job)).cause is Cause.UNSERVED


async def test_a_busy_worker_counts_as_there(yard: Yard) -> None:
    busy = await yard.claimed()
    for _ in range(6):
        yard.clock.forward(8)
        await yard.beat(busy)
    found = await why(yard, await yard.submit(ADA))
    assert (found.cause, found.sentence) == (Cause.BUSY, "It is next in line; the worker is busy.")


async def test_the_queue_is_paused(yard: Yard) -> None:
    await served(yard)
    job = await yard.submit(ADA)
    row = QueueRow(name="default", paused=True, paused_by="boss")
    yard.store.write(lambda transaction: transaction.put_queue(row)).result(9)
    found = await why(yard, job)
    assert (found.cause, found.sentence) == (Cause.PAUSED, "Queue default is paused by boss.")


async def test_its_time_has_not_come(yard: Yard) -> None:
    await served(yard)
    due = yard.clock.now() + 60 * SECOND
    found = await why(yard, await yard.submit(ADA, due_at=due))
    assert (found.cause, found.until, found.starts_at) == (Cause.DUE, due, due)


async def test_it_rests_between_two_tries(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.finish(job, "fail")
    found = await why(yard, job)
    assert (found.cause, found.until) == (Cause.BACK_OFF, yard.clock.now() + 2 * SECOND)


async def test_it_waits_for_others(yard: Yard) -> None:
    first, second = await yard.submit(ADA), await yard.submit(ADA)
    one = await why(yard, await yard.submit(ADA, after=(first.id,)))
    two = await why(yard, await yard.submit(ADA, after=(first.id, second.id)))
    assert (one.cause, one.sentence, one.needs) == (Cause.NEEDS, "It waits for another job to end well.", (first.id,))
    whatever = await yard.submit(ADA, after=(first.id,), on_failure=OnFailure.RUN)
    assert (await why(yard, whatever)).sentence == "It waits for another job to end."
    assert two.sentence == "It waits for 2 other jobs to end well."


@pytest.mark.parametrize(
    ("subject", "name", "sentence"),
    [
        ("owner", "ada", "ada runs as many jobs at once as is allowed."),
        ("queue", "default", "Queue default runs as many jobs at once as is allowed."),
        ("kind", "test.count", "As many jobs of kind test.count run at once as is allowed."),
    ],
)
async def test_a_limit_is_reached(yard: Yard, subject: str, name: str, sentence: str) -> None:
    await yard.engine.limits.put(HOUSE, Limit(subject=Subject(subject), name=name, running=1))
    await served(yard, slots=9)
    await yard.submit(ADA)
    await yard.claim()
    found = await why(yard, await yard.submit(ADA))
    assert (found.cause.value, found.sentence) == (f"{subject}_limit", sentence)


async def test_its_place_and_when_it_likely_begins(yard: Yard) -> None:
    await ran(yard, 10, count=3)
    await served(yard, slots=2)
    jobs = [await yard.submit(ADA) for _ in range(7)]
    await yard.claim(limit=2, slots=2)
    last = await why(yard, jobs[-1])
    # Four before it and half of two that run, ten seconds each, shared by two slots.
    assert (last.cause, last.ahead, last.more) == (Cause.BUSY, 4, False)
    assert last.sentence == "4 jobs are before it in line."
    assert last.starts_at == yard.clock.now() + (4 * 10 + 2 * 5) * SECOND // 2
    assert (await why(yard, jobs[2])).sentence == "It is next in line; all workers are busy."
    assert (await why(yard, jobs[3])).sentence == "1 job is before it in line."


async def test_nobody_guesses_where_nothing_ran(yard: Yard) -> None:
    await served(yard)
    await yard.submit(ADA)
    found = await why(yard, await yard.submit(ADA))
    assert (found.ahead, found.starts_at) == (1, None)


async def test_the_place_is_that_of_the_fair_line(yard: Yard) -> None:
    await served(yard)
    for _ in range(50):
        await yard.submit(ADA)
    assert (await why(yard, await yard.submit(BOB))).ahead == 1
    assert (await why(yard, await yard.submit(BOB, priority=1))).ahead == 0
    assert (await why(yard, await yard.submit(ADA))).ahead == 52


async def test_a_list_says_it_for_each_and_counts_no_further_than_it_must(yard: Yard) -> None:
    await served(yard)
    for _ in range(30):
        await yard.submit(ADA)
    found = await yard.listing.find(ADA, Query(limit=5))
    assert [found.waiting[job.id].ahead for job in found.page.jobs] == [29, 28, 27, 26, 25]
    [given] = await yard.claim()
    await yard.finish(given.job)
    found = await yard.listing.find(ADA, Query(limit=50))
    assert given.job.id not in found.waiting
    assert len(found.waiting) == 29


async def test_only_who_may_see_a_job_is_told(yard: Yard) -> None:
    job = await yard.submit(ADA)
    with pytest.raises(JobNotFound):
        await yard.listing.waiting(BOB, job.id)
    await yard.jobs.cancel(ADA, job.id)
    assert (await yard.listing.waiting(ADA, job.id))[1] is None


async def test_an_edit_moves_it_in_line(yard: Yard) -> None:
    await served(yard)
    for _ in range(5):
        await yard.submit(ADA)
    job = await yard.submit(ADA)
    assert (await why(yard, job)).ahead == 5
    await yard.jobs.edit(ADA, job.id, Edits(priority=3))
    assert (await why(yard, job)).ahead == 0
    await yard.jobs.edit(ADA, job.id, Edits(queue="gpu"))
    assert (await why(yard, job)).cause is Cause.UNSERVED
