"""The room that SQLite's file takes: it shrinks when jobs go, a little at a time, while work goes on."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from jobyard.job import moves
from jobyard.job.errors import StoreFull
from jobyard.store.sqlite import SqliteStore, room
from tests.store.making import NOW, Hand

TEXT = "x" * 20_000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A house in which little is much, so that tests need not write gigabytes."""
    monkeypatch.setattr(room, "RESERVE", 64 * 1024)
    monkeypatch.setattr(room, "STEP", 256 * 1024)
    monkeypatch.setattr(room, "LOG", 0)
    monkeypatch.setattr(room, "QUIET_SECONDS", 0.0)


def filled(hand: Hand, count: int = 300) -> list[str]:
    return [hand.submit(name=str(number), parameters={"text": TEXT}).id for number in range(count)]


def removed(hand: Hand, ids: list[str]) -> None:
    for id_ in ids:
        hand.move(id_, lambda job: moves.cancel(job, NOW, "ada"))
        hand.do(lambda t, id_=id_: t.remove(id_))  # type: ignore[misc]


def length(folder: Path) -> int:
    return (folder / "jobyard.sqlite").stat().st_size


def tidied(store: SqliteStore) -> list[int]:
    given = []
    while step := store.tidy():
        given.append(step)
    return given


def test_the_file_shrinks_after_jobs_are_removed(on_sqlite: Hand, sqlite_store: SqliteStore, tmp_path: Path) -> None:
    ids = filled(on_sqlite)
    assert tidied(sqlite_store) == []
    full = length(tmp_path / "data")
    assert full > 300 * len(TEXT)
    removed(on_sqlite, ids[10:])
    free = sqlite_store.sizes().free
    assert free > 280 * len(TEXT)
    given = tidied(sqlite_store)
    assert max(given) <= room.STEP and len(given) > 10
    assert length(tmp_path / "data") < full / 5
    assert sqlite_store.sizes().free <= max(room.RESERVE, full // room.RESERVE_SHARE)
    assert sqlite_store.check() == []
    assert len(on_sqlite.names()) == 10
    assert on_sqlite.submit(name="after").number == 301


def test_the_log_is_cut_to_nothing_when_it_is_quiet(on_sqlite: Hand, sqlite_store: SqliteStore, tmp_path: Path) -> None:
    filled(on_sqlite, 30)
    assert sqlite_store.sizes().log > 30 * len(TEXT)
    sqlite_store.tidy()
    assert sqlite_store.sizes().log == 0
    on_sqlite.submit()
    assert sqlite_store.sizes().log > 0


def test_the_log_stays_while_much_is_written(
    on_sqlite: Hand, sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "QUIET_COMMITS", -1)
    filled(on_sqlite, 30)
    sqlite_store.tidy()
    assert sqlite_store.sizes().log > 0


def test_a_reader_in_the_way_keeps_the_log_and_nobody_waits_for_it(on_sqlite: Hand, sqlite_store: SqliteStore) -> None:
    filled(on_sqlite, 30)
    with sqlite_store._readers.connection() as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM jobs").fetchall()
        on_sqlite.submit()
        sqlite_store.tidy()
        assert sqlite_store.sizes().log > 0
        connection.execute("ROLLBACK")
    sqlite_store.tidy()
    assert sqlite_store.sizes().log == 0


def test_tidying_stands_between_two_writes(on_sqlite: Hand, sqlite_store: SqliteStore) -> None:
    ids = filled(on_sqlite)
    removed(on_sqlite, ids[50:])
    inside: list[bool] = []
    asked = [sqlite_store._writer.between(lambda connection: inside.append(connection.in_transaction))]
    for number in range(20):
        sqlite_store.write(lambda t, number=number: t.put_setting("a", str(number)))  # type: ignore[misc]
        asked.append(sqlite_store._writer.between(lambda connection: inside.append(connection.in_transaction)))
    for future in asked:
        future.result(60)
    assert inside == [False] * 21
    assert on_sqlite.see(lambda view: view.setting("a")) == "19"


def test_an_errand_that_fails_harms_nobody(on_sqlite: Hand, sqlite_store: SqliteStore) -> None:
    def broken(connection: apsw.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sqlite_store._writer.between(broken).result(60)
    assert on_sqlite.submit().number == 1


def old_form(folder: Path) -> SqliteStore:
    """Open a house whose file was made by a version that never gave pages back."""
    folder.mkdir()
    path = folder / "jobyard.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA auto_vacuum = NONE")
    connection.execute("CREATE TABLE old (a)")
    connection.close()
    return SqliteStore.open(folder)


def test_an_old_file_shrinks_once_it_was_compacted(tmp_path: Path) -> None:
    store = old_form(tmp_path / "old")
    hand = Hand(store)
    ids = filled(hand)
    removed(hand, ids[10:])
    assert not store.sizes().shrinks
    assert tidied(store) == []
    store.compact()
    assert store.sizes().shrinks and store.sizes().free == 0
    assert length(tmp_path / "old") < 40 * len(TEXT)
    removed(hand, [hand.submit(parameters={"text": TEXT * 40}).id])
    assert sum(tidied(store)) > 0
    assert store.check() == []
    store.close()


def test_compacting_is_refused_where_there_is_no_room_for_a_copy(
    on_sqlite: Hand, sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(on_sqlite, 30)

    class Little:
        free = 10_000

    monkeypatch.setattr("jobyard.store.sqlite.room.shutil.disk_usage", lambda folder: Little)
    with pytest.raises(StoreFull):
        sqlite_store.compact()
    assert len(on_sqlite.names()) == 30


def test_a_backup_shrinks_as_its_house_does(on_sqlite: Hand, sqlite_store: SqliteStore, tmp_path: Path) -> None:
    on_sqlite.submit()
    sqlite_store.backup(str(tmp_path / "copy"), lambda done, total: None)
    copied = apsw.Connection(str(tmp_path / "copy"))
    assert copied.pragma("auto_vacuum") == 2
    copied.close()
