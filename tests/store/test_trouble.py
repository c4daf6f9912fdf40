"""Trouble of the databases in our own words, and stores that do not even open."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest
from psycopg import Error as PostgresError
from psycopg import errors

from jobyard.job import moves
from jobyard.job.errors import Conflict, Invalid, StoreFull, Unavailable
from jobyard.job.states import State
from jobyard.store.memory import MemoryStore
from jobyard.store.postgres.connection import fault as postgres_fault
from jobyard.store.sqlite import SqliteStore, readers
from jobyard.store.sqlite.connection import fault as sqlite_fault
from jobyard.store.sqlite.connection import is_storage
from jobyard.store.sqlite.store import FILE
from tests.store.making import NOW, PATIENCE, Hand, submission


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (apsw.FullError(), StoreFull),
        (apsw.IOError(), Unavailable),
        (apsw.CorruptError(), Unavailable),
        (apsw.NotADBError(), Unavailable),
        (apsw.BusyError(), Unavailable),
        (apsw.CantOpenError(), Unavailable),
        (apsw.ConstraintError(), Conflict),
        (apsw.TooBigError(), Invalid),
        (apsw.SQLError(), apsw.SQLError),
        (ValueError(), ValueError),
    ],
    ids=repr,
)
def test_errors_of_sqlite_in_our_words(error: Exception, told: type[Exception]) -> None:
    assert type(sqlite_fault(error)) is told
    assert is_storage(error) == (told in {StoreFull, Unavailable})


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.DiskFull(), StoreFull),
        (errors.TooManyConnections(), Unavailable),
        (errors.OutOfMemory(), Unavailable),
        (errors.AdminShutdown(), Unavailable),
        (errors.ReadOnlySqlTransaction(), Unavailable),
        (errors.OperationalError(), Unavailable),
        (errors.StringDataRightTruncation(), Invalid),
        (errors.NumericValueOutOfRange(), Invalid),
        (errors.ProgramLimitExceeded(), Invalid),
        (errors.UniqueViolation(), Conflict),
        (errors.NotNullViolation(), Conflict),
        (errors.InFailedSqlTransaction(), Conflict),
        (errors.UndefinedTable(), errors.UndefinedTable),
        (ValueError(), ValueError),
    ],
    ids=repr,
)
def test_errors_of_postgres_in_our_words(error: Exception, told: type[Exception]) -> None:
    assert type(postgres_fault(error)) is told


def test_no_sentence_shows_a_statement_or_a_path() -> None:
    for error in (apsw.IOError("/srv/secret/jobyard.sqlite"), PostgresError("SELECT secret"), errors.DiskFull("/pg")):
        told = sqlite_fault(error) if isinstance(error, apsw.Error) else postgres_fault(error)
        assert "secret" not in str(getattr(told, "sentence", ""))


def test_without_the_extra_the_missing_piece_is_named() -> None:
    program = """
import sys
sys.modules["psycopg"] = None
from jobyard.job.errors import WrongDatabase
try:
    import jobyard.store.postgres
except WrongDatabase as error:
    print(error.sentence)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'jobyard[postgres]'" in ran.stdout


def test_the_other_stores_do_not_load_the_postgres_driver() -> None:
    program = "import sys, jobyard.store.sqlite, jobyard.store.memory; print('psycopg' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


# --- stores that do not open ----------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_told_and_the_folder_let_go(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database at all, but long enough to be one " * 40)
    for _ in range(2):
        with pytest.raises(Unavailable, match="damaged"):
            SqliteStore.open(tmp_path)
    (tmp_path / FILE).unlink()
    SqliteStore.open(tmp_path).close()


def test_a_link_in_the_place_of_the_database_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=FILE):
        SqliteStore.open(folder)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("asked", "level"), [("FULL", 2), ("full", 2), ("NORMAL", 1), ("normal", 1), ("OFF", 2), ("", 2)]
)
def test_only_normal_is_less_than_full(tmp_path: Path, asked: str, level: int) -> None:
    store = SqliteStore.open(tmp_path, synchronous=asked)
    database = store._writer._database
    assert database is not None
    assert database.connection.execute("PRAGMA synchronous").fetchall() == [(level,)]
    assert database.connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    assert database.connection.execute("PRAGMA mmap_size").fetchall() in ([], [(0,)])
    store.close()


# --- readers --------------------------------------------------------------------------------------------------------


def test_readers_cannot_write(sqlite_store: SqliteStore) -> None:
    class Statement:
        name = "sneak"

        def text(self, dialect: str) -> str:
            return "INSERT INTO settings VALUES ('a', 'b')"

    assert sqlite_store.read(lambda view: view.rows(Statement(), {})).exception(PATIENCE) is not None
    assert sqlite_store.read(lambda view: view.setting("a")).result(PATIENCE) is None


def test_more_readers_than_connections_take_turns(sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, guard = 0, 0, threading.Lock()

    def look(view: object) -> None:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.01)
        with guard:
            inside -= 1

    threads = [threading.Thread(target=lambda: sqlite_store.read(look).result(PATIENCE)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= readers.READER_LIMIT
    assert len(sqlite_store._readers._idle) <= readers.READER_LIMIT


# --- the memory store -----------------------------------------------------------------------------------------------


def test_the_memory_store_writes_a_readable_copy(tmp_path: Path) -> None:
    hand = Hand(MemoryStore())
    job = hand.finished(name="kept")
    steps: list[tuple[int, int]] = []
    hand.store.backup(str(tmp_path / "copy.json"), lambda done, total: steps.append((done, total)))
    assert steps == [(1, 1)]
    assert [path.name for path in tmp_path.iterdir()] == ["copy.json"]
    assert job.id in (tmp_path / "copy.json").read_text()


def test_the_memory_store_looks_itself_over() -> None:
    store = MemoryStore()
    hand = Hand(store)
    job = hand.submit()
    assert store.check() == []
    hand.do(lambda t: t.note(moves.cancel(job, NOW, "ada").events[0]))
    assert store.check() == [f"Job {job.id} is queued, but its newest event says cancelled."]
    hand.do(lambda t: t.insert(submission(state=State.DRAFT)))
    assert len(store.check()) == 1
