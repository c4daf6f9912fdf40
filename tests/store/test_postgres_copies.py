"""Copies of a busy PostgreSQL, read back whole or not at all; and what does not agree."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobyard.job.errors import Invalid
from jobyard.job.events import Change
from jobyard.job.record import LogLine, ResultFile
from jobyard.store.contract import Card, View
from jobyard.store.postgres import PostgresStore, copying
from jobyard.store.postgres.connection import configure
from tests.kept_connections import KeptConnections
from tests.postgres_server import database, empty
from tests.store.making import FULL, NOW, PATIENCE, Hand, submission


def test_a_copy_is_read_back_whole(
    on_postgres: Hand, tmp_path: Path, postgres_server: str, postgres_template: str
) -> None:
    on_postgres.do(lambda t: t.insert(Change(job=FULL)))
    job = on_postgres.finished(name="tab\t newline\n backslash\\ ✓", labels={"a": "b"})
    on_postgres.do(lambda t: t.add_log(job.id, 1, [LogLine(number=1, at=NOW, stream="out", text="\0\ud800")]))
    on_postgres.do(lambda t: t.add_file(job.id, ResultFile(name="f", size=2**40, sha256="s", blob="b")))
    on_postgres.do(lambda t: t.put_card(Card(drawer="limit", id="owner:ada", body="{}", due_at=5)))
    steps: list[tuple[int, int]] = []
    on_postgres.store.backup(str(tmp_path / "copy"), lambda done, total: steps.append((done, total)))
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1] > 0
    assert [file.name for file in tmp_path.iterdir()] == ["copy"]
    with database(postgres_server, postgres_template) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            configure(connection)
            copying.restore(connection, tmp_path / "copy", lambda done, total: None)
        store = PostgresStore.open(address, threads=1)
        again = Hand(store)
        assert again.job(FULL.id) == on_postgres.job(FULL.id)
        assert again.job(job.id) == job
        everything: list[Callable[[View], Any]] = [
            lambda view: view.events(0, 99),
            lambda view: view.log(job.id, 1, 0, 9),
            lambda view: view.cards("limit"),
            lambda view: (view.stored("ada"), view.unique(str(FULL.unique)), view.running(), view.ahead(job, 9)),
        ]
        assert again.do(lambda t: [one.id for one in t.dependents(FULL.after)]) == [FULL.id]
        assert again.see(lambda view: view.stored("ada")) == 2**40
        assert [again.see(look) for look in everything] == [on_postgres.see(look) for look in everything]
        assert again.submit().number == 3
        assert again.see(lambda view: view.last_event()) == on_postgres.see(lambda view: view.last_event()) + 1
        assert store.check() == []
        store.close()


def test_a_copy_is_of_one_moment(
    on_postgres: Hand, tmp_path: Path, emptied_postgres: str, kept_connections: KeptConnections
) -> None:
    on_postgres.submit(name="before")
    writes: list[Future[Any]] = []

    def progress(done: int, total: int) -> None:
        if not writes:
            writes.append(on_postgres.store.write(lambda t: t.insert(submission(name="meanwhile"))))
            writes[0].result(PATIENCE)

    on_postgres.store.backup(str(tmp_path / "copy"), progress)
    empty(emptied_postgres, kept_connections)
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        copying.restore(connection, tmp_path / "copy", lambda done, total: None)
    assert on_postgres.names() == ["before"]
    assert on_postgres.store.check() == []


@pytest.mark.parametrize("keep", [0, 1, 50, 300, 0.5, 0.9, -1])
def test_a_cut_off_copy_is_refused_and_nothing_is_read(
    on_postgres: Hand, tmp_path: Path, emptied_postgres: str, kept_connections: KeptConnections, keep: float
) -> None:
    on_postgres.finished()
    path = tmp_path / "copy"
    on_postgres.store.backup(str(path), lambda done, total: None)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if 0 < keep < 1 else int(keep)])
    empty(emptied_postgres, kept_connections)
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        with pytest.raises(Invalid):
            copying.restore(connection, path, lambda done, total: None)
    assert on_postgres.names() == []


def test_a_copy_is_not_read_into_a_house_that_is_in_use(
    on_postgres: Hand, tmp_path: Path, raw: psycopg.Connection[Any]
) -> None:
    on_postgres.submit(name="mine")
    on_postgres.store.backup(str(tmp_path / "copy"), lambda done, total: None)
    with pytest.raises(Invalid, match="empty"):
        copying.restore(raw, tmp_path / "copy", lambda done, total: None)
    assert on_postgres.names() == ["mine"]


def test_a_copy_of_another_version_is_refused(
    on_postgres: Hand, tmp_path: Path, raw: psycopg.Connection[Any], emptied_postgres: str
) -> None:
    on_postgres.store.backup(str(tmp_path / "copy"), lambda done, total: None)
    text = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(text.replace(b'["jobyard.store",1,"', b'["jobyard.store",1,"x', 1))
    with pytest.raises(Invalid, match="version"):
        copying.restore(raw, tmp_path / "copy", lambda done, total: None)


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "INSERT INTO counters VALUES ('ada', '', 'default', 'test.work', 'queued', 1)",
            "The counter of ada's queued jobs of kind test.work in queue default says 2, but there are 1.",
        ),
        (
            "INSERT INTO counters VALUES ('ada', '', 'default', 'other', 'queued', 1)",
            "The counter of ada's queued jobs of kind other in queue default says 1, but there are 0.",
        ),
        ("DELETE FROM counter_deltas", "The counter of ada's queued jobs of kind test.work"),
        (
            "INSERT INTO stored VALUES ('ada', 5)",
            "The result files of ada's jobs are said to take 5 bytes, but they take 0.",
        ),
        ("INSERT INTO files VALUES (1, 1, 'a', 9, '', '', '')", "are said to take 0 bytes, but they take 9."),
        ("INSERT INTO needs VALUES ('x', 99)", "1 needs of no job"),
        ("UPDATE jobs SET state = 'failed'", "but its newest event says queued"),
        ("INSERT INTO labels VALUES ('a', 'b', 99)", "1 labels of no job"),
        ("INSERT INTO marks VALUES ('a.b', 1, 99)", "1 marks of no job"),
        ("INSERT INTO files VALUES (99, 1, 'a', 1, '', '', '')", "1 files of no job"),
        ("DELETE FROM search", "1 jobs cannot be found"),
        ("INSERT INTO search VALUES (99, 'x')", "words of 1 jobs"),
    ],
)
def test_what_does_not_agree_is_found(
    on_postgres: Hand, raw: psycopg.Connection[Any], damage: str, finding: str
) -> None:
    on_postgres.submit()
    assert on_postgres.store.check() == []
    raw.execute(damage)
    assert [line for line in on_postgres.store.check() if finding in line]
