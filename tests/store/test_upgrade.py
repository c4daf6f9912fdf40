"""A house that was filled before its schema knew turns, needs, kinds of counters and stored bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobyard.job.filters import EVERYTHING, Filter
from jobyard.store import migrate
from jobyard.store.contract import QueueRow, Store
from jobyard.store.migrate import OWN, Step
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres.connection import PostgresDatabase, configure
from jobyard.store.sqlite import SqliteStore
from jobyard.store.sqlite.connection import SqliteDatabase, open_writer
from jobyard.store.sqlite.store import FILE
from tests.store.making import NOW, Hand
from tests.store.test_migrate import Killed, Mortal

JOB = (
    "INSERT INTO jobs (id, kind, owner, name, project, queue, rank, face, external, state, ready, revision, attempt,"
    " failures, tries, created_at, queued_at, due_at, lease_until, worker, results_expired, kept, lively, fixed)"
    " VALUES ('{id:032x}', '{kind}', '{owner}', '{name}', {project}, '{queue}', {rank}, 'native', 0, '{state}',"
    ' {ready}, 1, 0, 0, 1, 5, 5, {due}, {lease}, {worker}, 0, 0, \'{{}}\', \'{{"labels":{{"a":"b"}}}}\')'
)
STATES = {"queued": ("queued", 1, "NULL"), "later": ("queued", 0, str(NOW + 9)), "due": ("queued", 1, "7")}
JOBS: list[tuple[str, str, str, str, str, int]] = [
    *[("ada", "heap", "default", "queued", "test.work", 0)] * 6,
    ("bob", "few", "default", "queued", "test.work", 0),
    ("bob", "few", "default", "due", "test.work", 0),
    ("bob", "later", "default", "later", "test.work", 0),
    ("ada", "urgent", "default", "queued", "test.work", -5),
    ("ada", "other", "gpu", "queued", "other", 0),
    ("cy", "runs", "default", "running", "test.work", 0),
    ("cy", "done", "default", "succeeded", "other", 0),
]
"""Owner, name, queue, state, kind, rank."""
FIRST = f"{1:032x}"


def before(step: Step) -> bool:
    return step.room == OWN and step.number <= 2


def fill(database: SqliteDatabase | PostgresDatabase) -> None:
    """Write a house as the version before wrote it: counters without kinds, words, files, events."""
    for id_, job in enumerate(JOBS, start=1):
        database.statement(written(id_, *job))
        words = {
            "sqlite": "(rowid, words) VALUES ({0}, '{1}')",
            "postgres": "VALUES ({0}, array_to_tsvector('{{{1}}}'))",
        }
        database.statement("INSERT INTO search " + words[database.dialect].format(id_, job[1]))
        database.statement(f"INSERT INTO labels VALUES ('a', 'b', {id_})")
        database.statement(
            "INSERT INTO events (job, type, at, actor, state, revision, attempt, data)"
            f" SELECT id, 'submitted', 5, owner, state, 1, 0, '{{}}' FROM jobs WHERE number = {id_}"
        )
    said = '{"format":"COCO 1.0","pictures":true,"assignment":7,"none":null,"name":"","file":"x","flag":false,"zero":0}'
    again = '{"labels":{"a":"b"},"parameters":' + said + ',"origin":"' + FIRST + '"}'
    database.statement(f"UPDATE jobs SET fixed = '{again}' WHERE name = 'done'")
    marks = '{"marks":{"face":{"number":5,"text":"5","part":1.5,"flag":true,"big":99999999999999999999},"plain":5}}'
    database.statement(f"UPDATE jobs SET lively = '{marks}' WHERE name = 'done'")
    for number, size in ((12, 100), (13, 20), (13, 3), (1, 7)):
        database.statement(f"INSERT INTO files VALUES ({number}, 1, 'f{size}', {size}, '', 'b{size}', '')")
    table = {"sqlite": "counters", "postgres": "counter_deltas"}[database.dialect]
    insert = f"INSERT INTO {table} (owner, project, queue, state, count)"
    database.statement(
        f"{insert} SELECT owner, coalesce(project, ''), queue, state, count(*) FROM jobs GROUP BY 1, 2, 3, 4"
    )
    database.statement(f"{insert} VALUES ('bob', '', 'forgotten', 'queued', 0)")
    database.statement("INSERT INTO counters VALUES ('eve', '', 'deserted', 'queued', 0)")
    database.statement("INSERT INTO queues VALUES ('resting', 1, 'ada')")
    database.statement("INSERT INTO workers VALUES ('w1', 's', 'h', 1, '[\"default\"]', '[\"test.work\"]', 2, 3, 4)")


def written(id_: int, owner: str, name: str, queue: str, said: str, kind: str, rank: int) -> str:
    """Return the statement that writes one job."""
    state, ready, due = STATES.get(said, (said, 0, "NULL"))
    runs = state == "running"
    return JOB.format(
        id=id_,
        kind=kind,
        owner=owner,
        name=name,
        project="'p1'" if owner == "cy" else "NULL",
        queue=queue,
        rank=rank,
        state=state,
        ready=ready,
        due=due,
        lease="9" if runs else "NULL",
        worker="'w1'" if runs else "NULL",
    )


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A database of the version before, filled, and how to open it as a store of today."""
    steps = migrate.steps
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "steps", lambda room, dialect: list(filter(before, steps(room, dialect))))
        if request.param == "sqlite":
            with closing(open_writer(tmp_path / FILE, "NORMAL")) as connection:
                migrate.migrate(SqliteDatabase(connection))
                fill(SqliteDatabase(connection))
                patched.undo()
                yield SqliteDatabase(connection), lambda: SqliteStore.open(tmp_path)
            return
        address = request.getfixturevalue("bare_postgres_address")
        with psycopg.connect(address, autocommit=True) as link:
            configure(link)
            migrate.migrate(PostgresDatabase(link))
            fill(PostgresDatabase(link))
            patched.undo()
            yield PostgresDatabase(link), lambda: PostgresStore.open(address, threads=2)


