"""What one owner, queue or kind may hold, and how fair the line is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobyard.engine.limits import EACH, Limit, Subject
from jobyard.job.errors import Invalid, LimitReached, NotFound, Refused, TooMuch
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Role
from jobyard.store.contract import Store
from tests.engine.yard import Yard, chunks, user

pytestmark = pytest.mark.anyio
ADA, BOB, BOSS = user("ada"), user("bob"), user("boss", Role.OPERATOR)


async def limit(yard: Yard, subject: str, name: str, **what: Any) -> None:
    await yard.engine.limits.put(BOSS, Limit(subject=Subject(subject), name=name, **what))


async def owners(yard: Yard, limit: int) -> list[str]:
    return [assignment.job.owner for assignment in await yard.claim(limit=limit)]


async def test_an_owner_with_thousands_of_jobs_makes_no_neighbour_wait(yard: Yard) -> None:
    for _ in range(300):
        await yard.submit(ADA)
    for _ in range(40):
        assert await owners(yard, 1) == ["ada"]
    for _ in range(10):
        await yard.submit(BOB)
    finished = [name for _ in range(5) for name in await owners(yard, 10)]
    assert finished.count("bob") == 10
    assert finished[:20].count("bob") == 10  # one each, in turns


async def test_three_owners_go_round(yard: Yard) -> None:
    for name in ("ada", "ada", "ada", "bob", "bob", "cy", "cy", "ada"):
        await yard.submit(user(name))
    assert await owners(yard, 8) == ["ada", "bob", "cy", "ada", "bob", "cy", "ada", "ada"]


async def test_who_comes_late_starts_at_the_turn_that_is_served(yard: Yard) -> None:
    for _ in range(5):
        await yard.submit(ADA)
    await owners(yard, 3)
    for name in ("bob", "bob"):
        await yard.submit(user(name))
    assert await owners(yard, 4) == ["ada", "bob", "ada", "bob"]


async def test_priority_goes_first_and_grows_with_waiting(yard: Yard) -> None:
    patient = await yard.submit(ADA, priority=0)
    yard.clock.forward(9 * 60)
    urgent = await yard.submit(BOB, priority=10)
    [first] = await yard.claim()
    assert first.job.id == urgent.id
    yard.clock.forward(2 * 60)
    await yard.submit(BOB, priority=10)
    [second] = await yard.claim()
    assert second.job.id == patient.id


async def test_an_owner_runs_no_more_than_his_limit(yard: Yard) -> None:
    await limit(yard, "owner", "ada", running=2)
    jobs = [await yard.submit(ADA) for _ in range(4)]
    await yard.submit(BOB)
    assert sorted(await owners(yard, 10)) == ["ada", "ada", "bob"]
    assert await owners(yard, 10) == []
    await yard.finish(await yard.job(jobs[0]))
    assert await owners(yard, 10) == ["ada"]


async def test_a_limit_for_each_owner_holds_where_none_has_its_own(yard: Yard) -> None:
    await limit(yard, "owner", EACH, running=1)
    await limit(yard, "owner", "bob", running=3)
    for name in ("ada", "ada", "bob", "bob", "bob", "bob"):
        await yard.submit(user(name))
    assert sorted(await owners(yard, 10)) == ["ada", "bob", "bob", "bob"]


async def test_an_owner_who_may_run_nothing_holds_up_nobody(yard: Yard) -> None:
    for _ in range(3):
        await yard.submit(ADA)
    await yard.submit(BOB)
    await limit(yard, "owner", "ada", running=0)
    assert await owners(yard, 1) == ["bob"]
    assert await owners(yard, 1) == []


async def test_where_nobody_may_run_who_is_not_named_the_named_ones_do(yard: Yard) -> None:
    for name in ("ada", "cy", "dee", "bob", "bob"):
        await yard.submit(user(name))
    await limit(yard, "owner", EACH, running=0)
    await limit(yard, "owner", "bob", running=1)
    assert await owners(yard, 2) == ["bob"]
    assert await owners(yard, 2) == []


async def test_a_long_line_of_one_barred_owner_hides_nobody(yard: Yard) -> None:
    await limit(yard, "owner", "ada", running=1)
    for _ in range(50):
        await yard.submit(ADA, priority=5)
    await yard.submit(BOB, priority=-5)
    assert await owners(yard, 1) == ["ada"]
    assert await owners(yard, 1) == ["bob"]


async def test_a_queue_and_a_kind_run_no_more_than_their_limits(yard: Yard) -> None:
    await limit(yard, "queue", "gpu", running=1)
    await limit(yard, "kind", "test.guarded", running=1)
    for _ in range(3):
        await yard.submit(HOUSE, queue="gpu")
        await yard.submit(HOUSE, kind="test.guarded", queue="cpu")
    found = await yard.claim(limit=10, queues=("gpu", "cpu"))
    assert sorted((one.job.queue, one.job.kind) for one in found) == [("cpu", "test.guarded"), ("gpu", "test.count")]
    assert await yard.claim(limit=10, queues=("gpu", "cpu")) == []


async def test_over_the_limit_of_waiting_jobs_a_submission_is_refused_and_nothing_is_lost(yard: Yard) -> None:
    await limit(yard, "owner", "ada", queued=2)
    kept = [await yard.submit(ADA), await yard.submit(ADA)]
    with pytest.raises(LimitReached) as refusal:
        await yard.submit(ADA)
    assert refusal.value.sentence == "Owner ada has 2 queued jobs, and 2 are allowed; try again in 15 s."
    assert isinstance(refusal.value, TooMuch)
    assert refusal.value.data["retry_after"] == 15
    await yard.submit(BOB)
    draft = await yard.submit(ADA, draft=True)
    with pytest.raises(LimitReached):
        await yard.jobs.release(ADA, draft.id)
    assert [(await yard.job(job)).state for job in (*kept, draft)] == [State.QUEUED, State.QUEUED, State.DRAFT]
    await yard.jobs.cancel(ADA, kept[0].id)
    assert (await yard.jobs.release(ADA, draft.id)).state is State.QUEUED
    with pytest.raises(LimitReached):
        await yard.jobs.retry(ADA, kept[0].id)


@pytest.mark.parametrize(("subject", "name"), [("queue", "default"), ("kind", "test.count"), ("queue", EACH)])
async def test_queues_and_kinds_bound_what_waits(yard: Yard, subject: str, name: str) -> None:
    await limit(yard, subject, name, queued=1)
    await yard.submit(ADA)
    with pytest.raises(LimitReached):
        await yard.submit(BOB)
    await yard.submit(HOUSE, kind="test.guarded", queue="other")


async def test_a_full_queue_takes_no_moved_job(yard: Yard) -> None:
    from jobyard.engine.submission import Edits

    await limit(yard, "queue", "gpu", queued=1)
    await yard.submit(ADA, queue="gpu")
    other = await yard.submit(ADA)
    with pytest.raises(LimitReached):
        await yard.jobs.edit(ADA, other.id, Edits(queue="gpu"))
    assert (await yard.job(other)).queue == "default"


async def test_submissions_at_once_keep_the_limit(yard: Yard) -> None:
    await limit(yard, "owner", "ada", queued=7)
    outcomes = await asyncio.gather(*(yard.submit(ADA) for _ in range(40)), return_exceptions=True)
    assert sum(isinstance(outcome, Job) for outcome in outcomes) == 7
    assert sum(isinstance(outcome, LimitReached) for outcome in outcomes) == 33


async def test_an_owner_whose_results_fill_his_quota_submits_no_more(yard: Yard) -> None:
    from jobyard.job.desk import MadeFile

    await limit(yard, "owner", "ada", stored=10)
    job = await yard.submit(ADA)
    [given] = await yard.claim()
    received = await yard.engine.results.receive(chunks(b"0123456789"))
    await yard.finish(given.job, files=(MadeFile(name="out.bin", blob=received.blob),))
    with pytest.raises(LimitReached) as refusal:
        await yard.submit(ADA)
    assert "10 bytes of results" in refusal.value.sentence
    await yard.jobs.delete(ADA, job.id)
    await yard.submit(ADA)


async def test_limits_are_seen_by_all_and_set_by_those_who_run_the_queues(yard: Yard) -> None:
    with pytest.raises(Refused):
        await yard.engine.limits.put(ADA, Limit(subject=Subject.OWNER, name="ada", queued=9))
    for wrong in (
        Limit(subject=Subject.OWNER, name="ada"),
        Limit(subject=Subject.QUEUE, name="gpu", stored=5),
    ):
        with pytest.raises(Invalid):
            await yard.engine.limits.put(BOSS, wrong)
    await limit(yard, "queue", "gpu", running=3)
    await limit(yard, "owner", "ada", queued=9)
    assert await yard.engine.limits.list(user("guest", Role.VIEWER)) == await yard.engine.limits.list(BOB)
    assert [one.name for one in await yard.engine.limits.list(BOB)] == ["gpu"]
    assert [one.name for one in await yard.engine.limits.list(ADA)] == ["ada", "gpu"]
    seen = await yard.engine.limits.list(BOSS)
    assert [(one.subject, one.name, one.queued, one.running) for one in seen] == [
        ("owner", "ada", 9, None),
        ("queue", "gpu", None, 3),
    ]
    assert {one.set_by for one in seen} == {"boss"}
    with pytest.raises(Refused):
        await yard.engine.limits.drop(ADA, Subject.OWNER, "ada")
    await yard.engine.limits.drop(BOSS, Subject.OWNER, "ada")
    with pytest.raises(NotFound):
        await yard.engine.limits.drop(BOSS, Subject.OWNER, "ada")


async def test_a_limit_taken_away_counts_at_once(yard: Yard, any_store: Store) -> None:
    await limit(yard, "owner", EACH, running=0, queued=0)
    with pytest.raises(LimitReached):
        await yard.submit(ADA)
    await yard.engine.limits.drop(BOSS, Subject.OWNER, EACH)
    await yard.submit(ADA)
    assert await owners(yard, 1) == ["ada"]
    assert any_store.check() == []


async def test_whoever_is_bounded_sees_how_much_of_it_is_used(yard: Yard) -> None:
    await limit(yard, "owner", EACH, queued=5, running=2)
    await limit(yard, "queue", "gpu", queued=9)
    await limit(yard, "kind", "test.count", running=3)
    await limit(yard, "owner", "bob", queued=1)
    for owner in (ADA, ADA, ADA):
        await yard.submit(owner)
    await yard.submit(ADA, queue="gpu")
    await yard.claim()
    uses = {(use.subject.value, use.name): use for use in await yard.engine.limits.uses(ADA, ["test.count"])}
    assert uses.keys() == {("owner", "ada"), ("queue", "gpu"), ("kind", "test.count")}
    mine = uses["owner", "ada"]
    assert mine.queued is not None and (mine.queued.used, mine.queued.limit) == (3, 5)
    assert mine.running is not None and (mine.running.used, mine.running.limit) == (1, 2)
    assert mine.stored is None
    line, kind = uses["queue", "gpu"], uses["kind", "test.count"]
    assert line.queued is not None and (line.queued.used, line.running) == (1, None)
    assert kind.running is not None and (kind.running.used, kind.queued) == (1, None)
