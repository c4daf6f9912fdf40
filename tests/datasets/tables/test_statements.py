"""What is asked of large tables is answered through an index, in its order, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets.tables.statements import LARGEST, QUERIES, Line, listed, take
from jobyard.job.errors import Unavailable
from jobyard.server import PACKAGES
from jobyard.store.contract import Store, Transaction
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.datasets.yard import Yard

NUMBERS = {"dataset": 1, "layer": 0, "first": 0, "last": 9, "behind": 0, "limit": 10, "offset": 900_000, "label": 1}
FLAGS = {"annotated": 1, "by_hand": 0, "sample": 1, "number": 1}
OTHERS: dict[str, Any] = {
    "frames": "[1, 2]",
    "numbers": "[1, 2]",
    "text": b"a",
    "home": "x",
    "assignee": "x",
    "id": "x",
}
PATHS = {"first": b"a", "last": b"b", "path": b"a"}
PAGED = (
    *("numbered", "numbered_labelled", "numbered_carrying", "texted", "texted_labelled", "texted_carrying"),
    *("still", "carrying", "assignments", "assigned"),
)
"""Read in the order of an index, so that a page costs what it holds and not what there is."""
FOUND = (
    *("labels", "counts", "label_count", "tracks", "any_track", "placed", "some_of_layer", "some_annotations"),
    *("still_at", "known_annotations", "said_at", "placed_at", "carried_by", "samples_numbered", "sample_states"),
    *("known_numbers", "annotated_between", "numbers_between", "delete_sample", "flag_sample", "drop_carried"),
    *("delete_annotation", "some_of_label", "layers", "assignment", "collection", "gathered", "delete_label"),
)


class Explained:
    """A statement's plan instead of its rows."""

    def __init__(self, name: str) -> None:
        self.name = name

    def text(self, dialect: str) -> str:
        how = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
        return f"{how} {QUERIES[self.name].text(dialect)}"


class Raw:
    """A statement that only tests need."""

    name = "raw"

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self, dialect: str) -> str:
        return self._text


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = SqliteStore.open(tmp_path_factory.mktemp("plans"), packages=PACKAGES, synchronous="NORMAL")
    yield store
    store.close()


def parameters(name: str) -> dict[str, Any]:
    between = PATHS if name in {"annotated_between", "numbers_between"} else {}
    return {**PATHS, **NUMBERS, **FLAGS, **OTHERS, **between}


@pytest.mark.parametrize("name", [*PAGED, *FOUND])
def test_sqlite_scans_nothing(sqlite: Store, name: str) -> None:
    plan = sqlite.write(lambda transaction: transaction.rows(Explained(name), parameters(name))).result(10)
    steps = [str(row[3]) for row in plan]
    assert any(step.startswith("SEARCH") for step in steps), steps
    assert not any(step.startswith("SCAN") and "json_each" not in step for step in steps), steps
    if name in PAGED:
        assert not any("TEMP B-TREE" in step for step in steps), steps


@pytest.mark.parametrize("name", [*PAGED, *FOUND])
def test_postgres_can_answer_each_through_an_index(emptied_rooms: str, name: str) -> None:
    def work(transaction: Transaction) -> list[Any]:
        # A planner that sees empty tables prefers to read them whole.
        transaction.rows(Raw("SELECT set_config('enable_seqscan', 'off', true)"), {})
        transaction.rows(Raw("SELECT set_config('enable_sort', 'off', true)"), {})
        return transaction.rows(Explained(name), parameters(name))

    store = PostgresStore.open(emptied_rooms, packages=PACKAGES, threads=1)
    try:
        plan = store.write(work).result(10)
    finally:
        store.close()
    steps = [str(row[0]) for row in plan]
    assert any("Index" in step for step in steps), steps
    assert not any("Seq Scan" in step for step in steps), steps
    if name in PAGED:
        # What an index has sorted but for ties is finished a few rows at a time.
        assert not any(step.lstrip(" ->").startswith("Sort  (") for step in steps), steps


def test_both_databases_know_every_statement() -> None:
    for name in QUERIES:
        assert QUERIES[name].text("sqlite") and QUERIES[name].text("postgres")


def test_a_number_is_given_once_and_no_more_than_clients_can_take(yard: Yard) -> None:
    first = yard.write(lambda transaction: take(transaction, Line.LABELS, 3))
    second = yard.write(lambda transaction: take(transaction, Line.LABELS, 1))
    assert [*first, *second] == [1, 2, 3, 4]
    assert yard.write(lambda transaction: take(transaction, Line.LABELS, 0)) == range(0)
    assert list(yard.write(lambda transaction: take(transaction, Line.ANNOTATIONS, 1))) == [1]
    rest = yard.write(lambda transaction: take(transaction, Line.ANNOTATIONS, LARGEST - 1))
    assert rest[-1] == LARGEST
    with pytest.raises(Unavailable, match="no numbers left for annotations"):
        yard.write(lambda transaction: take(transaction, Line.ANNOTATIONS, 1))
    assert listed(range(3)) == "[0,1,2]"


def test_what_a_work_took_and_did_not_use_is_given_again(yard: Yard, tmp_path: Path) -> None:
    def work(transaction: Transaction) -> None:
        take(transaction, Line.LABELS, 5)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        yard.write(work)
    assert list(yard.write(lambda transaction: take(transaction, Line.LABELS, 1))) == [1]
