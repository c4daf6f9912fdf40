"""What only the SQLite store promises: one server, one writer, one commit for many, and healing."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest

from jobyard.job import moves
from jobyard.job.errors import FolderInUse, StoreFull, Unavailable, UnsafeFolder
from jobyard.job.filters import EVERYTHING, Filter
from jobyard.job.record import Job
from jobyard.store.contract import Transaction
from jobyard.store.sqlite import SqliteStore, writer
from jobyard.store.sqlite.folder import filesystem, require_safe
from tests.store.making import NOW, PATIENCE, Hand, submission

HOLDER = """
import sys, time
from pathlib import Path
from jobyard.job import moves
from jobyard.job.record import Job
from jobyard.store.sqlite import SqliteStore
store = SqliteStore.open(Path(sys.argv[1]))
for number in range(10):
    job = Job(id=f"{number:032x}", kind="k", owner="o")
    store.write(lambda t: t.insert(moves.submit(job, 1, "o"))).result()
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def hand(sqlite_store: SqliteStore) -> Hand:
    return Hand(sqlite_store)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that serves the folder `held` and has acknowledged ten jobs."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "held")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def insert(name: str, transaction: Transaction) -> Job:
    return transaction.insert(submission(name=name))


def behind_a_gate(store: SqliteStore, works: list[Callable[[Transaction], Any]]) -> list[Any]:
    """Hand works in while the writer is busy, so that they share one commit; return their futures."""
    gate = threading.Event()
    store.write(lambda transaction: gate.wait(PATIENCE))
    futures = [store.write(work) for work in works]
    gate.set()
    return futures


def writing_connection(store: SqliteStore) -> apsw.Connection:
    database = store._writer._database
    assert database is not None
    return database.connection


# --- one server -----------------------------------------------------------------------------------------------------


