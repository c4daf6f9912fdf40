"""Cut wires and servers that go away."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from jobyard.job.errors import Unavailable, WrongDatabase
from jobyard.job.filters import EVERYTHING
from jobyard.store.contract import Transaction
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres import store as postgres_store_module
from tests.postgres_server import database
from tests.store.holding import Held, cut_off, nothing, noting, until
from tests.store.making import PATIENCE, Hand, submission


def test_dead_connections_are_replaced_unseen(on_postgres: Hand, raw: psycopg.Connection[Any]) -> None:
    futures = [on_postgres.store.write(noting("x")) for _ in range(8)]
    assert [future.result(PATIENCE) for future in futures]
    assert cut_off(raw) >= 1
    assert on_postgres.submit().number == 1
    cut_off(raw)
    assert on_postgres.names() == [""]


def test_a_work_whose_connection_dies_is_run_again(
    on_postgres: Hand, raw: psycopg.Connection[Any], postgres_store: PostgresStore
) -> None:
    turns: list[int] = []

    def work(transaction: Transaction) -> int:
        turns.append(1)
        job = transaction.insert(submission())
        if len(turns) == 1:
            cut_off(raw)
            transaction.tallies(EVERYTHING)
        return job.number

    assert on_postgres.do(work) == 2
    assert len(turns) == 2
    assert len(on_postgres.names()) == 1


def test_a_commit_whose_answer_is_lost_is_not_run_again(on_postgres: Hand, raw: psycopg.Connection[Any]) -> None:
    turns: list[int] = []

    def work(transaction: Transaction) -> None:
        turns.append(1)
        transaction.insert(submission())
        cut_off(raw)

    assert isinstance(on_postgres.fails(work), Unavailable)
    assert len(turns) == 1
    assert on_postgres.names() == []


def test_listeners_hear_again_after_a_cut(postgres_store: PostgresStore, raw: psycopg.Connection[Any]) -> None:
    woken = threading.Event()
    postgres_store.listen(woken.set)
    until(woken.is_set)
    cut_off(raw)
    woken.clear()
    raw.execute("SELECT nextval('event_numbers')")
    assert woken.wait(PATIENCE)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        PostgresStore.open("postgresql://jobyard@127.0.0.1:1/jobyard")


def test_an_address_that_cannot_be_read_is_named() -> None:
    with pytest.raises(WrongDatabase, match="address"):
        PostgresStore.open("postgresql://host:port:port/x y?nonsense=1")


def test_a_database_that_went_away_is_unavailable_and_comes_back(postgres_server: str, postgres_template: str) -> None:
    with database(postgres_server, postgres_template) as address:
        name = psycopg.conninfo.conninfo_to_dict(address)["dbname"]
        store = PostgresStore.open(address, threads=2)
        hand = Hand(store)
        hand.submit(name="before")
        with psycopg.connect(make_conninfo(postgres_server), autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            assert isinstance(hand.fails(noting("x")), Unavailable)
            assert isinstance(store.read(lambda view: view.last_event()).exception(PATIENCE), Unavailable)
            assert not store.hold_watch()
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        assert hand.submit(name="after").number == 2
        assert store.hold_watch()
        store.close()


def test_too_many_waiting_works_are_refused(emptied_postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_store_module, "WAITING_LIMIT", 3)
    store = PostgresStore.open(emptied_postgres, threads=1)
    held = Held(store, nothing, nothing)
    futures = [store.write(nothing) for _ in range(4)]
    assert [isinstance(future.exception(0), Unavailable) for future in futures if future.done()] == [True, True]
    held.go_on()
    assert [future.exception(PATIENCE) for future in futures[:2]] == [None, None]
    assert store.write(nothing).exception(PATIENCE) is None
    store.close()


class Prepared:
    """A statement that tells what its connection has prepared."""

    name = "prepared"

    def text(self, dialect: str) -> str:
        assert dialect == "postgres"
        return "SELECT statement FROM pg_prepared_statements"


def test_statements_stay_prepared_from_one_reading_to_the_next(emptied_postgres: str) -> None:
    store = PostgresStore.open(emptied_postgres, threads=1)
    hand = Hand(store)
    job = hand.submit()
    for _ in range(8):
        assert hand.job(job.id) == job
    known = [row[0] for row in hand.see(lambda view: view.rows(Prepared(), {}))]
    assert any("FROM jobs WHERE id = $1" in text for text in known), known
    store.close()


def test_tables_that_a_newer_version_widens_are_read_on(emptied_postgres: str, raw: psycopg.Connection[Any]) -> None:
    store = PostgresStore.open(emptied_postgres, threads=1)
    hand = Hand(store)
    job = hand.submit()
    for _ in range(8):
        assert hand.job(job.id) == job
    raw.execute("ALTER TABLE jobs ADD COLUMN later text")
    try:
        assert hand.job(job.id) == job
    finally:
        raw.execute("ALTER TABLE jobs DROP COLUMN later")
    assert hand.job(job.id) == job
    store.close()
