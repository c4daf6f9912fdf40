"""The six verbs of a worker, and the fence that guards them."""

from __future__ import annotations

import asyncio

import pytest

from jobyard.job.clock import SECOND
from jobyard.job.desk import Ask, Call, Finish, MadeFile, Outcome
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.job.record import Failure, LogLine, Progress, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Actor, KeyScope, Role
from tests.engine.yard import LEASE, Yard, chunks, user

pytestmark = pytest.mark.anyio


def line(number: int, text: str) -> LogLine:
    return LogLine(number=number, at=1, stream="out", text=text)


async def somebody_waits(yard: Yard) -> None:
    while not yard.engine.bell.waiting:  # noqa: ASYNC110 - the bell tells nobody that somebody waits
        await asyncio.sleep(0)


async def test_the_best_job_is_claimed_first(yard: Yard) -> None:
    slow = await yard.submit(priority=-5)
    first, second = await yard.submit(), await yard.submit()
    urgent = await yard.submit(priority=10)
    got = [assignment.job.id for assignment in await yard.claim(limit=10)]
    assert got == [urgent.id, first.id, second.id, slow.id]


async def test_a_claim_gives_a_lease_and_an_attempt(yard: Yard) -> None:
    await yard.submit()
    [assignment] = await yard.claim()
    job = assignment.job
    assert (job.state, job.attempt, job.worker) == (State.RUNNING, 1, "w1")
    assert job.lease_until == yard.clock.now() + int(LEASE * SECOND)
    assert assignment.lease == int(LEASE * SECOND)
    assert job.begun_at is None
    assert await yard.claim() == []


async def test_other_queues_kinds_due_times_and_outside_work_are_left_alone(yard: Yard) -> None:
    await yard.submit(queue="gpu")
    await yard.submit(due_at=yard.clock.now() + 5 * SECOND)
    await yard.submit(external=True)
    await yard.submit(draft=True)
    assert await yard.claim(limit=10) == []
    assert len(await yard.claim(limit=10, queues=("gpu",))) == 1
    yard.clock.forward(5)
    assert len(await yard.claim(limit=10)) == 1


async def test_a_waiting_claim_is_answered_when_work_comes(yard: Yard) -> None:
    waiting = asyncio.create_task(yard.claim(wait=20))
    await somebody_waits(yard)
    job = await yard.submit()
    [assignment] = await asyncio.wait_for(waiting, 5)
    assert assignment.job.id == job.id


async def test_a_closing_desk_sends_waiting_workers_away(yard: Yard) -> None:
    waiting = asyncio.create_task(yard.claim(wait=20))
    await somebody_waits(yard)
    yard.desk.close()
    assert await asyncio.wait_for(waiting, 5) == []


async def test_news_is_kept_and_renews_the_lease(yard: Yard) -> None:
    job = await yard.claimed()
    yard.clock.forward(20)
    lines = (line(1, "hello"), line(2, "world"))
    assert await yard.report(job, begun=True, progress=Progress(done=1, total=4, text="one"), lines=lines) == []
    stored = await yard.job(job)
    assert stored.begun_at == yard.clock.now()
    assert stored.progress == Progress(done=1, total=4, text="one", at=yard.clock.now())
    assert stored.lease_until == yard.clock.now() + int(LEASE * SECOND)
    part = await yard.listing.log(HOUSE, job.id, None)
    assert [found.text for found in part.lines] == ["hello", "world"]
    assert not part.complete
    assert await yard.story(job) == ["submitted", "claimed", "begun"]


async def test_a_beat_keeps_a_lease_for_ever(yard: Yard) -> None:
    job = await yard.claimed()
    for _ in range(20):
        yard.clock.forward(LEASE * 0.9)
        assert await yard.beat(job) == []
        assert await yard.engine.keeper.find_lost() == 0
    assert (await yard.job(job)).state is State.RUNNING


async def test_a_good_end_keeps_result_and_files(yard: Yard) -> None:
    job = await yard.claimed()
    received = await yard.engine.results.receive(chunks(b"a,b\n", b"1,2\n"))
    made = MadeFile(name="table.csv", blob=received.blob, media_type="text/csv")
    assert await yard.finish(job, result={"rows": 1}, files=(made,), lines=(line(1, "bye"),)) == "succeeded"
    stored = await yard.job(job)
    assert (stored.result, stored.worker, stored.lease_until) == ({"rows": 1}, None, None)
    assert stored.results_until == yard.clock.now() + 3600 * SECOND
    file, path = await yard.engine.results.open(HOUSE, job.id, "table.csv")
    assert (file.size, file.sha256, file.attempt) == (8, received.sha256, 1)
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert (await yard.listing.log(HOUSE, job.id, None)).complete
    assert await yard.story(job) == ["submitted", "claimed", "begun", "finished"]


