"""Work whose client says how it stands: whatever it says after whatever it said, the job gets there by real steps."""

from __future__ import annotations

import itertools

import pytest

from jobyard.engine import reported
from jobyard.engine.limits import EACH, Limit, Subject
from jobyard.engine.reported import Word
from jobyard.job.clock import SECOND
from jobyard.job.errors import LimitReached
from jobyard.job.record import Job, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Actor, Role
from jobyard.store.contract import Store, Transaction
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
ADA, BOB, BOSS = user("ada"), user("bob"), user("boss", Role.OPERATOR)
LEASE = 60 * SECOND
WORD = Word(lease=LEASE)
D, Q, R, S, F, C = State
STEPS = {
    (D, Q): "released",
    (D, R): "started",
    (D, S): "started finished",
    (D, F): "started failed",
    (D, C): "cancelled",
    (Q, D): "withdrawn",
    (Q, R): "started",
    (Q, S): "started finished",
    (Q, F): "started failed",
    (Q, C): "cancelled",
    (R, D): "given_back withdrawn",
    (R, Q): "given_back",
    (R, S): "finished",
    (R, F): "failed",
    (R, C): "cancel_asked cancelled",
    **{(final, D): "retried withdrawn" for final in (S, F, C)},
    **{(final, Q): "retried" for final in (S, F, C)},
    **{(final, R): "started" for final in (S, F, C)},
    **{(final, S): "started finished" for final in (F, C)},
    **{(final, F): "started failed" for final in (S, C)},
    **{(final, C): "started cancel_asked cancelled" for final in (S, F)},
    **{(same, same): "" for same in State},
}


async def bring(yard: Yard, job: Job, target: State, word: Word = WORD) -> list[Job]:
    def work(transaction: Transaction) -> list[Job]:
        found = transaction.job(job.id)
        assert found is not None
        return yard.engine.reported.bring(transaction, ADA, found, target, word)

    return await yard.engine.ledger.write(work)


async def claimed(yard: Yard, actor: Actor = ADA, queue: str = "gpu") -> Job | None:
    return await yard.engine.ledger.write(
        lambda t: yard.engine.reported.claimed(t, actor, queue, "notebook", "agent", LEASE)
    )


async def waiting(yard: Yard, owner: Actor = ADA, word: Word | None = None) -> Job:
    job = await yard.submit(owner, kind="notebook", external=True, draft=True)
    [queued] = await bring(yard, job, Q, word or Word(queue="gpu", lease=LEASE))
    return queued


@pytest.mark.parametrize(("now", "target"), list(itertools.product(State, State)))
async def test_every_state_is_reached_from_every_other_by_real_steps(
    yard: Yard, any_store: Store, now: State, target: State
) -> None:
    job = await yard.submit(ADA, kind="notebook", external=True, draft=True)
    [before, *_] = await bring(yard, job, now)
    told = await yard.story(job)
    [after, *more] = await bring(yard, job, target)
    assert (before.state, after.state, more) == (now, target, [])
    assert await yard.story(job) == told + STEPS[now, target].split()
    assert after == await yard.job(job)
    assert any_store.check() == []


async def test_why_it_failed_is_what_its_client_said(yard: Yard) -> None:
    job = await yard.submit(ADA, kind="notebook", external=True)
    [failed] = await bring(yard, job, F, Word(failure="no memory", lease=LEASE))
    assert failed.failure is not None and (failed.failure.reason, failed.failure.message) == (Reason.ERROR, "no memory")


async def test_an_end_that_is_told_lets_go_what_waits_for_it_and_told_again_lets_go_nothing(yard: Yard) -> None:
    job = await yard.submit(ADA, kind="notebook", external=True)
    after = await yard.submit(ADA, after=(job.id,))
    assert [one.id for one in await bring(yard, job, S)] == [job.id, after.id]
    assert (await yard.job(after)).waits == 0
    assert [one.id for one in await bring(yard, job, S)] == [job.id]


async def test_in_line_it_is_claimed_once_by_whoever_may_run_it(yard: Yard) -> None:
    job = await waiting(yard)
    assert (job.external, job.queue) == (False, "gpu")
    assert await claimed(yard, queue="cpu") is None
    assert await claimed(yard, BOB) is None
    given = await claimed(yard)
    assert given is not None and (given.id, given.state, given.worker, given.attempt) == (job.id, R, "agent", 1)
    assert await claimed(yard) is None


async def test_whoever_may_not_run_one_owner_s_jobs_gets_the_next_owner_s(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reported, "LOOKED_AT", 1)
    hidden = [await waiting(yard, ADA) for _ in range(3)]
    own = await waiting(yard, BOB)
    given = await claimed(yard, BOB)
    assert given is not None and given.id == own.id
    assert {(await yard.job(one)).state for one in hidden} == {Q}
    for _ in hidden:
        assert await claimed(yard, BOSS) is not None


async def test_limits_hold_for_those_who_claim_and_for_those_who_stand_in_line(yard: Yard) -> None:
    await yard.engine.limits.put(BOSS, Limit(subject=Subject.OWNER, name=EACH, running=1, queued=2))
    first, second = await waiting(yard), await waiting(yard)
    with pytest.raises(LimitReached):
        await waiting(yard)
    given = await claimed(yard)
    assert given is not None and given.id == first.id
    assert await claimed(yard) is None
    await bring(yard, first, S)
    again = await claimed(yard)
    assert again is not None and again.id == second.id


async def test_what_stands_in_line_moves_to_the_queue_that_is_said(yard: Yard) -> None:
    job = await waiting(yard)
    [moved] = await bring(yard, job, Q, Word(queue="cpu", lease=LEASE, tries=3))
    assert (moved.queue, moved.tries, moved.state) == ("cpu", 3, Q)
    assert await claimed(yard) is None
    given = await claimed(yard, queue="cpu")
    assert given is not None and given.id == job.id
    [back] = await bring(yard, given, R)
    assert back.revision == given.revision, "what is so already changes nothing"


async def test_a_wish_to_cancel_is_not_lost_when_it_is_put_back_in_line(yard: Yard) -> None:
    await waiting(yard)
    given = await claimed(yard)
    assert given is not None
    await yard.jobs.cancel(HOUSE, given.id)
    [back] = await bring(yard, given, Q, Word(queue="gpu", lease=LEASE))
    assert (back.state, back.cancelling) == (Q, False)
    assert "cancelled" in await yard.story(given)


async def test_a_holder_that_is_heard_keeps_the_job_and_is_written_down_now_and_then_only(yard: Yard) -> None:
    job = await yard.submit(ADA, kind="notebook", external=True)
    [running] = await bring(yard, job, R)

    async def heard() -> Job:
        def work(transaction: Transaction) -> Job:
            found = transaction.job(job.id)
            assert found is not None
            return yard.engine.reported.heard(transaction, found, LEASE)

        return await yard.engine.ledger.write(work)

    yard.clock.forward(10)
    assert (await heard()).lease_until == running.lease_until
    yard.clock.forward(15)
    assert (await heard()).lease_until == yard.clock.now() + LEASE
    await bring(yard, job, S)
    assert (await heard()).lease_until is None
