"""A question that may take long is no business of the event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobyard.job.filters import Filter, Query
from jobyard.job.states import State
from jobyard.people.record import HOUSE
from jobyard.store.contract import View
from jobyard.store.sqlite import SqliteStore
from tests.engine.yard import Yard

pytestmark = pytest.mark.anyio


async def test_searches_and_counts_run_beside_the_loop_and_plain_lists_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard = Yard(SqliteStore.open(tmp_path / "house"), tmp_path)
    try:
        await yard.submit(name="find me", labels={"colour": "red"})
        plain, threads = yard.store.read, list[int]()

        def noted(work: Callable[[View], Any]) -> Any:
            threads.append(threading.get_ident())
            return plain(work)

        monkeypatch.setattr(yard.store, "read", noted)
        here = threading.get_ident()

        async def beside(filter_: Filter) -> bool:
            threads.clear()
            found = await yard.listing.find(HOUSE, Query(filter=filter_))
            assert (found.total, len(found.page.jobs)) == (1, 1)
            return here not in threads

        assert await beside(Filter(text="find"))
        assert await beside(Filter(labels=frozenset({("colour", "red")})))
        assert await beside(Filter(created_from=1))
        assert not await beside(Filter())
        assert not await beside(Filter(states=frozenset({State.QUEUED}), queues=frozenset({"default"})))
        threads.clear()
        assert (await yard.listing.counts(HOUSE)).states[State.QUEUED] == 1
        assert [one.queued for one in await yard.listing.queues(HOUSE)] == [1]
        assert threads and here not in threads
    finally:
        yard.store.close()


async def test_a_slow_search_holds_up_nobody_and_many_of_them_leave_room_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard = Yard(SqliteStore.open(tmp_path / "house"), tmp_path)
    try:
        job = await yard.submit(name="find me")
        plain = yard.store.read

        def slow(work: Callable[[View], Any]) -> Any:
            def slowly(view: View) -> Any:
                if threading.current_thread() is not threading.main_thread():
                    time.sleep(0.3)
                return work(view)

            return plain(slowly)

        monkeypatch.setattr(yard.store, "read", slow)
        searches = [asyncio.create_task(yard.listing.find(HOUSE, Query(filter=Filter(text="find")))) for _ in range(40)]
        await asyncio.sleep(0)
        began = time.monotonic()
        for _ in range(100):
            assert (await yard.job(job)).id == job.id
        assert time.monotonic() - began < 1.0
        assert not any(task.done() for task in searches[8:])
        for task in searches:
            task.cancel()
        await asyncio.gather(*searches, return_exceptions=True)
    finally:
        yard.store.close()
