"""Work that runs here and is reported to a real house."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import httpx2
import pytest

from jobyard.client import Cancelled, Conflict, Jobyard, Lost, Run
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse, eventually
from tests.client.answering import Prepared, a_job, json, problem


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


def test_a_block_is_a_job(client: Jobyard) -> None:
    with client.running("notebook.train", {"rate": 0.1}, name="Train", labels={"a": "b"}) as run:
        assert run.job.state == "running" and run.job.external
        run.log("first\nsecond")
        for step in range(1, 4):
            run.progress(step, 3, f"step {step}")
        run.result = {"loss": 0.5}
    job = client.job(run.job.id)
    assert (job.state, job.result, job.name) == ("succeeded", {"loss": 0.5}, "Train")
    assert job.progress is not None and job.progress.done == 3.0 and job.progress.text == "step 3"
    assert [line.text for line in client.log(job.id)] == ["first", "second"]


def test_progress_is_seen_while_the_work_goes_on(client: Jobyard) -> None:
    with client.running("notebook.train") as run:
        run.progress(1, 4, "a quarter")
        eventually(lambda: (client.job(run.job.id).progress or None) is not None)
        assert client.job(run.job.id).progress.share == 0.25  # type: ignore[union-attr]


def test_a_tight_loop_does_not_ask_the_house_for_every_step(client: Jobyard) -> None:
    with client.running("notebook.train") as run:
        began = time.monotonic()
        for step in range(20_000):
            run.progress(step, 20_000)
        assert time.monotonic() - began < 5.0
    job = client.job(run.job.id)
    assert job.progress is not None and job.progress.done >= 19_999
    assert job.revision < 40


def test_an_exception_fails_the_job_and_goes_on(client: Jobyard) -> None:
    with pytest.raises(ZeroDivisionError), client.running("notebook.train") as run:
        run.progress(1 / 0)
    job = client.job(run.job.id)
    assert job.state == "failed" and job.failure is not None
    assert job.failure.message == "division by zero"
    assert "test_running.py" in job.failure.detail


def test_a_wish_to_cancel_reaches_the_work(client: Jobyard) -> None:
    run = client.running("notebook.train", beat=0.1)
    with pytest.raises(Cancelled), run:
        _until_cancelled(client, run)
    job = client.job(run.job.id)
    assert job.state == "cancelled" and job.cancel_asked_by == "admin"


def test_work_that_does_not_listen_may_finish(client: Jobyard) -> None:
    with client.running("notebook.train", beat=0.1) as run:
        client.cancel(run.job.id)
        eventually(lambda: run.cancelled)
    assert client.job(run.job.id).state == "succeeded"


def test_quiet_work_is_not_taken_for_dead(client: Jobyard) -> None:
    with client.running("notebook.train", beat=0.5) as run:
        time.sleep(4.0)  # the lease of this house is 3 seconds
        run.check()
    assert client.job(run.job.id).state == "succeeded"


def test_silent_work_is_lost_and_told_so(client: Jobyard) -> None:
    run = client.running("notebook.train", beat=600.0)
    with pytest.raises(Lost), run:
        _until_lost(client, run)
    job = client.job(run.job.id)
    assert job.failure is not None and job.failure.reason == "lost"


def test_a_late_finish_is_refused(client: Jobyard) -> None:
    with pytest.raises(Conflict), client.running("notebook.train", beat=600.0) as run:
        eventually(lambda: client.job(run.job.id).state == "failed")
    assert client.job(run.job.id).state == "failed"


def test_a_result_that_is_no_json_fails_the_job(client: Jobyard) -> None:
    with pytest.raises(TypeError), client.running("notebook.train") as run:
        run.result = object()
    job = client.job(run.job.id)
    assert job.state == "failed" and job.failure is not None
    assert "JSON" in job.failure.message


@pytest.mark.parametrize(("done", "total"), [(-1, None), (float("nan"), 1), (1, float("inf")), (1, -1)])
def test_progress_that_is_no_amount_is_refused_here(client: Jobyard, done: float, total: float | None) -> None:
    with client.running("notebook.train") as run:
        with pytest.raises(ValueError, match="numbers from 0"):
            run.progress(done, total)
        run.progress(0)
    assert client.job(run.job.id).state == "succeeded"


def test_what_is_no_text_does_not_silence_the_work(client: Jobyard) -> None:
    with client.running("notebook.train", beat=0.2) as run:
        run.log("a\udcffb\x00c")
        run.progress(1, 2, "\ud800 \x00")
        time.sleep(4.0)  # the lease of this house is 3 seconds
    assert [line.text for line in client.log(run.job.id)] == ["a\\udcffb\\x00c"]
    job = client.job(run.job.id)
    assert job.state == "succeeded" and job.progress is not None and job.progress.text == "\\ud800 \\x00"


def test_a_failure_that_is_no_text_is_told_all_the_same(client: Jobyard) -> None:
    with pytest.raises(ValueError, match="bad"), client.running("notebook.train") as run:
        raise ValueError("bad \udcff\x00 " + "x" * 5000)
    job = client.job(run.job.id)
    assert job.failure is not None and job.failure.message.startswith("bad \\udcff\\x00 x")
    assert len(job.failure.message) == 2000


def test_ctrl_c_fails_the_job(client: Jobyard) -> None:
    with pytest.raises(KeyboardInterrupt), client.running("notebook.train") as run:
        raise KeyboardInterrupt
    job = client.job(run.job.id)
    assert job.state == "failed" and job.failure is not None and job.failure.message == "KeyboardInterrupt"


def test_work_that_stops_though_nobody_asked_has_failed(client: Jobyard) -> None:
    with pytest.raises(Cancelled), client.running("notebook.train") as run:
        raise Cancelled("of my own will")
    job = client.job(run.job.id)
    assert job.state == "failed" and job.failure is not None and job.failure.message == "of my own will"


def test_many_lines_arrive_in_order_and_long_ones_are_cut(client: Jobyard) -> None:
    with client.running("notebook.train") as run:
        for number in range(2_500):
            run.log(f"line {number}")
        run.log("x" * 20_000)
    lines = [line.text for line in client.log(run.job.id)]
    assert lines[:2_500] == [f"line {number}" for number in range(2_500)]
    assert lines[2_500] == "x" * 16_384


def test_the_key_of_an_outside_job_makes_one_job_too(client: Jobyard) -> None:
    key = new_id()
    with client.running("notebook.train", key=key) as first:
        pass
    second = client.running("notebook.train", key=key)
    assert second.job.id == first.job.id
    with second:
        assert second.job.attempt == 2, "an ended job of one's own may be run again"


def test_no_thread_stays_behind(client: Jobyard) -> None:
    before = threading.active_count()
    for _ in range(3):
        with client.running("notebook.train"):
            pass
    assert threading.active_count() == before


def test_a_finish_whose_answer_was_lost_is_a_finish() -> None:
    started = a_job(state="running", attempt=1, external=True)
    ended = a_job(state="succeeded", attempt=1, external=True)
    house = Prepared(
        json(a_job(external=True)), json(started), httpx2.ReadError("lost"), problem(409, "stale_attempt"), json(ended)
    )
    with house.client() as client, client.running("notebook.train") as run:
        pass
    assert run.job.state == "succeeded"


def test_a_start_whose_answer_was_lost_is_not_made_twice() -> None:
    started = a_job(state="running", attempt=1, external=True)
    ended = a_job(state="succeeded", attempt=1, external=True)
    house = Prepared(json(a_job(external=True)), httpx2.ReadError("lost"), json(started), json(ended))
    with house.client() as client, client.running("notebook.train"):
        pass
    asked = [f"{request.method} {request.url.path.rpartition('/')[2]}" for request in house.asked]
    assert asked == ["POST jobs", "POST start", f"GET {'a' * 32}", "POST finish"]


def test_what_could_not_be_sent_waits_for_the_house_to_come_back() -> None:
    started = a_job(state="running", attempt=1, external=True)
    lost = [httpx2.ReadError("lost")] * 3
    house = Prepared(json(a_job(external=True)), json(started), *lost, json(started))
    with house.client(patience=0.0) as client, client.running("notebook.train", beat=0.05) as run:
        run.log("kept")
        run.progress(1, 2)
        eventually(lambda: len(house.asked) > 5)
    sent = [request.content for request in house.asked if request.url.path.endswith("/report")]
    assert b"kept" in sent[-1] or any(b"kept" in content for content in sent[3:])


def _until_cancelled(client: Jobyard, run: Run) -> None:
    client.cancel(run.job.id)
    eventually(lambda: run.cancelled)
    run.check()


def _until_lost(client: Jobyard, run: Run) -> None:
    eventually(lambda: client.job(run.job.id).state == "failed")
    run.progress(1)
    eventually(lambda: run._lost is not None)
    run.check()
