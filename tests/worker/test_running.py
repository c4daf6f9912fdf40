"""What becomes of work that runs: its result, its words, its files, its failures."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from jobyard.job.errors import NotFound
from jobyard.job.record import Reason
from jobyard.job.states import State
from tests.worker.conftest import Started, Starter
from tests.worker.house import House

MEBIBYTE = 1024 * 1024


class NoSample(NotFound):
    """There is no sample {name}."""


def test_work_runs_and_its_result_log_and_progress_arrive(house: House, worker: Started) -> None:
    job = house.submit("echo", text="hello")
    done = house.final(job)
    assert done.state is State.SUCCEEDED
    assert done.result == {"text": "hello", "attempt": 1, "job": job}
    assert house.log(job, "log") == ["one", "two"]
    assert house.log(job, "out") == ["printed hello"]
    assert house.log(job, "err") == ["wrong helloWARNING work: careful"]
    assert done.progress is not None and (done.progress.total, done.progress.text) == (2, "half way")


def test_result_files_are_kept_and_scratch_is_removed(house: House, lone: Started) -> None:
    job = house.submit("files", text="grüße", count=3_000_000)
    done = house.final(job)
    assert done.result == {"cwd": "True"}
    assert house.files[job] == {"a näme.txt": "grüße".encode(), "big": b"x" * 3_000_000}
    folder, _, listed = house.log(job, "log")[0].partition(" ")
    assert listed == "['deep', 'here']"
    assert not Path(folder).exists() and not Path(f"{folder}.files").exists()
    assert Path(folder).is_relative_to(lone.scratch)
    assert lone.leave() == 0
    assert list(lone.scratch.iterdir()) == []


def test_a_result_file_that_is_a_link_is_refused_in_words(house: House, worker: Started) -> None:
    failure = house.final(house.submit("linked")).failure
    assert failure is not None and failure.reason is Reason.ERROR
    assert failure.message.startswith("A result file could not be kept: ")
    [files] = house.files.values()
    assert files == {"good": b"fine"}


def test_the_files_of_work_that_fails_or_is_stopped_or_takes_too_long_are_kept(house: House, worker: Started) -> None:
    broken = house.submit("halfway", text="a")
    late = house.submit("halfway", text="b", seconds=60.0, time_limit=0.5)
    stopped = house.submit("halfway", text="c", seconds=60.0)
    house.said(stopped, "half way")
    house.cancel(stopped)
    house.final(broken, late, stopped)
    ends = [house.jobs[job] for job in (broken, late, stopped)]
    assert [done.state for done in ends] == [State.FAILED, State.FAILED, State.CANCELLED]
    assert [done.failure and done.failure.reason for done in ends] == [Reason.ERROR, Reason.TIMEOUT, None]
    for job, text in ((broken, b"a"), (late, b"b"), (stopped, b"c")):
        assert house.files[job] == {"first.txt": b"first", "half.txt": text}


def test_a_file_of_failed_work_that_cannot_be_handed_in_changes_nothing_of_the_failure(
    house: House, worker: Started
) -> None:
    house.trouble = lambda verb: 413 if verb.endswith("first.txt") else None
    job = house.submit("halfway", text="a")
    failure = house.final(job).failure
    assert failure is not None and failure.message == "broke half way"
    assert house.files[job] == {"half.txt": b"a"}


def test_a_house_that_takes_no_files_does_not_keep_work_from_being_stopped(house: House, worker: Started) -> None:
    house.grace = 0.5
    house.trouble = lambda verb: 503 if verb.startswith("files/") else None
    job = house.submit("halfway", text="a", seconds=60.0)
    house.said(job, "half way")
    house.cancel(job)
    assert house.final(job, seconds=15).state is State.CANCELLED
    assert not house.files[job]


def test_failed_work_that_is_cancelled_while_its_files_go_out_is_cancelled(house: House, worker: Started) -> None:
    house.trouble = lambda verb: 503 if verb.startswith("files/") else None
    job = house.submit("halfway", text="a")
    house.until(lambda: house.counts["beat"] and house.jobs[job].begun_at)
    house.cancel(job)
    assert house.final(job, seconds=15).state is State.CANCELLED


def test_an_upload_is_said_again_until_it_is_heard(house: House, worker: Started) -> None:
    troubles = {"files": [503, 0]}
    house.trouble = lambda verb: troubles["files"].pop() if verb.startswith("files/") and troubles["files"] else None
    job = house.submit("files", text="twice", count=10)
    assert house.final(job).state is State.SUCCEEDED
    assert house.files[job]["big"] == b"x" * 10
    assert troubles["files"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no such picture\nmore of it", "no such picture"),
        ("", "ValueError"),
        ("\n\n  indented  ", "indented"),
        ("half \ud800 and nul \0", "half ? and nul \ufffd"),
        ("long " * 500, ("long " * 500)[:500]),
    ],
)
def test_an_exception_is_told_by_its_first_line(house: House, worker: Started, text: str, message: str) -> None:
    job = house.submit("error", text=text.replace("\ud800", "?"))
    failure = house.final(job).failure
    assert failure is not None and failure.reason is Reason.ERROR
    assert failure.message == message
    assert "Traceback" in failure.detail and "raise ValueError" in failure.detail
    assert "jobyard/worker" not in failure.detail


@pytest.mark.parametrize(
    ("given", "state", "message"),
    [
        ({"count": 0}, State.SUCCEEDED, None),
        ({"count": 3}, State.FAILED, "The work exited with code 3."),
        ({"text": "the disk is missing"}, State.FAILED, "the disk is missing"),
    ],
)
def test_sys_exit_counts_by_its_code(
    house: House, worker: Started, given: dict[str, object], state: State, message: str | None
) -> None:
    done = house.final(house.submit("exits", **given))
    assert done.state is state
    assert (done.failure.message if done.failure else None) == message


@pytest.mark.parametrize(
    ("kind", "given", "reason", "words"),
    [
        ("vanishes", {"count": 3}, Reason.ERROR, "Its process exited with code 3 before the work was done."),
        ("vanishes", {"count": 0}, Reason.ERROR, "Its process exited with code 0 before the work was done."),
        ("crashes", {}, Reason.SIGNAL, "Its process was killed by SIGSEGV (Segmentation fault)."),
        ("kills", {"count": int(signal.SIGKILL)}, Reason.SIGNAL, "Its process was killed by SIGKILL (Killed)."),
        (
            "kills",
            {"count": int(signal.SIGTERM)},
            Reason.SIGNAL,
            "Its process was sent SIGTERM, and not by its worker.",
        ),
    ],
)
def test_a_process_that_dies_is_replaced_and_its_end_named(
    house: House, worker: Started, kind: str, given: dict[str, int], reason: Reason, words: str
) -> None:
    jobs = [house.submit(kind, **given) for _ in range(3)]
    house.final(*jobs)
    for job in jobs:
        failure = house.jobs[job].failure
        assert failure is not None and (failure.reason, failure.message) == (reason, words)
    assert house.final(house.submit("nothing")).state is State.SUCCEEDED


def test_what_was_said_before_a_crash_is_kept(house: House, worker: Started) -> None:
    job = house.submit("crashes")
    done = house.final(job)
    assert house.log(job) == ["on the edge"]
    assert done.progress is not None and done.progress.done == 7


def test_a_memory_limit_holds_and_is_named(house: House, worker: Started) -> None:
    within = house.submit("eats", count=64, memory_limit=200 * MEBIBYTE)
    beyond = house.submit("eats", count=400, memory_limit=200 * MEBIBYTE)
    huge = house.submit("eats", count=100_000, memory_limit=200 * MEBIBYTE)
    house.final(within, beyond, huge)
    assert house.jobs[within].result == 64
    for job in (beyond, huge):
        failure = house.jobs[job].failure
        assert failure is not None and failure.reason is Reason.MEMORY
        assert failure.message == "It asked for more memory than its limit of 200 MiB."
    assert house.final(house.submit("eats", count=300)).result == 300


def test_a_time_limit_holds_and_is_named(house: House, worker: Started) -> None:
    house.grace = 0.5
    kinds = ("sleeps", "stubborn", "looks")
    jobs = [house.submit(kind, time_limit=0.3) for kind in kinds]
    house.final(*jobs)
    for job in jobs:
        failure = house.jobs[job].failure
        assert failure is not None and failure.reason is Reason.TIMEOUT
        assert failure.message == "It ran longer than its time limit of 0.3 s."
    assert house.final(house.submit("nothing", time_limit=60.0)).state is State.SUCCEEDED


def test_parameters_that_do_not_fit_are_unreadable(house: House, worker: Started) -> None:
    failure = house.final(house.submit("nothing", colour="red")).failure
    assert failure is not None and failure.reason is Reason.UNREADABLE
    assert "colour" in failure.message and "nothing" in failure.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("big", "it has 100,002 bytes as JSON, and 64,000 are allowed"),
        ("object", "it cannot be written as JSON"),
        ("number", "it holds a number that is too large"),
        ("surrogate", "it cannot be written as JSON"),
    ],
)
def test_a_result_that_is_none_fails_in_words(house: House, worker: Started, text: str, words: str) -> None:
    failure = house.final(house.submit("returns", text=text)).failure
    assert failure is not None and failure.reason is Reason.ERROR
    assert failure.message.startswith("What the work gave back is no result: ") and words in failure.message


def test_results_become_plain_json(house: House, worker: Started) -> None:
    assert house.final(house.submit("returns", text="keys")).result == {"1": [2, 3]}
    assert house.final(house.submit("returns", text="nan")).result is None


def test_running_work_may_ask_the_house(house: House, worker: Started) -> None:
    job = house.submit("calls", text="x", count=3_000_000)
    assert house.final(job).result == {"first": 3_000_000, "second": [1, 2]}
    assert [(call.verb, call.job, call.attempt) for call in house.calls] == [
        ("room.verb", job, 1),
        ("room.other", job, 1),
    ]


def test_what_is_asked_ahead_is_answered_to_whoever_asked(house: House, worker: Started) -> None:
    job = house.final(house.submit("overlaps", count=4))
    assert job.result == {"between": "between", "answers": [3, 2, 1, 0]}


def test_a_refused_call_raises_the_houses_sentence(house: House, worker: Started) -> None:
    def refuse(call: object) -> object:
        raise NoSample(name="s1")

    house.answer = refuse
    failure = house.final(house.submit("calls")).failure
    assert failure is not None and failure.message == "There is no sample s1."


def test_a_call_waits_for_a_house_that_is_away(house: House, worker: Started) -> None:
    troubles = [503, 0, 503]
    house.trouble = lambda verb: troubles.pop() if verb == "call" and troubles else None
    assert house.final(house.submit("calls", count=5)).result == {"first": 5, "second": [1, 2]}


def test_two_thousand_jobs_of_nothing_are_drained_within_bounds(house: House, start: Starter) -> None:
    jobs = [house.submit("nothing") for _ in range(2_000)]
    worker = start(ahead=8)
    house.final(*jobs, seconds=60)
    assert house.states() == {"succeeded": 2_000}
    assert all(job.attempt == 1 for job in house.jobs.values())
    assert house.most_held <= 8 * 2 + 256
    assert house.counts["finish"] < 2_000
    assert worker.leave() == 0


def test_children_are_used_again_and_recycled(house: House, start: Starter) -> None:
    start(slots=1, recycle_after=3)
    pids = [house.final(house.submit("process")).result for _ in range(7)]
    runs = [pids.count(pid) for pid in dict.fromkeys(pids)]
    assert runs == [3, 3, 1]


def test_a_grown_child_is_recycled(house: House, start: Starter) -> None:
    start(slots=1, recycle_above=150 * MEBIBYTE)
    first = house.final(house.submit("process")).result
    assert house.final(house.submit("process")).result == first
    house.final(house.submit("eats", count=200))
    assert house.final(house.submit("process")).result != first
