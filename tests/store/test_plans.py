"""The plans of claim and list: what walks an index today must not scan a million rows tomorrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobyard.job.filters import EVERYTHING, Cursor, Filter, Order, Query, Scope
from jobyard.job.states import State
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres.connection import PostgresDatabase, configure
from jobyard.store.relational.database import QUERIES
from jobyard.store.relational.finding import Search
from jobyard.store.sqlite import SqliteStore
from jobyard.store.sqlite.connection import SqliteDatabase, open_reader
from tests.store.making import NOW

Asked = tuple[str, Mapping[str, Any]]

SOME = Scope(owner="o1", projects=frozenset({"p1", "p2"}))
PAGES: list[tuple[str, Filter, Scope, Order]] = [
    ("newest", Filter(), EVERYTHING, Order.NEWEST),
    ("oldest", Filter(), EVERYTHING, Order.OLDEST),
    ("line", Filter(states=frozenset({State.QUEUED})), EVERYTHING, Order.PRIORITY),
    ("ended", Filter(), EVERYTHING, Order.ENDED),
    ("one state", Filter(states=frozenset({State.FAILED})), EVERYTHING, Order.NEWEST),
    ("two states", Filter(states=frozenset({State.FAILED, State.RUNNING})), EVERYTHING, Order.NEWEST),
    ("owner", Filter(owners=frozenset({"o1"})), EVERYTHING, Order.NEWEST),
    ("owner and state", Filter(owners=frozenset({"o1"}), states=frozenset({State.RUNNING})), EVERYTHING, Order.NEWEST),
    ("project", Filter(projects=frozenset({"p1"})), EVERYTHING, Order.NEWEST),
    ("mine", Filter(), SOME, Order.NEWEST),
    ("mine and running", Filter(states=frozenset({State.RUNNING})), SOME, Order.OLDEST),
    ("mine ended", Filter(), SOME, Order.ENDED),
    ("label", Filter(labels=frozenset({("team", "t1")})), EVERYTHING, Order.NEWEST),
    ("mark", Filter(marked=("face.number", 1)), SOME, Order.NEWEST),
    ("ids", Filter(ids=frozenset({"a" * 32})), EVERYTHING, Order.NEWEST),
    ("parent", Filter(parent="a" * 32), EVERYTHING, Order.NEWEST),
    ("resource", Filter(resource_id="d1"), EVERYTHING, Order.NEWEST),
    ("origin", Filter(origin="a" * 32), EVERYTHING, Order.NEWEST),
    ("needs", Filter(after="a" * 32), SOME, Order.OLDEST),
    ("format", Filter(format="coco 1.0"), SOME, Order.NEWEST),
]
SORTED = {"lapsed_jobs", "prunable_jobs", "finishes", "ends"}
"""What is asked for few rows only, and sorts them."""
CLAIM: dict[str, Any] = {"queue": "default", "rank": 0, "now": NOW, "limit": 5}

AGED: dict[str, Any] = {"before": NOW, "at": 5, "number": 3, "limit": 9}


def asked_by(database: SqliteDatabase | PostgresDatabase, page: tuple[str, Filter, Scope, Order]) -> list[Asked]:
    """Return the texts of a page, of the first and of a later one."""
    _, filter_, scope, order = page
    search = Search(database, filter_, scope)
    first = search.page(Query(order=order), 50)
    later = search.page(Query(order=order, after=Cursor(value=50, number=50)), 50)
    return [*first, *later]


HISTORY = """
INSERT INTO jobs (
    id, kind, owner, name, project, queue, rank, face, external, state, ready, revision, attempt, failures, tries,
    created_at, finished_at, lease_until, results_until, results_expired, kept, lively, fixed
)
SELECT lpad(n::text, 32, '0'), 'test.work', 'o' || n % 40, 'job ' || n, 'p' || n % 30, 'default', n % 5, 'native', 0,
    CASE WHEN n % 50 = 0 THEN 'queued' WHEN n % 50 = 1 THEN 'running' ELSE 'succeeded' END, (n % 50 = 0)::int, 1, 1, 0,
    1, n, CASE WHEN n % 50 > 1 THEN n END, CASE WHEN n % 50 = 1 THEN n END,
    CASE WHEN n % 50 > 1 THEN n END, 0, 0, '{}', '{}'
