"""How running work is brought to its end: cancelled, dropped, cleaned up after."""

from __future__ import annotations

from functools import partial

import pytest

from jobyard.job.record import Reason
from jobyard.job.states import State
from tests.worker.conftest import Started, Starter, dead
from tests.worker.house import House

SOON = 15.0
"""Seconds; all that is stopped here would go on for a minute, and a busy machine is no failure."""


@pytest.mark.parametrize("kind", ["sleeps", "catches", "looks", "progresses"])
def test_cancelled_work_ends_soon(house: House, worker: Started, kind: str) -> None:
    job = house.submit(kind)
    house.begun(job)
    house.cancel(job)
    done = house.final(job, seconds=SOON)
    assert done.state is State.CANCELLED and done.failure is None


def test_work_that_looks_ends_tidily(house: House, worker: Started) -> None:
    job = house.submit("looks")
    house.said(job, "looking")
    house.cancel(job)
    house.final(job, seconds=SOON)
    assert house.log(job) == ["looking", "tidied up"]
    assert house.jobs[job].result is None


def test_cancelled_is_raised_once_in_plain_python(house: House, worker: Started) -> None:
    job = house.submit("catches")
    house.said(job, "waiting")
    house.cancel(job)
    house.final(job, seconds=SOON)
    assert house.log(job) == ["waiting", "caught"]


def test_work_that_ignores_everything_is_killed_after_the_grace(house: House, worker: Started) -> None:
    house.grace = 0.4
    job = house.submit("stubborn")
    house.said(job, "stubborn")
    asked = house.clock.now()
    house.cancel(job)
    done = house.final(job, seconds=SOON)
    assert done.state is State.CANCELLED
    assert done.finished_at is not None and done.finished_at - asked >= 400_000
    assert house.final(house.submit("nothing")).state is State.SUCCEEDED


def test_work_that_waits_for_the_house_is_stopped_by_the_answer(house: House, start: Starter) -> None:
    start(beat=25.0)
    job = house.submit("calls")
    first = []

    def answer(call: object) -> object:
        first.append(call)
        house.cancel(job)
        return {"bytes": b""}

    house.answer = answer
    assert house.final(job, seconds=SOON).state is State.CANCELLED
    assert len(first) == 1 and len(house.calls) == 2


def test_a_call_without_answer_is_interrupted(house: House, worker: Started) -> None:
    house.trouble = lambda verb: 503 if verb == "call" else None
    job = house.submit("calls")
    house.begun(job)
    house.cancel(job)
    assert house.final(job, seconds=SOON).state is State.CANCELLED


def test_a_claimed_job_that_was_cancelled_before_it_began_is_stopped_unbegun(house: House, start: Starter) -> None:
    start(slots=1, ahead=8, beat=0.05)
    house.final(*[house.submit("nothing") for _ in range(8)])
    with house._changed:
        running = house.submit("sleeps", seconds=1.0)
        waiting = house.submit("nothing")
    house.until(lambda: house.jobs[waiting].state is State.RUNNING)
    house.cancel(waiting)
    done = house.final(waiting, seconds=SOON)
    assert done.state is State.CANCELLED and done.begun_at is None
    assert house.final(running).state is State.SUCCEEDED


def test_dropped_work_is_killed_without_a_word(house: House, worker: Started) -> None:
    house.grace = 60.0
    job = house.submit("stubborn")
    house.said(job, "stubborn")
    child = next(iter(worker.family()))
    house.open = False
    house.lapse(job)
    # A lost attempt burns no try, so the job is in line again: it would be stubborn a second time, for its whole grace.
    house.cancel(job)
    assert house.jobs[job].state is State.CANCELLED
    house.until(lambda: house.counts["beat"] > 3)
    other = house.submit("process")
    house.open = True
    assert house.final(other).result != child
    assert (job, 1) not in house.ended and house.stale == 0


def test_nothing_outlives_its_attempt(house: House, worker: Started) -> None:
    pids = house.final(house.submit("leaves")).result
    assert len(pids) == 3
    assert dead(*pids, seconds=0.0)
    assert house.final(house.submit("nothing")).state is State.SUCCEEDED


def test_nothing_outlives_a_cancelled_attempt(house: House, worker: Started) -> None:
    job = house.submit("leaves", text="sleep")
    house.until(lambda: house.log(job, "out"))
    pids = [int(word) for word in house.log(job, "out")[0].split()]
    house.cancel(job)
    assert house.final(job).state is State.CANCELLED
    assert len(pids) == 3 and dead(*pids, seconds=0.0)


@pytest.mark.parametrize("own_session", [0, 1])
def test_a_fork_bomb_is_swept_up(house: House, worker: Started, own_session: int) -> None:
    job = house.submit("bomb", count=own_session, seconds=60)
    house.said(job, "bomb is falling")
    house.until(lambda: len(worker.family()) > 60)
    family = worker.family()
    house.cancel(job)
    assert house.final(job).state is State.CANCELLED
    family = [pid for pid in family if pid not in worker.family()]
    assert len(family) >= 60 and dead(*family, seconds=0.0)


def test_a_fork_that_shares_the_handler_is_not_the_work(house: House, worker: Started) -> None:
    job = house.submit("nested")
    house.said(job, "forked")
    pid = int(house.log(job)[0].split()[1])
    house.cancel(job)
    assert house.final(job).state is State.CANCELLED
    assert dead(pid, seconds=0.0)


def test_threads_left_behind_do_not_reach_the_next_attempt(house: House, start: Starter) -> None:
    start(slots=1)
    first = house.final(house.submit("threads")).result
    assert dead(first, seconds=0.0)
    assert house.final(house.submit("process")).result != first


def test_a_timeout_during_a_wish_to_cancel_is_a_cancellation(house: House, worker: Started) -> None:
    house.grace = 1.0
    job = house.submit("stubborn", time_limit=0.5)
    house.said(job, "stubborn")
    house.cancel(job)
    assert house.final(job).state is State.CANCELLED


def test_cancelling_races_with_finishing_and_each_job_ends_once(house: House, worker: Started) -> None:
    jobs = [house.submit("sleeps", seconds=0.02) for _ in range(60)]
    for job in jobs:
        house.until(partial(taken, house, job))
        with house._changed:
            if house.jobs[job].state is State.RUNNING:
                house.cancel(job)
    house.final(*jobs)
    assert set(house.states()) <= {"succeeded", "cancelled"}
    for job in jobs:
        failure = house.jobs[job].failure
        assert failure is None or failure.reason is not Reason.ERROR


def taken(house: House, job: str) -> bool:
    return house.jobs[job].state is not State.QUEUED
