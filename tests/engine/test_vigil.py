"""Nobody is lost for a silence that was the house's own doing."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from jobyard.job.clock import SECOND
from jobyard.job.errors import StoreFull, Unavailable
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.people.record import HOUSE
from jobyard.store.contract import Store
from tests.engine.yard import LEASE, Yard

pytestmark = pytest.mark.anyio
HOUR = 3_600


@pytest.fixture
async def external(yard: Yard) -> Job:
    job = await yard.submit(external=True)
    return await yard.engine.outside.start(HOUSE, job.id)


async def test_who_could_not_be_heard_while_the_house_slept_is_not_lost(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, lease=0.5)
    job = await yard.claimed()
    watching = asyncio.create_task(yard.engine.vigil.run())
    await asyncio.sleep(0)
    time.sleep(0.2)  # noqa: ASYNC251 - the process stands still, and nobody's beat is heard
    yard.clock.forward(0.6)
    assert await yard.engine.keeper.find_lost() == 0
    assert await yard.beat(job) == []
    assert await yard.engine.keeper.find_lost() == 0
    async with asyncio.timeout(20):
        # On a machine that is this busy the house may seem to sleep once more.
        while not await yard.engine.keeper.find_lost():
            yard.clock.forward(0.6)
    watching.cancel()
    assert (await yard.job(job)).state is State.QUEUED


@pytest.mark.parametrize("fault", [StoreFull(), Unavailable(reason="the database does not answer")])
async def test_whose_beat_could_not_be_written_down_gets_a_lease_more(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    job = await yard.claimed()
    yard.clock.forward(LEASE - 1)
    with monkeypatch.context() as broken:
        broken.setattr(yard.store, "write", lambda work: failing(fault))
        with pytest.raises(type(fault)):
            await yard.beat(job)
    yard.clock.forward(LEASE - 1)
    assert await yard.engine.keeper.find_lost() == 0
    yard.clock.forward(2)
    assert await yard.engine.keeper.find_lost() == 1


async def test_so_does_the_client_of_an_external_job(
    yard: Yard, external: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.clock.forward(LEASE - 1)
    with monkeypatch.context() as broken:
        broken.setattr(yard.store, "write", lambda work: failing(StoreFull()))
        for word in (
            yard.engine.outside.beat(HOUSE, external.id, 1),
            yard.engine.outside.report(HOUSE, external.id, 1, None),
        ):
            with pytest.raises(StoreFull):
                await word
    yard.clock.forward(LEASE - 1)
    assert await yard.engine.keeper.find_lost() == 0
    yard.clock.forward(2)
    assert await yard.engine.keeper.find_lost() == 1


async def test_who_may_be_silent_for_long_gets_all_that_time_again_after_a_start(
    any_store: Store, tmp_path: Path
) -> None:
    before = Yard(any_store, tmp_path)
    before.clock.forward(-3 * HOUR)
    job = await before.submit(external=True)
    await before.engine.outside.start(HOUSE, job.id)
    again = Yard(any_store, tmp_path)
    again.engine.vigil.allow(job.kind, lambda one: HOUR * SECOND)
    again.clock.forward(HOUR - 1)
    assert await again.engine.keeper.find_lost() == 0
    again.clock.forward(2)
    assert await again.engine.keeper.find_lost() == 1


async def test_a_moment_of_deafness_does_not_prolong_a_long_silence(yard: Yard, external: Job) -> None:
    yard.engine.vigil.allow(external.kind, lambda one: HOUR * SECOND)
    yard.clock.forward(HOUR + 1)
    yard.engine.vigil.broken()
    yard.clock.forward(LEASE + 1)
    assert await yard.engine.keeper.find_lost() == 1


async def test_hours_without_a_store_do(yard: Yard, external: Job) -> None:
    yard.engine.vigil.allow(external.kind, lambda one: HOUR * SECOND)
    for _ in range(500):
        yard.clock.forward(LEASE - 1)
        yard.engine.vigil.broken()
    yard.clock.forward(HOUR - 1)
    assert await yard.engine.keeper.find_lost() == 0
    yard.clock.forward(2)
    assert await yard.engine.keeper.find_lost() == 1


def failing(fault: Exception) -> Future[Any]:
    future = Future[Any]()
    future.set_exception(fault)
    return future