async def test_a_result_that_never_arrived_fails_the_attempt(yard: Yard) -> None:
    job = await yard.claimed()
    assert await yard.finish(job, files=(MadeFile(name="gone.bin", blob="a" * 32),)) == "queued"
    failure = (await yard.job(job)).failure
    assert failure is not None
    assert "gone.bin" in failure.message
    assert await yard.engine.results.files(HOUSE, job.id) == []


async def made(yard: Yard, name: str, content: bytes = b"partial") -> MadeFile:
    received = await yard.engine.results.receive(chunks(content))
    return MadeFile(name=name, blob=received.blob, media_type="text/plain")


async def test_what_a_failed_attempt_made_is_kept_with_it(yard: Yard) -> None:
    job = await yard.claimed(tries=2)
    missing = MadeFile(name="gone.bin", blob="a" * 32)
    assert await yard.finish(job, "fail", files=(missing, await made(yard, "report.txt"))) == "queued"
    waiting = await yard.job(job)
    assert waiting.results_until is None and waiting.failure is not None
    assert waiting.failure.message == "it broke"  # and not that a file is missing
    [file] = await yard.engine.results.files(HOUSE, job.id)
    assert (file.name, file.attempt, file.media_type) == ("report.txt", 1, "text/plain")
    yard.clock.forward(10)
    [again] = await yard.claim()
    assert await yard.finish(again.job, "fail", files=(await made(yard, "report.txt", b"second"),)) == "failed"
    assert [one.attempt for one in await yard.engine.results.files(HOUSE, job.id)] == [2, 1]
    for attempt, content in ((1, b"partial"), (2, b"second"), (None, b"second")):
        _, path = await yard.engine.results.open(HOUSE, job.id, "report.txt", attempt)
        assert path.read_bytes() == content
    assert (await yard.job(job)).results_until == yard.clock.now() + 3600 * SECOND


