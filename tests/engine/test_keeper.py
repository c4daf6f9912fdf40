"""The housekeeper's rounds."""

from __future__ import annotations

import asyncio
import os

import pytest

from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid, JobNotFound, ResultGone, StoreFull
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE
from tests.engine.yard import LEASE, Yard, chunks, user

pytestmark = pytest.mark.anyio
DAY = 86_400


async def with_file(yard: Yard) -> tuple[Job, str]:
    job = await yard.claimed()
    received = await yard.engine.results.receive(chunks(b"12345"))
    from jobyard.job.desk import MadeFile

    await yard.finish(job, files=(MadeFile(name="a.bin", blob=received.blob),))
    return job, received.blob


async def test_a_silent_worker_s_job_goes_back_in_line_with_the_reason_named(yard: Yard) -> None:
    job = await yard.claimed()
    yard.lose_patience()
    await yard.engine.keeper.round()
    stored = await yard.job(job)
    assert stored.state is State.QUEUED
    assert stored.failure is not None
    assert stored.failure.reason is Reason.LOST
    assert "w1" in stored.failure.message
    assert (stored.failures, stored.losses) == (0, 1)
    [again] = await yard.claim(worker="w2")
    assert again.job.attempt == 2


async def test_a_lost_job_under_a_wish_is_cancelled(yard: Yard) -> None:
    wished = await yard.claimed()
    await yard.jobs.cancel(HOUSE, wished.id)
    yard.lose_patience()
    assert await yard.engine.keeper.find_lost() == 1
    assert (await yard.job(wished)).state is State.CANCELLED


async def test_the_only_try_outlives_two_dead_workers_but_what_kills_three_fails(yard: Yard) -> None:
    job = await yard.claimed(tries=1)
    for _ in range(2):
        yard.lose_patience()
        assert await yard.engine.keeper.find_lost() == 1
        assert (await yard.job(job)).state is State.QUEUED
        await yard.claim()
    yard.lose_patience()
    await yard.engine.keeper.find_lost()
    stored = await yard.job(job)
    assert stored.state is State.FAILED
    assert stored.failure is not None
    assert stored.failure.reason is Reason.LOST


async def test_the_files_of_an_earlier_attempt_expire_whatever_became_of_the_next(yard: Yard) -> None:
    for end in ("fail", "cancel"):
        job, blob = await with_file(yard)
        await yard.jobs.retry(HOUSE, job.id)
        if end == "cancel":
            await yard.jobs.cancel(HOUSE, job.id)
        else:
            [again] = await yard.claim()
            await yard.finish(again.job, "fail", failure=Failure(reason=Reason.UNREADABLE, message="no"))
        assert (await yard.job(job)).results_until == yard.clock.now() + 3600 * SECOND, end
        yard.clock.forward(3601)
        await yard.engine.keeper.round()
        assert not yard.blobs.path(blob).exists(), end


async def test_results_cannot_be_kept_until_a_time_that_is_over(yard: Yard) -> None:
    job, blob = await with_file(yard)
    with pytest.raises(Invalid):
        await yard.jobs.keep(HOUSE, job.id, yard.clock.now() - 1)
    assert yard.blobs.path(blob).exists()
    bare = await yard.claimed()
    await yard.finish(bare)
    kept = await yard.jobs.keep(HOUSE, bare.id, yard.clock.now() + 1, always=True)
    assert (kept.results_until, kept.kept) == (None, True)


async def test_nobody_is_lost_in_the_first_lease_after_a_start(yard: Yard) -> None:
    job = await yard.claimed()
    yard.clock.forward(LEASE * 3)
    from tests.engine.yard import Yard as Restarted

    again = Restarted(yard.store, yard.settings.folder)
    again.clock.time = yard.clock.time
    again.engine.vigil.broken()
    assert await again.engine.keeper.find_lost() == 0
    again.clock.forward(LEASE + 1)
    assert await again.engine.keeper.find_lost() == 1
    assert (await yard.job(job)).state is State.QUEUED


async def test_more_lost_jobs_than_one_page_are_all_found(yard: Yard) -> None:
    for _ in range(430):
        await yard.submit()
    assert len(await yard.claim(limit=256)) + len(await yard.claim(limit=256)) == 430
    yard.lose_patience()
    assert await yard.engine.keeper.find_lost() == 430


async def test_results_expire_loudly_and_the_record_stays(yard: Yard) -> None:
    job, blob = await with_file(yard)
    assert yard.blobs.path(blob).exists()
    yard.clock.forward(3601)
    await yard.engine.keeper.round()
    stored = await yard.job(job)
    assert (stored.state, stored.results_expired, stored.results_until) == (State.SUCCEEDED, True, None)
    assert not yard.blobs.path(blob).exists()
    with pytest.raises(ResultGone):
        await yard.engine.results.open(HOUSE, job.id, "a.bin")
    assert (await yard.story(job))[-1] == "expired"


async def test_results_that_are_kept_longer_live_longer(yard: Yard) -> None:
    job, blob = await with_file(yard)
    await yard.jobs.keep(HOUSE, job.id, yard.clock.now() + 2 * DAY * SECOND)
    yard.clock.forward(DAY)
    await yard.engine.keeper.round()
    assert yard.blobs.path(blob).exists()
    await yard.jobs.keep(HOUSE, job.id, None)
    yard.clock.forward(50 * DAY)
    await yard.engine.keeper.round()
    assert yard.blobs.path(blob).exists()


