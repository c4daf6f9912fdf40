"""The plans of what looks at the line: none of it may walk further than it has to, however long the line is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobyard.job.filters import EVERYTHING, Filter, Order
from jobyard.job.states import State
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres.connection import PostgresDatabase, configure
from jobyard.store.relational.database import QUERIES
from jobyard.store.sqlite import SqliteStore
from jobyard.store.sqlite.connection import SqliteDatabase, open_reader
from tests.store.holding import writing_connection
from tests.store.making import Hand
from tests.store.test_plans import asked_by, postgres_plan, sqlite_plan

PLACE: dict[str, Any] = {"queue": "default", "rank": 0, "owner": "o1", "turn": 5, "number": 9, "limit": 5}
CARDS: dict[str, Any] = {"drawer": "d", "prefix": "a", "beyond": "b", "after": "", "id": "a", "now": 9, "limit": 5}

ON_SQLITE: list[tuple[str, list[str]]] = [
    ("levels", ["SEARCH jobs USING COVERING INDEX jobs_turns (queue=? AND rank>?)"]),
    (
        "turns",
        [
            "SEARCH jobs USING COVERING INDEX jobs_line (queue=? AND rank=?)",
            "SEARCH jobs USING COVERING INDEX jobs_turns (queue=? AND rank=? AND owner=?)",
        ],
    ),
    ("waiting_owners", ["SEARCH jobs USING COVERING INDEX jobs_turns (queue=? AND rank=? AND owner>?)"]),
    ("ready_jobs", ["SEARCH jobs USING INDEX jobs_line (queue=? AND rank=?)"]),
    ("ready_jobs_of", ["SEARCH jobs USING INDEX jobs_turns (queue=? AND rank=? AND owner=?)"]),
    ("ready_jobs_but", ["SEARCH jobs USING INDEX jobs_line (queue=? AND rank=?)"]),
    ("due_jobs", ["SEARCH jobs USING INDEX jobs_due (due_at<?)"]),
    ("join_line", ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
    ("ahead", ["SEARCH jobs USING COVERING INDEX jobs_line (queue=? AND (rank,turn)<(?,?))"]),
    (
        "dependents",
        [
            "SEARCH needs USING PRIMARY KEY (needed=? AND job>? AND job<?)",
            "SEARCH jobs USING INDEX jobs_by_state (state=? AND number=?)",
        ],
    ),
    ("last_dependent", ["SEARCH needs USING PRIMARY KEY (needed=?)"]),
    ("running", ["SEARCH jobs USING INDEX jobs_by_rank (state=?)"]),
    ("unique_job", ["SEARCH jobs USING INDEX jobs_unique (unique_key=?)"]),
    ("stored_bytes", ["SEARCH stored USING PRIMARY KEY (owner=?)"]),
    ("delete_needs", ["SEARCH needs USING COVERING INDEX needs_by_job (job=?)"]),
    ("card", ["SEARCH cards USING PRIMARY KEY (drawer=? AND id=?)"]),
    ("cards_after", ["SEARCH cards USING PRIMARY KEY (drawer=? AND id>? AND id<?)"]),
    ("cards_before", ["SEARCH cards USING PRIMARY KEY (drawer=? AND id>? AND id<?)"]),
    ("due_cards", ["SEARCH cards USING INDEX cards_due (drawer=? AND due_at<?)"]),
    ("next_card", ["SEARCH cards USING COVERING INDEX cards_due (drawer=? AND due_at>?)"]),
]
GROUPED = {"ahead", "running", "dependents"}
"""What sorts the few rows that it has found."""
ON_POSTGRES: list[tuple[str, str]] = [
    ("levels", "jobs_(line|turns)"),
    ("turns", "jobs_(line|turns)"),
    ("turns", "jobs_turns"),
    ("waiting_owners", "jobs_turns"),
    ("ready_jobs", "jobs_line"),
    ("ready_jobs_of", "jobs_turns"),
    ("ready_jobs_but", "jobs_line"),
    ("due_jobs", "jobs_due"),
    ("join_line", "jobs_pkey"),
    ("ahead", "jobs_line"),
    ("dependents", "needs_pkey"),
    ("dependents", "jobs_pkey"),
    ("last_dependent", "needs_pkey"),
    ("running", "jobs_by_(state|rank)"),
    ("unique_job", "jobs_unique"),
    ("stored_bytes", "stored_pkey"),
    ("delete_needs", "needs_by_job"),
    ("card", "cards_pkey"),
    ("cards_after", "cards_pkey"),
    ("cards_before", "cards_pkey"),
    ("due_cards", "cards_due"),
    ("next_card", "cards_due"),
]
PAGES = [
    ("kind", Filter(kinds=frozenset({"a"})), EVERYTHING, Order.NEWEST),
    ("queue", Filter(queues=frozenset({"a"})), EVERYTHING, Order.OLDEST),
    ("queue and state", Filter(queues=frozenset({"a"}), states=frozenset({State.QUEUED})), EVERYTHING, Order.NEWEST),
    ("schedule", Filter(schedule="s1"), EVERYTHING, Order.NEWEST),
]
FILL = """
INSERT INTO jobs (
    id, kind, owner, name, queue, rank, face, external, state, ready, revision, attempt, failures, tries, created_at,
    queued_at, due_at, results_expired, kept, lively, fixed, turn, waits, unique_key, schedule
)
SELECT lpad(n::text, 32, '0'), 'k' || n % 9, 'o' || n % 40, 'job ' || n, 'default', n % 5, 'native', 0,
    CASE WHEN n % 50 = 1 THEN 'running' WHEN n % 5 > 1 THEN 'queued' ELSE 'succeeded' END,
    (n % 50 <> 1 AND n % 5 > 2)::int, 1, 1, 0, 1, n, n, CASE WHEN n % 5 = 2 THEN n END, 0, 0, '{}', '{}', n / 40,
    (n % 20 = 2)::int, CASE WHEN n % 3 = 0 THEN 'u' || n END, CASE WHEN n % 7 = 0 THEN 's' || n % 70 END
