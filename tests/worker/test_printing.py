"""What work prints and tells: all of it, in order, within bounds."""

from __future__ import annotations

import psutil

from jobyard.job.states import State
from tests.worker.conftest import Started, Starter
from tests.worker.house import House

MEBIBYTE = 1024 * 1024


def test_a_hundred_thousand_words_of_progress_become_a_few(house: House, worker: Started) -> None:
    job = house.submit("counts", count=100_000)
    done = house.final(job)
    assert done.result == "counted"
    assert done.progress is not None and done.progress.done == 100_000
    told = house.progress[job]
    assert told == sorted(told) and len(told) < 100


def test_the_last_word_of_progress_arrives_while_the_work_is_silent(house: House, worker: Started) -> None:
    job = house.submit("progresses")
    house.until(lambda: house.progress[job][-1:] == [2.0])
    progress = house.jobs[job].progress
    assert progress is not None and (progress.total, progress.text) == (10, "second")


def test_every_line_arrives_once_and_in_order(house: House, worker: Started) -> None:
    job = house.submit("prints", count=3_000_000)
    house.final(job)
    lines = house.log(job)
    assert len(lines) == 30_000 and set(lines) == {"x" * 99}
    assert house.most_held == 1


def test_a_hundred_megabytes_are_bounded_and_the_rest_is_counted(house: House, start: Starter) -> None:
    worker = start(log_limit=5_002)
    job = house.submit("prints", count=100_000_000)
    house.until(lambda: house.jobs[job].begun_at)
    house.final(job)
    lines = house.log(job)
    assert lines[:-1] == ["x" * 99] * 5_000
    assert lines[-1].startswith("995,000 more lines (99,500,000 bytes) were dropped: ")
    assert psutil.Process(worker.process.pid).memory_info().rss < 150 * MEBIBYTE


def test_one_endless_line_is_bounded_too(house: House, start: Starter) -> None:
    worker = start(log_size=MEBIBYTE)
    job = house.submit("prints", text="z" * 100, count=50_000_000)
    house.final(job)
    lines = house.log(job)
    assert len(lines) == 65 and {len(line) for line in lines[:-1]} == {16_384}
    assert " more lines (48,951,4" in lines[-1] and "bytes) were dropped: " in lines[-1]
    assert psutil.Process(worker.process.pid).memory_info().rss < 150 * MEBIBYTE


def test_bars_bytes_and_long_lines_are_handled_sanely(house: House, worker: Started) -> None:
    job = house.submit("bar")
    house.final(job)
    assert house.log(job, "err") == ["100%", "then a line"]
    out = house.log(job, "out")
    assert out[0] == "bytes \ufffd\ufffd and nul \ufffd."
    assert [len(line) for line in out[1:]] == [16_384, 20_000 - 16_384, 6]


def test_printing_goes_on_while_the_house_is_away(house: House, start: Starter) -> None:
    start(log_limit=1_000_000)
    house.trouble = lambda verb: 503 if verb == "report" else None
    job = house.submit("prints", count=20_000_000)
    quick = house.submit("nothing")
    assert house.final(quick).state is State.SUCCEEDED
    house.until(lambda: house.counts["beat"] > 35)
    house.trouble = lambda verb: None
    done = house.final(job)
    lines = house.log(job)
    assert done.result == "printed"
    assert lines[-1].endswith(" lines were dropped because the house could not be reached.")
    dropped = int(lines[-1].split()[0].replace(",", ""))
    assert dropped > 0 and len(lines) - 1 + dropped == 200_000


def test_lines_are_not_doubled_when_answers_are_lost(house: House, worker: Started) -> None:
    lost = iter([0, 503, 0, 0])
    house.trouble = lambda verb: next(lost, None) if verb == "report" else None
    job = house.submit("prints", count=2_000_000)
    house.final(job)
    assert len(house.log(job)) == 20_000
