"""T-05 at a size for every day: nothing is given out twice, and nobody meets a locked database."""

from __future__ import annotations

from types import MappingProxyType, ModuleType

import pytest

from jobyard.store.contract import Store
from jobyard.store.memory import MemoryStore
from jobyard.store.postgres import PostgresStore
from jobyard.store.postgres import connection as postgres_connection
from jobyard.store.sqlite import SqliteStore
from jobyard.store.sqlite import connection as sqlite_connection
from tests.store import races


def without_guard(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Take the revision out of every UPDATE of jobs."""
    texts = {}
    for name, text in module._TEXTS.items():
        texts[name] = (
            text.replace(b" AND revision = %(guard)s", b"")
            if isinstance(text, bytes)
            else text.replace(" AND revision = :guard", "")
        )
    assert sum(texts[name] != module._TEXTS[name] for name in texts) == 3
    monkeypatch.setattr(module, "_TEXTS", MappingProxyType(texts))


def test_of_changes_of_one_revision_one_wins(store: Store) -> None:
    assert races.same_revision([store], rounds=20, contenders=8) == []


def test_the_race_is_lost_on_sqlite_without_the_guard(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_guard(monkeypatch, sqlite_connection)
    assert races.same_revision([sqlite_store], rounds=2, contenders=4)


def test_the_race_is_lost_on_postgres_without_the_guard(
    postgres_store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_guard(monkeypatch, postgres_connection)
    assert races.same_revision([postgres_store], rounds=2, contenders=4)


@pytest.mark.parametrize("limit", [1, 7])
def test_each_attempt_is_given_out_once(store: Store, limit: int) -> None:
    assert races.claims([store], jobs=120, workers=4, limit=limit) == []


def test_each_attempt_is_given_out_once_by_several_servers(emptied_postgres: str) -> None:
    stores = [PostgresStore.open(emptied_postgres, threads=2) for _ in range(3)]
    try:
        assert races.same_revision(stores, rounds=10, contenders=6) == []
        for store in stores:
            assert store.check() == []
    finally:
        for store in stores:
            store.close()


@pytest.mark.parametrize("limit", [1, 5])
def test_several_servers_share_one_line(emptied_postgres: str, limit: int) -> None:
    stores = [PostgresStore.open(emptied_postgres, threads=2) for _ in range(2)]
    try:
        assert races.claims(stores, jobs=80, workers=4, limit=limit) == []
    finally:
        for store in stores:
            store.close()


@pytest.mark.storm
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("round_", range(20))
def test_twenty_rounds_of_eight_servers_on_one_line(postgres_address: str, round_: int) -> None:
    """T-05: a fresh race each time, and each worker at a server of its own."""
    stores = [PostgresStore.open(postgres_address, threads=2) for _ in range(8)]
    try:
        assert races.claims(stores, jobs=500, workers=8, limit=1 + round_ % 16) == []
    finally:
        for store in stores:
            store.close()


@pytest.mark.storm
@pytest.mark.parametrize("round_", range(20))
def test_twenty_rounds_of_eight_workers(sqlite_store: SqliteStore, round_: int) -> None:
    """T-05: a fresh race each time."""
    assert races.claims([sqlite_store], jobs=500, workers=8, limit=1 + round_ % 16) == []


@pytest.mark.storm
@pytest.mark.parametrize("limit", [1, 16])
def test_ten_thousand_jobs_and_eight_workers(store: Store, limit: int) -> None:
    if isinstance(store, MemoryStore):
        # Its candidates look at every job; a tenth is as good a race.
        assert races.claims([store], jobs=1_000, workers=8, limit=limit) == []
        return
    assert races.claims([store], jobs=10_000, workers=8, limit=limit) == []