FROM generate_series(1, 8000) AS n;
INSERT INTO needs SELECT lpad((number + 1)::text, 32, '0'), number FROM jobs WHERE waits > 0;
INSERT INTO cards SELECT 'd' || n % 5, 'c' || n, '', CASE WHEN n % 2 = 0 THEN n END FROM generate_series(1, 4000) AS n;
INSERT INTO stored SELECT 'o' || n, n FROM generate_series(1, 4000) AS n;
VACUUM ANALYZE
"""


def values(name: str, kinds: Any) -> dict[str, Any]:
    """Return parameters for any of these statements."""
    more = {"kinds": kinds, "barred": kinds, "ids": kinds, "job": 7, "unique_key": "u3", "upto": 9_000}
    after: Any = {"cards_after": "x", "cards_before": "x", "dependents": 4}.get(name, "")
    return {**PLACE, **CARDS, **more, "after": after}


# --- SQLite ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite(sqlite_store: SqliteStore, tmp_path: Path) -> Iterator[SqliteDatabase]:
    connection = open_reader(tmp_path / "data" / "jobyard.sqlite")
    yield SqliteDatabase(connection)
    connection.close()


@pytest.mark.parametrize(("name", "steps"), ON_SQLITE, ids=[name for name, _ in ON_SQLITE])
def test_sqlite_looks_up_what_it_needs(sqlite: SqliteDatabase, name: str, steps: list[str]) -> None:
    found = sqlite_plan(sqlite, QUERIES[name].text("sqlite"), values(name, '["a"]'))
    assert [step for step in steps if step not in found] == [], found
    assert not [step for step in found if "SCAN jobs" in step or "SCAN cards" in step or "SCAN needs" in step], found
    assert name in GROUPED or not [step for step in found if "TEMP B-TREE" in step], found


@pytest.mark.parametrize("page", PAGES, ids=[page[0] for page in PAGES])
def test_sqlite_lists_by_kind_queue_and_schedule_walk_an_index(
    sqlite: SqliteDatabase, page: tuple[str, Filter, Any, Order]
) -> None:
    for text, parameters in asked_by(sqlite, page):
        steps = sqlite_plan(sqlite, text, parameters)
        assert steps[0].startswith("SEARCH jobs USING INDEX jobs_by_"), steps
        assert not [step for step in steps if "TEMP B-TREE" in step], steps


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"kinds": {"one"}}, 7),
        ({"kinds": {"one"}, "queues": {"gpu"}, "owners": {"ada"}, "states": {State.QUEUED}}, 7),
        ({"queues": {"gpu"}}, 14),
        ({"kinds": {"one"}, "schedule": "s1"}, 1),
        ({"kinds": {"one"}, "faces": {"native"}}, 1),
    ],
    ids=str,
)
def test_the_counters_answer_for_kinds_and_queues(
    sqlite_store: SqliteStore, wanted: dict[str, Any], count: int
) -> None:
    hand = Hand(sqlite_store)
    for kind in ("one", "two"):
        hand.submit(kind=kind, queue="gpu", schedule="s1")
    # What is counted wrongly shows who was asked.
    writing_connection(sqlite_store).execute("UPDATE counters SET count = 7")
    named: dict[str, Any] = {name: frozenset(one) if isinstance(one, set) else one for name, one in wanted.items()}
    filter_ = Filter(**named)
    assert hand.see(lambda view: view.count(filter_, EVERYTHING, 99)) == count


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.fixture
def postgres(postgres_store: PostgresStore, emptied_postgres: str) -> Iterator[PostgresDatabase]:
    with psycopg.connect(emptied_postgres, autocommit=True) as connection:
        configure(connection)
        for statement in FILL.split(";"):
            connection.execute(statement.encode())
        # A plan that would still scan or sort has no index to walk.
        for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            connection.execute(f"SET {setting} TO off".encode())
        yield PostgresDatabase(connection)


def test_postgres_looks_up_what_it_needs(postgres: PostgresDatabase) -> None:
    for name, index in ON_POSTGRES:
        postgres.connection.execute(f"SET enable_sort TO {'on' if name in GROUPED else 'off'}".encode())
        plan = _planned(postgres, name, values(name, ["k1"]))
        assert re.search(rf"Index (Only )?Scan (Backward )?using {index}\b", plan), (name, plan)
        assert "Seq Scan" not in plan, (name, plan)
        assert name in GROUPED or "Sort" not in plan, (name, plan)


def _planned(database: PostgresDatabase, name: str, parameters: Mapping[str, Any]) -> str:
    return postgres_plan(database, QUERIES[name].text("postgres"), parameters)


def test_postgres_lists_by_kind_queue_and_schedule_walk_an_index(postgres: PostgresDatabase) -> None:
    for page in PAGES:
        for text, parameters in asked_by(postgres, page):
            plan = postgres_plan(postgres, text, parameters)
            assert "Seq Scan" not in plan, (page[0], plan)
            assert "Sort" not in plan, (page[0], plan)
