"""One name, one living worker: restarts take over at once, doubles are turned away, the dead are buried."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jobyard.engine.roster import QUIET
from jobyard.job.clock import SECOND
from jobyard.job.desk import Ask, Assignment, Beat, Held
from jobyard.job.errors import Refused, WorkerDoubled
from jobyard.job.record import Job, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE
from jobyard.store.contract import WorkerRow
from jobyard.store.postgres import PostgresStore
from tests.engine.yard import LEASE, Yard, user

pytestmark = pytest.mark.anyio
SILENCE = QUIET / SECOND


async def claim(yard: Yard, session: str, limit: int = 1, **fields: object) -> list[Assignment]:
    ask = Ask(worker="w1", session=session, kinds=("test.count",), limit=limit, host="h", pid=7, **fields)  # type: ignore[arg-type]
    return list((await yard.desk.claim(yard.worker, ask)).assignments)


async def beat(yard: Yard, session: str, *jobs: Job, leaving: bool = False) -> list[str]:
    held = tuple(Held(job=job.id, attempt=job.attempt) for job in jobs)
    said = Beat(worker="w1", session=session, held=held, leaving=leaving)
    return [wish.what for wish in (await yard.desk.beat(yard.worker, said)).wishes]


async def held_by(yard: Yard, session: str, **fields: object) -> Job:
    await yard.submit(**fields)  # type: ignore[arg-type]
    [assignment] = await claim(yard, session)
    return assignment.job


def rows(yard: Yard) -> list[WorkerRow]:
    return yard.store.read(lambda view: view.workers()).result()


async def test_a_worker_that_was_started_anew_loses_what_it_held_and_may_claim_it_in_the_same_word(yard: Yard) -> None:
    job = await held_by(yard, "old")
    yard.clock.forward(SILENCE)
    [again] = await claim(yard, "new")
    assert (again.job.id, again.job.attempt, again.job.losses) == (job.id, 2, 1)
    [first, _] = await yard.listing.attempts(HOUSE, job.id)
    assert first.outcome == "back_off" and first.failure is not None
    assert first.failure.reason is Reason.LOST
    assert first.failure.message == "The worker w1 was started anew while it ran this job."
    assert await yard.finish(job, result="ghost") == "stale"
    assert await yard.finish(again.job, result="real") == "succeeded"
    assert (await yard.job(job)).result == "real"
    assert (await yard.story(job)).count("finished") == 1


async def test_others_that_wait_hear_of_what_was_lost(yard: Yard) -> None:
    job = await held_by(yard, "old")
    other = Ask(worker="w2", session="w2", kinds=("test.count",), wait=20)
    waiting = asyncio.create_task(yard.desk.claim(yard.worker, other))
    while not yard.engine.bell.waiting:  # noqa: ASYNC110 - the bell tells nobody that somebody waits
        await asyncio.sleep(0)
    yard.clock.forward(SILENCE)
    ask = Ask(worker="w1", session="new", kinds=("nothing.of.it",))
    await yard.desk.claim(yard.worker, ask)
    [assignment] = (await asyncio.wait_for(waiting, 0.8)).assignments
    assert assignment.job.id == job.id


async def test_a_double_is_turned_away_for_as_long_as_the_other_one_speaks(yard: Yard) -> None:
    job = await held_by(yard, "old")
    before = await yard.job(job)
    for _ in range(20):
        with pytest.raises(WorkerDoubled) as told:
            await claim(yard, "new")
        assert "w1" in told.value.sentence and "on h as process 7" in told.value.sentence
        assert await beat(yard, "new") == []
        yard.clock.forward(SILENCE * 0.9)
        assert await beat(yard, "old", job) == []
    after = await yard.job(job)
    assert (after.attempt, after.worker, after.state) == (before.attempt, "w1", State.RUNNING)
    assert [row.session for row in rows(yard)] == ["old"]
    assert await yard.finish(job) == "succeeded"


async def test_a_beat_counts_from_when_it_was_heard_and_not_from_when_that_was_written_down(yard: Yard) -> None:
    job = await held_by(yard, "old")
    yard.clock.forward(SILENCE * 0.4)
    await beat(yard, "old", job)
    yard.clock.forward(SILENCE * 0.7)
    assert yard.clock.now() - rows(yard)[0].seen_at > QUIET
    with pytest.raises(WorkerDoubled):
        await claim(yard, "new")
    yard.clock.forward(SILENCE * 0.3)
    assert [one.job.id for one in await claim(yard, "new")] == [job.id]


async def test_who_was_taken_for_dead_and_comes_back_is_told_and_takes_nothing(yard: Yard) -> None:
    job = await held_by(yard, "old")
    yard.clock.forward(SILENCE)
    [again] = await claim(yard, "new")
    assert await beat(yard, "old", job) == ["drop"]
    for _ in range(3):
        with pytest.raises(WorkerDoubled):
            await claim(yard, "old")
        yard.clock.forward(SILENCE * 2)  # however silent the new one is: the old one is over
    assert (await yard.job(job)).attempt == again.job.attempt == 2


async def test_a_worker_that_said_goodbye_may_come_back_at_once(yard: Yard) -> None:
    await claim(yard, "old")
    await beat(yard, "old", leaving=True)
    assert rows(yard) == []
    assert await claim(yard, "new") == []
    assert [row.session for row in rows(yard)] == ["new"]


async def test_what_a_leaving_worker_could_not_give_back_is_lost_when_its_name_comes_back(yard: Yard) -> None:
    job = await held_by(yard, "old")
    await beat(yard, "old", job, leaving=True)
    assert (await yard.job(job)).state is State.RUNNING
    [again] = await claim(yard, "new")
    assert (again.job.id, again.job.attempt) == (job.id, 2)


async def test_a_double_that_leaves_takes_nobody_with_it(yard: Yard) -> None:
    job = await held_by(yard, "old")
    await beat(yard, "new", leaving=True)
    assert [row.session for row in rows(yard)] == ["old"]
    with pytest.raises(WorkerDoubled):
        await claim(yard, "third")
    assert await beat(yard, "old", job) == []


async def test_the_dead_are_buried_at_once_and_their_last_claim_with_them(yard: Yard) -> None:
    job = await held_by(yard, "old")
    assert await yard.desk.bury(HOUSE, "w1", "ended (SIGKILL)") == 1
    lost = await yard.job(job)
    assert lost.state is State.QUEUED and lost.failure is not None
    assert lost.failure.message == "The worker w1 ended (SIGKILL) while it ran this job."
    with pytest.raises(WorkerDoubled):
        await claim(yard, "old")
    [again] = await claim(yard, "new")
    assert again.job.attempt == 2
    assert await yard.desk.bury(HOUSE, "nobody", "ended") == 0
    with pytest.raises(Refused):
        await yard.desk.bury(user("maria"), "w1", "ended")


async def test_a_lost_job_under_a_wish_is_cancelled(yard: Yard) -> None:
    job = await held_by(yard, "old")
    await yard.jobs.cancel(HOUSE, job.id)
    await yard.desk.bury(HOUSE, "w1", "ended")
    assert (await yard.job(job)).state is State.CANCELLED


async def test_what_kills_its_worker_three_times_has_failed(yard: Yard) -> None:
    job = await held_by(yard, "s0", tries=1)
    for number in (1, 2):
        await yard.desk.bury(HOUSE, "w1", "ended")
        [again] = await claim(yard, f"s{number}")
        assert again.job.id == job.id
    await yard.desk.bury(HOUSE, "w1", "ended")
    assert (await yard.job(job)).state is State.FAILED


async def test_an_outside_job_of_a_user_of_that_name_is_nobody_s_loss(yard: Yard) -> None:
    w1 = user("w1")
    job = await yard.submit(w1, kind="notebook", external=True)
    await yard.engine.outside.start(w1, job.id)
    await yard.desk.bury(HOUSE, "w1", "ended")
    assert (await yard.job(job)).state is State.RUNNING


async def test_more_than_one_page_is_lost_and_other_workers_keep_theirs(yard: Yard) -> None:
    for _ in range(620):
        await yard.submit()
    mine = [one for _ in range(3) for one in await claim(yard, "old", limit=200)]
    others = await yard.claim(limit=20, worker="w2")
    assert (len(mine), len(others)) == (600, 20)
    assert await yard.desk.bury(HOUSE, "w1", "ended") == 600
    counts = await yard.listing.counts(HOUSE)
    assert (counts.states[State.QUEUED], counts.states[State.RUNNING]) == (600, 20)


async def test_after_a_start_of_the_house_the_old_one_gets_time_to_show_up(yard: Yard) -> None:
    job = await held_by(yard, "old")
    yard.clock.forward(LEASE * 100)
    again = Yard(yard.store, yard.settings.folder)
    again.clock.time = yard.clock.time
    again.engine.desk._roster._since = yard.clock.time  # the clock of a house that starts now
    again.clock.forward(SILENCE * 0.5)
    with pytest.raises(WorkerDoubled):
        await claim(again, "new")
    assert await beat(again, "old", job) == []
    again.clock.forward(SILENCE * 0.9)
    with pytest.raises(WorkerDoubled):
        await claim(again, "new")
    again.clock.forward(SILENCE)
    assert [one.job.attempt for one in await claim(again, "new")] == [2]


async def test_a_busy_worker_that_claims_nothing_is_seen_by_its_beats(yard: Yard) -> None:
    job = await held_by(yard, "old")
    for _ in range(40):
        yard.clock.forward(1)
        await beat(yard, "old", job)
    [state] = await yard.listing.workers(HOUSE)
    assert state.alive and yard.clock.now() - state.row.seen_at <= QUIET // 2 + SECOND


async def test_a_claim_of_a_worker_that_went_away_ends_and_says_no_more(yard: Yard) -> None:
    gone = asyncio.get_running_loop().create_future()
    gone.set_result(None)
    await yard.submit()
    ask = Ask(worker="w1", session="old", kinds=("test.count",), wait=20)
    assert (await asyncio.wait_for(yard.desk.claim(yard.worker, ask, gone), 5)).assignments == ()
    assert rows(yard) == []


async def test_of_two_that_come_at_once_to_two_servers_only_one_takes_the_name(
    postgres_store: PostgresStore, tmp_path: Path
) -> None:
    here, there = (Yard(postgres_store, tmp_path / name) for name in ("here", "there"))
    for number in range(10):
        job = await held_by(here, f"old {number}")
        for yard in (here, there):
            yard.clock.time += QUIET
        came = (claim(here, f"here {number}"), claim(there, f"there {number}"))
        taken = await asyncio.gather(*came, return_exceptions=True)
        assert [type(one) for one in taken if not isinstance(one, list)] == [WorkerDoubled], taken
        [[again]] = [one for one in taken if isinstance(one, list)]
        assert (again.job.id, again.job.attempt) == (job.id, 2)
        assert await here.finish(again.job) == "succeeded"
        await here.desk.bury(HOUSE, "w1", "ended")
