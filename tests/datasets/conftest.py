from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.datasets import stretches, sync
from jobyard.store.contract import Store
from tests.datasets.yard import Yard


@pytest.fixture
def store(every_store: Store) -> Store:
    return every_store


@pytest.fixture
def yard(store: Store, tmp_path: Path) -> Yard:
    return Yard(store, tmp_path)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten, so that a small folder has several, each kept as a stretch where it is no mere rest."""
    monkeypatch.setattr(sync, "BATCH_ENTRIES", 10)
    monkeypatch.setattr(stretches, "BATCH_ENTRIES", 10)
    monkeypatch.setattr(sync, "LEAST", 4)
    monkeypatch.setattr(stretches, "LEAST", 4)
    monkeypatch.setattr(stretches, "AT_ONCE", 1)