async def test_pruning_takes_old_final_jobs_and_spares_what_lives_or_is_kept(yard: Yard) -> None:
    old, blob = await with_file(yard)
    kept = await yard.claimed()
    await yard.finish(kept)
    await yard.jobs.keep(HOUSE, kept.id, None, always=True)
    waiting = await yard.submit()
    yard.clock.forward(89 * DAY)
    recent = await yard.claimed()
    assert (await yard.engine.upkeep.prune(HOUSE, 1, dry_run=True)).jobs == 1
    await yard.finish(recent)
    yard.clock.forward(2 * DAY)
    await yard.engine.keeper.round()
    with pytest.raises(JobNotFound):
        await yard.job(old)
    assert not yard.blobs.path(blob).exists()
    for job in (kept, waiting, recent):
        await yard.job(job)


async def test_orphaned_blobs_are_swept_after_a_day_and_known_ones_are_not(yard: Yard) -> None:
    _, known = await with_file(yard)
    orphan = (await yard.engine.results.receive(chunks(b"orphan"))).blob
    begun = yard.blobs.writer()
    assert await yard.engine.keeper.sweep() == 0
    long_ago = (yard.clock.now() - 3 * DAY * SECOND) / SECOND
    for path in (yard.blobs.path(known), yard.blobs.path(orphan), yard.blobs.aside(begun.blob)):
        os.utime(path, (long_ago, long_ago))
    assert await yard.engine.keeper.sweep() == 1
    assert yard.blobs.path(known).exists()
    assert not yard.blobs.path(orphan).exists()
    assert not yard.blobs.aside(begun.blob).exists()
    begun.abort()


async def test_workers_that_left_are_forgotten_in_the_end(yard: Yard) -> None:
    await yard.claim()
    yard.clock.forward(600)
    await yard.engine.keeper.round()
    assert len(await yard.listing.workers(HOUSE)) == 1
    yard.clock.forward(3600)
    await yard.engine.keeper.round()
    assert await yard.listing.workers(HOUSE) == []


async def test_deleting_a_job_frees_its_bytes(yard: Yard) -> None:
    job, blob = await with_file(yard)
    await yard.jobs.delete(HOUSE, job.id)
    assert not yard.blobs.path(blob).exists()
    assert yard.blobs.usage() == (0, 0)


async def test_the_upkeep_is_for_administrators(yard: Yard) -> None:
    from jobyard.job.errors import Refused

    for verb in (
        yard.engine.upkeep.doctor(user("maria")),
        yard.engine.upkeep.prune(user("maria"), 1, dry_run=True),
        yard.engine.upkeep.backup(user("maria"), "/nowhere"),
    ):
        with pytest.raises(Refused):
            await verb


async def test_the_doctor_finds_a_missing_result(yard: Yard) -> None:
    yard.settings.folder.chmod(0o700)
    _, blob = await with_file(yard)
    found = await yard.engine.upkeep.doctor(HOUSE)
    assert (found.findings, found.notes) == ([], [])
    assert (found.blobs, found.blob_count) == (5, 1)
    yard.blobs.path(blob).unlink()
    [finding] = (await yard.engine.upkeep.doctor(HOUSE)).findings
    assert blob in finding
    yard.settings.folder.chmod(0o755)
    assert any("0700" in finding for finding in (await yard.engine.upkeep.doctor(HOUSE)).findings)


async def test_a_backup_holds_database_blobs_and_key(yard: Yard, tmp_path_factory: pytest.TempPathFactory) -> None:
    _, blob = await with_file(yard)
    target = tmp_path_factory.mktemp("backup") / "one"
    made = await yard.engine.upkeep.backup(HOUSE, str(target))
    assert made.blobs == 1
    assert (target / "jobyard.db").stat().st_size > 0
    assert (target / "blobs" / blob[-2:] / blob).read_bytes() == b"12345"
    assert (target / "master.key").read_bytes() == (yard.settings.folder / "master.key").read_bytes()
    for wrong in (target, yard.settings.folder / "inside", target / "jobyard.db"):
        with pytest.raises(Invalid):
            await yard.engine.upkeep.backup(HOUSE, str(wrong))


async def test_a_round_that_fails_or_breaks_is_logged_and_the_next_one_comes(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    troubles: list[Exception] = [StoreFull(what="the disk"), ValueError("a bug")]
    went_well = asyncio.Event()

    async def round_() -> None:
        if troubles:
            raise troubles.pop(0)
        went_well.set()

    monkeypatch.setattr(yard.engine.keeper, "round", round_)
    tasks = [asyncio.create_task(yard.engine.keeper.run(0.0)), asyncio.create_task(went_well.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert went_well.is_set()
    own = [line for line in caplog.records if line.name == "jobyard.engine.keeper"]
    assert [(line.levelname, line.exc_info is not None) for line in own] == [
        ("WARNING", False),
        ("ERROR", True),
    ]


async def test_who_does_not_keep_the_watch_declares_nobody_lost_and_trusts_anew_once_it_does(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await yard.claimed()
    yard.lose_patience()
    monkeypatch.setattr(yard.store, "hold_watch", lambda: False)
    await yard.engine.keeper.round()
    monkeypatch.undo()
    await yard.engine.keeper.round()
    assert (await yard.job(job)).state is State.RUNNING
    yard.clock.forward(LEASE + 1)
    await yard.engine.keeper.round()
    assert (await yard.job(job)).state is State.QUEUED
