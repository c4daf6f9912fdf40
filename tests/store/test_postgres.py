"""What only the PostgreSQL store promises: many servers, row locks, a settled feed, and healing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from jobyard.job import moves
from jobyard.job.errors import Conflict, Invalid, NameTaken, Unavailable, WrongDatabase
from jobyard.job.events import Change, Event, EventType
from jobyard.job.filters import EVERYTHING
from jobyard.job.record import LogLine
from jobyard.job.states import State
from jobyard.people.record import Project
from jobyard.store.contract import Transaction
from jobyard.store.postgres import PostgresStore, copying
from jobyard.store.postgres import store as postgres_store_module
from jobyard.store.postgres.connection import configure
from tests.postgres_server import database, empty
from tests.store.making import FULL, LEASE, NOW, PATIENCE, Hand, submission


@pytest.fixture
def hand(postgres_store: PostgresStore) -> Hand:
    return Hand(postgres_store)


@pytest.fixture
def second(emptied_postgres: str, postgres_store: PostgresStore) -> Iterator[PostgresStore]:
    """Another server on the same database."""
    store = PostgresStore.open(emptied_postgres, threads=2)
    yield store
    store.close()


@pytest.fixture
def raw(emptied_postgres: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of nobody's."""
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        yield connection


def until(found: Callable[[], object]) -> None:
    """Wait until something has come about."""
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


class Held:
    """A write that stops in the middle until it is let go on."""

    def __init__(
        self, store: PostgresStore, before: Callable[[Transaction], Any], after: Callable[[Transaction], Any]
    ) -> None:
        self._inside, self._gate = threading.Event(), threading.Event()

        def work(transaction: Transaction) -> Any:
            before(transaction)
            # A question sends off what may have waited, so that it really lies in the database.
            transaction.users()
            self._inside.set()
            assert self._gate.wait(PATIENCE)
            return after(transaction)

        self.future: Future[Any] = store.write(work)
        assert self._inside.wait(PATIENCE)

    def go_on(self) -> Any:
        self._gate.set()
        return self.future.result(PATIENCE)


def nothing(transaction: Transaction) -> None:
    return None


def event(name: str) -> Event:
    return Event(job=name, type=EventType.MARKED, at=NOW, actor="ada", state=State.QUEUED, revision=1)


def noting(name: str) -> Callable[[Transaction], None]:
    return lambda transaction: transaction.note(event(name))


# --- the feed -------------------------------------------------------------------------------------------------------


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


# --- locks ----------------------------------------------------------------------------------------------------------


def test_a_job_that_is_being_changed_is_waited_for(hand: Hand, postgres_store: PostgresStore) -> None:
    job = hand.submit()

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


def test_candidates_of_one_work_are_nobody_elses(hand: Hand, postgres_store: PostgresStore) -> None:
    for name in "abcd":
        hand.submit(name=name)
    first = Held(postgres_store, lambda t: t.candidates(["default"], ["test.work"], NOW, 2), nothing)
    assert hand.candidates(["default"], ["test.work"]) == ["c", "d"]
    first.go_on()
    assert hand.candidates(["default"], ["test.work"]) == ["a", "b", "c", "d"]


def test_lapsed_jobs_of_one_work_are_nobody_elses(hand: Hand, postgres_store: PostgresStore) -> None:
    hand.claim(hand.submit().id)
    over = NOW + LEASE + 1
    first = Held(postgres_store, lambda t: t.lapsed(over, "", 9), nothing)
    assert hand.do(lambda t: t.lapsed(over, "", 9)) == []
    first.go_on()
    assert len(hand.do(lambda t: t.lapsed(over, "", 9))) == 1


def test_two_works_that_lock_each_other_out_both_come_through(hand: Hand, postgres_store: PostgresStore) -> None:
    one, two = hand.submit(), hand.submit()
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
    assert sorted(future.result(PATIENCE) for future in futures) == [1, 2]


def test_a_name_taken_at_the_same_moment_is_found_taken(postgres_store: PostgresStore) -> None:
    def put(id_: str) -> Callable[[Transaction], None]:
        return lambda transaction: transaction.put_project(Project(id=id_, name="Signs", owner="ada"))

    first = Held(postgres_store, put("p1"), nothing)
    second = postgres_store.write(put("p2"))
    threading.Event().wait(0.05)
    first.go_on()
    assert isinstance(second.exception(PATIENCE), NameTaken)


def test_a_statement_whose_failure_was_swallowed_takes_everything_back(hand: Hand) -> None:
    class Broken:
        name = "broken"

        def text(self, dialect: str) -> str:
            return "SELECT 1 / 0"

    def work(transaction: Transaction) -> None:
        transaction.insert(submission())
        with suppress(psycopg.Error):
            transaction.rows(Broken(), {})

    assert isinstance(hand.fails(work), (Conflict, psycopg.Error, Invalid))
    assert hand.names() == []


# --- counters -------------------------------------------------------------------------------------------------------


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


# --- trouble --------------------------------------------------------------------------------------------------------


def cut_off(raw: psycopg.Connection[Any]) -> int:
    """End every other connection to this database, as a restart of the server would."""
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(raw.execute(query).fetchall()[0][0])


def test_dead_connections_are_replaced_unseen(hand: Hand, raw: psycopg.Connection[Any]) -> None:
    futures = [hand.store.write(noting("x")) for _ in range(8)]
    assert [future.result(PATIENCE) for future in futures]
    assert cut_off(raw) >= 1
    assert hand.submit().number == 1
    cut_off(raw)
    assert hand.names() == [""]


