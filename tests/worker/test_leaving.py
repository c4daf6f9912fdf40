"""How a worker starts, leaves, is left alone by its house, and is killed."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from jobyard.job.record import Reason
from jobyard.job.states import State
from tests.worker.conftest import Started, Starter, dead
from tests.worker.house import House


def test_a_worker_that_leaves_gives_everything_back(house: House, start: Starter) -> None:
    worker = start(slots=2, ahead=8)
    house.final(*[house.submit("nothing") for _ in range(40)])
    jobs = [house.submit("sleeps") for _ in range(6)]
    house.until(lambda: sum(house.jobs[job].begun_at is not None for job in jobs) == 2)
    asked = house.clock.now()
    assert worker.leave() == 0
    assert house.clock.now() - asked < 5_000_000
    for job in jobs:
        assert house.jobs[job].state is State.QUEUED and house.jobs[job].failures == 0


def test_the_last_word_of_a_worker_is_that_it_leaves(house: House, lone: Started) -> None:
    house.final(house.submit("nothing"))
    assert not house.left
    assert lone.leave() == 0
    assert len(house.left) == 1


def test_a_worker_that_leaves_waits_for_no_house(house: House, lone: Started) -> None:
    house.final(house.submit("nothing"))
    house.stop()
    asked = time.monotonic()
    assert lone.leave() == 0
    assert time.monotonic() - asked < 5
    house.start()


@pytest.mark.parametrize("kind", ["stubborn", "looks", "catches"])
def test_running_work_gets_its_grace_and_goes_back_in_line(house: House, start: Starter, kind: str) -> None:
    worker = start(leave=0.5)
    job = house.submit(kind)
    house.until(lambda: house.log(job))
    assert worker.leave() == 0
    assert house.jobs[job].state is State.QUEUED and house.jobs[job].failures == 0


def test_work_that_finishes_within_the_grace_has_finished(house: House, lone: Started) -> None:
    job = house.submit("finishes")
    house.said(job, "nearly there")
    assert lone.leave() == 0
    assert house.jobs[job].state is State.SUCCEEDED and house.jobs[job].result == "there"


def test_a_second_signal_kills_at_once_and_still_burns_no_try(house: House, start: Starter) -> None:
    house.grace = 60.0
    worker = start(leave=60.0)
    jobs = [house.submit("stubborn") for _ in range(2)]
    for job in jobs:
        house.said(job, "stubborn")
    worker.signal(signal.SIGINT)
    house.until(lambda: "leaves with" in worker.log.read_text())
    asked = house.clock.now()
    assert worker.leave() == 0
    assert house.clock.now() - asked < 2_500_000
    assert all(house.jobs[job].state is State.QUEUED and not house.jobs[job].failures for job in jobs)


def test_leaving_under_load_loses_nothing(house: House, start: Starter) -> None:
    jobs = [house.submit("sleeps", seconds=0.005) for _ in range(300)]
    for count in (30, 90, 150):
        worker = start()
        house.until(partial(enough, house, count))
        assert worker.leave() == 0
        assert not house.states()["running"]
    start()
    house.final(*jobs)
    assert house.states() == {"succeeded": 300}
    assert all(job.failures == 0 for job in house.jobs.values())


def test_a_signal_to_the_whole_group_is_a_gentle_stop_too(house: House, lone: Started) -> None:
    job = house.submit("sleeps")
    house.said(job, "asleep")
    for pid in (*lone.family(), lone.process.pid):
        os.kill(pid, signal.SIGTERM)
    assert lone.process.wait(10) == 0
    assert house.jobs[job].state is State.QUEUED and house.jobs[job].failures == 0


def test_children_die_with_a_killed_worker(house: House, lone: Started) -> None:
    job = house.submit("leaves", text="sleep")
    house.until(lambda: house.log(job, "out"))
    family = lone.family()
    assert len(family) >= 5
    lone.process.kill()
    assert dead(*family)


def test_children_die_with_a_killed_nursery_and_the_worker_goes_on(house: House, lone: Started) -> None:
    job = house.submit("sleeps")
    house.said(job, "asleep")
    nursery = psutil.Process(lone.process.pid).children()[0]
    family = lone.family()
    nursery.kill()
    assert dead(*family)
    failure = house.final(job).failure
    assert failure is not None and failure.reason is Reason.SIGNAL
    assert house.final(house.submit("nothing")).state is State.SUCCEEDED


def test_what_a_killed_worker_left_on_disk_is_removed_by_the_next(house: House, start: Starter) -> None:
    worker = start()
    house.said(house.submit("sleeps"), "asleep")
    left = list(worker.scratch.iterdir())
    assert len(left) == 1
    worker.process.kill()
    worker.process.wait()
    start(name="w2")
    house.final(house.submit("nothing"))
    now = list(worker.scratch.iterdir())
    assert len(now) == 1 and now != left


def test_work_goes_on_while_the_house_is_away(house: House, lone: Started) -> None:
    jobs = [house.submit("sleeps", seconds=1.0) for _ in range(2)]
    for job in jobs:
        house.said(job, "asleep")
    house.stop()
    assert dead_after(lone, 3.0) is False
    house.start()
    house.final(*jobs)
    assert [house.jobs[job].result for job in jobs] == ["awake", "awake"]
    assert house.final(house.submit("nothing")).attempt == 1


def test_answers_that_are_lost_do_no_harm(house: House, start: Starter) -> None:
    turn = iter(range(10**9))
    house.trouble = lambda verb: [None, 0, None, 503, None][next(turn) % 5] if verb != "claim" else None
    start()
    jobs = [house.submit("echo", text=str(number)) for number in range(40)]
    house.final(*jobs)
    assert [house.jobs[job].result["text"] for job in jobs] == [str(number) for number in range(40)]
    assert all(house.jobs[job].attempt == 1 for job in jobs) and house.stale == 0


def test_a_busy_house_is_left_alone_as_long_as_it_says(house: House, lone: Started) -> None:
    job = house.submit("nothing")
    house.final(job)
    house.trouble = lambda verb: 429 if verb == "finish" else None
    job = house.submit("nothing")
    house.until(lambda: house.jobs[job].state is State.RUNNING)
    house.until(lambda: house.counts["beat"] > 10)
    house.trouble = lambda verb: None
    assert house.final(job).state is State.SUCCEEDED


def test_a_worker_that_stood_still_beyond_its_lease_is_fenced(house: House, start: Starter, tmp_path: Path) -> None:
    house.lease = 1_000_000
    first = start(slots=1)
    job = house.submit("notes", path=str(tmp_path / "effects"), seconds=1.5, tries=3)
    house.begun(job)
    first.signal(signal.SIGSTOP)
    second = start(name="w2", slots=1)
    house.until(lambda: house.jobs[job].attempt == 2)
    first.signal(signal.SIGCONT)
    done = house.final(job)
    assert (done.attempt, done.state) == (2, State.SUCCEEDED)
    house.until(lambda: house.stale or "drop" in first.log.read_text())
    assert house.final(house.submit("nothing")).state is State.SUCCEEDED
    assert first.leave() == 0 and second.leave() == 0
    assert (job, 1) not in house.ended


def test_a_late_finish_is_stale_and_no_harm(house: House, start: Starter) -> None:
    house.lease = 600_000
    first = start(slots=1)
    # Long enough to be stopped in time, however busy the machine is.
    job = house.submit("sleeps", seconds=1.5, tries=3)
    house.begun(job)
    first.signal(signal.SIGSTOP)
    start(name="w2", slots=1)
    house.final(job)
    first.signal(signal.SIGCONT)
    house.until(lambda: house.stale or "drop" in first.log.read_text())
    assert house.jobs[job].attempt == 2 and house.jobs[job].worker is None


def test_claims_ahead_are_given_back_when_work_turns_out_long(house: House, start: Starter) -> None:
    start(slots=1, ahead=8)
    house.final(*[house.submit("nothing") for _ in range(30)])
    with house._changed:
        long = house.submit("sleeps", seconds=30)
        others = [house.submit("nothing") for _ in range(5)]
    house.begun(long)
    # An attempt's number stays when its claim is given back; so this cannot pass by unseen.
    house.until(lambda: any(house.jobs[one].attempt for one in others))
    house.until(lambda: all(house.jobs[one].state is State.QUEUED for one in others))
    start(name="w2")
    house.final(*others, seconds=20)
    assert house.jobs[long].state is State.RUNNING


def test_long_work_is_never_claimed_ahead(house: House, start: Starter) -> None:
    start(slots=2)
    jobs = [house.submit("sleeps", seconds=1.0) for _ in range(6)]
    house.final(*jobs)
    for job in house.jobs.values():
        assert job.begun_at is not None and job.started_at is not None
        assert job.begun_at - job.started_at < 700_000


def test_kinds_that_cannot_be_loaded_end_the_worker_with_a_sentence(house: House, start: Starter) -> None:
    worker = start(registry="tests.worker.nowhere:REGISTRY")
    assert worker.process.wait(20) == 1
    assert "The kinds of work could not be loaded: ModuleNotFoundError" in worker.log.read_text()


def test_only_known_kinds_and_served_queues_are_claimed(house: House, start: Starter) -> None:
    start(queues=["blue", "red"])
    unknown = house.submit("unheard.of", queue="blue")
    other = house.submit("nothing", queue="green")
    served = [house.submit("nothing", queue=queue) for queue in ("blue", "red")]
    house.final(*served)
    assert house.jobs[unknown].state is State.QUEUED and house.jobs[other].state is State.QUEUED


def test_children_find_no_secret_of_the_worker(house: House, lone: Started) -> None:
    backwards = "see-yam-dlihc-on-taht-rekrow-eht-fo-nekot"
    found = house.final(house.submit("spies", text=backwards)).result
    assert found["environment"]["PLAIN"] == "seen"
    assert not [name for name in found["environment"] if name.startswith("JOBYARD_")]
    assert found["umask"] == 0o077 and found["group"] is True
    for place, holds in found.items():
        if place.startswith(("own ", "nursery ", "worker ")):
            assert holds is False, place
    assert found["program"] != 0
    kinds = sorted(target.split(":")[0].removeprefix("/") for target in found["open"].values() if target)
    assert kinds == ["dev/null", "memfd", "pipe", "pipe", "pipe", "socket"], found["open"]


def enough(house: House, count: int) -> bool:
    return house.states()["succeeded"] >= count


def dead_after(lone: Started, seconds: float) -> bool:
    """Tell whether the worker has ended within so many seconds."""
    return dead(lone.process.pid, seconds=seconds)
