"""Trouble with the disk under SQLite, copies of a busy file, and what does not agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest

from jobyard.job import moves
from jobyard.job.errors import StoreFull, Unavailable
from jobyard.job.events import Change
from jobyard.job.filters import EVERYTHING, Filter, Order
from jobyard.job.record import ResultFile
from jobyard.store.contract import Card, Transaction
from jobyard.store.sqlite import SqliteStore, writer
from tests.store.holding import behind_a_gate, insert, writing_connection
from tests.store.making import FULL, NOW, PATIENCE, Hand, submission


def fill_up(store: SqliteStore, spare: int) -> None:
    """Let the database grow by no more than `spare` pages."""
    connection = writing_connection(store)
    pages = int(str(connection.execute("PRAGMA page_count").fetchall()[0][0]))
    connection.execute(f"PRAGMA max_page_count = {pages + spare}")


def test_a_full_disk_refuses_what_does_not_fit_and_takes_what_does(sqlite_store: SqliteStore) -> None:
    hand = Hand(sqlite_store)
    job = hand.submit(name="small")
    fill_up(sqlite_store, spare=60)
    large = {"text": "x" * 1_000_000}
    small = [partial(insert, f"s{number}") for number in range(3)]
    works: list[Callable[[Transaction], Any]] = [*small, lambda t: t.insert(submission(parameters=large)), *small]
    outcomes = [future.exception(PATIENCE) for future in behind_a_gate(sqlite_store, works)]
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [StoreFull] + [type(None)] * 3
    assert hand.move(job.id, lambda job: moves.cancel(job, NOW, "ada")).final
    assert hand.store.check() == []
    writing_connection(sqlite_store).execute("PRAGMA max_page_count = 1073741823")
    assert hand.submit(parameters=large).number


class Trouble(apsw.VFSFile):
    """A file whose writes or syncs fail while they are told to."""

    def __init__(self, name: Any, flags: Any, disk: BadDisk) -> None:
        self._disk = disk
        super().__init__("unix", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:
        self._disk.may("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.may("sync")
        super().xSync(flags)


class BadDisk(apsw.VFS):
    """The default file system while it lives."""

    def __init__(self) -> None:
        self.fails = ""
        self.countdown = -1
        """Calls until one fails; below zero none does."""
        super().__init__("bad", "unix", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> Trouble:
        return Trouble(name, flags, self)

    def may(self, what: str) -> None:
        self.countdown -= 1
        if self.fails == what or self.countdown == 0:
            raise apsw.IOError("the disk is broken")


@pytest.fixture
def disk() -> Iterator[BadDisk]:
    disk = BadDisk()
    yield disk
    disk.unregister()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("fails", ["write", "sync"])
def test_a_broken_disk_is_told_and_healed_from(disk: BadDisk, tmp_path: Path, fails: str) -> None:
    store = SqliteStore.open(tmp_path / "data")
    hand = Hand(store)
    hand.submit(name="before")
    disk.fails = fails
    futures = [store.write(partial(insert, "lost")) for _ in range(3)]
    assert all(isinstance(future.exception(PATIENCE), Unavailable) for future in futures)
    assert hand.names() == ["before"]
    disk.fails = ""
    assert hand.submit(name="after").name == "after"
    assert hand.names() == ["after", "before"]
    assert store.check() == []
    store.close()
    again = SqliteStore.open(tmp_path / "data")
    assert Hand(again).names() == ["after", "before"]
    again.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_whichever_call_of_the_disk_fails_nothing_acknowledged_is_lost(disk: BadDisk, tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "data")
    hand = Hand(store)
    acknowledged, failed = set(), 0
    for call in range(1, 60):
        disk.countdown = call
        for number in range(3):
            name = f"{call}-{number}"
            error = store.write(partial(insert, name)).exception(PATIENCE)
            assert error is None or isinstance(error, Unavailable)
            failed += error is not None
            if error is None:
                acknowledged.add(name)
        disk.countdown = -1
    assert failed > 10
    found = {job.name for page in hand.pages(Order.NEWEST, 100) for job in page.jobs}
    assert found == acknowledged
    assert store.check() == []
    store.close()
    again = SqliteStore.open(tmp_path / "data")
    assert acknowledged <= {job.name for page in Hand(again).pages(Order.NEWEST, 100) for job in page.jobs}
    assert again.check() == []
    again.close()


def test_the_log_beside_the_database_does_not_grow_for_ever(
    sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "CHECKPOINT_PAGES", 50)
    monkeypatch.setattr(writer, "CHECKPOINT_AT_ONCE", 100)
    sqlite_store._writer._checkpoint_at = 50
    hand = Hand(sqlite_store)
    for _ in range(150):
        hand.submit(parameters={"text": "x" * 4_000})
    assert (tmp_path / "data" / "jobyard.sqlite-wal").stat().st_size < 400 * 4096


# --- copies and findings --------------------------------------------------------------------------------------------


def test_a_copy_of_a_busy_database_is_whole(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    hand = Hand(sqlite_store)
    for number in range(50):
        hand.submit(name=f"n{number}", parameters={"text": "x" * 20_000})
    steps: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        steps.append((done, total))
        hand.submit(name="meanwhile")

    hand.do(lambda t: t.insert(Change(job=FULL)))
    hand.do(lambda t: t.add_file(FULL.id, ResultFile(name="f", size=2**40, sha256="s", blob="b")))
    hand.do(lambda t: t.put_card(Card(drawer="limit", id="owner:ada", body="{}", due_at=5)))
    (tmp_path / "copy").mkdir()
    sqlite_store.backup(str(tmp_path / "copy" / "jobyard.sqlite"), progress)
    assert len(steps) > 1
    assert steps[-1][0] == steps[-1][1]
    assert {file.name for file in (tmp_path / "copy").iterdir()} == {"jobyard.sqlite"}
    copy = SqliteStore.open(tmp_path / "copy")
    assert copy.check() == []
    again = Hand(copy)
    assert again.see(lambda view: view.count(Filter(), EVERYTHING, 999)) == 51
    assert again.job(FULL.id) == hand.job(FULL.id)
    assert again.do(lambda t: [one.id for one in t.dependents(FULL.after)]) == [FULL.id]
    assert again.see(lambda view: view.stored("ada")) == 2**40
    assert again.see(lambda view: view.next_card("limit")) == 5
    assert again.submit().number == 52
    copy.close()


def test_a_copy_that_is_broken_off_leaves_nothing(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    def progress(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sqlite_store.backup(str(tmp_path / "copy.sqlite"), progress)
    assert [file.name for file in tmp_path.iterdir()] == ["data"]
    assert Hand(sqlite_store).submit().number == 1


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE counters SET count = count + 1",
            "The counter of ada's queued jobs of kind test.work in queue default says 2, but there are 1.",
        ),
        (
            "INSERT INTO counters VALUES ('ada', '', 'default', 'other', 'queued', 1)",
            "The counter of ada's queued jobs of kind other in queue default says 1, but there are 0.",
        ),
        (
            "INSERT INTO stored VALUES ('ada', 5)",
            "The result files of ada's jobs are said to take 5 bytes, but they take 0.",
        ),
        ("INSERT INTO stored VALUES ('ada', -5)", "are said to take -5 bytes, but they take 0."),
        ("INSERT INTO files VALUES (1, 1, 'a', 9, '', '', '')", "are said to take 0 bytes, but they take 9."),
        ("INSERT INTO needs VALUES ('x', 99)", "1 needs of no job"),
        ("DELETE FROM counters", "The counter of ada's queued jobs"),
        ("UPDATE jobs SET state = 'failed'", "but its newest event says queued"),
        ("INSERT INTO labels VALUES ('a', 'b', 99)", "1 labels of no job"),
        ("INSERT INTO marks VALUES ('a.b', 1, 99)", "1 marks of no job"),
        ("INSERT INTO files VALUES (99, 1, 'a', 1, '', '', '')", "1 files of no job"),
        ("DELETE FROM search WHERE rowid = 1", "1 jobs cannot be found"),
        ("INSERT INTO search (rowid, words) VALUES (99, 'x')", "words of 1 jobs"),
    ],
)
def test_what_does_not_agree_is_found(on_sqlite: Hand, damage: str, finding: str) -> None:
    on_sqlite.submit()
    assert isinstance(on_sqlite.store, SqliteStore)
    connection = writing_connection(on_sqlite.store)
    connection.execute(damage)
    assert [line for line in on_sqlite.store.check() if finding in line]


def test_a_damaged_page_is_found(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "data")
    hand = Hand(store)
    for _ in range(20):
        hand.submit()
    query = "SELECT rootpage FROM sqlite_schema WHERE name = 'jobs_by_state'"
    page = int(str(writing_connection(store).execute(query).fetchall()[0][0]))
    store.close()
    with (tmp_path / "data" / "jobyard.sqlite").open("r+b") as file:
        file.seek(page * 4096 - 200)
        file.write(bytes(200))
    store = SqliteStore.open(tmp_path / "data")
    assert [line for line in store.check() if "damaged" in line]
    store.close()
