"""Jobs that wait for others, and keys of which only one job lives."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from jobyard.engine import needs
from jobyard.job.errors import Invalid, JobNotFound, NeededFailed, StoreFull, UniqueTaken
from jobyard.job.filters import Query
from jobyard.job.record import Job, OnFailure, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Role
from jobyard.store.contract import Card, Store
from jobyard.store.memory import MemoryStore
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
ADA, BOB = user("ada"), user("bob")


async def run(yard: Yard, job: Job, how: str = "finish") -> None:
    [given] = await yard.claim()
    assert given.job.id == job.id
    await yard.finish(given.job, how, **({"begun": True} if how == "finish" else {}))


async def failing(yard: Yard, **fields: Any) -> Job:
    return await yard.submit(ADA, tries=1, **fields)


async def test_a_job_waits_for_all_it_needs(yard: Yard, any_store: Store) -> None:
    first, second = await yard.submit(ADA), await yard.submit(ADA)
    last = await yard.submit(ADA, after=(first.id, second.id, first.id))
    assert (last.state, last.waits, last.after) == (State.QUEUED, 2, (first.id, second.id))
    await run(yard, first)
    assert (await yard.job(last)).waits == 1
    await run(yard, second)
    assert (await yard.job(last)).waits == 0
    await run(yard, last)
    assert await yard.story(last) == ["submitted", "met", "met", "claimed", "begun", "finished"]
    assert any_store.check() == []


async def test_what_ended_well_already_is_not_waited_for(yard: Yard) -> None:
    first = await yard.submit(ADA)
    await run(yard, first)
    assert (await yard.submit(ADA, after=(first.id,))).waits == 0


async def test_a_failure_cancels_the_whole_chain_and_names_the_cause(yard: Yard) -> None:
    first = await failing(yard, name="Fetch")
    second = await yard.submit(ADA, name="Train", after=(first.id,))
    third = await yard.submit(ADA, after=(second.id,))
    await run(yard, first, "fail")
    second, third = await yard.job(second), await yard.job(third)
    assert (second.state, third.state) == (State.CANCELLED, State.CANCELLED)
    assert second.failure is not None
    assert second.failure.reason is Reason.NEEDED
    assert second.failure.message == f"Job {first.number} (Fetch), which this one waited for, failed."
    assert third.failure is not None
    assert third.failure.message == f"Job {second.number} (Train), which this one waited for, was cancelled."
    history = await yard.listing.history(HOUSE, third.id)
    assert (history[-1].type, history[-1].actor) == ("cancelled", "jobyard")


async def test_cancelling_what_is_needed_cancels_what_needs_it(yard: Yard) -> None:
    first = await yard.submit(ADA)
    second = await yard.submit(ADA, after=(first.id,), draft=True)
    await yard.jobs.cancel(ADA, first.id)
    assert (await yard.job(second)).state is State.CANCELLED


async def test_whoever_runs_all_the_same_only_waits_for_the_end(yard: Yard) -> None:
    first = await failing(yard)
    report = await yard.submit(ADA, after=(first.id,), on_failure=OnFailure.RUN)
    await run(yard, first, "fail")
    assert (await yard.job(report)).waits == 0
    await yard.jobs.retry(ADA, first.id)
    # What was met once stays met, however often the other runs again.
    assert [given.job.id for given in await yard.claim(limit=5)] == [report.id, first.id]


async def test_whoever_goes_on_waiting_runs_after_the_retry(yard: Yard) -> None:
    first = await failing(yard)
    patient = await yard.submit(ADA, after=(first.id,), on_failure=OnFailure.WAIT)
    await run(yard, first, "fail")
    assert (await yard.job(patient)).waits == 1
    await yard.jobs.retry(ADA, first.id)
    await run(yard, first)
    assert (await yard.job(patient)).waits == 0


async def test_a_needed_job_that_is_deleted_cancels_who_goes_on_waiting(yard: Yard) -> None:
    first = await failing(yard)
    patient = await yard.submit(ADA, after=(first.id,), on_failure=OnFailure.WAIT)
    await run(yard, first, "fail")
    await yard.jobs.delete(ADA, first.id)
    patient = await yard.job(patient)
    assert patient.state is State.CANCELLED
    assert patient.failure is not None
    assert "was deleted" in patient.failure.message


async def test_a_lost_worker_tells_who_waits(yard: Yard) -> None:
    first = await yard.submit(ADA, tries=1)
    second = await yard.submit(ADA, after=(first.id,))
    for _ in range(3):
        assert await yard.claim()
        yard.lose_patience()
        await yard.engine.keeper.find_lost()
        yard.clock.forward(700)
    assert (await yard.job(first)).state is State.FAILED
    assert (await yard.job(second)).state is State.CANCELLED


async def test_an_external_job_tells_who_waits(yard: Yard) -> None:
    outside = await yard.submit(ADA, external=True)
    inside = await yard.submit(ADA, after=(outside.id,))
    started = await yard.engine.outside.start(ADA, outside.id)
    await yard.engine.outside.finish(ADA, outside.id, started.attempt)
    assert [given.job.id for given in await yard.claim()] == [inside.id]


async def test_a_cancelled_one_that_is_retried_counts_anew(yard: Yard) -> None:
    first = await failing(yard)
    second = await yard.submit(ADA, after=(first.id,))
    await run(yard, first, "fail")
    await yard.jobs.retry(ADA, first.id)
    again = await yard.jobs.retry(ADA, second.id)
    assert (again.state, again.waits) == (State.QUEUED, 1)
    await run(yard, first)
    await run(yard, second)


# --- more who wait than one transaction tells -----------------------------------------------------------------------


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "TOLD_AT_ONCE", 2)


async def states(yard: Yard, jobs: list[Job]) -> list[State]:
    return [(await yard.job(job)).state for job in jobs]


@pytest.mark.usefixtures("few_at_once")
async def test_who_is_too_many_for_one_transaction_is_told_in_the_next_ones(yard: Yard, any_store: Store) -> None:
    first = await failing(yard)
    family = [await yard.submit(ADA, after=(first.id,)) for _ in range(5)]
    family += [await yard.submit(ADA, after=(parent.id,)) for parent in family]
    await run(yard, first, "fail")
    assert (await states(yard, family)).count(State.CANCELLED) == 2
    assert await yard.claim(limit=9) == []
    await yard.needs.go_on()
    assert set(await states(yard, family)) == {State.CANCELLED}
    assert await yard.story(family[-1]) == ["submitted", "cancelled"]
    last = await yard.job(family[-1])
    assert last.failure is not None and f"Job {family[4].number} " in last.failure.message
    assert any_store.read(lambda view: view.cards(needs.DRAWER)).result() == []
    assert any_store.check() == []


@pytest.mark.usefixtures("few_at_once")
async def test_a_house_that_is_killed_meanwhile_tells_the_others_when_it_is_up_again(
    yard: Yard, any_store: Store, tmp_path: Path
) -> None:
    first = await yard.submit(ADA)
    family = [await yard.submit(ADA, after=(first.id,)) for _ in range(5)]
    await run(yard, first)
    again = Yard(any_store, tmp_path / "again")
    await again.needs.go_on()
    assert [(await again.job(job)).waits for job in family] == [0] * 5


@pytest.mark.usefixtures("few_at_once")
async def test_whoever_waits_for_the_retry_is_not_told_of_the_end_before_it(yard: Yard) -> None:
    first = await failing(yard)
    family = [await yard.submit(ADA, after=(first.id,)) for _ in range(3)]
    await run(yard, first, "fail")
    await yard.jobs.retry(ADA, first.id)
    late = await yard.submit(ADA, after=(first.id,))
    await yard.needs.go_on()
    assert await states(yard, [*family, late]) == [*[State.CANCELLED] * 3, State.QUEUED]
    await run(yard, first)
    assert (await yard.job(late)).waits == 0


@pytest.mark.usefixtures("few_at_once")
async def test_the_others_are_told_at_once_and_workers_are_woken_for_them(yard: Yard) -> None:
    first = await yard.submit(ADA)
    family = [await yard.submit(ADA, after=(first.id,)) for _ in range(3)]
    [given] = await yard.claim()
    telling = asyncio.create_task(yard.needs.run(3_600))
    try:
        await yard.finish(given.job, begun=True)
        taken = [one.job.id for _ in family for one in await yard.claim(wait=20)]
    finally:
        telling.cancel()
    assert taken == [job.id for job in family]


async def test_what_another_server_is_about_to_tell_is_left_to_it(yard: Yard, any_store: Store) -> None:
    later = Card(drawer=needs.DRAWER, id="1", body="[]", due_at=yard.clock.now() + 1)
    any_store.write(lambda transaction: transaction.put_card(later)).result()
    await yard.needs.go_on()
    assert any_store.read(lambda view: view.cards(needs.DRAWER)).result() == [later]


async def test_a_turn_that_fails_or_breaks_is_logged_and_the_next_one_comes(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    troubles: list[Exception] = [StoreFull(what="the disk"), ValueError("a bug")]
    went_well = asyncio.Event()

    async def go_on() -> None:
        if troubles:
            raise troubles.pop(0)
        went_well.set()

    monkeypatch.setattr(yard.needs, "go_on", go_on)
    telling = asyncio.create_task(yard.needs.run(0.0))
    try:
        await asyncio.wait_for(went_well.wait(), 60)
    finally:
        telling.cancel()
    own = [line for line in caplog.records if line.name == "jobyard.engine.needs"]
    assert [(line.levelname, line.exc_info is not None) for line in own] == [("WARNING", False), ("ERROR", True)]


@pytest.mark.parametrize("seed", range(6))
async def test_told_in_turns_everybody_comes_to_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list[list[tuple[State, int]]]()
    for at_once in (1, 3, 1_000):
        monkeypatch.setattr(needs, "TOLD_AT_ONCE", at_once)
        chance, store = random.Random(seed), MemoryStore()
        yard = Yard(store, tmp_path / str(at_once))
        jobs = [await failing(yard)]
        for _ in range(40):
            near = range(max(len(jobs) - 9, 0), len(jobs))
            after = tuple(jobs[place].id for place in chance.sample(near, min(len(near), chance.randint(1, 3))))
            jobs.append(await yard.submit(ADA, after=after, on_failure=chance.choice([*OnFailure])))
        await run(yard, jobs[0], chance.choice(["fail", "fail", "finish"]))
        await yard.needs.go_on()
        found.append([(job.state, job.waits) for job in [await yard.job(job) for job in jobs]])
        store.close()
    assert found[0] == found[1] == found[2]
    assert len({*found[0]}) > 2


async def test_waiting_for_what_cannot_be_is_refused_and_nothing_is_made(yard: Yard) -> None:
    failed = await failing(yard)
    await run(yard, failed, "fail")
    hidden = await yard.submit(BOB)
    with pytest.raises(NeededFailed):
        await yard.submit(ADA, after=(failed.id,))
    for wrong in ((hidden.id,), ("0" * 32,)):
        with pytest.raises(JobNotFound):
            await yard.submit(ADA, after=wrong)
    with pytest.raises(Invalid):
        await yard.submit(ADA, after=tuple(f"{n:032x}" for n in range(101)))
    assert [job.id for job in (await yard.listing.find(HOUSE, Query())).page.jobs] == [hidden.id, failed.id]


async def test_one_live_job_has_a_unique_key(yard: Yard) -> None:
    first = await yard.submit(ADA, unique="nightly")
    with pytest.raises(UniqueTaken) as refusal:
        await yard.submit(ADA, unique="nightly")
    assert refusal.value.data["job"] == first.id
    await yard.submit(BOB, unique="nightly")  # another owner's keys are his own
    [given] = await yard.claim()
    with pytest.raises(UniqueTaken):
        await yard.submit(ADA, unique="nightly")
    await yard.finish(given.job)
    second = await yard.submit(ADA, unique="nightly")
    with pytest.raises(UniqueTaken):
        await yard.jobs.retry(ADA, first.id)
    draft = await yard.submit(ADA, unique="nightly", draft=True)
    with pytest.raises(UniqueTaken):
        await yard.jobs.release(ADA, draft.id)
    await yard.jobs.cancel(ADA, second.id)
    assert (await yard.jobs.release(ADA, draft.id)).state is State.QUEUED


async def test_a_project_shares_its_unique_keys(yard: Yard) -> None:
    project = await yard.engine.projects.add(ADA, "vision")
    member = user("bob", places={project.id: Role.MEMBER})
    await yard.submit(user("ada", places={project.id: Role.OPERATOR}), unique="sync", project=project.id)
    with pytest.raises(UniqueTaken):
        await yard.submit(member, unique="sync", project=project.id)