def test_a_work_whose_connection_dies_is_run_again(
    hand: Hand, raw: psycopg.Connection[Any], postgres_store: PostgresStore
) -> None:
    turns: list[int] = []

    def work(transaction: Transaction) -> int:
        turns.append(1)
        job = transaction.insert(submission())
        if len(turns) == 1:
            cut_off(raw)
            transaction.tallies(EVERYTHING)
        return job.number

    assert hand.do(work) == 2
    assert len(turns) == 2
    assert len(hand.names()) == 1


def test_a_commit_whose_answer_is_lost_is_not_run_again(hand: Hand, raw: psycopg.Connection[Any]) -> None:
    turns: list[int] = []

    def work(transaction: Transaction) -> None:
        turns.append(1)
        transaction.insert(submission())
        cut_off(raw)

    assert isinstance(hand.fails(work), Unavailable)
    assert len(turns) == 1
    assert hand.names() == []


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


# --- the watch ------------------------------------------------------------------------------------------------------


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


# --- copies and findings --------------------------------------------------------------------------------------------


def test_a_copy_is_read_back_whole(hand: Hand, tmp_path: Path, postgres_server: str, postgres_template: str) -> None:
    hand.do(lambda t: t.insert(Change(job=FULL)))
    job = hand.finished(name="tab\t newline\n backslash\\ ✓", labels={"a": "b"})
    hand.do(lambda t: t.add_log(job.id, 1, [LogLine(number=1, at=NOW, stream="out", text="\0\ud800")]))
    steps: list[tuple[int, int]] = []
    hand.store.backup(str(tmp_path / "copy"), lambda done, total: steps.append((done, total)))
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1] > 0
    assert [file.name for file in tmp_path.iterdir()] == ["copy"]
    with database(postgres_server, postgres_template) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            configure(connection)
            copying.restore(connection, tmp_path / "copy", lambda done, total: None)
        store = PostgresStore.open(address, threads=1)
        again = Hand(store)
        assert again.job(FULL.id) == hand.job(FULL.id)
        assert again.job(job.id) == job
        everything = [lambda view: view.events(0, 99), lambda view: view.log(job.id, 1, 0, 9)]
        assert [again.see(look) for look in everything] == [hand.see(look) for look in everything]
        assert again.submit().number == 3
        assert again.see(lambda view: view.last_event()) == hand.see(lambda view: view.last_event()) + 1
        assert store.check() == []
        store.close()


def test_a_copy_is_of_one_moment(hand: Hand, tmp_path: Path, emptied_postgres: str) -> None:
    hand.submit(name="before")
    writes: list[Future[Any]] = []

    def progress(done: int, total: int) -> None:
        if not writes:
            writes.append(hand.store.write(lambda t: t.insert(submission(name="meanwhile"))))
            writes[0].result(PATIENCE)

    hand.store.backup(str(tmp_path / "copy"), progress)
    empty(emptied_postgres)
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        copying.restore(connection, tmp_path / "copy", lambda done, total: None)
    assert hand.names() == ["before"]
    assert hand.store.check() == []


@pytest.mark.parametrize("keep", [0, 1, 50, 300, 0.5, 0.9, -1])
def test_a_cut_off_copy_is_refused_and_nothing_is_read(
    hand: Hand, tmp_path: Path, emptied_postgres: str, keep: float
) -> None:
    hand.finished()
    path = tmp_path / "copy"
    hand.store.backup(str(path), lambda done, total: None)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if 0 < keep < 1 else int(keep)])
    empty(emptied_postgres)
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        with pytest.raises(Invalid):
            copying.restore(connection, path, lambda done, total: None)
    assert hand.names() == []


def test_a_copy_is_not_read_into_a_house_that_is_in_use(
    hand: Hand, tmp_path: Path, raw: psycopg.Connection[Any]
) -> None:
    hand.submit(name="mine")
    hand.store.backup(str(tmp_path / "copy"), lambda done, total: None)
    with pytest.raises(Invalid, match="empty"):
        copying.restore(raw, tmp_path / "copy", lambda done, total: None)
    assert hand.names() == ["mine"]


def test_a_copy_of_another_version_is_refused(
    hand: Hand, tmp_path: Path, raw: psycopg.Connection[Any], emptied_postgres: str
) -> None:
    hand.store.backup(str(tmp_path / "copy"), lambda done, total: None)
    text = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(text.replace(b'["jobyard.store",1,"', b'["jobyard.store",1,"x', 1))
    with pytest.raises(Invalid, match="version"):
        copying.restore(raw, tmp_path / "copy", lambda done, total: None)


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("INSERT INTO counters VALUES ('ada', '', 'default', 'queued', 1)", "The counter of ada's queued jobs"),
        ("DELETE FROM counter_deltas", "The counter of ada's queued jobs"),
        ("UPDATE jobs SET state = 'failed'", "but its newest event says queued"),
        ("INSERT INTO labels VALUES ('a', 'b', 99)", "1 labels of no job"),
        ("INSERT INTO files VALUES (99, 1, 'a', 1, '', '', '')", "1 files of no job"),
        ("DELETE FROM search", "1 jobs cannot be found"),
        ("INSERT INTO search VALUES (99, 'x')", "words of 1 jobs"),
    ],
)
def test_what_does_not_agree_is_found(hand: Hand, raw: psycopg.Connection[Any], damage: str, finding: str) -> None:
    hand.submit()
    assert hand.store.check() == []
    raw.execute(damage)
    assert [line for line in hand.store.check() if finding in line]
