"""Every statement that is asked in a synchronization or for a page finds its rows through an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.datasets.rows import QUERIES
from jobyard.store.sqlite import SqliteStore

NUMBERS = {"dataset": 1, "limit": 10, "number": 1, "before": 1, "kept": 1, "everything": 0}
PATHS = {"start": b"", "upto": b"x", "first": b"a", "last": b"b"}
TEXTS = {"assignee": "ada", "id": "x", "job": "x", "name": "x", "owner": "x", "projects": "[]"}


class Explained:
    """A statement's plan instead of its rows."""

    def __init__(self, name: str) -> None:
        self.name = name

    def text(self, dialect: str) -> str:
        return f"EXPLAIN QUERY PLAN {QUERIES[self.name].text(dialect)}"


@pytest.mark.parametrize(
    "name",
    [
        *("dataset", "lock_dataset", "samples_between", "samples_behind", "samples_page", "sample"),
        *("sync", "newest_sync", "changes", "drop_changes", "drop_old_syncs", "delete_samples"),
    ],
)
def test_nothing_is_scanned(tmp_path: Path, name: str) -> None:
    store = SqliteStore.open(tmp_path / "data", packages=["jobyard.datasets"], synchronous="NORMAL")
    try:
        parameters = {**NUMBERS, **PATHS, **TEXTS}
        plan = store.write(lambda transaction: transaction.rows(Explained(name), parameters)).result(10)
    finally:
        store.close()
    steps = [str(row[3]) for row in plan]
    assert any(step.startswith("SEARCH") for step in steps), steps
    assert not any(step.startswith("SCAN") or "TEMP B-TREE FOR ORDER" in step for step in steps), steps


def test_a_page_of_datasets_is_read_in_its_order(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "data", packages=["jobyard.datasets"], synchronous="NORMAL")
    try:
        parameters = {**NUMBERS, **PATHS, **TEXTS}
        plan = store.read(lambda view: view.rows(Explained("datasets_page"), parameters)).result(10)
    finally:
        store.close()
    steps = [str(row[3]) for row in plan]
    assert steps[0].startswith("SEARCH datasets USING INTEGER PRIMARY KEY"), steps
    assert not any("TEMP B-TREE FOR ORDER" in step for step in steps), steps


def test_both_databases_know_every_statement() -> None:
    for name in QUERIES:
        assert QUERIES[name].text("sqlite") and QUERIES[name].text("postgres")