FROM generate_series(1, 8000) AS n;
INSERT INTO labels SELECT 'team', 't' || number % 50, number FROM jobs;
INSERT INTO marks SELECT 'face.number', number % 50, number FROM jobs;
INSERT INTO search SELECT number, array_to_tsvector(ARRAY['job', 'w' || number]) FROM jobs;
INSERT INTO events (job, type, at, actor, state, revision, attempt, data, gone)
SELECT id, 'submitted', created_at, owner, state, 1, 0, '{}', (number % 100 = 0)::int FROM jobs;
INSERT INTO files SELECT number, 1, 'a', 1, 'x', id, 'm' FROM jobs;
VACUUM ANALYZE
"""
"""Enough history that a planner would rather not read it all."""


# --- SQLite ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite(sqlite_store: SqliteStore, tmp_path: Path) -> Iterator[SqliteDatabase]:
    connection = open_reader(tmp_path / "data" / "jobyard.sqlite")
    yield SqliteDatabase(connection)
    connection.close()


def sqlite_plan(database: SqliteDatabase, text: str, parameters: Mapping[str, Any]) -> list[str]:
    return [row[3] for row in database.rows(f"EXPLAIN QUERY PLAN {text}", parameters)]


@pytest.mark.parametrize("page", PAGES, ids=[page[0] for page in PAGES])
def test_sqlite_lists_walk_an_index_in_order(sqlite: SqliteDatabase, page: tuple[str, Filter, Scope, Order]) -> None:
    for text, parameters in asked_by(sqlite, page):
        steps = sqlite_plan(sqlite, text, parameters)
        assert not [step for step in steps if "SCAN jobs" in step and page[0] not in {"newest", "oldest"}], steps
        sorts = [step for step in steps if "TEMP B-TREE" in step]
        assert not sorts or page[0] == "ids", steps


def test_sqlite_finds_a_row_of_ones_own_list_in_what_is_counted(sqlite: SqliteDatabase) -> None:
    steps = sqlite_plan(sqlite, QUERIES["blocks_of"].text("sqlite"), {"owner": "o1"})
    assert steps == ["SEARCH blocks USING PRIMARY KEY (owner=?)"]
    steps = sqlite_plan(sqlite, QUERIES["block"].text("sqlite"), {"owner": "o1", "low": 1024, "high": 2048})
    assert steps == ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]


def test_sqlite_searches_walk_the_words_in_order(sqlite: SqliteDatabase) -> None:
    for text, parameters in asked_by(sqlite, ("words", Filter(text="night tra"), EVERYTHING, Order.NEWEST)):
        steps = sqlite_plan(sqlite, text, parameters)
        assert steps[0].startswith("SCAN search VIRTUAL TABLE INDEX"), steps
        assert "SEARCH jobs USING INTEGER PRIMARY KEY" in steps[1], steps
        assert not [step for step in steps if "TEMP B-TREE" in step], steps


@pytest.mark.parametrize(
    ("name", "parameters", "index"),
    [
        ("ready_jobs", {**CLAIM, "kinds": '["a"]'}, "USING INDEX jobs_line (queue=? AND rank=?)"),
        ("due_jobs", {"now": NOW}, "jobs_due (due_at<?)"),
        ("lapsed_jobs", {"now": NOW, "after": "", "limit": 9}, "jobs_lease (lease_until<?)"),
        ("outlived_jobs", {"now": NOW, "limit": 9}, "jobs_results (results_until<?)"),
        ("aged", AGED, "jobs_by_end (finished_at>? AND finished_at<?)"),
        ("aged_of", {**AGED, "project": "p"}, "jobs_by_project_end (project=? AND finished_at>? AND finished_at<?)"),
        ("prunable_jobs", {"ids": '["a"]'}, "sqlite_autoindex_jobs_1 (id=?)"),
        ("finishes", {"since": 5, "limit": 9}, "jobs_by_end (finished_at>?)"),
        ("ends", {"since": 5, "step": 9, "limit": 9}, "jobs_by_end (finished_at>?)"),
        ("oldest", {"queue": "default"}, "COVERING INDEX jobs_oldest (queue=?)"),
        ("prune_events", {"before": NOW, "limit": 9}, "events_of_gone (at<?)"),
        ("history_after", {"job": "a", "after": 0, "limit": 9}, "events_by_job (job=? AND number>?)"),
        ("events_after", {"after": 5, "until": 9, "limit": 9}, "INTEGER PRIMARY KEY"),
        ("newest_event", {"until": 9}, "INTEGER PRIMARY KEY"),
        ("files_after", {"blob": "", "limit": 9}, "files_by_blob (blob>?)"),
        ("mark_events_gone", {"id": "a"}, "events_by_job (job=?)"),
    ],
)
def test_sqlite_looks_things_up(sqlite: SqliteDatabase, name: str, parameters: dict[str, Any], index: str) -> None:
    steps = sqlite_plan(sqlite, QUERIES[name].text("sqlite"), parameters)
    assert [step for step in steps if index in step], steps
    assert not [step for step in steps if "TEMP B-TREE" in step and name not in SORTED], steps


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.fixture
def postgres(postgres_store: PostgresStore, emptied_postgres: str) -> Iterator[PostgresDatabase]:
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        for statement in HISTORY.split(";"):
            connection.execute(statement.encode())
        # A plan that would still scan or sort has no index to walk.
        for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            connection.execute(f"SET {setting} TO off".encode())
        yield PostgresDatabase(connection)


def postgres_plan(database: PostgresDatabase, text: str, parameters: Mapping[str, Any]) -> str:
    return "\n".join(row[0] for row in database.rows(f"EXPLAIN {text}", parameters))


LOOKUPS: list[tuple[str, dict[str, Any], str]] = [
    ("ready_jobs", {**CLAIM, "kinds": ["test.work"]}, "jobs_line"),
    ("due_jobs", {"now": NOW}, "jobs_due"),
    ("lapsed_jobs", {"now": 100, "after": "", "limit": 9}, "jobs_lease"),
    ("outlived_jobs", {"now": 100, "limit": 9}, "jobs_results"),
    ("aged", {**AGED, "before": 100}, "jobs_by_end"),
    ("aged_of", {**AGED, "project": "p1"}, "jobs_by_project_end"),
    ("prunable_jobs", {"ids": ["a"]}, "jobs_id_key"),
    ("finishes", {"since": 7_990, "limit": 9}, "jobs_by_end"),
    ("ends", {"since": 7_990, "step": 9, "limit": 9}, "jobs_by_end"),
    ("oldest", {"queue": "default"}, "jobs_oldest"),
    ("prune_events", {"before": 500, "limit": 9}, "events_of_gone"),
    ("history_after", {"job": "a", "after": 0, "limit": 9}, "events_by_job"),
    ("events_after", {"after": 5, "until": 9, "limit": 9}, "events_pkey"),
    ("newest_event", {"until": 9}, "events_pkey"),
    ("files_after", {"blob": "", "limit": 9}, "files_by_blob"),
]


def test_postgres_walks_its_indexes(postgres: PostgresDatabase) -> None:
    for page in PAGES:
        for text, parameters in asked_by(postgres, page):
            plan = postgres_plan(postgres, text, parameters)
            assert "Seq Scan on jobs" not in plan, (page[0], plan)
            assert "Sort" not in plan or page[0] in {"ids", "parent", "resource", "origin", "needs"}, (page[0], plan)
    plan = postgres_plan(postgres, QUERIES["blocks_of"].text("postgres"), {"owner": "o1", "size": 1024})
    assert "Index Only Scan using jobs_by_owner" in plan, plan
    place = {"owner": "o1", "low": 1024, "high": 2048}
    plan = postgres_plan(postgres, QUERIES["block"].text("postgres"), place)
    assert "Index Scan using jobs_pkey" in plan and "Sort" not in plan, plan
    postgres.connection.execute("SET enable_sort TO on")
    for name, values, index in LOOKUPS:
        plan = postgres_plan(postgres, QUERIES[name].text("postgres"), values)
        assert index in plan, (name, plan)
        assert "Sort" not in plan or name in SORTED, (name, plan)
    postgres.connection.execute("SET enable_bitmapscan TO on")
    for text, parameters in Search(postgres, Filter(text="w77 job"), EVERYTHING).page(Query(), 50):
        assert "Bitmap Index Scan on search_words" in postgres_plan(postgres, text, parameters)
