"""What only the SQLite store promises: one server, one writer, one commit for many, and healing."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jobyard.job.errors import FolderInUse, Unavailable, UnsafeFolder
from jobyard.job.filters import EVERYTHING, Filter
from jobyard.store.contract import Transaction
from jobyard.store.sqlite import SqliteStore, writer
from jobyard.store.sqlite.folder import filesystem, require_safe
from tests.store.holding import behind_a_gate, insert, writing_connection
from tests.store.making import PATIENCE, Hand

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
