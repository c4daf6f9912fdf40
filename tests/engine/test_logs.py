"""Logs have bounds, and say so where they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.engine.logs import FULL
from jobyard.job.record import Job, LogLine
from jobyard.people.record import HOUSE
from jobyard.store.contract import Store, Transaction
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
MARIA = user("maria")


def line(number: int, text: str) -> LogLine:
    return LogLine(number=number, at=1, stream="out", text=text)


def lines(first: int, *texts: str) -> tuple[LogLine, ...]:
    return tuple(line(first + at, text) for at, text in enumerate(texts))


async def log(yard: Yard, job: Job, attempt: int = 1) -> list[str]:
    found = (await yard.listing.log(HOUSE, job.id, attempt)).lines
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    return [one.text for one in found]


async def test_repeated_lines_are_kept_once_and_too_many_are_dropped(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, log_limit=3)
    job = await yard.claimed()
    await yard.report(job, lines=lines(1, "a", "b"))
    await yard.report(job, lines=lines(2, "b", "c", "d"))
    assert await log(yard, job) == ["a", "b", "c", FULL]
    await yard.report(job, lines=lines(4, "d", "e", "f"))  # d was counted already
    assert await yard.finish(job, lines=lines(7, "gg")) == "succeeded"
    assert await log(yard, job) == ["a", "b", "c", FULL, "4 more lines (9 bytes) were dropped."]


async def test_a_log_has_a_limit_of_bytes_as_well(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, log_bytes=1024)
    job = await yard.claimed()
    await yard.report(job, lines=lines(1, "ä" * 256, "b" * 500))
    await yard.report(job, lines=lines(3, "c" * 13, "d", "e"))
    await yard.report(job, lines=lines(6, "f"))
    assert await yard.finish(job, "fail") == "queued"
    assert await log(yard, job) == ["ä" * 256, "b" * 500, FULL, "4 more lines (20 bytes) were dropped."]


async def test_every_attempt_has_a_log_of_its_own(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, log_limit=2)
    job = await yard.claimed()
    await yard.finish(job, "fail", lines=lines(1, "a", "b", "c"))
    yard.clock.forward(10)
    [again] = await yard.claim()
    await yard.finish(again.job, lines=lines(1, "x", "y"))
    assert await log(yard, job, 1) == ["a", "b", FULL, "1 more lines (2 bytes) were dropped."]
    assert await log(yard, job, 2) == ["x", "y"]


async def test_the_log_of_outside_work_has_the_same_limits(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, log_bytes=1024)
    outside = yard.engine.outside
    ends = {
        "finish": lambda id_: outside.finish(MARIA, id_, 1),
        "fail": lambda id_: outside.fail(MARIA, id_, 1, "no memory"),
        "stop": lambda id_: outside.stop(MARIA, id_, 1),
        "lost": None,
    }
    for how, end in ends.items():
        job = await yard.submit(MARIA, kind="notebook", external=True)
        await outside.start(MARIA, job.id)
        for _ in range(30):
            await outside.report(MARIA, job.id, 1, None, ["x" * 100, "y" * 100])
        assert (await log(yard, job))[10:] == [FULL]
        if how == "stop":
            await yard.jobs.cancel(HOUSE, job.id)
        if end is None:
            yard.lose_patience()
            assert await yard.engine.keeper.find_lost() == 1
            assert (await log(yard, job))[10:] == [FULL]
        else:
            await end(job.id)
            assert (await log(yard, job))[10:] == [FULL, "50 more lines (5,050 bytes) were dropped."], how


async def test_a_house_that_was_started_anew_goes_on_with_the_limit(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, log_bytes=3000)
    job = await yard.claimed()
    for first in range(1, 2401, 600):
        await yard.report(job, lines=lines(first, *["x"] * 600))
    again = Yard(any_store, tmp_path, log_bytes=3000)
    again.clock.time = yard.clock.time
    await again.report(job, lines=lines(2401, *["y"] * 599))
    await again.report(job, lines=lines(3000, "z", "zz", "z"))
    third = Yard(any_store, tmp_path, log_bytes=3000)
    third.clock.time = yard.clock.time
    await third.report(job, lines=lines(3003, "never"))
    found = any_store.read(lambda view: view.log(job.id, 1, 2998, 100)).result()
    assert [(one.number, one.text) for one in found] == [(2999, "y"), (3000, "z"), (3001, FULL)]


async def test_lines_that_went_down_with_their_transaction_are_taken_when_they_come_again(
    any_store: Store, tmp_path: Path
) -> None:
    yard = Yard(any_store, tmp_path, log_limit=5)
    job, logs = await yard.claimed(), yard.engine.desk._settling.logs

    def broken(transaction: Transaction) -> None:
        logs.write(transaction, job.id, 1, lines(1, "a", "b", "c"))
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        await yard.engine.ledger.write(broken)
    await yard.report(job, lines=lines(1, "a", "b", "c", "d"))
    assert await log(yard, job) == ["a", "b", "c", "d"]