def test_a_second_server_is_refused_and_told_who_is_there(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(FolderInUse) as caught:
        SqliteStore.open(tmp_path / "held")
    assert str(holder.pid) in caught.value.sentence


def test_a_second_store_in_the_same_process_is_refused(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(FolderInUse) as caught:
        SqliteStore.open(tmp_path / "data")
    assert str(os.getpid()) in caught.value.sentence


def test_after_a_killed_server_the_next_finds_everything(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    store = SqliteStore.open(tmp_path / "held")
    assert store.read(lambda view: view.count(Filter(), EVERYTHING, 99)).result() == 10
    assert store.check() == []
    store.close()


def test_a_closed_store_can_be_opened_again(tmp_path: Path) -> None:
    for number in range(3):
        store = SqliteStore.open(tmp_path / "data")
        store.write(partial(insert, "x")).result(PATIENCE)
        assert store.read(lambda view: view.last_event()).result(PATIENCE) == number + 1
        store.close()


def test_the_files_are_their_owners_alone(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    Hand(sqlite_store).submit()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    files = list((tmp_path / "data").iterdir())
    assert {"jobyard.sqlite", "jobyard.sqlite-wal", "lock"} <= {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


MOUNTS = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
30 21 0:50 / /home rw,relatime shared:2 - nfs4 server:/home rw
31 30 0:51 / /home/ada/local\\040disk rw - xfs /dev/sdb rw
32 21 0:52 / /mnt/c rw,noatime - 9p drvfs rw
33 21 0:53 / /mnt/ssh rw - fuse.sshfs me@there:/ rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/data", "ext4"),
        ("/home/ada/data", "nfs4"),
        ("/home/ada/local disk/data", "xfs"),
        ("/mnt/c/Users", "9p"),
        ("/mnt/ssh", "fuse.sshfs"),
        ("/mnt/sshx", "ext4"),
    ],
)
def test_the_kind_of_disk_is_known(folder: str, kind: str) -> None:
    assert filesystem(Path(folder), MOUNTS) == kind


@pytest.mark.parametrize("folder", ["/home/ada/data", "/mnt/c/x", "/mnt/ssh/x"])
def test_a_folder_on_a_network_is_refused(folder: str) -> None:
    with pytest.raises(UnsafeFolder, match="PostgreSQL"):
        require_safe(Path(folder), MOUNTS)


def test_where_nothing_is_known_about_mounts_the_folder_is_taken() -> None:
    require_safe(Path("/anything"), "")


def test_a_folder_on_a_network_is_not_even_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("1 0 0:1 / / rw - nfs server:/ rw\n")
    monkeypatch.setattr("jobyard.store.sqlite.folder._MOUNTS", mounts)
    with pytest.raises(UnsafeFolder):
        SqliteStore.open(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


# --- one commit for many --------------------------------------------------------------------------------------------


def test_what_waits_shares_one_commit(sqlite_store: SqliteStore) -> None:
    seen: list[str] = []

    def trace(cursor: object, text: str, bindings: object) -> bool:
        seen.append(text)
        return True

    writing_connection(sqlite_store).exec_trace = trace
    futures = behind_a_gate(sqlite_store, [partial(insert, "x")] * 100)
    assert len({future.result(PATIENCE).number for future in futures}) == 100
    # One for the gate, one for the hundred.
    assert seen.count("COMMIT") <= 3
    assert seen.count("SAVEPOINT one") == 101
    assert sqlite_store.check() == []


def test_a_future_is_done_only_after_the_commit(sqlite_store: SqliteStore) -> None:
    futures: list[Any] = []
    early: list[bool] = []

    def trace(cursor: object, text: str, bindings: object) -> bool:
        if text == "COMMIT":
            early.extend(future.done() for future in futures[1:])
        return True

    connection = writing_connection(sqlite_store)
    gate = threading.Event()
    futures.append(sqlite_store.write(lambda transaction: gate.wait(PATIENCE)))
    futures.extend(sqlite_store.write(partial(insert, "x")) for _ in range(5))
    connection.exec_trace = trace
    gate.set()
    assert all(future.result(PATIENCE) for future in futures)
    assert early.count(False) == len(early) >= 5


def test_when_the_commit_fails_everybody_is_told_and_nothing_is_there(sqlite_store: SqliteStore) -> None:
    hand = Hand(sqlite_store)
    hand.submit(name="before")
    broken = True

    def trace(cursor: object, text: str, bindings: object) -> bool:
        return not (broken and text == "COMMIT")

    writing_connection(sqlite_store).exec_trace = trace
    futures = [sqlite_store.write(partial(insert, "lost")) for _ in range(5)]
    assert all(isinstance(future.exception(PATIENCE), Unavailable) for future in futures)
    assert hand.names() == ["before"]
    broken = False
    # The writer has begun anew by itself.
    assert hand.submit(name="after").number == 2
    assert hand.store.check() == []


def test_too_many_waiting_writes_are_refused(sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WAITING_LIMIT", 5)
    gate = threading.Event()
    busy = threading.Event()

    def hold(transaction: Transaction) -> None:
        busy.set()
        gate.wait(PATIENCE)

    sqlite_store.write(hold)
    assert busy.wait(PATIENCE)
    futures = [sqlite_store.write(partial(insert, "x")) for _ in range(8)]
    refused = [future for future in futures if future.done()]
    assert len(refused) == 3
    assert all(isinstance(future.exception(), Unavailable) for future in refused)
    gate.set()
    assert len({future.result(PATIENCE).number for future in futures if future not in refused}) == 5


def test_a_listener_that_fails_does_not_stop_the_writer(sqlite_store: SqliteStore) -> None:
    def broken() -> None:
        raise RuntimeError("the loop is closed")

    sqlite_store.listen(broken)
    hand = Hand(sqlite_store)
    assert [hand.submit().number for _ in range(3)] == [1, 2, 3]


# --- trouble with the disk ------------------------------------------------------------------------------------------


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
        super().__init__("bad", "unix", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> Trouble:
        return Trouble(name, flags, self)

    def may(self, what: str) -> None:
        if self.fails == what:
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

    (tmp_path / "copy").mkdir()
    sqlite_store.backup(str(tmp_path / "copy" / "jobyard.sqlite"), progress)
    assert len(steps) > 1
    assert steps[-1][0] == steps[-1][1]
    assert {file.name for file in (tmp_path / "copy").iterdir()} == {"jobyard.sqlite"}
    copy = SqliteStore.open(tmp_path / "copy")
    assert copy.check() == []
    assert Hand(copy).see(lambda view: view.count(Filter(), EVERYTHING, 999)) == 50
    assert Hand(copy).submit().number == 51
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
        ("UPDATE counters SET count = count + 1", "The counter of ada's queued jobs"),
        ("DELETE FROM counters", "The counter of ada's queued jobs"),
        ("UPDATE jobs SET state = 'failed'", "but its newest event says queued"),
        ("INSERT INTO labels VALUES ('a', 'b', 99)", "1 labels of no job"),
        ("INSERT INTO files VALUES (99, 1, 'a', 1, '', '', '')", "1 files of no job"),
        ("DELETE FROM search WHERE rowid = 1", "1 jobs cannot be found"),
        ("INSERT INTO search (rowid, words) VALUES (99, 'x')", "words of 1 jobs"),
    ],
)
def test_what_does_not_agree_is_found(hand: Hand, damage: str, finding: str) -> None:
    hand.submit()
    assert isinstance(hand.store, SqliteStore)
    connection = writing_connection(hand.store)
    connection.execute(damage)
    assert [line for line in hand.store.check() if finding in line]


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