async def test_what_stopped_work_made_is_kept_and_expires_like_everything(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.jobs.cancel(HOUSE, job.id)
    assert await yard.finish(job, "stop", files=(await made(yard, "half.txt"),)) == "cancelled"
    assert (await yard.job(job)).results_until == yard.clock.now() + 3600 * SECOND
    _, path = await yard.engine.results.open(HOUSE, job.id, "half.txt")
    yard.clock.forward(3601)
    await yard.engine.keeper.round()
    assert not path.exists()
    assert (await yard.job(job)).results_expired


async def test_files_of_earlier_attempts_expire_when_the_last_one_is_given_back_under_a_wish(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.finish(job, "fail", files=(await made(yard, "report.txt"),))
    yard.clock.forward(10)
    [again] = await yard.claim()
    await yard.jobs.cancel(HOUSE, job.id)
    assert await yard.give_back(again.job) == "cancelled"
    assert (await yard.job(job)).results_until == yard.clock.now() + 3600 * SECOND


async def test_failing_backs_off_twice_as_long_each_time_until_the_tries_are_burnt(yard: Yard) -> None:
    job = await yard.claimed()
    assert await yard.finish(job, "fail") == "queued"
    assert (await yard.job(job)).due_at == yard.clock.now() + 2 * SECOND
    assert await yard.claim() == []
    yard.clock.forward(2)
    [second] = await yard.claim()
    assert await yard.finish(second.job, "fail") == "queued"
    assert (await yard.job(job)).due_at == yard.clock.now() + 4 * SECOND
    yard.clock.forward(4)
    [third] = await yard.claim()
    assert await yard.finish(third.job, "fail") == "failed"
    stored = await yard.job(job)
    assert stored.failure == Failure(reason=Reason.ERROR, message="it broke")
    assert [one.number for one in await yard.listing.attempts(HOUSE, job.id)] == [1, 2, 3]


async def test_unreadable_parameters_are_not_tried_again(yard: Yard) -> None:
    job = await yard.claimed()
    failure = Failure(reason=Reason.UNREADABLE, message="the parameters cannot be read")
    assert await yard.finish(job, "fail", failure=failure) == "failed"


async def test_a_wish_to_stop_reaches_the_worker_with_every_word(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.jobs.cancel(HOUSE, job.id)
    assert (await yard.job(job)).cancelling
    assert await yard.beat(job) == ["stop"]
    assert await yard.report(job, begun=True) == ["stop"]
    answer = await yard.desk.call(yard.worker, Call(job=job.id, attempt=1, verb="box.put", payload=1))
    assert (answer.wish, answer.value) == ("stop", None)
    assert await yard.finish(job, "stop") == "cancelled"
    events = await yard.listing.history(HOUSE, job.id)
    assert [event.type.value for event in events] == ["submitted", "claimed", "cancel_asked", "begun", "cancelled"]
    assert events[-1].actor == "jobyard"


async def test_a_finish_that_was_faster_than_the_wish_wins(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.jobs.cancel(HOUSE, job.id)
    assert await yard.finish(job) == "succeeded"


async def test_a_failure_under_a_wish_is_a_cancellation(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.jobs.cancel(HOUSE, job.id)
    assert await yard.finish(job, "fail") == "cancelled"


async def test_giving_back_burns_no_try(yard: Yard) -> None:
    job = await yard.claimed()
    assert await yard.give_back(job) == "queued"
    stored = await yard.job(job)
    assert (stored.failures, stored.attempt) == (0, 1)
    [assignment] = await yard.claim()
    assert assignment.job.attempt == 2
    assert await yard.give_back(job) == "stale"


async def test_a_repeated_finish_is_answered_the_same_and_changes_nothing(yard: Yard) -> None:
    job = await yard.claimed()
    assert await yard.finish(job, result=1) == "succeeded"
    settled = await yard.job(job)
    assert await yard.finish(job, result=2) == "succeeded"
    assert await yard.job(job) == settled


async def test_a_late_word_of_a_lost_attempt_is_turned_away_and_noted(yard: Yard) -> None:
    job = await yard.claimed()
    yard.lose_patience()
    assert await yard.engine.keeper.find_lost() == 1
    assert await yard.finish(job) == "stale"
    [again] = await yard.claim(worker="w2")
    assert await yard.beat(job) == ["drop"]
    assert await yard.report(job, begun=True, lines=(line(1, "ghost"),)) == ["drop"]
    assert await yard.finish(job, result="ghost") == "stale"
    answer = await yard.desk.call(yard.worker, Call(job=job.id, attempt=1, verb="box.put", payload="ghost"))
    assert answer.wish == "drop"
    assert await yard.finish(again.job, result="real") == "succeeded"
    assert await yard.finish(job, result="ghost") == "stale"
    stored = await yard.job(job)
    assert stored.result == "real"
    assert (await yard.story(job)).count("finished") == 1
    assert (await yard.story(job)).count("refused") == 3
    assert await yard.engine.ledger.read(lambda view: view.setting("box")) is None


async def test_one_bad_outcome_does_not_hold_up_its_neighbours(yard: Yard) -> None:
    one, two = await yard.claimed(), await yard.claimed()
    outcomes = (
        Outcome(job="f" * 32, attempt=1, how="finish"),
        Outcome(job=one.id, attempt=1, how="finish"),
        Outcome(job=two.id, attempt=9, how="finish"),
        Outcome(job=two.id, attempt=1, how="finish"),
    )
    settled = await yard.desk.finish(yard.worker, Finish(worker="w1", outcomes=outcomes))
    assert settled.states == ("stale", "succeeded", "stale", "succeeded")


async def test_a_call_is_one_transaction_with_its_capability(yard: Yard) -> None:
    job = await yard.claimed()
    answer = await yard.desk.call(yard.worker, Call(job=job.id, attempt=1, verb="box.put", payload="x"))
    assert answer.value == {"was": "x", "job": 1}
    with pytest.raises(Invalid, match="broke"):
        await yard.desk.call(yard.worker, Call(job=job.id, attempt=1, verb="box.break"))
    assert await yard.engine.ledger.read(lambda view: view.setting("box")) == "x"
    with pytest.raises(NotFound):
        await yard.desk.call(yard.worker, Call(job=job.id, attempt=1, verb="nowhere.put"))


async def test_only_workers_stand_at_the_desk(yard: Yard) -> None:
    job = await yard.claimed()
    strangers = [
        user("maria"),
        user("olga", Role.OPERATOR),
        Actor(name="jobyard", role=Role.ADMINISTRATOR, scope=KeyScope.READ),
    ]
    for stranger in strangers:
        yard.worker = stranger
        for verb in (yard.claim(), yard.beat(job), yard.report(job), yard.finish(job), yard.give_back(job)):
            with pytest.raises(Refused):
                await verb
    assert (await yard.job(job)).state is State.RUNNING


async def test_a_worker_is_known_by_what_it_said(yard: Yard) -> None:
    job = await yard.claimed()
    [state] = await yard.listing.workers(HOUSE)
    assert (state.row.name, state.alive, [held.id for held in state.running]) == ("w1", True, [job.id])
    yard.clock.forward(60)
    [state] = await yard.listing.workers(HOUSE)
    assert not state.alive


async def test_a_worker_is_written_down_now_and_then_and_anew_when_it_was_started_again(yard: Yard) -> None:
    async def written(session: str) -> tuple[str, int]:
        ask = Ask(worker="w9", session=session, kinds=("test.count",))
        await yard.desk.claim(yard.worker, ask)
        [row] = yard.store.read(lambda view: view.workers()).result()
        return row.session, row.seen_at

    began = yard.clock.now()
    assert await written("one") == ("one", began)
    yard.clock.forward(4)
    assert await written("one") == ("one", began)
    yard.clock.forward(1)
    assert await written("one") == ("one", yard.clock.now())
    yard.clock.forward(10)
    assert await written("two") == ("two", yard.clock.now())