def require_right(store: Store) -> None:
    """Look the upgraded house over."""
    assert store.check() == []
    hand = Hand(store)
    assert hand.see(lambda view: view.count(Filter(kinds=frozenset({"test.work"})), EVERYTHING, 99)) == 11
    assert hand.see(lambda view: [view.stored(owner) for owner in ("ada", "bob", "cy")]) == [7, 0, 123]
    assert [(one.owner, one.kind, one.count) for one in hand.see(lambda view: view.running())] == [
        ("cy", "test.work", 1)
    ]
    rows = hand.see(lambda view: view.queues())
    assert {row.name for row in rows} == {"default", "gpu", "deserted", "forgotten", "resting"}
    assert QueueRow(name="resting", paused=True, paused_by="ada") in rows
    (worker,) = hand.see(lambda view: view.workers())
    assert (worker.name, worker.slots, worker.draining) == ("w1", 2, False)
    job = hand.find(Filter(owners=frozenset({"cy"}), text="done")).jobs[0]
    assert (job.turn, job.waits, job.unique, job.schedule, job.after) == (0, 0, None, None, ())
    assert job.labels == {"a": "b"}
    assert job.origin == FIRST and hand.names(Filter(origin=FIRST)) == ["done"]
    for marked in (("face.number", 5), ("assignment", 7)):
        assert hand.names(Filter(marked=marked)) == ["done"]
    assert hand.names(Filter(format="Coco 1.0")) == ["done"]
    told = {(one.facet.format, one.facet.given) for one in hand.see(lambda view: view.block("cy", 0))}
    assert told == {("", ""), ("coco 1.0", "assignment,file,format,pictures,zero")}


def require_fair(store: Store) -> None:
    """Take everything out of the line: the neighbour's jobs do not stand behind the whole heap."""
    hand = Hand(store)
    hand.join(owner="bob", name="new")
    claimed = hand.take(20, queues=["default"])
    assert [job.name for job in claimed[:6]] == ["urgent", "heap", "few", "heap", "few", "heap"]
    assert [job.name for job in claimed].index("new") == 6
    assert {job.due_at for job in claimed} == {None}
    assert [job.name for job in hand.take(9, NOW + 9, queues=["default"])] == ["later"]
    assert store.check() == []


def test_a_house_from_before_comes_up_right_and_fair(old: Any) -> None:
    database, opened = old
    del database
    store = opened()
    require_right(store)
    require_fair(store)
    store.close()


def test_killed_before_any_statement_it_still_comes_up_right(old: Any) -> None:
    database, opened = old
    deaths = 0
    while True:
        try:
            migrate.migrate(Mortal(database, survives=deaths))
            break
        except Killed:
            deaths += 1
            told = [(row[0], row[1]) for row in database.all("applied_migrations", {})]
            assert told[:2] == [(OWN, 1), (OWN, 2)]
            columns = database.rows("SELECT * FROM jobs WHERE number = 1", {})[0]
            assert (len(columns) > 32) == (len(told) > 2)
    assert deaths > 20
    store = opened()
    require_right(store)
    require_fair(store)
    store.close()
