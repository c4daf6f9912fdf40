"""Several servers on one database: locks, counters and the watch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from jobyard.job import moves
from jobyard.job.errors import Conflict, Invalid, NameTaken
from jobyard.job.filters import EVERYTHING
from jobyard.job.states import State
from jobyard.people.record import Project
from jobyard.store.contract import Transaction
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres import store as postgres_store_module
from tests.store.holding import Held, cut_off, nothing, until
from tests.store.making import LEASE, NOW, PATIENCE, Hand, submission

# --- locks ------------------------------------------------------------------------------------------------------------


def test_a_job_that_is_being_changed_is_waited_for(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    job = on_postgres.submit()

    def cancel(transaction: Transaction) -> None:
        found = transaction.job(job.id)
        assert found is not None
        transaction.apply(moves.cancel(found, NOW, "ada"))

    first = Held(postgres_store, lambda transaction: transaction.job(job.id), cancel)
    second = postgres_store.write(lambda transaction: transaction.job(job.id))
    threading.Event().wait(0.1)
    assert not second.done()
    first.go_on()
    seen = second.result(PATIENCE)
    assert seen is not None and seen.state is State.CANCELLED


def test_candidates_of_one_work_are_nobody_elses(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    for name in "abcd":
        on_postgres.submit(name=name)
    first = Held(postgres_store, lambda t: t.candidates(["default"], ["test.work"], NOW, 2), nothing)
    assert on_postgres.candidates(["default"], ["test.work"]) == ["c", "d"]
    first.go_on()
    assert on_postgres.candidates(["default"], ["test.work"]) == ["a", "b", "c", "d"]


def test_lapsed_jobs_of_one_work_are_nobody_elses(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    on_postgres.claim(on_postgres.submit().id)
    over = NOW + LEASE + 1
    first = Held(postgres_store, lambda t: t.lapsed(over, "", 9), nothing)
    assert on_postgres.do(lambda t: t.lapsed(over, "", 9)) == []
    first.go_on()
    assert len(on_postgres.do(lambda t: t.lapsed(over, "", 9))) == 1


def test_two_works_that_lock_each_other_out_both_come_through(on_postgres: Hand, postgres_store: PostgresStore) -> None:
    one, two = on_postgres.submit(), on_postgres.submit()
    meet = threading.Barrier(2, timeout=PATIENCE)

    def lock(first: str, then: str) -> Callable[[Transaction], int]:
        turns: list[int] = []

        def work(transaction: Transaction) -> int:
            turns.append(1)
            assert transaction.job(first)
            if len(turns) == 1:
                meet.wait()
            assert transaction.job(then)
            return len(turns)

        return work

    futures = [postgres_store.write(lock(one.id, two.id)), postgres_store.write(lock(two.id, one.id))]
    # They may meet again before the first is through; each time one of them begins anew.
    assert sum(future.result(PATIENCE) for future in futures) > 2


def test_a_name_taken_at_the_same_moment_is_found_taken(postgres_store: PostgresStore) -> None:
    def put(id_: str) -> Callable[[Transaction], None]:
        return lambda transaction: transaction.put_project(Project(id=id_, name="Signs", owner="ada"))

    first = Held(postgres_store, put("p1"), nothing)
    second = postgres_store.write(put("p2"))
    threading.Event().wait(0.05)
    first.go_on()
    assert isinstance(second.exception(PATIENCE), NameTaken)


def test_a_statement_whose_failure_was_swallowed_takes_everything_back(on_postgres: Hand) -> None:
    class Broken:
        name = "broken"

        def text(self, dialect: str) -> str:
            return "SELECT 1 / 0"

    def work(transaction: Transaction) -> None:
        transaction.insert(submission())
        with suppress(psycopg.Error):
            transaction.rows(Broken(), {})

    assert isinstance(on_postgres.fails(work), (Conflict, psycopg.Error, Invalid))
    assert on_postgres.names() == []


# --- counters ---------------------------------------------------------------------------------------------------------


def test_counters_are_folded_without_losing_or_doubling(
    emptied_postgres: str, raw: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_store_module, "_FOLD_AT", 20)
    stores = [PostgresStore.open(emptied_postgres, threads=2) for _ in range(2)]
    hands = [Hand(store) for store in stores]
    for _ in range(30):
        for hand in hands:
            hand.claim(hand.submit().id)
        assert sum(tally.count for tally in hands[0].see(lambda view: view.tallies(EVERYTHING))) % 2 == 0
    until(lambda: raw.execute("SELECT count(*) FROM counters").fetchall()[0][0] > 0)
    counts = {tally.state.value: tally.count for tally in hands[1].see(lambda view: view.tallies(EVERYTHING))}
    assert counts == {"running": 60}
    assert stores[0].check() == []
    for store in stores:
        store.close()
    with_left = raw.execute("SELECT count(*) FROM counter_deltas").fetchall()[0][0]
    again = PostgresStore.open(emptied_postgres, threads=1)
    assert raw.execute("SELECT count(*) FROM counter_deltas").fetchall()[0][0] < max(with_left, 1)
    assert again.check() == []
    again.close()


# --- the watch --------------------------------------------------------------------------------------------------------


def test_one_of_two_servers_keeps_the_watch(postgres_store: PostgresStore, second: PostgresStore) -> None:
    assert postgres_store.hold_watch()
    assert not second.hold_watch()
    assert postgres_store.hold_watch()
    postgres_store.close()
    until(second.hold_watch)


def test_the_watch_passes_on_when_its_connection_dies(
    postgres_store: PostgresStore, second: PostgresStore, raw: psycopg.Connection[Any]
) -> None:
    assert postgres_store.hold_watch()
    cut_off(raw)
    until(second.hold_watch)
    assert not postgres_store.hold_watch()
