"""The feed of several writers: in order, settled, and heard by everybody."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

import psycopg

from jobyard.store.contract import Transaction
from jobyard.store.postgres import PostgresStore
from tests.store.holding import Held, nothing, noting, until
from tests.store.making import PATIENCE


def feed(store: PostgresStore, after: int = 0) -> list[str]:
    return [event.job for event in store.read(lambda view: view.events(after, 99)).result(PATIENCE)]


def test_a_number_that_is_still_under_way_is_waited_for(postgres_store: PostgresStore) -> None:
    early = Held(postgres_store, noting("early"), nothing)
    postgres_store.write(noting("late")).result(PATIENCE)
    assert feed(postgres_store) == []
    assert postgres_store.read(lambda view: view.last_event()).result(PATIENCE) == 0
    early.go_on()
    assert feed(postgres_store) == ["early", "late"]


def test_a_lower_number_of_a_higher_transaction_is_waited_for_too(postgres_store: PostgresStore) -> None:
    """The one that began first takes the later number and ends first: its transaction id says nothing of that."""
    first = Held(postgres_store, lambda t: t.put_setting("a", "1"), noting("first"))
    second = Held(postgres_store, noting("second"), nothing)
    first.go_on()
    assert feed(postgres_store) == []
    second.go_on()
    assert feed(postgres_store) == ["second", "first"]


def test_a_writer_that_gives_up_is_not_waited_for(postgres_store: PostgresStore) -> None:
    def slip(transaction: Transaction) -> None:
        raise ValueError

    gone = Held(postgres_store, noting("gone"), slip)
    postgres_store.write(noting("stays")).result(PATIENCE)
    assert feed(postgres_store) == []
    with suppress(ValueError):
        gone.go_on()
    assert feed(postgres_store) == ["stays"]


def test_what_others_do_in_the_same_server_does_not_hold_the_feed_back(
    postgres_store: PostgresStore, raw: psycopg.Connection[Any]
) -> None:
    with raw.transaction():
        raw.execute("CREATE TABLE foreign_work (id int)")
        postgres_store.write(noting("mine")).result(PATIENCE)
        assert feed(postgres_store) == ["mine"]
        raw.execute("DROP TABLE foreign_work")


def test_no_number_is_ever_filled_in_behind_a_reader(postgres_store: PostgresStore, second: PostgresStore) -> None:
    stop = threading.Event()
    writers = [
        threading.Thread(target=_note_until, args=(store, stop, name))
        for store, name in ((postgres_store, "a"), (postgres_store, "b"), (second, "c"), (second, "d"))
    ]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while len(seen) < 300:
        after = seen[-1] if seen else 0
        seen += [event.number for event in second.read(lambda view: view.events(after, 50)).result(PATIENCE)]  # noqa: B023
    stop.set()
    for writer in writers:
        writer.join()
    assert seen == sorted(set(seen))
    whole = [event.number for event in postgres_store.read(lambda view: view.events(0, 10_000)).result(PATIENCE)]
    assert seen == whole[: len(seen)]


def _note_until(store: PostgresStore, stop: threading.Event, name: str) -> None:
    while not stop.is_set():
        store.write(noting(name)).result(PATIENCE)


def test_the_servers_wake_each_other(postgres_store: PostgresStore, second: PostgresStore) -> None:
    woken = threading.Event()
    second.listen(woken.set)
    until(woken.is_set)
    woken.clear()
    postgres_store.write(noting("news")).result(PATIENCE)
    assert woken.wait(PATIENCE)
    until(lambda: feed(second) == ["news"])


def test_a_listener_is_woken_again_when_what_was_held_back_is_settled(postgres_store: PostgresStore) -> None:
    told: list[list[str]] = []
    postgres_store.listen(lambda: told.append([]))
    quiet = Held(postgres_store, lambda t: t.put_setting("a", "1"), nothing)
    postgres_store.write(noting("news")).result(PATIENCE)
    assert feed(postgres_store) == []
    quiet.go_on()
    before = len(told)
    # The quiet writer had no news of its own, so nothing but the store itself can wake the listener.
    until(lambda: len(told) > before)
    assert feed(postgres_store) == ["news"]


def test_notifications_are_few_however_many_writes(postgres_store: PostgresStore, emptied_postgres: str) -> None:
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        connection.execute("LISTEN jobyard_events")
        began = time.monotonic()
        for future in [postgres_store.write(noting("x")) for _ in range(300)]:
            future.result(PATIENCE)
        lasted = time.monotonic() - began
        notices = [notice.payload for notice in connection.notifies(timeout=0.3)]
    assert 1 <= len(notices) <= 20 * (lasted + 0.4) + 2
    assert set(notices) == {""}
